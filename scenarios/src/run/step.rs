//! A training step on a system: what every place that simulates one has in common.

use super::fabric::{build, run_to_end};
use super::rates::rates;
use super::{EngineOptions, RunError};
use crate::training::{ChipRates, LAUNCH, Ledger, LedgerSummary, TrainingJob, TrainingWorkload};
use copperlight_core::fabric::Fabric;
use copperlight_core::ids::RankId;
use copperlight_core::simulation::{Options, Slowing};
use copperlight_core::units::Time;
use copperlight_core::workload::StreamSet;
use copperlight_topologies::System;

/// A system of so many chips, and what results call it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Machine<'a> {
    pub(crate) system: &'a System,
    pub(crate) name: &'a str,
    pub(crate) chips: usize,
}

/// How long a step took, and what on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SimulatedStep {
    /// From the first pass to the last rank's end.
    pub(crate) time: Time,
    /// Where the time of the ranks went.
    pub(crate) summary: LedgerSummary,
}

/// Simulates a step of the job, whether or not it fits in memory.
///
/// # Errors
/// [`RunError`] when the system cannot be built or has no rate for the job, or the simulation could not finish.
pub(crate) fn simulate_step(
    system: &System,
    name: &str,
    chips: usize,
    job: &TrainingJob,
    engine: EngineOptions,
) -> Result<SimulatedStep, RunError> {
    simulate_step_at(Machine { system, name, chips }, job, &rates(system, name, job)?, engine)
}

/// Simulates a step of the job on chips of these rates.
///
/// # Errors
/// As [`simulate_step`].
pub(crate) fn simulate_step_at(
    machine: Machine<'_>,
    job: &TrainingJob,
    rates: &ChipRates,
    engine: EngineOptions,
) -> Result<SimulatedStep, RunError> {
    let (fabric, workload) = prepare(machine, job, rates)?;
    let mut ledger = Ledger::new();
    let options = options(machine, job, rates, engine);
    let outcome = run_to_end((&fabric, machine.name), &workload, &options, &mut ledger)?;
    Ok(SimulatedStep { time: outcome.end, summary: ledger.summary() })
}

/// The fabric, and a step of the job on it.
pub(super) fn prepare(
    machine: Machine<'_>,
    job: &TrainingJob,
    rates: &ChipRates,
) -> Result<(Fabric, TrainingWorkload), RunError> {
    let fabric = build(machine.system, machine.name, machine.chips)?;
    Ok((fabric, workload(machine, job, rates)?))
}

/// How the engine runs a step of the job.
pub(super) fn options(
    machine: Machine<'_>,
    job: &TrainingJob,
    rates: &ChipRates,
    engine: EngineOptions,
) -> Options {
    engine.with(machine.system.transport()).slowed(slowing(job, rates))
}

/// What kernels lose while their chip communicates, by the recipe or else by the chip; the host loses nothing.
fn slowing(job: &TrainingJob, rates: &ChipRates) -> Slowing {
    let share = (job.lost_speed(rates) * 1000.0).round() as u16;
    let slowing = Slowing::per_mille(share);
    let slowing = slowing.expect("checked recipes and chips leave compute some of its speed");
    slowing.sparing(StreamSet::of(&[LAUNCH]))
}

/// A step of the job, on chips of which some may be slower than the others.
pub(super) fn workload(
    machine: Machine<'_>,
    job: &TrainingJob,
    rates: &ChipRates,
) -> Result<TrainingWorkload, RunError> {
    let slow = machine.system.slow_chips(machine.chips);
    let slow = slow.map_err(|source| RunError::Build { system: machine.name.to_owned(), source })?;
    let with = |workload: TrainingWorkload, (chip, share): (usize, f64)| {
        workload.with_slow_chip(RankId::new(chip), 1.0 / share)
    };
    let workload = job.workload(rates).with_rank_order(machine.system.rank_order());
    Ok(slow.into_iter().fold(workload, with))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::{Workload, load};

    /// How many thousandths of their speed kernels of the founding job lose, with one more setting.
    fn lost(setting: &str) -> u16 {
        let settings = ["sweep=[]".to_owned(), setting.to_owned()];
        let scenario = load("nvl72-vs-cm384", &settings).unwrap_or_else(|errors| panic!("{errors}"));
        let point = scenario.point(0).expect("the first point is legal");
        let Workload::Training(job) = &point.workload else { panic!("the founding job is a training job") };
        let rates = rates(&point.system, &point.system_name, job).expect("the chip has rates");
        slowing(job, &rates).share_per_mille()
    }

    #[test]
    fn a_written_interference_replaces_what_the_chip_loses() {
        assert_eq!(lost("systems.chip.communication_slowing=0.25"), 250);
        assert_eq!(lost("systems.chip.communication_slowing=0"), 0);
        assert_eq!(lost("workload.recipe={ interference = 0 }"), 0);
        assert_eq!(lost("workload.recipe={ interference = 0.3 }"), 300);
        assert_eq!(lost("workload.recipe={ interference = \"auto\" }"), lost("scenario.seed=1"));
    }
}

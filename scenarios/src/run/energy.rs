//! What a step takes in joules a token, and a whole run in days, megawatt-hours and dollars.

use crate::file::{Point, SystemEntry};
use crate::report::{EnergyPerToken, RunTotals};
use crate::training::{LedgerEntry, LedgerSummary, TrainingJob};
use copperlight_core::units::Time;
use copperlight_topologies::energy::{Facility, PowerCaveat, RunSize, RunTotal, StepActivity, StepEnergy};
use std::collections::BTreeMap;

/// What is known of a simulated step.
pub(super) struct Step<'a> {
    pub(super) time: Time,
    pub(super) ledger: &'a LedgerSummary,
    pub(super) tier_bytes: &'a BTreeMap<String, u64>,
}

/// The energy of a point.
pub(super) struct Energy {
    pub(super) per_token: Option<EnergyPerToken>,
    pub(super) run_total: Option<RunTotals>,
}

/// The energy of a training step on the system of a point.
pub(super) fn of_step(point: &Point, job: &TrainingJob, step: &Step<'_>) -> Energy {
    let facility = Facility::of_catalog();
    let draw = point.system.power_draw(point.chips, &facility);
    let energy = draw.as_ref().map(|draw| draw.step(&activity(step)));
    let tokens_per_step = job.tokens_per_step() as f64;
    let run_total = job.run_tokens().map(|tokens| {
        let run = RunSize { tokens: tokens as f64, tokens_per_step, step_time: step.time };
        totals(&run, &RunTotal::new(&run, energy.as_ref(), point.system.price(point.chips), &facility))
    });
    let per_token = energy.as_ref().map(|energy| per_token(energy, tokens_per_step));
    Energy { per_token, run_total }
}

fn activity(step: &Step<'_>) -> StepActivity {
    let busy: f64 = [LedgerEntry::Compute, LedgerEntry::Optimizer]
        .map(|entry| step.ledger.breakdown.seconds(entry))
        .iter()
        .sum();
    let bytes = |(tier, &bytes): (&String, &u64)| (tier.clone(), bytes as f64);
    StepActivity {
        time: step.time,
        compute_share: (busy / step.time.seconds()).clamp(0.0, 1.0),
        tier_bytes: step.tier_bytes.iter().map(bytes).collect(),
    }
}

fn per_token(energy: &StepEnergy, tokens: f64) -> EnergyPerToken {
    EnergyPerToken {
        chips: energy.chips / tokens,
        hosts: energy.hosts.map(|hosts| hosts / tokens),
        tiers: energy.tiers.iter().map(|(tier, &joules)| (tier.clone(), joules / tokens)).collect(),
        facility: energy.facility / tokens,
        total: energy.total / tokens,
    }
}

fn totals(run: &RunSize, total: &RunTotal) -> RunTotals {
    RunTotals {
        tokens: run.tokens,
        days: total.days,
        energy_mwh: total.energy_mwh,
        electricity_usd: total.electricity_usd,
        hardware_usd: total.hardware_usd,
        price_usd: total.price_usd(),
    }
}

/// What a reader should know about the power of a system.
pub(super) fn warning(entry: &SystemEntry) -> Option<String> {
    let system = &entry.system;
    let chips = system.default_chips()?;
    let Some(draw) = system.power_draw(chips, &Facility::of_catalog()) else {
        let name = &entry.name;
        return Some(format!(
            "{name}: energy is not known, for neither the power limit of its chip nor the power of a domain is published"
        ));
    };
    let text = match draw.caveat? {
        PowerCaveat::ChipsWithHosts => {
            "energy takes chips and hosts together from the published power of a domain, for no power limit of its \
             chip is published"
        }
        PowerCaveat::NoHosts => {
            "energy leaves out hosts (CPUs, fans, losses), for no power of a whole domain is published"
        }
    };
    Some(format!("{}: {text}", entry.name))
}

#[cfg(test)]
mod tests {
    use crate::file::{SourceText, check};
    use crate::run::{RunOptions, run_scenario};

    const TINY: &str = include_str!("../../../tests/all/cli/tiny.toml");

    #[test]
    fn a_step_has_energy_and_a_run_its_days() {
        let text = TINY.replace("[workload]", "[workload]\ntokens = 1e9");
        let scenario = check(SourceText::new("tiny.toml", text), &[]).expect("the scenario is sound");
        let report = run_scenario(&scenario, &RunOptions::default(), &|_| ()).expect("the scenario runs");
        for point in &report.results.results {
            let energy = point.energy_breakdown_j_per_token.as_ref().expect("presets have a power");
            assert_eq!(point.energy_j_per_token, Some(energy.total.value));
            let parts = energy.chips.value
                + energy.hosts.map_or(0.0, |hosts| hosts.value)
                + energy.tiers.values().map(|tier| tier.value).sum::<f64>()
                + energy.facility.value;
            assert!((parts / energy.total.value - 1.0).abs() < 1e-12);
            assert!(energy.total.low <= energy.total.value && energy.total.value <= energy.total.high);
            let run = point.run_total.as_ref().expect("the scenario gives the tokens of the run");
            let mwh = run.energy_mwh.expect("presets have a power").value;
            assert!((mwh * 3.6e9 / (energy.total.value * 1e9) - 1.0).abs() < 1e-12);
            let rate = point.tokens_per_second_per_chip.expect("the step was simulated") * point.chips as f64;
            assert!((run.days * 86_400.0 * rate / 1e9 - 1.0).abs() < 1e-9);
        }
    }
}

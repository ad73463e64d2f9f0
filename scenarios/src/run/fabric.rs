//! Builds fabrics and simulates on them, with errors that name the system.

use super::engine_options::{too_large, too_long, too_many_events};
use super::{RunError, bounds};
use crate::report::Work;
use copperlight_core::fabric::Fabric;
use copperlight_core::ids::LinkId;
use copperlight_core::outcome::{self, Outcome, StopReason};
use copperlight_core::simulation::{Observer, Options, Unobserved, simulate, simulate_watching};
use copperlight_core::workload::Workload;
use copperlight_topologies::System;

/// How many blocked ranks an error names.
const NAMED_RANKS: usize = 4;

/// A fabric of so many chips.
pub(super) fn build(system: &System, name: &str, chips: usize) -> Result<Fabric, RunError> {
    system.build(chips).map_err(|source| RunError::Build { system: name.to_owned(), source })
}

/// Runs a workload to its end.
pub(super) fn run_to_end(
    (fabric, name): (&Fabric, &str),
    workload: &dyn Workload,
    options: &Options,
    observer: &mut dyn Observer,
) -> Result<Outcome, RunError> {
    let outcome = simulate(fabric, workload, options, observer)
        .map_err(|source| RunError::Simulation { system: name.to_owned(), source })?;
    completed((fabric, name), outcome, options)
}

/// Runs a workload to its end once more, and records what some links carry over time.
pub(super) fn run_watching(
    (fabric, name): (&Fabric, &str),
    workload: &dyn Workload,
    (options, links): (&Options, &[LinkId]),
) -> Result<Outcome, RunError> {
    let outcome = simulate_watching(fabric, workload, (options, links), &mut Unobserved)
        .map_err(|source| RunError::Simulation { system: name.to_owned(), source })?;
    completed((fabric, name), outcome, options)
}

/// An outcome that came to its end, or why it did not.
pub(super) fn completed(
    (fabric, name): (&Fabric, &str),
    outcome: Outcome,
    options: &Options,
) -> Result<Outcome, RunError> {
    let reason = match &outcome.stop {
        StopReason::Completed => {
            bounds::check_links(fabric, &outcome);
            return Ok(outcome);
        }
        StopReason::EventLimit => too_many_events(&options.limits),
        StopReason::TimeLimit => too_long(&options.limits),
        StopReason::MemoryLimit(memory) => too_large(&options.limits, memory),
        StopReason::Deadlock(deadlock) => describe_deadlock(deadlock),
    };
    Err(RunError::Unfinished { system: name.to_owned(), reason })
}

fn describe_deadlock(deadlock: &outcome::Deadlock) -> String {
    let describe = |blocked: &outcome::Blocked| format!("{} waits for {}", blocked.rank, blocked.waits_for);
    let named: Vec<String> = deadlock.blocked.iter().take(NAMED_RANKS).map(describe).collect();
    let more = match deadlock.blocked.len() - named.len() {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    let around: Vec<String> =
        deadlock.cycle.iter().chain(deadlock.cycle.first()).map(ToString::to_string).collect();
    let cycle =
        if around.is_empty() { String::new() } else { format!("; the circle: {}", around.join(" -> ")) };
    format!("deadlock: {}{more}{cycle}", named.join("; "))
}

/// The counters as results give them.
pub(super) fn work(work: &outcome::Work) -> Work {
    Work {
        events: work.events,
        flows: work.flows,
        rate_solves: work.rate_solves,
        ranks_simulated: work.ranks_simulated,
        classes: work.classes,
        replayed: work.replayed,
        lanes: work.lanes,
    }
}

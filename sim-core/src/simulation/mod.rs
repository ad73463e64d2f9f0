//! A workload on a fabric, run to its end: [`simulate`] is the front door of the crate.
//!
//! The layers, from the bottom: `carrier` moves bytes, `collective` steps groups through their schedules,
//! `messages` matches sends with receives, `execution` runs the programs of the representatives on top of them.
//! `rounds` passes over rounds of all programs that recur. Replays live in `replay`: a collective that is alone on its links is simulated once and remembered. `node` does so for
//! one group of each class, with all its positions. `lanes` step rings without events: `lane_stage` a stage of equal
//! steps, `lane_record` what it moves over time; `gauges` say what counts the bytes of each link. `slowing` is what computations lose while their rank communicates.

mod alone;
mod carrier;
mod collective;
mod deadlock;
mod events;
mod execution;
mod flow_case;
mod flow_set;
pub(crate) mod gauges;
mod group;
mod lane_record;
mod lane_stage;
mod lanes;
mod live_calls;
mod member_state;
mod messages;
mod met_replays;
mod node;
mod observer;
mod places;
mod program_state;
mod recording;
mod records;
mod replay;
mod rounds;
mod setup;
mod simulator;
mod slowing;
mod surroundings;

pub use crate::symmetry::Representative;
pub use flow_case::{Flow, FlowCase, FlowLink};
pub use flow_set::{FlowsOutcome, solve_flows};
pub use observer::{Notice, Observer, Unobserved};
pub use rounds::Recurrence;
pub use setup::SimulationError;
pub use simulator::{Prepared, Simulator};
pub use slowing::Slowing;

use crate::engine::Limits;
use crate::fabric::Fabric;
use crate::ids::LinkId;
use crate::outcome::Outcome;
use crate::symmetry::{Assumptions, Disturbance, Folding};
use crate::transport::{Planner, Transport};
use crate::workload::{Roles, Workload};
use execution::Attempt;
use gauges::Gauges;
use replay::Replays;
use surroundings::Surroundings;

/// How to simulate.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// What software adds to the wire.
    pub transport: Transport,
    /// Simulate ranks that are identical by construction once.
    pub fold: bool,
    /// Remember collectives that are alone on their links.
    pub replay: bool,
    /// Note every transfer in the outcome; nothing is then remembered, whatever `replay` says.
    pub record_transfers: bool,
    /// When to stop early.
    pub limits: Limits,
    /// What computations lose while their rank communicates.
    pub slowing: Slowing,
}

impl Options {
    /// Folding and replay on, no limits, and nothing slows computations.
    pub fn new(transport: Transport) -> Self {
        Self {
            transport,
            fold: true,
            replay: true,
            record_transfers: false,
            limits: Limits::default(),
            slowing: Slowing::NONE,
        }
    }

    /// Every rank's every flow goes through the event engine.
    pub fn unfolded(self) -> Self {
        Self { fold: false, replay: false, ..self }
    }

    /// What a folding may take for granted until a run shows otherwise.
    fn assumptions(&self) -> Assumptions {
        let remembers = self.fold && self.replay && !self.record_transfers;
        if remembers { Assumptions::isolated() } else { Assumptions::default() }
    }

    /// Computations lose this share of their speed while their rank communicates.
    pub fn slowed(self, slowing: Slowing) -> Self {
        Self { slowing, ..self }
    }

    /// Every transfer is noted in the outcome.
    pub fn recorded(self) -> Self {
        Self { record_transfers: true, ..self }
    }
}

/// Runs `workload` on `fabric`.
///
/// # Errors
/// [`SimulationError`] when the workload does not fit the fabric or contradicts itself. A deadlock or a limit is no
/// error but a [`StopReason`](crate::outcome::StopReason) of the outcome.
pub fn simulate(
    fabric: &Fabric,
    workload: &dyn Workload,
    options: &Options,
    observer: &mut dyn Observer,
) -> Result<Outcome, SimulationError> {
    simulate_watching(fabric, workload, (options, &[]), observer)
}

/// Runs `workload` on `fabric` as [`simulate`] does, and records what each of these links carries over time.
///
/// The links are those of an earlier [`Outcome`] of the same run, which may stand for others. One that no class of
/// links begins with is left out.
///
/// # Errors
/// As [`simulate`].
pub fn simulate_watching(
    fabric: &Fabric,
    workload: &dyn Workload,
    (options, watched): (&Options, &[LinkId]),
    observer: &mut dyn Observer,
) -> Result<Outcome, SimulationError> {
    let roles = setup::check(fabric, workload)?;
    let mut planner = Planner::new(fabric, &options.transport);
    let mut assumptions = options.assumptions();
    let folding = if options.fold {
        Folding::of(fabric, (workload, &roles), &mut planner, &mut assumptions)?
    } else {
        Folding::identity(fabric, workload.ranks())
    };
    let run = Run { options, watched };
    run_folded((run, &mut planner), (workload, &roles), (&folding, assumptions), observer)
}

/// After so many times that ranks of one class have left a collective apart, all collectives run by events.
const VALUES: usize = 12;

/// How a workload is run.
#[derive(Clone, Copy)]
struct Run<'a> {
    options: &'a Options,
    /// Links of which it is recorded by itself what they carry.
    watched: &'a [LinkId],
}

/// Runs a workload whose folding is known.
///
/// What the folding assumes is watched while it runs. Where it does not hold, classes are made anew and the run starts
/// again: what collectives did is remembered.
fn run_folded(
    (Run { options, watched }, planner): (Run<'_>, &mut Planner<'_>),
    (workload, roles): (&dyn Workload, &Roles),
    (structural, mut assumptions): (&Folding, Assumptions),
    observer: &mut dyn Observer,
) -> Result<Outcome, SimulationError> {
    let fabric = planner.fabric();
    let mut replays = Replays::new(options.replay && !options.record_transfers);
    let mut classes = structural.representatives().len();
    let mut finer: Option<Folding> = None;
    let mut splits = 0;
    loop {
        let folding = finer.as_ref().unwrap_or(structural);
        let gauges = Gauges::of_links(fabric, folding.links(), watched);
        let around = Surroundings { fabric, workload, folding, gauges: &gauges };
        let (parts, plans) = setup::prepare(around, roles, planner)?;
        match execution::attempt(parts, plans, &mut replays, (options, &mut *observer))? {
            Attempt::Finished(mut outcome) => {
                outcome.work.classes = classes as u64;
                outcome.calls_by_events.retain(|of| assumptions.disturbed.contains_key(&of.communicator));
                outcome.by_events = assumptions.disturbed.into_iter().collect();
                return Ok(*outcome);
            }
            // A replay whose links turn out to be shared is given up, and the run starts again without it.
            Attempt::LinksWereShared => continue,
            Attempt::Disturbed(communicators) => {
                assumptions.give_up(communicators, Disturbance::OtherTraffic);
                assumptions.told_apart.clear();
            }
            Attempt::Apart(_) if splits == VALUES => {
                let nodes = folding.nodes().iter().map(|node| node.communicator);
                assumptions.give_up(nodes, Disturbance::ManyTimes);
                assumptions.told_apart.clear();
            }
            Attempt::Apart(left) => {
                splits += 1;
                node::tell_apart(around, roles, &left, &mut assumptions.told_apart);
            }
        }
        let next = Folding::of(fabric, (workload, roles), planner, &mut assumptions)?;
        if assumptions.told_apart.is_empty() {
            classes = next.representatives().len();
        }
        replays.classes_changed();
        finer = Some(next);
    }
}

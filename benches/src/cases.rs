//! Runs of the engine by name and parameter: what the benches measure and `engine_case` runs once.

use crate::clos_flows::{staggered_clos, staggered_dense};
use crate::flow_runs::{FlowRun, last};
use crate::rings::{Method, Ring};
use crate::star_flows::{all_to_all_at_once, all_to_all_uneven, incast_staggered};
use copperlight_core::outcome::Outcome;
use copperlight_core::simulation::FlowsOutcome;
use copperlight_core::units::Time;
use std::fmt;

/// A run that is ready to start.
#[derive(Debug)]
pub enum Case {
    /// Programs of ranks.
    Ring(Ring),
    /// Flows by themselves.
    Flows(FlowRun),
}

impl Case {
    /// The case called `name` with `parameter` ranks or hosts; `None` when there is none of this name.
    pub fn prepare(name: &str, parameter: usize) -> Option<Self> {
        let ring = |method| Self::Ring(Ring::on_equal_links(parameter, method));
        Some(match name {
            "ring_unfolded" => ring(Method::Unfolded),
            "ring_lanes" => ring(Method::Lanes),
            "ring_folded" => ring(Method::Folded),
            "ring_jitter" => Self::Ring(Ring::on_drawn_latencies(parameter)),
            "all_to_all_at_once" => Self::Flows(all_to_all_at_once(parameter)),
            "all_to_all_uneven" => Self::Flows(all_to_all_uneven(parameter)),
            "staggered_clos" => Self::Flows(staggered_clos()),
            "staggered_dense" => Self::Flows(staggered_dense()),
            "incast_staggered" => Self::Flows(incast_staggered(parameter)),
            _ => return None,
        })
    }

    /// How many flows the case has.
    pub fn flows(&self) -> u64 {
        match self {
            Self::Ring(ring) => ring.flows(),
            Self::Flows(run) => run.flows(),
        }
    }

    /// Runs it once. Never inlined, so that tools can count what happens in here and nothing else.
    #[inline(never)]
    pub fn run(&self) -> Answer {
        match self {
            Self::Ring(ring) => Answer::Ring(Box::new(ring.run())),
            Self::Flows(run) => Answer::Flows(run.run()),
        }
    }

    /// Holds an answer against what is known of the case.
    ///
    /// # Panics
    /// When it differs, or is the answer to another kind of case.
    pub fn assert_answer(&self, answer: &Answer) {
        match (self, answer) {
            (Self::Ring(ring), Answer::Ring(outcome)) => ring.assert_answer(outcome),
            (Self::Flows(run), Answer::Flows(outcome)) => run.assert_answer(outcome),
            _ => panic!("the answer is to another kind of case"),
        }
    }
}

/// How many flows a case has, told without preparing it; 0 when there is none of this name.
pub fn flows(name: &str, parameter: usize) -> u64 {
    let parameter = parameter as u64;
    match name {
        "ring_unfolded" | "ring_lanes" | "ring_folded" | "ring_jitter" => 2 * parameter * (parameter - 1),
        "all_to_all_at_once" | "all_to_all_uneven" => parameter * (parameter - 1),
        "staggered_clos" | "staggered_dense" => 2_000,
        "incast_staggered" => parameter - 1,
        _ => 0,
    }
}

/// What a run has found.
#[derive(Debug)]
pub enum Answer {
    /// Of programs.
    Ring(Box<Outcome>),
    /// Of flows.
    Flows(FlowsOutcome),
}

impl Answer {
    /// When the last of it ended.
    pub fn end(&self) -> Time {
        match self {
            Self::Ring(outcome) => outcome.end,
            Self::Flows(outcome) => last(&outcome.finished),
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "end {} ps", self.end().picoseconds())?;
        match self {
            Self::Ring(outcome) => {
                let work = outcome.work;
                write!(f, ", {} events, {} flows, {} solves", work.events, work.flows, work.rate_solves)?;
                write!(f, ", {} in lanes, digest {}", work.lanes, outcome.digest)
            }
            Self::Flows(outcome) => {
                let effort = outcome.effort;
                write!(f, ", {} events, {} flows", outcome.events, outcome.finished.len())?;
                write!(f, ", {} solves of {} flows", effort.solves, effort.flows)?;
                write!(f, " and {} links in {} rounds", effort.links, effort.rounds)?;
                write!(f, ", mean finish {:?} s", crate::flow_runs::mean_seconds(&outcome.finished))
            }
        }
    }
}

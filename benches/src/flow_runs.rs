//! Flows by themselves, and what is known of their finishes.

use copperlight_core::engine::{Limits, StopReason};
use copperlight_core::simulation::{FlowCase, FlowsOutcome, solve_flows};
use copperlight_core::units::Time;

/// Recorded sums may differ by this share: a tie may fall the other way in another solver.
const TIES: f64 = 1e-6;

/// Finishes may differ by this share from published ones, or by [`ROUNDING`], whichever is larger.
const RELATIVE: f64 = 1e-9;

/// Two picoseconds, in seconds: the rounding of a start and of a finish.
const ROUNDING: f64 = 2e-12;

/// What is known of the finishes of a case.
#[derive(Debug, Clone, PartialEq)]
pub enum Known {
    /// All flows finish together.
    Together(Time),
    /// When each finishes, in seconds.
    Each(Vec<f64>),
    /// The last finish, and the mean of all, in seconds.
    Sums {
        /// The last finish.
        makespan: f64,
        /// The mean; not known for every size.
        mean: Option<f64>,
    },
}

/// The most that solving may touch on average.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PerSolve {
    /// Flows.
    pub flows: f64,
    /// Links.
    pub links: f64,
}

/// A case and its answer.
#[derive(Debug)]
pub struct FlowRun {
    /// The case.
    pub case: FlowCase,
    /// Its answer.
    pub known: Known,
    /// What solving it may touch.
    pub at_most: Option<PerSolve>,
}

impl FlowRun {
    /// How many flows there are.
    pub fn flows(&self) -> u64 {
        self.case.len() as u64
    }

    /// Solves the case.
    pub fn run(&self) -> FlowsOutcome {
        solve_flows(&self.case, Limits::default())
    }

    /// Holds an outcome against what is known of this case.
    ///
    /// # Panics
    /// When it differs.
    pub fn assert_answer(&self, outcome: &FlowsOutcome) {
        assert_eq!(outcome.stop, StopReason::Exhausted);
        assert_eq!(outcome.finished.len(), self.case.len(), "every flow has a finish");
        self.known.assert_finishes(&outcome.finished);
        if let Some(at_most) = self.at_most {
            at_most.assert_effort(outcome);
        }
    }
}

impl Known {
    fn assert_finishes(&self, finished: &[Time]) {
        match self {
            Self::Together(end) => {
                assert!(finished.iter().all(|finish| finish == end), "all flows finish at {end:?}");
            }
            Self::Each(published) => assert_as_published(finished, published),
            &Self::Sums { makespan, mean } => {
                let found = (last(finished).seconds(), mean_seconds(finished));
                assert!(
                    within(found.0, makespan, TIES),
                    "the last finish is {} s, not {makespan} s",
                    found.0
                );
                let mean = mean.unwrap_or(found.1);
                assert!(within(found.1, mean, TIES), "the mean finish is {} s, not {mean} s", found.1);
            }
        }
    }
}

fn assert_as_published(finished: &[Time], published: &[f64]) {
    for (flow, (found, known)) in finished.iter().zip(published).enumerate() {
        let (found, allowed) = (found.seconds(), (known * RELATIVE).max(ROUNDING));
        assert!((found - known).abs() <= allowed, "flow {flow} finishes at {found} s, not at {known} s");
    }
}

impl PerSolve {
    fn assert_effort(self, outcome: &FlowsOutcome) {
        let solves = outcome.effort.solves as f64;
        let (flows, links) = (outcome.effort.flows as f64 / solves, outcome.effort.links as f64 / solves);
        assert!(
            flows <= self.flows && links <= self.links,
            "a solve touches {flows:.2} flows and {links:.2} links on average"
        );
    }
}

/// The last finish.
pub fn last(finished: &[Time]) -> Time {
    finished.iter().copied().max().unwrap_or_default()
}

/// The mean finish, in seconds.
pub fn mean_seconds(finished: &[Time]) -> f64 {
    let sum: u128 = finished.iter().map(|finish| u128::from(finish.picoseconds())).sum();
    sum as f64 / 1e12 / finished.len().max(1) as f64
}

fn within(found: f64, known: f64, relative: f64) -> bool {
    (found - known).abs() <= known * relative
}

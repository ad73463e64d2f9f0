//! Hierarchical all-reduces of 1 GB over many chips of a preset, with all ranks in time or one late.

use crate::one_late::OneLate;
use copperlight_core::fabric::Fabric;
use copperlight_core::ids::EndpointId;
use copperlight_core::outcome::{Outcome, StopReason};
use copperlight_core::simulation::{Options, Unobserved, simulate};
use copperlight_core::transport::{Planner, Transport};
use copperlight_core::units::{Bytes, Time};
use copperlight_core::workload::{Algorithm, CollectiveCall, CollectiveKind, SingleCollective, Workload};
use copperlight_topologies::System;

/// Whole domains of both machines: 1,280 of 72 chips and 240 of 384.
pub const CHIPS: usize = 92_160;

/// By how much the straggler is late.
pub const LATE: Time = Time::from_picoseconds(1_000_000_000);

/// More classes than this would mean that the machine is not folded.
const MOST_CLASSES: u64 = 1_000;

/// How far below the closed form the simulation may be: of unequal hops the closed form takes the worst in every step.
const LEAST_SHARE: f64 = 0.92;

fn call() -> CollectiveCall {
    let call = CollectiveCall::auto(CollectiveKind::AllReduce, Bytes::new(1_000_000_000));
    CollectiveCall { algorithm: Some(Algorithm::Hierarchical), ..call }
}

/// An all-reduce over all chips of a fabric.
#[derive(Debug)]
pub struct Hierarchical {
    fabric: Fabric,
    transport: Transport,
}

impl Hierarchical {
    /// On so many chips of a preset, with its transport.
    ///
    /// # Panics
    /// When the catalog has no such preset.
    pub fn new(preset: &str, chips: usize) -> Self {
        let system = System::preset(preset).expect("the preset is in the catalog");
        let fabric = system.build(chips).expect("the preset has any number of chips");
        Self { fabric, transport: system.transport() }
    }

    /// The ranks.
    pub fn ranks(&self) -> usize {
        self.fabric.endpoints()
    }

    /// Plans, folds and simulates it.
    pub fn run(&self) -> Outcome {
        self.simulate(&SingleCollective::new(self.ranks(), call()), &Options::new(self.transport))
    }

    /// The same with one rank that comes [`LATE`].
    pub fn run_with_straggler(&self) -> Outcome {
        self.simulate(&self.with_straggler(), &Options::new(self.transport))
    }

    fn with_straggler(&self) -> OneLate {
        OneLate { ranks: self.ranks(), late: self.ranks() / 3, by: LATE, call: call() }
    }

    fn simulate(&self, workload: &dyn Workload, options: &Options) -> Outcome {
        let outcome = simulate(&self.fabric, workload, options, &mut Unobserved);
        let outcome = outcome.expect("all chips are joined");
        assert_eq!(outcome.stop, StopReason::Completed);
        outcome
    }

    /// What the closed form predicts.
    ///
    /// # Panics
    /// When the chips are not joined.
    pub fn predicted(&self) -> Time {
        let members: Vec<EndpointId> = (0..self.ranks()).map(EndpointId::new).collect();
        let plan = Planner::new(&self.fabric, &self.transport).plan(&members, &call());
        let plan = plan.expect("all chips are joined");
        assert_eq!(plan.schedule.algorithm, Algorithm::Hierarchical);
        plan.prediction.total()
    }

    /// Holds an outcome of [`Self::run`] against the closed form.
    ///
    /// # Panics
    /// When it differs by more than the closed form grants, or was not folded.
    pub fn assert_answer(&self, outcome: &Outcome) {
        let ratio = outcome.end.seconds() / self.predicted().seconds();
        assert!((LEAST_SHARE..=1.0 + 1e-6).contains(&ratio), "{ratio} of the closed form");
        assert!(outcome.work.classes < MOST_CLASSES, "{} classes of ranks", outcome.work.classes);
    }

    /// Holds an outcome of [`Self::run_with_straggler`] against the one without.
    ///
    /// If no exchange shared a link with another, all ranks would be done at the earliest when they are without the
    /// straggler, and at the latest by [`LATE`] after that: every time is a maximum of sums of earlier times. Where links
    /// between domains are shared, ranks that are out of step may meet on them: one part in a hundred is granted for it.
    ///
    /// # Panics
    /// When it ends outside of these bounds.
    pub fn assert_straggler(&self, outcome: &Outcome, symmetric: &Outcome) {
        let granted = Time::from_picoseconds(symmetric.end.picoseconds() / 100);
        let (least, most) = (symmetric.end, symmetric.end + LATE + granted);
        assert!((least..=most).contains(&outcome.end), "{} is not in {least}..={most}", outcome.end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten domains of 72.
    const SMALL: usize = 720;

    #[test]
    fn the_closed_form_holds_on_few_domains() {
        for (preset, chips) in [("gb200-nvl72", SMALL), ("cloudmatrix384", 768)] {
            let case = Hierarchical::new(preset, chips);
            case.assert_answer(&case.run());
        }
    }

    #[test]
    fn a_straggler_is_the_same_folded_and_in_full() {
        let case = Hierarchical::new("gb200-nvl72", 144);
        let full = Options::new(case.transport).unfolded();
        let (folded, in_full) = (case.run_with_straggler(), case.simulate(&case.with_straggler(), &full));
        assert_eq!((folded.end, folded.digest), (in_full.end, in_full.digest));
        case.assert_straggler(&folded, &case.run());
    }
}

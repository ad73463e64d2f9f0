//! How far a member of a collective has come.

use super::group::{GroupPlan, Target};

/// How far a member has come.
#[derive(Debug, Clone, Default)]
pub(super) struct MemberState {
    /// Steps done in all, and the phase and the steps left in it, this one included.
    pub(super) step: u32,
    pub(super) phase: u32,
    pub(super) left: u32,
    /// Its transfers that are on their way, and the weight of those that it waits for.
    pub(super) sending: u32,
    pub(super) missing: u64,
    pub(super) launched: bool,
    /// In lockstep: done with its step, and waiting for others.
    pub(super) waits: bool,
    /// Its targets in a step that does not repeat.
    pub(super) targets: Vec<Target>,
    /// What has arrived for later steps.
    pub(super) early: Vec<(u32, u64)>,
    /// Members that wait for this one to take part, with the index of the target.
    pub(super) waiting: Vec<(u32, u32)>,
}

impl MemberState {
    /// Whether all that it sends and receives in its step has arrived.
    #[inline]
    pub(super) fn is_done(&self) -> bool {
        self.sending == 0 && self.missing == 0 && self.left > 0
    }

    /// Counts what has arrived for a step, this one or a later one.
    pub(super) fn count(&mut self, step: u32, weight: u64) {
        if self.step == step {
            self.missing -= weight;
        } else {
            self.early.push((step, weight));
        }
    }

    /// One of the targets of its present step.
    pub(super) fn target<'a>(&'a self, plan: &'a GroupPlan, target: u32) -> &'a Target {
        match &plan.phases[self.phase as usize].repeated {
            Some(repeated) => repeated.get(target),
            None => &self.targets[target as usize],
        }
    }

    /// Counts what has arrived for this step before it began.
    pub(super) fn take_early(&mut self) {
        let Self { step, missing, early, .. } = self;
        early.retain(|arrived| {
            let counts = arrived.0 == *step;
            if counts {
                *missing -= arrived.1;
            }
            !counts
        });
    }
}

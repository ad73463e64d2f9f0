//! Phases of equal steps.

use super::pattern::Pattern;
use crate::units::Bytes;
use crate::workload::Algorithm;

/// Equal steps, one after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phase {
    /// Who sends to whom.
    pub pattern: Pattern,
    /// How many steps.
    pub steps: usize,
    /// What each transfer carries.
    pub bytes: Bytes,
}

/// A collective, broken into transfers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Schedule {
    /// The algorithm that made it.
    pub algorithm: Algorithm,
    /// The number of ranks.
    pub ranks: usize,
    /// The phases in order; none has zero steps.
    pub phases: Vec<Phase>,
}

impl Schedule {
    /// A schedule of the given phases; empty ones are dropped.
    pub(super) fn new(algorithm: Algorithm, ranks: usize, phases: Vec<Phase>) -> Self {
        let phases = phases.into_iter().filter(|phase| phase.steps > 0).collect();
        Self { algorithm, ranks, phases }
    }

    /// The number of steps of every position.
    pub fn steps(&self) -> usize {
        self.phases.iter().map(|phase| phase.steps).sum()
    }

    /// The phase of a step and the step's index within it; `None` past the last step.
    pub fn locate(&self, step: usize) -> Option<(usize, usize)> {
        let mut before = 0;
        for (index, phase) in self.phases.iter().enumerate() {
            if step < before + phase.steps {
                return Some((index, step - before));
            }
            before += phase.steps;
        }
        None
    }

    /// Payload bytes that each rank sends over all its ports, padding included.
    pub fn wire_bytes(&self) -> Bytes {
        let sends = |phase: &Phase| phase.steps * phase.pattern.receives(self.ranks);
        self.phases.iter().map(|phase| phase.bytes * sends(phase) as u64).sum()
    }
}

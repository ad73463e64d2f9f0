//! What is left on coupled links while the water rises, and what was left at some ranks of the last solution.
//!
//! A flow that comes or goes changes nothing before the rank of its leader, so that a solution can begin there.

/// The capacities that are left, and earlier states of them.
#[derive(Debug, Default)]
pub(super) struct Water {
    pub(super) rest: Vec<i128>,
    /// What was left before each rank that is a multiple of `stride`; the first of them are valid.
    states: Vec<Vec<i128>>,
    valid: usize,
    stride: usize,
    /// The lowest rank at which something has changed since.
    changed: usize,
}

/// How many states are kept.
const STATES: usize = 12;

impl Water {
    /// Starts anew with these capacities.
    pub(super) fn restart(&mut self, capacities: impl Iterator<Item = i128>) {
        self.states.resize(STATES, Vec::new());
        self.states[0].clear();
        self.states[0].extend(capacities);
        self.stride = self.states[0].len().div_ceil(STATES).max(1);
        (self.valid, self.changed) = (1, 0);
    }

    /// Something changes at a rank.
    pub(super) fn changes_from(&mut self, rank: u32) {
        self.changed = self.changed.min(rank as usize);
    }

    /// Goes back to a state before the first change; returns its rank.
    pub(super) fn go_back(&mut self) -> usize {
        let state = (self.changed / self.stride).min(self.valid - 1);
        self.rest.clone_from(&self.states[state]);
        self.valid = state + 1;
        state * self.stride
    }

    /// Everything before a rank is frozen.
    pub(super) fn comes_to(&mut self, rank: usize) {
        let state = rank / self.stride;
        if rank.is_multiple_of(self.stride) && (1..=self.valid).contains(&state) {
            self.states[state].clone_from(&self.rest);
            self.valid = state + 1;
        }
    }

    /// Levels from a rank on, which were passed, change once more.
    pub(super) fn spoil_from(&mut self, rank: usize) {
        self.changes_from(rank as u32);
        self.valid = self.valid.min(rank / self.stride + 1);
    }

    /// A solution is complete; returns the lowest rank at which something changed for it.
    pub(super) fn is_solved(&mut self) -> usize {
        std::mem::replace(&mut self.changed, usize::MAX)
    }
}

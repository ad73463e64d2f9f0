//! Where a rank stands in its program, how far it comes in a round, and how often it will come as far again.

use crate::simulation::program_state::{Cursor, ENDED, ProgramState};
use crate::units::Time;
use crate::workload::Program;
use std::ops::Range;

/// The block instance that each stream of a rank is in; [`ENDED`] for one that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::simulation) struct Standing(Vec<u32>);

/// How far a rank comes in a round; streams that wait for what comes much later stay where they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::simulation) struct Stride {
    /// In block instances.
    instances: u32,
    /// In operations.
    pub(in crate::simulation) operations: u32,
}

impl Stride {
    /// Whether the rank does anything in a round.
    pub(in crate::simulation) fn is_any(self) -> bool {
        self.instances > 0
    }
}

impl Standing {
    /// Where a rank stands now.
    pub(in crate::simulation) fn of(state: &ProgramState) -> Self {
        let instance = |cursor: &Cursor| cursor.current.as_ref().map_or(ENDED, |_| cursor.instance);
        Self(state.cursors.iter().map(instance).collect())
    }

    /// How far the streams have come since, and how many rounds more the program goes on in the same way.
    ///
    /// Nothing if some have come further than others.
    pub(in crate::simulation) fn until(&self, state: &ProgramState) -> Option<(Stride, u64)> {
        let now = Self::of(state);
        let moved = || self.0.iter().zip(&now.0).filter(|(before, after)| before != after);
        let Some((&first, &first_now)) = moved().next() else {
            return Some((Stride { instances: 0, operations: 0 }, u64::MAX));
        };
        if moved().any(|(&before, &after)| after == ENDED || after - before != first_now - first) {
            return None;
        }
        let start = moved().map(|(&before, _)| before).min().unwrap_or(first);
        let end = moved().map(|(_, &after)| after).max().unwrap_or(first_now);
        let instances = first_now - first;
        let mut rounds = rounds_ahead(&state.program, (start, end), instances);
        for &waiting in self.0.iter().zip(&now.0).filter(|(before, after)| before == after).map(|of| of.0) {
            // What waits is behind all that moves, or so far ahead that it is not reached.
            if (start..=end).contains(&waiting) {
                return None;
            }
            if waiting > end && waiting != ENDED {
                rounds = rounds.min(u64::from((waiting - 1 - end) / instances));
            }
        }
        let index = |instance: u32| state.program.instance(instance as usize).1;
        Some((Stride { instances, operations: index(first_now) - index(first) }, rounds))
    }

    /// The block instances that the foremost and the hindmost stream pass in a round; nothing where nobody moves.
    pub(in crate::simulation) fn passed(&self, state: &ProgramState, stride: Stride) -> Option<Range<u32>> {
        let after = Self::of(state);
        let moved = self.0.iter().zip(&after.0).filter(|(before, after)| before != after);
        let start = moved.map(|(&before, _)| before).min()?;
        Some(start..start + stride.instances)
    }

    /// Moves the streams that have moved since on by so many rounds, which take as long as `later`.
    pub(in crate::simulation) fn skip(
        &self,
        state: &mut ProgramState,
        stride: Stride,
        (rounds, later): (u64, Time),
    ) {
        let rounds = u32::try_from(rounds).expect("a program has fewer than 2^32 blocks");
        for (stream, (cursor, &before)) in state.cursors.iter_mut().zip(&self.0).enumerate() {
            let Some(current) = cursor.current.as_mut().filter(|_| cursor.instance != before) else {
                continue;
            };
            cursor.instance += rounds * stride.instances;
            current.index += rounds * stride.operations;
            if current.begun > Time::ZERO {
                current.begun += later;
            }
            state.progress[stream] = current.index;
        }
        for held_up in &mut state.held_up {
            let waiting = held_up.streams.iter().map(|stream| state.progress[stream.index()]);
            held_up.lowest = waiting.min().unwrap_or(ENDED);
        }
    }
}

/// After blocks from `start` to `end`, of which each is that of `instances` before where both are in there: how often as
/// many follow that are the same again.
pub(in crate::simulation) fn rounds_ahead(
    program: &Program,
    (start, end): (u32, u32),
    instances: u32,
) -> u64 {
    let same =
        |at: &u32| program.block_number(*at as usize) == program.block_number((*at - instances) as usize);
    if !(start + instances..=end).all(|at| same(&at)) {
        return 0;
    }
    let all = program.instances() as u32;
    let same_ahead = (end + 1..all).take_while(same).count() as u64;
    same_ahead / u64::from(instances)
}

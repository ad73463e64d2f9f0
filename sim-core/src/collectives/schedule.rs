//! Phases of equal steps.

use super::pattern::{Action, Atoms, Partners, Pattern};
use crate::units::Bytes;
use crate::workload::Algorithm;

/// What a transport charges for a step beyond its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pace {
    /// The step depends on the one before: its latency.
    Step,
    /// The step follows another chunk through the same stage: a hand-off, its latency is hidden.
    HandOff,
}

/// Equal steps, one after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phase {
    /// Who sends to whom.
    pub pattern: Pattern,
    /// The step of the pattern that the phase begins with.
    pub first: usize,
    /// How many steps.
    pub steps: usize,
    /// What a block carries.
    pub bytes: Bytes,
    /// How many of the steps add what arrives to what is there; the others replace it.
    pub combining: usize,
    /// What each step waits for.
    pub pace: Pace,
}

impl Phase {
    /// Dependent steps from the first step of a pattern on, that replace what is there.
    pub(super) const fn new(pattern: Pattern, steps: usize, bytes: Bytes) -> Self {
        Self { pattern, first: 0, steps, bytes, combining: 0, pace: Pace::Step }
    }
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

    /// Whether all ranks go on to a step together, when the last of them is done with the one before.
    ///
    /// The ranks of a pipeline work on different chunks at the same time, at the pace of the slowest stage. With buffers
    /// for several chunks between them, none is held up by less; in lockstep, none gets ahead of the others either, and
    /// takes bandwidth from those that everybody waits for.
    pub fn in_lockstep(&self) -> bool {
        self.phases.iter().any(|phase| matches!(phase.pattern, Pattern::Tree(_) | Pattern::InNetwork(_)))
    }

    /// Payload bytes that the busiest rank sends over all its ports, padding included.
    pub fn wire_bytes(&self) -> Bytes {
        let symmetric = self.phases.iter().all(|phase| phase.pattern.is_symmetric());
        let positions = if symmetric { self.ranks.min(1) } else { self.ranks };
        let of_position = |position: usize| -> Bytes {
            let of_phase = |phase: &Phase| {
                let blocks = phase.pattern.sent_blocks(self.ranks, position, phase.first);
                phase.bytes * (blocks * phase.steps as u64)
            };
            self.phases.iter().map(of_phase).sum()
        };
        (0..positions).map(of_position).max().unwrap_or(Bytes::ZERO)
    }

    /// The bytes that the busiest rank sends when a buffer of `bytes` is padded to equal parts of the ranks, and no further.
    ///
    /// This is what closed forms count: `2 (n-1) ceil(S/n)` for a ring all-reduce, `S + ceil(S/n)` in the switches of one
    /// domain. [`Schedule::wire_bytes`] has the padding of channels and of chunks as well, of less than a byte each.
    pub fn nominal_wire_bytes(&self, bytes: Bytes) -> Bytes {
        let part = bytes.padded_chunk(self.ranks.max(1) as u64);
        match self.phases.first().map(|phase| (phase.pattern, phase.steps as u64)) {
            Some((Pattern::Channels { .. }, steps)) => part * steps,
            Some((Pattern::InNetwork(waves), _))
                if self.algorithm == Algorithm::Nvls && waves.reduces_all() =>
            {
                bytes + part
            }
            _ => self.wire_bytes(),
        }
    }

    /// What a transfer that `position` starts in a step carries: which atoms of the buffer, and what becomes of them.
    ///
    /// The buffer is cut into [`Schedule::atoms`] equal parts; in an all-to-all atom `s n + d` is what rank `s` has for
    /// rank `d`. In a reduce-scatter and an all-gather the atoms are numbered by the ranks that they belong to, as in a
    /// send-recv, in which atom `p` is the message of rank `p`.
    pub fn contents(&self, position: usize, step: usize, partners: Partners) -> Vec<Atoms> {
        let Some((index, step)) = self.locate(step) else { return Vec::new() };
        let phase = &self.phases[index];
        let decided = if step < phase.combining { Action::Add } else { Action::Set };
        let atoms = phase.pattern.contents(self.ranks, position, phase.first + step, partners);
        let decide = |atoms: Atoms| Atoms { action: Some(atoms.action.unwrap_or(decided)), ..atoms };
        atoms.into_iter().map(decide).collect()
    }

    /// Into how many chunks that follow one another the buffer is cut.
    pub fn chunks(&self) -> usize {
        self.phases.first().map_or(1, |phase| phase.pattern.chunks())
    }

    /// Into how many atoms the buffer is cut.
    pub fn atoms(&self) -> usize {
        self.phases.first().map_or(1, |phase| phase.pattern.atoms(self.ranks))
    }
}

/// The fewest chunks with a step like `step` of a pipeline of `chunks` chunks whose last stage begins in step `last`, and
/// that step.
///
/// A stage that begins in step `b` is busy in the steps `b..b + chunks`. Where there are more chunks than `last`, stages
/// become busy one by one until step `last`, stay so, and fall silent one by one from step `chunks` on, whatever their
/// number.
pub(super) fn shortest_alike((chunks, step): (usize, usize), last: usize) -> (usize, usize) {
    if chunks <= last {
        return (chunks, step);
    }
    let fewest = last + 1;
    let alike = if step < chunks { step.min(last) } else { step - chunks + fewest };
    (fewest, alike)
}

/// The chunk of `chunks` that a stage which begins in step `begin` has in a step; with no step given, the first.
pub(super) fn chunk_in_step(chunks: usize, begin: usize, step: Option<usize>) -> Option<usize> {
    let Some(step) = step else { return Some(0) };
    step.checked_sub(begin).filter(|&chunk| chunk < chunks)
}

/// Chunks that follow one another through the stages of a pattern, one stage a step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pipeline {
    pub(super) pattern: Pattern,
    pub(super) chunks: usize,
    /// The stages after the first: the last chunk leaves the last stage `span` steps after it enters the first.
    pub(super) span: usize,
    /// The bytes of a block.
    pub(super) unit: Bytes,
    /// Whether there is anything to move.
    pub(super) moves: bool,
}

impl Pipeline {
    /// The steps: while the stages fill and empty one by one, those in which all are busy together.
    pub(super) fn schedule(self, algorithm: Algorithm, ranks: usize) -> Schedule {
        let steps = if self.moves { self.chunks + self.span } else { 0 };
        let phase = |first: usize, steps: usize| {
            let pace = if first <= self.span { Pace::Step } else { Pace::HandOff };
            Phase { first, pace, ..Phase::new(self.pattern, steps, self.unit) }
        };
        let mut phases = Vec::new();
        let mut first = 0;
        while first < steps {
            let busy = first > self.span && first < self.chunks;
            let count = if busy { self.chunks - first } else { 1 };
            phases.push(phase(first, count));
            first += count;
        }
        Schedule::new(algorithm, ranks, phases)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{GroupShape, expand};
    use super::*;
    use crate::workload::{CollectiveCall, CollectiveKind};

    /// Every step of every algorithm, over one domain and over several, in few chunks and in many.
    fn schedules() -> impl Iterator<Item = Schedule> {
        let kinds = [
            CollectiveKind::AllReduce,
            CollectiveKind::AllGather,
            CollectiveKind::ReduceScatter,
            CollectiveKind::Broadcast,
            CollectiveKind::Reduce,
        ];
        let domains = |ranks: u32, inside: u32| (0..ranks).map(|rank| rank / inside).collect();
        let shapes = [(6, 6), (6, 2), (15, 3), (12, 4), (7, 1)]
            .map(|(ranks, inside)| GroupShape::from_containers(ranks as usize, &[domains(ranks, inside)]));
        let calls = kinds.map(|kind| CollectiveCall::auto(kind, Bytes::new(1_000_000)));
        let with = move |shape: GroupShape| {
            calls.into_iter().flat_map(move |call| {
                let shape = shape.clone();
                let chunks = [1, 2, 3, 5, 8, 13, 21, 34];
                let expanded = move |algorithm: Algorithm| {
                    let shape = shape.clone();
                    chunks.map(move |chunks| expand(&call, algorithm, &shape, chunks))
                };
                Algorithm::ALL.into_iter().flat_map(expanded)
            })
        };
        shapes.into_iter().flat_map(with)
    }

    #[test]
    fn canonical_steps_have_the_same_transfers() {
        let (mut steps, mut canonical) = (0, std::collections::BTreeSet::new());
        for schedule in schedules() {
            for phase in &schedule.phases {
                for step in phase.first..phase.first + phase.steps {
                    let (pattern, alike) = phase.pattern.canonical(step);
                    for position in 0..schedule.ranks {
                        let sends = phase.pattern.sends(schedule.ranks, position, step);
                        assert_eq!(sends, pattern.sends(schedule.ranks, position, alike), "{phase:?} {step}");
                    }
                    assert_eq!(pattern.canonical(alike), (pattern, alike));
                    steps += 1;
                    canonical.insert((schedule.ranks, pattern, alike));
                }
            }
        }
        assert!(canonical.len() * 5 < steps, "{} of {steps} steps differ", canonical.len());
    }
}

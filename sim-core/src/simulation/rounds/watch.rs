//! Looks out for rounds: at one stream of one rank, each time that it begins another block.
//!
//! A hash of where all ranks stand and of what is pending is remembered with the block. When it comes back, a round may have
//! passed: the next one is written down, and compared exactly.

use super::diary::Diary;
use super::snapshot::Snapshot;
use super::standing::rounds_ahead;
use crate::simulation::program_state::ProgramState;
use crate::workload::{Program, StreamId};
use rustc_hash::FxHashMap;

/// Looks out for rounds.
#[derive(Debug)]
pub(in crate::simulation) struct Watch {
    actor: usize,
    stream: StreamId,
    /// The block instance that it was in when it was last looked at.
    seen: u32,
    /// For each hash that was met, the block instance.
    met: FxHashMap<u64, u32>,
    /// Rounds that were written down and were none.
    failures: u32,
    /// The round that is being written down.
    noted: Option<Box<Noted>>,
}

/// A round that is being written down.
#[derive(Debug)]
pub(in crate::simulation) struct Noted {
    pub(in crate::simulation) before: Snapshot,
    pub(in crate::simulation) diary: Diary,
    /// The block instance in which it ends.
    until: u32,
}

/// What is to be done when the watched stream has begun another block.
#[derive(Debug)]
pub(in crate::simulation) enum Look {
    Nothing,
    /// A round that was written down may end here.
    Compare(Box<Noted>),
    /// A round may begin that ends in this block instance.
    Note(u32),
}

/// A round is written down when so many more may follow.
const ROUNDS: u64 = 3;

/// After so many rounds that were none, nobody looks any more.
const FAILURES: u32 = 16;

/// So many hashes are remembered.
const HASHES: usize = 1 << 16;

impl Watch {
    /// Looks at the busiest stream of the rank that runs the most blocks; nothing if there are too few for rounds.
    pub(in crate::simulation) fn of(states: &[ProgramState]) -> Option<Self> {
        let blocks = |of: &(usize, &ProgramState)| (of.1.program.instances(), usize::MAX - of.0);
        let (actor, state) = states.iter().enumerate().max_by_key(blocks)?;
        let program = &state.program;
        if program.instances() as u64 <= 2 * ROUNDS {
            return None;
        }
        let stream = busiest(program)?;
        let (met, noted) = (FxHashMap::default(), None);
        Some(Self { actor, stream, seen: 0, met, failures: 0, noted })
    }

    /// Whether the watched stream has begun another block since it was last looked at.
    #[inline]
    pub(in crate::simulation) fn is_due(&self, states: &[ProgramState]) -> bool {
        self.failures < FAILURES && self.instance(states) != self.seen
    }

    fn instance(&self, states: &[ProgramState]) -> u32 {
        states[self.actor].cursors[self.stream.index()].instance
    }

    /// Looks, when it is due; `hash` tells where everybody stands.
    pub(in crate::simulation) fn look(
        &mut self,
        states: &[ProgramState],
        hash: impl FnOnce() -> u64,
    ) -> Look {
        let instance = self.instance(states);
        self.seen = instance;
        match self.noted.take() {
            Some(noted) if instance < noted.until => self.noted = Some(noted),
            Some(noted) => return Look::Compare(noted),
            None => {
                if self.met.len() == HASHES {
                    self.fail();
                }
                let before = self.met.insert(hash(), instance);
                let round = before.map(|before| (before, instance - before));
                let program = &states[self.actor].program;
                let goes_on = |(start, length): &(u32, u32)| {
                    rounds_ahead(program, (*start, instance), *length) >= ROUNDS
                };
                if let Some((_, length)) = round.filter(goes_on) {
                    return Look::Note(instance + length);
                }
            }
        }
        Look::Nothing
    }

    /// Begins to write down a round.
    pub(in crate::simulation) fn begin(&mut self, before: Snapshot, until: u32) {
        self.noted = Some(Box::new(Noted { before, diary: Diary::default(), until }));
    }

    /// Where what is told is written down, while it is.
    #[inline]
    pub(in crate::simulation) fn diary(&mut self) -> Option<&mut Diary> {
        self.noted.as_mut().map(|noted| &mut noted.diary)
    }

    /// What was written down was no round.
    pub(in crate::simulation) fn fail(&mut self) {
        self.failures += 1;
        self.met.clear();
    }

    /// Rounds have been passed over.
    pub(in crate::simulation) fn has_skipped(&mut self, states: &[ProgramState]) {
        self.seen = self.instance(states);
        self.met.clear();
    }
}

/// The stream with operations in the most block instances.
fn busiest(program: &Program) -> Option<StreamId> {
    let mut instances = vec![0_u64; program.blocks().len()];
    (0..program.instances()).for_each(|n| instances[program.block_number(n) as usize] += 1);
    let on = |stream: StreamId| -> u64 {
        let blocks = program.blocks().iter().zip(&instances);
        blocks.filter(|(block, _)| !block.on_stream(stream).is_empty()).map(|(_, count)| count).sum()
    };
    program.streams().iter().max_by_key(|&stream| (on(stream), usize::MAX - stream.index()))
}

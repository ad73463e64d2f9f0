//! Looks out for rounds: at one stream of one rank, where its program repeats itself.
//!
//! Rounds can only recur where programs do. At the start of a [`Region`] of the watched program the run is remembered, and
//! what is told from there on is written down. After each period of the program a hash of where all ranks stand and of what
//! is under way is compared; where it is the same, everything is. Where it is not, all begins again from there: soon at
//! first, since a run that comes to a steady state mostly does at once, then ever more rarely, so that rounds of several
//! periods are found and the cost is bounded (Brent, *An improved Monte Carlo factorization algorithm*, 1980).

use super::diary::Diary;
use super::regions::{Region, regions};
use super::snapshot::Snapshot;
use crate::simulation::program_state::ProgramState;
use crate::workload::{Program, StreamId};
use std::collections::VecDeque;

/// Looks out for rounds.
#[derive(Debug)]
pub(in crate::simulation) struct Watch {
    actor: usize,
    stream: StreamId,
    /// Where its program repeats itself, from the region that it is in or comes to next.
    regions: VecDeque<Region>,
    /// The block instance in which it is looked at next.
    next: u32,
    /// How often something was written down in this region.
    beginnings: u32,
    /// What is being written down.
    noted: Option<Box<Noted>>,
}

/// A run at an earlier time, and what was told since.
#[derive(Debug)]
pub(in crate::simulation) struct Noted {
    pub(in crate::simulation) before: Snapshot,
    pub(in crate::simulation) diary: Diary,
    hash: u64,
    /// The block instance in which to begin again.
    until: u32,
}

/// What is to be done when the watched stream has come to where it is looked at.
#[derive(Debug)]
pub(in crate::simulation) enum Look {
    Nothing,
    /// A round may end here.
    Compare(Box<Noted>),
    /// A round may begin here.
    Note,
    /// No round will end any more that has begun.
    Stop,
}

/// So often a round is given a period only; twice as many each time from then on.
const SHORT: u32 = 4;

/// More than this is not written down of several periods.
const LONGEST: usize = 1 << 21;

impl Watch {
    /// Looks at the busiest stream of the rank that runs the most blocks; nothing if its program never repeats itself.
    pub(in crate::simulation) fn of(states: &[ProgramState]) -> Option<Self> {
        let blocks = |of: &(usize, &ProgramState)| (of.1.program.instances(), usize::MAX - of.0);
        let (actor, state) = states.iter().enumerate().max_by_key(blocks)?;
        let stream = busiest(&state.program)?;
        let regions: VecDeque<Region> = regions(&state.program).into();
        let next = regions.front()?.instances.start;
        Some(Self { actor, stream, regions, next, beginnings: 0, noted: None })
    }

    /// Whether the watched stream has come to where it is looked at.
    #[inline]
    pub(in crate::simulation) fn is_due(&self, states: &[ProgramState]) -> bool {
        self.instance(states) >= self.next
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
        // A round that begins here must end, and be followed by another.
        while self.regions.front().is_some_and(|front| front.rounds_after(instance) < 2) {
            self.regions.pop_front();
            self.beginnings = 0;
            self.next = self.regions.front().map_or(u32::MAX, |region| region.instances.start);
            if self.noted.take().is_some() {
                return Look::Stop;
            }
        }
        let Some(region) = self.regions.front().filter(|region| region.instances.start <= instance) else {
            return Look::Nothing;
        };
        self.next = instance + region.period;
        match self.noted.take() {
            Some(noted) if noted.hash == hash() => Look::Compare(noted),
            Some(noted) if instance < noted.until && noted.diary.len() <= LONGEST => {
                self.noted = Some(noted);
                Look::Nothing
            }
            _ => Look::Note,
        }
    }

    /// Begins to write down a round.
    pub(in crate::simulation) fn begin(&mut self, states: &[ProgramState], before: Snapshot, hash: u64) {
        let period = self.regions.front().map_or(0, |region| region.period);
        let periods = 1 << self.beginnings.saturating_sub(SHORT).min(16);
        self.beginnings += 1;
        let until = self.instance(states).saturating_add(period.saturating_mul(periods));
        self.noted = Some(Box::new(Noted { before, diary: Diary::default(), hash, until }));
    }

    /// Where what is told is written down, while it is.
    #[inline]
    pub(in crate::simulation) fn diary(&mut self) -> Option<&mut Diary> {
        self.noted.as_mut().map(|noted| &mut noted.diary)
    }

    /// Rounds have been passed over.
    pub(in crate::simulation) fn has_skipped(&mut self, states: &[ProgramState]) {
        self.next = self.instance(states) + 1;
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

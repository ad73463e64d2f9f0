//! What observers are told in a round, to be told again.

use super::standing::Stride;
use crate::digest::OperationHashes;
use crate::simulation::observer::{Notice, Observer};
use crate::units::Time;
use crate::workload::{Operation, Program};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is told of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::simulation) enum Told {
    Entered,
    Begun,
    Ended,
}

/// What is told of one operation at one time.
#[derive(Debug, Clone, Copy)]
pub(in crate::simulation) struct Entry {
    pub(in crate::simulation) told: Told,
    pub(in crate::simulation) actor: u32,
    pub(in crate::simulation) at: Time,
    /// When it began, of one that has ended.
    pub(in crate::simulation) begun: Time,
    /// Its program-order index.
    pub(in crate::simulation) index: u32,
    /// Its block, and its place there.
    pub(in crate::simulation) block: u32,
    pub(in crate::simulation) place: u32,
}

/// All that was told in a round, in order.
#[derive(Debug, Default)]
pub(in crate::simulation) struct Diary(Vec<Entry>);

impl Diary {
    /// Notes what is told now.
    pub(in crate::simulation) fn note(&mut self, entry: Entry) {
        self.0.push(entry);
    }

    /// How much was told.
    pub(in crate::simulation) fn len(&self) -> usize {
        self.0.len()
    }

    /// How many operations have ended.
    pub(in crate::simulation) fn ended(&self) -> u64 {
        self.0.iter().filter(|entry| entry.told == Told::Ended).count() as u64
    }

    /// Looks up what was told of whom, in these programs, for readers who hear it many times.
    pub(in crate::simulation) fn pages<'p>(
        &self,
        programs: &'p [Arc<Program>],
        strides: &[Stride],
    ) -> Vec<Page<'p>> {
        let page = |entry: &Entry| Page {
            operation: &programs[entry.actor as usize].blocks()[entry.block as usize].operations()
                [entry.place as usize],
            operations: strides[entry.actor as usize].operations,
            entry: *entry,
        };
        self.0.iter().map(page).collect()
    }
}

/// An entry with its operation.
#[derive(Debug, Clone, Copy)]
pub(in crate::simulation) struct Page<'p> {
    operation: &'p Operation,
    /// By so many operations its rank comes further in a round.
    operations: u32,
    entry: Entry,
}

impl Page<'_> {
    /// Tells it again, `later` and so many rounds further on.
    #[inline]
    pub(in crate::simulation) fn tell<O: Observer + ?Sized>(
        &self,
        (round, later): (u32, Time),
        observer: &mut O,
    ) {
        let Entry { told, actor, at, index, .. } = self.entry;
        let (at, index) = (at + later, index + round * self.operations);
        let notice = Notice { at, representative: actor as usize, index, operation: self.operation };
        match told {
            Told::Entered => observer.entered(&notice),
            Told::Begun => observer.begun(&notice),
            Told::Ended => observer.ended(&notice),
        }
    }
}

/// Adds what ended in a round to the hashes of the ranks, as often as the round comes again.
///
/// A stream is hashed in the order in which its operations end; the order of streams does not matter.
pub(in crate::simulation) fn hash_again(
    pages: &[Page<'_>],
    (duration, again): (Time, u64),
    hashes: &mut [OperationHashes],
) {
    let mut streams: BTreeMap<(u32, usize), Vec<&Page<'_>>> = BTreeMap::new();
    for page in pages.iter().filter(|page| page.entry.told == Told::Ended) {
        streams.entry((page.entry.actor, page.operation.stream.index())).or_default().push(page);
    }
    for ((actor, stream), pages) in streams {
        for round in 1..=again {
            let later = duration * round;
            let operation = |Page { operations, entry, .. }: &&Page<'_>| {
                (entry.index + round as u32 * operations, (entry.begun + later, entry.at + later))
            };
            hashes[actor as usize].add_all(stream, pages.iter().map(operation));
        }
    }
}

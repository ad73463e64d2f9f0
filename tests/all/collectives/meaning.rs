//! What each collective means: what a rank has before it, and what it has to have after it.

use super::contributions::Contributions;
use copperlight_core::units::Bytes;
use copperlight_core::workload::CollectiveKind;
use std::collections::BTreeMap;
use std::ops::Range;

/// What stands in the atoms of a rank's buffer; nothing stands in those that are missing.
pub(crate) type Buffer = BTreeMap<usize, Contributions>;

/// A collective over positions `0..ranks`, whose buffer is cut into so many atoms.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Meaning {
    pub(crate) kind: CollectiveKind,
    pub(crate) ranks: usize,
    pub(crate) atoms: usize,
    /// The bytes of the call.
    pub(crate) bytes: Bytes,
}

impl Meaning {
    /// What a position has before the collective.
    pub(crate) fn before(self, position: usize) -> Buffer {
        let held = match self.kind {
            CollectiveKind::AllReduce
            | CollectiveKind::ReduceScatter
            | CollectiveKind::Reduce
            | CollectiveKind::Barrier => 0..self.atoms,
            CollectiveKind::AllGather | CollectiveKind::SendRecv => self.own(position),
            CollectiveKind::Broadcast if position == 0 => 0..self.atoms,
            CollectiveKind::Broadcast => 0..0,
            CollectiveKind::AllToAll | CollectiveKind::EpDispatch | CollectiveKind::EpCombine => {
                position * self.ranks..(position + 1) * self.ranks
            }
        };
        held.map(|atom| (atom, Contributions::of(position))).collect()
    }

    /// What a position has to have after it.
    pub(crate) fn after(self, position: usize) -> Buffer {
        let all = Contributions::of_all(self.ranks);
        let summed = |atoms: Range<usize>| atoms.map(|atom| (atom, all)).collect();
        match self.kind {
            CollectiveKind::AllReduce | CollectiveKind::Barrier => summed(0..self.atoms),
            CollectiveKind::ReduceScatter => summed(self.own(position)),
            CollectiveKind::Reduce if position == 0 => summed(0..self.atoms),
            CollectiveKind::Reduce => Buffer::new(),
            CollectiveKind::AllGather => (0..self.ranks).flat_map(|rank| self.before(rank)).collect(),
            CollectiveKind::Broadcast => self.before(0),
            CollectiveKind::SendRecv => self.before((position + self.ranks - 1) % self.ranks),
            CollectiveKind::AllToAll | CollectiveKind::EpDispatch | CollectiveKind::EpCombine => {
                let from = |rank: usize| (rank * self.ranks + position, Contributions::of(rank));
                (0..self.ranks).map(from).collect()
            }
        }
    }

    /// Whether what a position has is what it should have: in a barrier it may have heard of a rank more than once.
    pub(crate) fn is_met(self, has: Option<&Contributions>, should: &Contributions) -> bool {
        match self.kind {
            CollectiveKind::Barrier => has.is_some_and(|has| has.is_of_the_same_as(should)),
            _ => has == Some(should),
        }
    }

    /// The bytes of all atoms together, where they are equal: what ranks have for one another is counted for each.
    pub(crate) fn buffer(self) -> Option<Bytes> {
        match self.kind {
            CollectiveKind::EpDispatch | CollectiveKind::EpCombine | CollectiveKind::Barrier => None,
            CollectiveKind::AllToAll | CollectiveKind::SendRecv => Some(self.bytes * self.ranks as u64),
            _ => Some(self.bytes),
        }
    }

    /// The atoms that belong to a position.
    fn own(self, position: usize) -> Range<usize> {
        assert!(self.atoms.is_multiple_of(self.ranks), "{self:?}: ranks own equal parts");
        let each = self.atoms / self.ranks;
        position * each..(position + 1) * each
    }
}

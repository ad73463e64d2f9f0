//! Blocks of a group that stand for others: where a fabric has cells, few transfers meet what all of them do.
//!
//! Let the members in one cell be a block, all blocks as far apart as the first two, and transfers move with blocks. A
//! link belongs to a cell in which each transfer that crosses it begins or ends, so its load is that of the transfers
//! that touch one block. Transfers go from a block to those some offsets further on, around the end to the first ones.
//! Two blocks whose transfers go around the end at the same offsets are touched by the same transfers, moved by whole
//! cells: they meet the same. The offsets are few, so there are few kinds of blocks. Transfers that touch one block of
//! each kind load its links as all transfers do, and no other link by more than those.

use crate::collectives::{Partners, Pattern};
use crate::fabric::Fabric;
use crate::ids::EndpointId;
use std::collections::BTreeSet;

/// Consecutive positions, as many in each cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Blocks {
    size: usize,
    count: usize,
    pattern: Pattern,
}

/// The size and the number of blocks of members, one in each cell, that stand as far apart as the first two.
pub(crate) fn even_blocks(fabric: &Fabric, members: &[EndpointId]) -> Option<(usize, usize)> {
    let (cell, first) = (fabric.cell()?, members.first()?);
    let in_first_cell = |member: &&EndpointId| member.index() / cell == first.index() / cell;
    let size = members.iter().take_while(in_first_cell).count();
    let count = members.len() / size;
    if count < 2 || size * count != members.len() {
        return None;
    }
    let distance = |(next, one): (&EndpointId, &EndpointId)| next.index() as isize - one.index() as isize;
    let apart = distance((&members[size], first));
    let evenly = members[size..].iter().zip(members).all(|pair| distance(pair) == apart);
    (apart != 0 && apart % cell as isize == 0 && evenly).then_some((size, count))
}

impl Blocks {
    /// The blocks of a group that runs a pattern; all positions as one where they do not stand for one another.
    pub(super) fn of(fabric: &Fabric, members: &[EndpointId], pattern: Pattern) -> Self {
        match even_blocks(fabric, members) {
            Some((size, count)) if pattern.moves_by(members.len(), size) => Self { size, count, pattern },
            _ => Self { size: members.len(), count: 1, pattern },
        }
    }

    /// Positions whose transfers in a step meet what those of all positions do.
    pub(super) fn looked_at(self, step: usize) -> impl Iterator<Item = usize> {
        let positions = move |block: usize| block * self.size..(block + 1) * self.size;
        self.blocks(step).into_iter().flat_map(positions)
    }

    /// The blocks of those positions.
    fn blocks(self, step: usize) -> Vec<usize> {
        let count = self.count;
        let offsets = if count > 1 { self.offsets(step) } else { BTreeSet::new() };
        if 2 * offsets.len() + 1 >= count {
            return (0..count).collect();
        }
        let around_the_end = offsets.iter().flat_map(|&offset| [offset, count - offset]);
        let kinds: BTreeSet<usize> = around_the_end.chain([0]).collect();
        let towards = |&block: &usize| {
            offsets.iter().map(move |offset| (block + count - offset) % count).chain([block])
        };
        let looked_at: BTreeSet<usize> = kinds.iter().flat_map(towards).collect();
        looked_at.into_iter().collect()
    }

    /// How many blocks further on the receivers of a block are, without the block itself.
    fn offsets(self, step: usize) -> BTreeSet<usize> {
        let sends = |position| self.pattern.sends(self.size * self.count, position, step);
        let mut offsets = BTreeSet::new();
        for send in (0..self.size).flat_map(sends) {
            let Partners::One(to) = send.partners else {
                unreachable!("switches serve no pattern that moves")
            };
            offsets.insert(to / self.size);
        }
        offsets.remove(&0);
        offsets
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collectives::Part;

    /// Patterns of 24 positions, in domains of 6, and a step of each.
    fn patterns() -> impl Iterator<Item = (Pattern, usize)> {
        let ring = |stride, size| Pattern::Ring { stride, size };
        let exchange = |stride, size| Pattern::Exchange { stride, size, part: Part::Own };
        let circulant = |skip, back| Pattern::Circulant { skip, blocks: 1, back };
        let patterns = [ring(1, 24), ring(1, 6), ring(6, 4), ring(3, 2), exchange(1, 6), exchange(6, 4)]
            .into_iter()
            .chain([Pattern::Channels { inside: 6 }, Pattern::Channels { inside: 3 }])
            .chain([circulant(1, false), circulant(8, true), Pattern::Everyone(Part::Own)]);
        patterns.map(|pattern| (pattern, 0)).chain((0..23).map(|step| (Pattern::Shift, step)))
    }

    fn targets(pattern: Pattern, position: usize, step: usize) -> BTreeSet<(usize, u64)> {
        let one = |send: crate::collectives::Send| match send.partners {
            Partners::One(to) => (to, send.blocks),
            other => panic!("{other:?} is not one position"),
        };
        pattern.sends(24, position, step).into_iter().map(one).collect()
    }

    #[test]
    fn patterns_move() {
        let mut moving = 0;
        for (pattern, step) in patterns() {
            for by in [1, 2, 3, 4, 6, 8, 12].into_iter().filter(|&by| pattern.moves_by(24, by)) {
                let around = if matches!(pattern, Pattern::Channels { .. }) { by } else { 0 };
                for position in 0..24 - around - by {
                    let moved = targets(pattern, position, step).into_iter();
                    let moved: BTreeSet<_> = moved.map(|(to, blocks)| ((to + by) % 24, blocks)).collect();
                    assert_eq!(targets(pattern, position + by, step), moved, "{pattern:?} {position} {by}");
                }
                moving += 1;
            }
        }
        assert!(moving > 150, "{moving}");
    }

    #[test]
    fn few_blocks_stand_for_all() {
        let blocks = |pattern| Blocks { size: 6, count: 100, pattern }.blocks(0);
        assert_eq!(blocks(Pattern::Ring { stride: 1, size: 6 }), [0]);
        // Blocks 0 and 99 are touched around the end; block 1 is as all others.
        assert_eq!(blocks(Pattern::Ring { stride: 6, size: 100 }), [0, 1, 98, 99]);
        assert_eq!(blocks(Pattern::Channels { inside: 6 }), [0, 1, 98, 99]);
        assert_eq!(blocks(Pattern::Everyone(Part::Own)).len(), 100);
        // 64 further on are 10 blocks, or 11: kinds begin with the blocks 0, 10, 11, 89 and 90.
        let circulant = Pattern::Circulant { skip: 64, blocks: 1, back: false };
        assert_eq!(blocks(circulant), [0, 1, 10, 11, 78, 79, 80, 89, 90, 99]);
        let inside = Blocks { size: 6, count: 100, pattern: Pattern::Ring { stride: 1, size: 6 } };
        assert!(inside.looked_at(0).eq(0..6));
    }
}

//! Reduction and copying in the switches of a domain (NVLink SHARP: NVLS), with trees between domains (NVLS-tree).
//!
//! Each rank of a domain owns a part of the buffer. It reads the sum of that part over all ranks of the domain, which
//! the switch makes on the way, and writes the result to all of them at once, which the switch copies. Chunks follow
//! one another. Between domains the owners of one part form a double binary tree.

use super::binary_tree::{BinaryTree, TREES};
use super::pattern::Span;
use super::schedule::{chunk_in_step, shortest_alike};
use super::{Action, Atoms, Partners, Pattern, Pipeline, Schedule, Send};
use crate::units::Bytes;
use crate::workload::{Algorithm, CollectiveKind};

/// What switches do over domains of equal size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InNetwork {
    inside: usize,
    domains: usize,
    /// The ranks of a domain that own a part: all of them, or the root alone.
    owners: usize,
    chunks: usize,
    sum: bool,
    copy: bool,
}

/// A collective in the network over domains of `inside` ranks, in `chunks` chunks.
pub(super) fn schedule(
    kind: CollectiveKind,
    bytes: Bytes,
    (ranks, inside): (usize, usize),
    chunks: usize,
) -> Schedule {
    let sum =
        matches!(kind, CollectiveKind::AllReduce | CollectiveKind::ReduceScatter | CollectiveKind::Reduce);
    let copy = !matches!(kind, CollectiveKind::ReduceScatter | CollectiveKind::Reduce);
    let rooted = matches!(kind, CollectiveKind::Broadcast | CollectiveKind::Reduce);
    let owners = if rooted { 1 } else { inside };
    let waves = InNetwork { inside, domains: ranks / inside, owners, chunks, sum, copy };
    let algorithm = if ranks > inside { Algorithm::NvlsTree } else { Algorithm::Nvls };
    let pipeline = Pipeline {
        pattern: Pattern::InNetwork(waves),
        chunks,
        span: 2 * waves.depth() + usize::from(sum && copy),
        unit: bytes.padded_chunk(waves.atoms() as u64),
        moves: ranks > 1,
    };
    pipeline.schedule(algorithm, ranks)
}

impl InNetwork {
    /// How many ranks the switches of a domain serve.
    pub(crate) fn inside(self) -> usize {
        self.inside
    }

    pub(super) fn chunks(self) -> usize {
        self.chunks
    }

    /// Whether every rank ends with the sum of all.
    pub(super) fn reduces_all(self) -> bool {
        self.sum && self.copy
    }

    fn trees(self) -> usize {
        if self.domains > 1 { TREES } else { 1 }
    }

    pub(super) fn atoms(self) -> usize {
        self.owners * self.trees() * self.chunks
    }

    fn depth(self) -> usize {
        BinaryTree::depth(self.domains)
    }

    fn chunk(self, begin: usize, step: Option<usize>) -> Option<usize> {
        chunk_in_step(self.chunks, begin, step)
    }

    pub(super) fn of_one_chunk(self) -> Self {
        Self { chunks: 1, ..self }
    }

    /// Switches of as few chunks as can be, and a step, with the same transfers as in `step`.
    pub(super) fn canonical(self, step: usize) -> (Self, usize) {
        let last = 2 * self.depth() + usize::from(self.sum);
        let (chunks, step) = shortest_alike((self.chunks, step), last);
        (Self { chunks, ..self }, step)
    }

    /// Switches work while the first or the last stage has a chunk, the trees in between.
    pub(super) fn activity(self, step: usize) -> (bool, bool) {
        let (high, down) = (self.depth(), self.descent());
        let sums = self.sum && step < self.chunks;
        let copies = self.copy && (down..down + high + self.chunks).contains(&step);
        let between = high > 0 && (1..down + high + self.chunks - 1).contains(&step);
        (sums || copies, between)
    }

    /// The first chunk is summed, goes up and down between domains, and is copied.
    pub(super) fn leads_outside(self, step: usize) -> bool {
        let begin = usize::from(self.sum);
        (begin..begin + 2 * self.depth()).contains(&step)
    }

    fn domain(self, position: usize) -> Span {
        Span { first: position / self.inside * self.inside, count: self.inside }
    }

    /// Everything that a position starts in a step, with the atom that it concerns.
    fn moves(self, position: usize, step: Option<usize>) -> Vec<(Partners, usize, Action)> {
        let (domain, member) = (position / self.inside, position % self.inside);
        let mut moves = Vec::new();
        if member >= self.owners {
            return moves;
        }
        let span = self.domain(position);
        for tree in 0..self.trees() {
            let binary = BinaryTree { nodes: self.domains, tree };
            let level = binary.level(domain);
            let atom = (member * self.trees() + tree) * self.chunks;
            let peer = |domain: usize| Partners::One(domain * self.inside + member);
            let mut add = |begin: usize, partners: Partners, action| {
                moves.extend(self.chunk(begin, step).map(|chunk| (partners, atom + chunk, action)));
            };
            if self.sum {
                add(0, Partners::Sum(span), Action::Set);
            }
            if let Some(parent) = binary.parent(domain) {
                add(1 + self.depth() - level, peer(parent), Action::Add);
            }
            let down = self.descent() + level;
            for child in binary.children(domain) {
                add(down, peer(child), Action::Set);
            }
            if self.copy {
                add(down, Partners::Copies(span), Action::Set);
            }
        }
        moves
    }

    /// The step in which the root of the trees sends its first chunk down.
    fn descent(self) -> usize {
        self.depth() + usize::from(self.sum)
    }

    pub(super) fn sends(self, position: usize, step: Option<usize>) -> Vec<Send> {
        let sends = self.moves(position, step).into_iter().map(|(partners, ..)| Send { partners, blocks: 1 });
        super::pattern::merged(sends.collect())
    }

    /// How many transfers of others a position takes part in: of all owners of its domain, and of its trees.
    pub(super) fn receives(self, position: usize, step: usize) -> usize {
        let (domain, member) = (position / self.inside, position % self.inside);
        // All owners of a domain start the same transfers, each with its own part.
        let first = self.moves(self.domain(position).first, Some(step));
        let of_all = first.iter().filter(|found| !matches!(found.0, Partners::One(_)));
        let mut of_all: Vec<Partners> = of_all.map(|found| found.0).collect();
        of_all.sort_unstable();
        of_all.dedup();
        let others = self.owners - usize::from(member < self.owners);
        let mut far: Vec<usize> = Vec::new();
        for tree in 0..self.trees() {
            let binary = BinaryTree { nodes: self.domains, tree };
            far.extend(binary.parent(domain).into_iter().chain(binary.children(domain)));
        }
        far.sort_unstable();
        far.dedup();
        let reaches = |&domain: &usize| {
            let sends = self.moves(domain * self.inside + member, Some(step));
            sends.iter().any(|found| found.0 == Partners::One(position))
        };
        of_all.len() * others + far.iter().filter(|domain| reaches(domain)).count()
    }

    /// What a position gives to the sums of its domain in a step, in blocks.
    pub(super) fn summed_blocks(self, position: usize, step: usize) -> u64 {
        let of_one = self.moves(self.domain(position).first, Some(step));
        let sums = of_one.iter().filter(|found| matches!(found.0, Partners::Sum(_))).count();
        (sums * self.owners) as u64
    }

    pub(super) fn contents(self, position: usize, step: usize, partners: Partners) -> Vec<Atoms> {
        let moves = self.moves(position, Some(step)).into_iter().filter(|found| found.0 == partners);
        moves.map(|(_, atom, action)| Atoms { action: Some(action), ..Atoms::one(atom) }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rank_sends_its_buffer_once_and_its_part_once_more() {
        // S + ceil(S/n), and a step more than there are chunks.
        let schedule = schedule(CollectiveKind::AllReduce, Bytes::new(8000), (8, 8), 10);
        assert_eq!(schedule.steps(), 11);
        assert_eq!(schedule.wire_bytes(), Bytes::new(9000));
        assert_eq!(schedule.nominal_wire_bytes(Bytes::new(7999)), Bytes::new(7999 + 1000));
    }
}

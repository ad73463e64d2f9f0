//! Pipelined double binary trees, with chains inside domains.
//!
//! Each member of a domain heads two trees; the other members hang from it in a chain, and heads of one index form
//! the double binary tree between domains, so that every adapter carries its share. The buffer is cut into chunks
//! that follow one another: in each step a chunk moves on by one edge, up to the root and down again.

use super::binary_tree::{BinaryTree, TREES};
use super::pattern::merged;
use super::schedule::shortest_alike;
use super::{Action, Atoms, Pattern, Pipeline, Schedule, Send};
use crate::units::Bytes;
use crate::workload::{Algorithm, CollectiveKind};

/// Trees over domains of equal size, and which way chunks go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tree {
    inside: usize,
    domains: usize,
    /// Members of a domain that head trees, and trees of each.
    heads: usize,
    trees: usize,
    chunks: usize,
    up: bool,
    down: bool,
}

/// A tree collective over domains of `inside` ranks, in `chunks` chunks.
pub(super) fn schedule(
    kind: CollectiveKind,
    bytes: Bytes,
    (ranks, inside): (usize, usize),
    chunks: usize,
) -> Schedule {
    let (up, down) = ways(kind);
    // What comes from one rank, or goes to one, has one tree.
    let rooted = !(up && down);
    let (heads, trees) = if rooted { (1, 1) } else { (inside, TREES) };
    let tree = Tree { inside, domains: ranks / inside, heads, trees, chunks, up, down };
    tree.pipeline(bytes).schedule(Algorithm::Tree, ranks)
}

/// A broadcast or a reduce along the ring of all ranks: a tree without branches.
pub(super) fn chain(kind: CollectiveKind, bytes: Bytes, ranks: usize, chunks: usize) -> Schedule {
    let (up, down) = ways(kind);
    let tree = Tree { inside: ranks, domains: 1, heads: 1, trees: 1, chunks, up, down };
    tree.pipeline(bytes).schedule(Algorithm::Ring, ranks)
}

fn ways(kind: CollectiveKind) -> (bool, bool) {
    (kind != CollectiveKind::Broadcast, kind != CollectiveKind::Reduce)
}

/// What a rank does in one tree.
struct Place {
    /// The first atom of the tree.
    atom: usize,
    parent: Option<usize>,
    children: Vec<usize>,
    level: usize,
}

impl Tree {
    fn pipeline(self, bytes: Bytes) -> Pipeline {
        Pipeline {
            pattern: Pattern::Tree(self),
            chunks: self.chunks,
            span: (self.depth() * (usize::from(self.up) + usize::from(self.down))).saturating_sub(1),
            unit: bytes.padded_chunk(self.atoms() as u64),
            moves: self.depth() > 0,
        }
    }

    pub(super) fn atoms(self) -> usize {
        self.heads * self.trees * self.chunks
    }

    fn depth(self) -> usize {
        BinaryTree::depth(self.domains) + self.inside - 1
    }

    /// The chunk that an edge used from step `begin` on carries in a step; with no step given, any.
    fn chunk(self, begin: usize, step: Option<usize>) -> Option<usize> {
        let Some(step) = step else { return Some(0) };
        step.checked_sub(begin).filter(|&chunk| chunk < self.chunks)
    }

    pub(super) fn of_one_chunk(self) -> Self {
        Self { chunks: 1, ..self }
    }

    /// A tree of as few chunks as can be, and a step, with the same transfers as in `step`.
    pub(super) fn canonical(self, step: usize) -> (Self, usize) {
        let last = self.depth() * (usize::from(self.up) + usize::from(self.down));
        let (chunks, step) = shortest_alike((self.chunks, step), last);
        (Self { chunks, ..self }, step)
    }

    /// Chains carry something in every step; the trees between domains while chunks are between heads.
    pub(super) fn activity(self, step: usize) -> (bool, bool) {
        let (high, chain) = (BinaryTree::depth(self.domains), self.inside - 1);
        let risen = if self.up { self.depth() } else { 0 };
        let begin = if self.up { chain } else { 0 };
        let last = if self.down { risen + high } else { self.depth() };
        (self.inside > 1, high > 0 && (begin..last + self.chunks - 1).contains(&step))
    }

    fn places(self, position: usize) -> impl Iterator<Item = Place> {
        let (domain, member) = (position / self.inside, position % self.inside);
        let all = (0..self.heads).flat_map(move |head| (0..self.trees).map(move |tree| (head, tree)));
        all.map(move |(head, tree)| {
            let binary = BinaryTree { nodes: self.domains, tree };
            let hangs = (member + self.inside - head) % self.inside;
            let rank = |member: usize| domain * self.inside + member % self.inside;
            let head_of = |domain: usize| domain * self.inside + head;
            let mut children = Vec::new();
            if hangs + 1 < self.inside {
                children.push(rank(member + 1));
            }
            if hangs == 0 {
                children.extend(binary.children(domain).map(head_of));
            }
            let above = if hangs > 0 {
                Some(rank(member + self.inside - 1))
            } else {
                binary.parent(domain).map(head_of)
            };
            Place {
                atom: (head * self.trees + tree) * self.chunks,
                parent: above,
                children,
                level: binary.level(domain) + hangs,
            }
        })
    }

    /// All edges that a position uses in a step: the other end, the atom, and whether it goes up.
    fn edges(self, position: usize, step: Option<usize>) -> Vec<(usize, usize, bool)> {
        let mut edges = Vec::new();
        for place in self.places(position) {
            let (risen, level) = (if self.up { self.depth() } else { 0 }, place.level);
            if let Some(parent) = place.parent.filter(|_| self.up) {
                let chunk = self.chunk(self.depth() - level, step);
                edges.extend(chunk.map(|chunk| (parent, place.atom + chunk, true)));
            }
            if self.down
                && let Some(chunk) = self.chunk(risen + level, step)
            {
                edges.extend(place.children.iter().map(|&child| (child, place.atom + chunk, false)));
            }
        }
        edges
    }

    pub(super) fn sends(self, position: usize, step: Option<usize>) -> Vec<Send> {
        merged(self.edges(position, step).into_iter().map(|(to, _, _)| Send::one(to)).collect())
    }

    /// How many neighbours send to a position in a step.
    pub(super) fn receives(self, position: usize, step: usize) -> usize {
        let mut senders = Vec::new();
        for place in self.places(position) {
            let risen = if self.up { self.depth() } else { 0 };
            if self.up && self.chunk((self.depth() - place.level).wrapping_sub(1), Some(step)).is_some() {
                senders.extend(&place.children);
            }
            if let Some(parent) = place.parent.filter(|_| self.down)
                && self.chunk(risen + place.level - 1, Some(step)).is_some()
            {
                senders.push(parent);
            }
        }
        senders.sort_unstable();
        senders.dedup();
        senders.len()
    }

    pub(super) fn contents(self, position: usize, step: usize, to: usize) -> Vec<Atoms> {
        let edges = self.edges(position, Some(step)).into_iter().filter(|edge| edge.0 == to);
        let action = |up| Some(if up { Action::Add } else { Action::Set });
        edges.map(|(_, atom, up)| Atoms { action: action(up), ..Atoms::one(atom) }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_send_what_double_trees_send() {
        // Out of a domain of 4: S for two domains, 1.5 S for three, 2 S from four on (the busiest of them).
        for (domains, share) in [(2, 1.0), (3, 1.5), (4, 2.0), (8, 2.0)] {
            let (chunks, unit) = (10, 1000);
            let bytes = Bytes::new(4 * 2 * chunks * unit);
            let schedule = schedule(CollectiveKind::AllReduce, bytes, (4 * domains, 4), chunks as usize);
            let sent = |domain: usize| -> u64 {
                let leaves = |send: &Send| send.partners.others(usize::MAX).all(|to| to / 4 != domain);
                let of_phase = |phase: &super::super::Phase| -> u64 {
                    let of_rank = |rank: usize| -> u64 {
                        let sends = phase.pattern.sends(schedule.ranks, rank, phase.first);
                        sends.iter().filter(|send| leaves(send)).map(|send| send.blocks).sum()
                    };
                    (domain * 4..domain * 4 + 4).map(of_rank).sum::<u64>() * phase.steps as u64
                };
                schedule.phases.iter().map(of_phase).sum::<u64>() * unit
            };
            let busiest = (0..domains).map(sent).max().expect("there are domains");
            assert_eq!(busiest as f64 / bytes.count() as f64, share, "{domains} domains");
        }
    }
}

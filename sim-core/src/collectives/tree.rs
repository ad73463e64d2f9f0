//! Pipelined double binary trees, with chains inside domains.
//!
//! Each member of a domain heads two trees; the other members hang from it in a chain, and heads of one index form
//! the double binary tree between domains, so that every adapter carries its share. The buffer is cut into chunks
//! that follow one another: in each step a chunk moves on by one edge, up to the root and down again.
//!
//! What comes from one rank, or goes to one, has a tree for each head too, or a chain of heads: there the first rank is
//! the root of all of them, so that in its domain it stands above the head.

use super::binary_tree::{BinaryTree, TREES};
use super::pattern::merged;
use super::schedule::{chunk_in_step, shortest_alike};
use super::{Action, Atoms, Pattern, Pipeline, Schedule, Send};
use crate::units::Bytes;
use crate::workload::{Algorithm, CollectiveKind};

/// How heads of one index are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Between {
    /// From each domain to the next.
    Chain,
    /// By binary trees, so many of each head.
    Trees(usize),
}

/// Trees over domains of equal size, and which way chunks go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tree {
    inside: usize,
    domains: usize,
    /// Members of a domain that head trees.
    heads: usize,
    between: Between,
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
    let between = Between::Trees(if up && down { TREES } else { 1 });
    let tree = Tree { inside, domains: ranks / inside, heads: inside, between, chunks, up, down };
    tree.pipeline(bytes).schedule(Algorithm::Tree, ranks)
}

/// A broadcast or a reduce along chains without branches between domains: one for each member of a domain.
///
/// Without domains, `inside` being 1 or all ranks, it is one chain along all ranks.
pub(super) fn chain(
    kind: CollectiveKind,
    bytes: Bytes,
    (ranks, inside): (usize, usize),
    chunks: usize,
) -> Schedule {
    let (up, down) = ways(kind);
    let domains = ranks / inside;
    let heads = if domains > 1 { inside } else { 1 };
    let tree = Tree { inside, domains, heads, between: Between::Chain, chunks, up, down };
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

    /// The trees of each head.
    fn trees(self) -> usize {
        match self.between {
            Between::Chain => 1,
            Between::Trees(trees) => trees,
        }
    }

    pub(super) fn chunks(self) -> usize {
        self.chunks
    }

    pub(super) fn atoms(self) -> usize {
        self.heads * self.trees() * self.chunks
    }

    /// How far the farthest domain is from that of the root.
    fn height(self) -> usize {
        match self.between {
            Between::Chain => self.domains - 1,
            Between::Trees(_) => BinaryTree::depth(self.domains),
        }
    }

    fn depth(self) -> usize {
        self.height() + self.lift(self.heads - 1) + self.inside - 1
    }

    /// How far a head stands below the root in the domain of the root: all trees of a broadcast have one root.
    fn lift(self, head: usize) -> usize {
        usize::from(self.up != self.down && head > 0)
    }

    /// The chunk that an edge used from step `begin` on carries in a step; with no step given, any.
    fn chunk(self, begin: usize, step: Option<usize>) -> Option<usize> {
        chunk_in_step(self.chunks, begin, step)
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
        // Over ranks that stand in domains of unequal size, chains and trees know of none.
        if self.inside == 1 || self.domains == 1 {
            return (true, true);
        }
        let (high, chain) = (self.height(), self.inside - 1);
        let risen = if self.up { self.depth() } else { 0 };
        let begin = if self.up { chain } else { 0 };
        let last = if self.down { risen + high + self.lift(self.heads - 1) } else { self.depth() };
        (self.inside > 1, high > 0 && (begin..last + self.chunks - 1).contains(&step))
    }

    /// Whether the first chunk is on its way between heads.
    pub(super) fn leads_outside(self, step: usize) -> bool {
        self.of_one_chunk().activity(step).1
    }

    /// Where a member stands in the chain of its domain, counted from the top.
    fn index_of(self, member: usize, (domain, head): (usize, usize)) -> usize {
        let behind = (member + self.inside - head) % self.inside;
        match member {
            _ if domain > 0 || self.lift(head) == 0 => behind,
            0 => 0,
            // The root has left its place and stands on top.
            _ => behind + usize::from(behind < self.inside - head),
        }
    }

    /// Who stands so far from the top in the chain of a domain.
    fn member_at(self, index: usize, (domain, head): (usize, usize)) -> usize {
        let behind = match index {
            _ if domain > 0 || self.lift(head) == 0 => index,
            0 => return 0,
            _ => index - usize::from(index <= self.inside - head),
        };
        (head + behind) % self.inside
    }

    fn binary(self, tree: usize) -> BinaryTree {
        BinaryTree { nodes: self.domains, tree }
    }

    /// The domain above, the domains below, and how far a domain is from that of the root.
    fn joined(self, domain: usize, tree: usize) -> (Option<usize>, Vec<usize>, usize) {
        match self.between {
            Between::Chain => {
                let below = Some(domain + 1).filter(|&below| below < self.domains);
                (domain.checked_sub(1), below.into_iter().collect(), domain)
            }
            Between::Trees(_) => {
                let binary = self.binary(tree);
                (binary.parent(domain), binary.children(domain).collect(), binary.level(domain))
            }
        }
    }

    fn places(self, position: usize) -> impl Iterator<Item = Place> {
        let trees = self.trees();
        let all = (0..self.heads).flat_map(move |head| (0..trees).map(move |tree| (head, tree)));
        all.map(move |(head, tree)| self.place(position, head, tree))
    }

    fn place(self, position: usize, head: usize, tree: usize) -> Place {
        let (domain, member) = (position / self.inside, position % self.inside);
        let of_chain = (domain, head);
        let index = self.index_of(member, of_chain);
        let (above, below, far) = self.joined(domain, tree);
        let in_chain = |index: usize| domain * self.inside + self.member_at(index, of_chain);
        let head_of = |domain: usize| domain * self.inside + head;
        let mut children = Vec::new();
        if index + 1 < self.inside {
            children.push(in_chain(index + 1));
        }
        if member == head {
            children.extend(below.into_iter().map(head_of));
        }
        let lift = if domain > 0 { self.lift(head) } else { 0 };
        Place {
            atom: (head * self.trees() + tree) * self.chunks,
            parent: if index > 0 { Some(in_chain(index - 1)) } else { above.map(head_of) },
            children,
            level: far + lift + index,
        }
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

    const KINDS: [CollectiveKind; 2] = [CollectiveKind::Broadcast, CollectiveKind::Reduce];

    /// Bytes that each rank sends out of its domain and inside it, over all steps.
    fn sent(schedule: &Schedule, inside: usize) -> Vec<[u64; 2]> {
        let of_rank = |rank: usize| {
            let mut sent = [0; 2];
            for phase in &schedule.phases {
                for step in 0..phase.steps {
                    for send in phase.pattern.sends(schedule.ranks, rank, phase.first + step) {
                        let leaves = send.partners.others(usize::MAX).all(|to| to / inside != rank / inside);
                        sent[usize::from(leaves)] += send.blocks * phase.bytes.count();
                    }
                }
            }
            sent
        };
        (0..schedule.ranks).map(of_rank).collect()
    }

    #[test]
    fn chains_share_a_buffer_among_the_adapters_of_a_domain() {
        let bytes = Bytes::new(8 * 10 * 100);
        for kind in KINDS {
            let schedule = chain(kind, bytes, (24, 8), 10);
            let sent = sent(&schedule, 8);
            // Two of three domains send, each of their adapters an eighth of the buffer.
            let far: Vec<u64> = sent.iter().map(|sent| sent[1]).collect();
            let silent = if kind == CollectiveKind::Broadcast { 2 } else { 0 };
            let expected = |rank: usize| if rank / 8 == silent { 0 } else { 1000 };
            assert_eq!(far, (0..24).map(expected).collect::<Vec<u64>>(), "{kind:?}");
            assert!(
                sent.iter().all(|sent| sent[0] <= 8000),
                "nobody sends more than the buffer inside: {sent:?}"
            );
        }
    }

    #[test]
    fn rooted_trees_use_every_adapter_as_well() {
        let schedule = schedule(CollectiveKind::Broadcast, Bytes::new(4 * 10 * 100), (32, 4), 10);
        let sent = sent(&schedule, 4);
        // All but one of eight domains are sent a quarter of the buffer by the adapters of one index.
        for head in 0..4 {
            assert_eq!(sent.iter().skip(head).step_by(4).map(|sent| sent[1]).sum::<u64>(), 7 * 1000);
        }
    }

    /// Does all transfers on data: how often each rank's part is in each atom of each rank.
    fn executed(schedule: &Schedule) -> Vec<Vec<Vec<u64>>> {
        let (ranks, atoms) = (schedule.ranks, schedule.atoms());
        let own = |rank: usize| (0..ranks).map(|other| u64::from(other == rank)).collect::<Vec<u64>>();
        let mut held: Vec<Vec<Vec<u64>>> = (0..ranks).map(|rank| vec![own(rank); atoms]).collect();
        for step in 0..schedule.steps() {
            let before = held.clone();
            let (index, within) = schedule.locate(step).expect("the step is one of the schedule");
            let phase = &schedule.phases[index];
            let mut arrived = vec![0; ranks];
            for (rank, own) in before.iter().enumerate() {
                for send in phase.pattern.sends(ranks, rank, phase.first + within) {
                    let to = send.partners.others(rank).next().expect("a transfer has a receiver");
                    arrived[to] += 1;
                    for atoms in schedule.contents(rank, step, send.partners) {
                        for atom in atoms.iter() {
                            let data = &own[atom];
                            let target = &mut held[to][atom];
                            match atoms.action {
                                Some(Action::Add) => target.iter_mut().zip(data).for_each(|(a, b)| *a += b),
                                _ => target.clone_from(data),
                            }
                        }
                    }
                }
            }
            let awaited = |rank| phase.pattern.receives(ranks, rank, phase.first + within);
            assert_eq!(arrived, (0..ranks).map(awaited).collect::<Vec<usize>>(), "step {step}");
        }
        held
    }

    #[test]
    fn roots_give_and_get_everything_whatever_the_domains() {
        let shapes = [(6, 1), (6, 6), (4, 2), (6, 3), (8, 4), (12, 2), (15, 5), (16, 8)];
        for (ranks, inside) in shapes {
            for chunks in [1, 3] {
                let bytes = Bytes::new(960);
                for kind in KINDS {
                    for schedule in [
                        chain(kind, bytes, (ranks, inside), chunks),
                        schedule(kind, bytes, (ranks, inside), chunks),
                    ] {
                        let held = executed(&schedule);
                        let what = format!("{kind:?} {:?} {ranks} in {inside}", schedule.algorithm);
                        if kind == CollectiveKind::Reduce {
                            assert!(held[0].iter().flatten().all(|&times| times == 1), "{what}");
                        } else {
                            assert!(held.iter().flatten().all(|atom| atom[0] == 1), "{what}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn transfers_between_domains_are_where_the_activity_says() {
        for kind in [CollectiveKind::Broadcast, CollectiveKind::Reduce, CollectiveKind::AllReduce] {
            let mut schedules = vec![schedule(kind, Bytes::new(9600), (15, 3), 4)];
            if kind != CollectiveKind::AllReduce {
                schedules.push(chain(kind, Bytes::new(9600), (15, 3), 4));
            }
            for schedule in schedules {
                for step in 0..schedule.steps() {
                    let pattern = schedule.phases[0].pattern;
                    let leaves = |rank: usize| {
                        let sends = pattern.sends(15, rank, step);
                        sends.into_iter().any(|send| send.partners.others(rank).any(|to| to / 3 != rank / 3))
                    };
                    let what = format!("{kind:?} {:?} step {step}", schedule.algorithm);
                    assert_eq!(pattern.activity(step).1, (0..15).any(leaves), "{what}");
                }
            }
        }
    }
}

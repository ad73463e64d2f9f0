//! What joins a set of ranks to everything else.

use copperlight_core::fabric::{Fabric, Link, Scope};

/// What the links around some ranks carry together, in bytes per second.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Joint {
    /// How many ranks there are inside.
    pub(super) ranks: usize,
    /// Out of the set.
    pub(super) out: f64,
    /// Into the set.
    pub(super) into: f64,
}

/// The links around all of the first `ranks` endpoints, each by itself: what they inject and what they take.
pub(super) fn of_each_rank(fabric: &Fabric, ranks: usize) -> Vec<Joint> {
    let mut joints = vec![Joint { ranks: 1, ..Joint::default() }; ranks];
    for link in fabric.links() {
        let rate = link.capacity.bytes_per_second();
        if let Some(sender) = joints.get_mut(link.from.index()) {
            sender.out += rate;
        }
        if let Some(receiver) = joints.get_mut(link.to.index()) {
            receiver.into += rate;
        }
    }
    joints
}

/// The links between domains around each domain with some of the first `ranks` endpoints, but not all of them.
///
/// A domain is what healthy links of scope scale-up join, switches included: all that leaves it crosses a link of scope
/// scale-out, whether at a chip or at a switch. Complexity: nearly O(nodes + links).
pub(super) fn of_domains(fabric: &Fabric, ranks: usize) -> Vec<Joint> {
    let is_outside = |link: &&Link| fabric.tiers()[link.tier.index()].scope == Scope::ScaleOut;
    let mut domains = Domains((0..fabric.nodes()).collect());
    for link in fabric.working_links().filter(|link| !is_outside(link)) {
        domains.join(link.from.index(), link.to.index());
    }
    let mut joints = vec![Joint::default(); fabric.nodes()];
    for rank in 0..ranks {
        joints[domains.of(rank)].ranks += 1;
    }
    for link in fabric.links().iter().filter(is_outside) {
        let (from, to) = (domains.of(link.from.index()), domains.of(link.to.index()));
        if from != to {
            joints[from].out += link.capacity.bytes_per_second();
            joints[to].into += link.capacity.bytes_per_second();
        }
    }
    joints.retain(|joint| (1..ranks).contains(&joint.ranks));
    joints
}

/// Disjoint sets of nodes: each node names another of its set, and the first names itself (Tarjan, 1975).
struct Domains(Vec<usize>);

impl Domains {
    /// The first node of the set of `node`.
    fn of(&mut self, mut node: usize) -> usize {
        while self.0[node] != node {
            self.0[node] = self.0[self.0[node]];
            node = self.0[node];
        }
        node
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.of(one), self.of(other));
        self.0[one.max(other)] = one.min(other);
    }
}

//! Folded Clos trees of equal switches: their shape, wiring and routes, for `fat-tree` inside and between domains.
//!
//! A switch has `radix` ports. A leaf gives `uplinks = radix / (1 + oversubscription)` of them to the stage above and
//! the rest to chips. With two tiers each leaf has one link to each of `uplinks` spines, of which each has a port for
//! every leaf. With three, `radix / 2` leaves and `uplinks` aggregation switches form a pod; the `radix / 2` upper
//! ports of an aggregation switch lead to the cores of its group, and each core has a port for every pod. This is the
//! k-ary fat tree of Al-Fares, Loukissas and Vahdat (SIGCOMM 2008), with oversubscription at the leaves.
//!
//! Stages that fewer chips do not need are left out: one leaf has no spine above it, one pod no cores.
//!
//! Links are numbered: one up and one down for each end; for each leaf its links up and then those down; for each pod
//! the links up of its aggregation switches and then those down.

use super::cut::leaf_cuts;
use super::domain::ParameterError;
use super::hashing::pair_hash;
use super::layout::least_common_multiple;
use copperlight_core::fabric::{FabricBuilder, Link, Ways};
use copperlight_core::ids::{NodeId, TierId};
use copperlight_core::units::{Bandwidth, Time};
use std::ops::Range;

/// How a flow finds its way up a tree; the way down is then given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TreeRouting {
    /// By the receiver's number modulo the uplinks, so that flows to one receiver never meet others on the way down
    /// (Zahavi, "D-Mod-K routing providing non-blocking traffic for shift permutations", 2010).
    DestinationModulo,
    /// By a hash of sender and receiver, as ECMP does with the headers of a flow.
    Hashed {
        /// The seed of the hash.
        seed: u64,
    },
    /// Evenly over all ways.
    Spray,
}

/// The names of the routings, the default first.
pub(crate) const ROUTINGS: &[&str] = &["d-mod-k", "ecmp", "spray"];

impl TreeRouting {
    /// The routing of a name of [`ROUTINGS`].
    pub(crate) fn named(name: &str, seed: u64) -> Self {
        match name {
            "ecmp" => Self::Hashed { seed },
            "spray" => Self::Spray,
            _ => Self::DestinationModulo,
        }
    }
}

/// The parameters that shape a tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    /// Ports of a switch.
    pub radix: usize,
    /// Two or three stages of switches.
    pub tiers: usize,
    /// Bandwidth of a leaf's chips over that of its uplinks: 1 for none.
    pub oversubscription: f64,
    /// How flows find their way up.
    pub routing: TreeRouting,
}

/// The switches that a number of ends needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TreeSize {
    pub(super) ends: usize,
    pub(super) leaves: usize,
    /// Groups of leaves that share their second stage; all of them with two tiers.
    pub(super) pods: usize,
    /// Spines, or aggregation switches of all pods; none above a single leaf.
    pub(super) second: usize,
    pub(super) cores: usize,
}

/// What the links of a tree are like.
#[derive(Debug, Clone, Copy)]
pub(super) struct TreeLinks<'a> {
    pub(super) capacity: Bandwidth,
    /// Latencies from and to an end.
    pub(super) end_latency: [Time; 2],
    /// Latency between switches.
    pub(super) uplink_latency: Time,
    /// Media of links at ends and between switches.
    pub(super) media: [u16; 2],
    /// The tier of each stage of links; as many as the tree has.
    pub(super) tiers: &'a [TierId],
}

/// Where a tree is wired.
#[derive(Debug)]
pub(super) struct TreeSite<'a> {
    /// What stands before the names of switches.
    pub(super) prefix: String,
    /// The node of the first end; the others follow it.
    pub(super) first_end: usize,
    pub(super) ends: usize,
    pub(super) links: TreeLinks<'a>,
}

/// Two different ends of a tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct TreePair {
    pub(super) first_link: usize,
    pub(super) ends: usize,
    pub(super) from: usize,
    pub(super) to: usize,
}

impl Tree {
    /// Links from a leaf to the stage above.
    pub(super) fn uplinks(&self) -> usize {
        (self.exact_uplinks().round() as usize).max(1)
    }

    /// Ports over one and the oversubscription; whole but for the digits of the ratio.
    fn exact_uplinks(&self) -> f64 {
        self.radix as f64 / (1.0 + self.oversubscription)
    }

    /// Ends of a leaf.
    pub(super) fn ends_per_leaf(&self) -> usize {
        self.radix.saturating_sub(self.uplinks()).max(1)
    }

    /// Upper ports of an aggregation switch, and leaves of a pod, in three tiers.
    fn half(&self) -> usize {
        (self.radix / 2).max(1)
    }

    fn leaves_per_pod(&self) -> usize {
        if self.tiers == 2 { self.radix } else { self.half() }
    }

    /// The ends of a full tree.
    pub(super) fn most_ends(&self) -> usize {
        let pods = if self.tiers == 2 { 1 } else { self.radix };
        self.ends_per_leaf() * self.leaves_per_pod() * pods
    }

    /// The most ways of a route.
    pub(super) fn most_ways(&self) -> usize {
        match (self.routing, self.tiers) {
            (TreeRouting::Spray, 2) => self.uplinks(),
            (TreeRouting::Spray, _) => self.uplinks() * self.half(),
            _ => 1,
        }
    }

    /// Checks each parameter by itself.
    pub(super) fn check(&self) -> Result<(), ParameterError> {
        if self.radix < 2 {
            return Err(ParameterError::Radix { radix: self.radix });
        }
        if !(2..=3).contains(&self.tiers) {
            return Err(ParameterError::TreeTiers { tiers: self.tiers });
        }
        if !(self.oversubscription >= 1.0 && self.oversubscription.is_finite()) {
            return Err(ParameterError::Oversubscription { ratio: self.oversubscription });
        }
        Ok(())
    }

    /// Checks that the ports of a switch can be divided as asked.
    pub(super) fn check_ports(&self) -> Result<(), ParameterError> {
        if self.tiers == 3 && !self.radix.is_multiple_of(2) {
            return Err(ParameterError::OddRadix { radix: self.radix });
        }
        let ratio_of = |uplinks: usize| (self.radix - uplinks) as f64 / uplinks as f64;
        // A ratio is written with as many digits as its author had patience for.
        if (self.exact_uplinks() - self.uplinks() as f64).abs() <= 1e-6 {
            return Ok(());
        }
        let distance = |uplinks: &usize| (ratio_of(*uplinks) - self.oversubscription).abs();
        let uplinks = (1..=self.half()).min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap_or(1);
        Err(ParameterError::Ports {
            radix: self.radix,
            ratio: self.oversubscription,
            uplinks,
            nearest: ratio_of(uplinks),
        })
    }

    /// The switches that so many ends need.
    pub(super) fn size(&self, ends: usize) -> TreeSize {
        let leaves = ends.div_ceil(self.ends_per_leaf());
        let pods = leaves.div_ceil(self.leaves_per_pod());
        let second = if leaves > 1 { pods * self.uplinks() } else { 0 };
        let cores = if pods > 1 { self.uplinks() * self.half() } else { 0 };
        TreeSize { ends, leaves, pods, second, cores }
    }

    /// The switches of each stage.
    pub(super) fn switches(&self, ends: usize) -> Vec<usize> {
        let size = self.size(ends);
        [size.leaves, size.second, size.cores][..self.tiers].to_vec()
    }

    /// The directed links of each stage.
    pub(super) fn links(&self, ends: usize) -> Vec<usize> {
        let size = self.size(ends);
        let leaf_links = if size.leaves > 1 { 2 * size.leaves * self.uplinks() } else { 0 };
        let core_links = if size.pods > 1 { 2 * size.second * self.half() } else { 0 };
        [2 * ends, leaf_links, core_links][..self.tiers].to_vec()
    }

    /// How many links' worth the first half of the ends can send to the others: the least cut of the tree, each stage
    /// above the leaves taken as one switch for each pod.
    pub(super) fn bisection(&self, ends: usize) -> usize {
        let half = ends / 2;
        let per_leaf = self.ends_per_leaf();
        let uplinks = self.uplinks();
        let leaf =
            |leaf: usize| leaf_cuts(&(leaf * per_leaf..ends.min((leaf + 1) * per_leaf)), half, [1, uplinks]);
        let size = self.size(ends);
        let pod = |pod: usize| {
            let leaves = pod * self.leaves_per_pod()..size.leaves.min((pod + 1) * self.leaves_per_pod());
            leaves.map(leaf).fold([0, 0], |[a, b], [c, d]| [a + c, b + d])
        };
        let upper = uplinks * self.half();
        let joined = |[senders, receivers]: [usize; 2]| match size.pods {
            1 => [senders, receivers],
            _ => [senders.min(receivers + upper), receivers.min(senders + upper)],
        };
        let [senders, receivers] =
            (0..size.pods).map(pod).map(joined).fold([0, 0], |[a, b], [c, d]| [a + c, b + d]);
        senders.min(receivers)
    }

    /// Adds the switches and links.
    pub(super) fn wire(&self, builder: &mut FabricBuilder, site: &TreeSite<'_>) {
        let size = self.size(site.ends);
        let prefix = &site.prefix;
        let leaves: Vec<NodeId> =
            (0..size.leaves).map(|leaf| builder.switch(format!("{prefix}leaf{leaf}"))).collect();
        let second: Vec<NodeId> = (0..size.second)
            .map(|index| match self.tiers {
                2 => builder.switch(format!("{prefix}spine{index}")),
                _ => {
                    let (pod, number) = (index / self.uplinks(), index % self.uplinks());
                    builder.switch(format!("{prefix}pod{pod}/aggregation{number}"))
                }
            })
            .collect();
        let cores: Vec<NodeId> =
            (0..size.cores).map(|core| builder.switch(format!("{prefix}core{core}"))).collect();
        self.wire_ends(builder, site, &leaves);
        if let Some(load) = self.largest_load() {
            site.links.tiers[1..].iter().for_each(|&tier| builder.largest_load(tier, load));
        }
        if !second.is_empty() {
            self.wire_leaves(builder, site, [&leaves, &second]);
        }
        if !cores.is_empty() {
            self.wire_pods(builder, site, [&second, &cores]);
        }
    }

    /// What a link between switches can be asked for, as a share of its capacity: an even share of what the ends below
    /// send, where flows are sprayed. The links up of a pod are as many as those of its leaves. Where each flow takes
    /// one way, nothing keeps all of them from taking the same.
    fn largest_load(&self) -> Option<f64> {
        let is_even = self.routing == TreeRouting::Spray;
        is_even.then(|| self.ends_per_leaf() as f64 / self.uplinks() as f64)
    }

    fn wire_ends(&self, builder: &mut FabricBuilder, site: &TreeSite<'_>, leaves: &[NodeId]) {
        let links = &site.links;
        let (tier, medium, capacity) = (links.tiers[0], links.media[0], links.capacity);
        for end in 0..site.ends {
            let from = NodeId::new(site.first_end + end);
            let to = leaves[end / self.ends_per_leaf()];
            let [up, down] = links.end_latency;
            builder.link(Link { from, to, capacity, latency: up, tier, medium });
            builder.link(Link { from: to, to: from, capacity, latency: down, tier, medium });
        }
    }

    fn wire_leaves(&self, builder: &mut FabricBuilder, site: &TreeSite<'_>, stages: [&[NodeId]; 2]) {
        let [leaves, second] = stages;
        let link = upper_link(&site.links, 1);
        for (index, &leaf) in leaves.iter().enumerate() {
            let pod = index / self.leaves_per_pod();
            let above = &second[pod * self.uplinks()..][..self.uplinks()];
            above.iter().for_each(|&switch| add(builder, link(leaf, switch)));
            above.iter().for_each(|&switch| add(builder, link(switch, leaf)));
        }
    }

    fn wire_pods(&self, builder: &mut FabricBuilder, site: &TreeSite<'_>, stages: [&[NodeId]; 2]) {
        let [second, cores] = stages;
        let link = upper_link(&site.links, 2);
        for pod in second.chunks(self.uplinks()) {
            // Core `i` belongs to the group of aggregation switch `i / half` in every pod.
            let pairs = || cores.iter().enumerate().map(|(index, &core)| (pod[index / self.half()], core));
            pairs().for_each(|(switch, core)| add(builder, link(switch, core)));
            pairs().for_each(|(switch, core)| add(builder, link(core, switch)));
        }
    }

    /// The ways between two ends.
    pub(super) fn ways(&self, pair: TreePair) -> Ways {
        let one = |link: usize| link..link + 1;
        let up = one(pair.first_link + 2 * pair.from);
        let down = one(pair.first_link + 2 * pair.to + 1);
        let leaf = |end: usize| end / self.ends_per_leaf();
        let (leaf_from, leaf_to) = (leaf(pair.from), leaf(pair.to));
        if leaf_from == leaf_to {
            return Ways::Stages([up, down].into());
        }
        let leaves = self.size(pair.ends).leaves;
        let first_of_leaves = pair.first_link + 2 * pair.ends;
        let (uplinks, upper) = (self.uplinks(), self.uplinks() * self.half());
        let [switch, core] = self.choice(pair);
        let leaf_up = shifted(&switch, first_of_leaves + 2 * leaf_from * uplinks);
        let leaf_down = shifted(&switch, first_of_leaves + (2 * leaf_to + 1) * uplinks);
        let pod = |leaf: usize| leaf / self.leaves_per_pod();
        let (pod_from, pod_to) = (pod(leaf_from), pod(leaf_to));
        if pod_from == pod_to {
            return Ways::Stages([up, leaf_up, leaf_down, down].into());
        }
        let first_of_pods = first_of_leaves + 2 * leaves * uplinks;
        let pod_up = shifted(&core, first_of_pods + 2 * pod_from * upper);
        let pod_down = shifted(&core, first_of_pods + (2 * pod_to + 1) * upper);
        Ways::Stages([up, leaf_up, pod_up, pod_down, leaf_down, down].into())
    }

    /// Which second-stage switches of a pod, and which cores, a flow goes over.
    fn choice(&self, pair: TreePair) -> [Range<usize>; 2] {
        let (uplinks, half) = (self.uplinks(), self.half());
        let chosen = match self.routing {
            TreeRouting::Spray => return [0..uplinks, 0..uplinks * half],
            TreeRouting::DestinationModulo => pair.to,
            // The value is below the ways of the widest tree, so it fits.
            TreeRouting::Hashed { seed } => {
                (pair_hash(seed, pair.from, pair.to) % (uplinks * half) as u64) as usize
            }
        };
        let (switch, port) = (chosen % uplinks, chosen / uplinks % half);
        let core = switch * half + port;
        [switch..switch + 1, core..core + 1]
    }

    /// The ends of as many leaves, or pods where there are three stages, as leave the choice of a flow the same.
    ///
    /// A hash of sender and receiver has no such number.
    pub(super) fn cell(&self) -> Option<usize> {
        let (uplinks, half) = (self.uplinks(), self.half());
        let (ends, choices) = match self.tiers {
            2 => (self.ends_per_leaf(), uplinks),
            _ => (self.ends_per_leaf().saturating_mul(half), uplinks.saturating_mul(half)),
        };
        match self.routing {
            TreeRouting::Spray => Some(ends),
            TreeRouting::DestinationModulo => Some(least_common_multiple(ends, choices)),
            TreeRouting::Hashed { .. } => None,
        }
    }
}

fn shifted(range: &Range<usize>, by: usize) -> Range<usize> {
    range.start + by..range.end + by
}

/// Links between switches, of one stage.
fn upper_link(links: &TreeLinks<'_>, stage: usize) -> impl Fn(NodeId, NodeId) -> Link {
    let (capacity, latency, medium) = (links.capacity, links.uplink_latency, links.media[1]);
    let tier = links.tiers[stage];
    move |from, to| Link { from, to, capacity, latency, tier, medium }
}

fn add(builder: &mut FabricBuilder, link: Link) {
    builder.link(link);
}

//! `two-tier-planes`: parallel planes of two stages; the first stage stands in the nodes, the second joins them.
//!
//! CloudMatrix384 is 48 nodes of 8 chips over 7 planes. Each node has one first-stage (L1) chip per plane, and
//! each plane has 16 second-stage (L2) chips, every L1 chip having one uplink to each. Chips of one node spray
//! over the planes; chips of different nodes spray over planes and L2 chips.
//!
//! Counts: `nodes * planes` L1 and `planes * uplinks` L2 chips; `2 * chips * planes` links at chips, for each chip those
//! up and then those down, and after them `2 * nodes * planes * uplinks` between the stages, for each node likewise.

use super::cut::leaf_cuts;
use super::domain::{
    Counts, DomainPair, DomainSite, ParameterError, ScaleUpDomain, add_bundle, check_planes,
};
use super::parameter::{Fallback, Parameter};
use copperlight_core::fabric::{FabricBuilder, Link, Ways};
use copperlight_core::ids::NodeId;
use copperlight_core::units::{Bandwidth, Time};
use std::ops::Range;

const FAMILY: &str = "two-tier-planes";

/// The parameters of the family.
pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter::chips("scale_up.chips", "chips of a domain"),
    Parameter::chips("scale_up.chips_per_node", "chips of a node; it divides the chips"),
    Parameter::parts("scale_up.planes", "planes, one L1 chip in each node").or(Fallback::Number(1.0)),
    Parameter::parts("scale_up.links_per_plane", "links of a chip into each plane").or(Fallback::Number(1.0)),
    Parameter::parts("scale_up.uplinks", "L2 chips of a plane, with one link to each L1 chip of it"),
    Parameter::bandwidth("scale_up.link_bandwidth", "one link of either tier"),
    Parameter::latency("scale_up.link_latency", "a link between chip and L1; a route has two"),
    Parameter::latency("scale_up.uplink_latency", "a link between L1 and L2; a route across nodes has two")
        .or(Fallback::SameAs("scale_up.link_latency")),
    Parameter::medium("scale_up.medium", "what links between chips and L1 are made of"),
    Parameter::medium("scale_up.uplink_medium", "what links between L1 and L2 are made of"),
];

/// Two tiers of switch chips in parallel planes.
#[derive(Debug, Clone, PartialEq)]
pub struct TwoTierPlanes {
    /// Nodes of a full domain.
    pub nodes: usize,
    /// Chips of a node.
    pub chips_per_node: usize,
    /// Planes; each has one L1 chip in every node.
    pub planes: usize,
    /// L2 chips of a plane; every L1 chip has one uplink to each.
    pub uplinks: usize,
    /// Links of one chip into each plane; they are one link of the fabric.
    pub links_per_plane: usize,
    /// The bandwidth of one link of either tier, per direction.
    pub link_bandwidth: Bandwidth,
    /// The latency of a link between a chip and L1; a route has two.
    pub link_latency: Time,
    /// The latency of a link between L1 and L2; a route across nodes has two.
    pub uplink_latency: Time,
    /// What links between chips and L1 are made of.
    pub medium: String,
    /// What links between L1 and L2 are made of.
    pub uplink_medium: String,
}

impl TwoTierPlanes {
    /// The bandwidth of one chip into one plane.
    fn plane_bandwidth(&self) -> Bandwidth {
        self.link_bandwidth * self.links_per_plane as f64
    }

    /// What an uplink can be asked for, as a share of its capacity: an even share of all that a node's chips send into
    /// its plane.
    fn largest_load(&self) -> f64 {
        (self.chips_per_node * self.links_per_plane) as f64 / self.uplinks as f64
    }

    /// The links of a chip up to L1 in all planes; those down follow them.
    fn up(&self, pair: DomainPair, chip: usize) -> Range<usize> {
        let first = pair.first_link + 2 * chip * self.planes;
        first..first + self.planes
    }

    /// The links from L1 in all planes down to a chip.
    fn down(&self, pair: DomainPair, chip: usize) -> Range<usize> {
        let up = self.up(pair, chip);
        up.end..up.end + self.planes
    }

    /// The links from a node's L1 chips up to all L2 chips, plane by plane; those down follow them.
    fn node_up(&self, pair: DomainPair, node: usize) -> Range<usize> {
        let links_of_chips = 2 * pair.chips * self.planes;
        let first = pair.first_link + links_of_chips + 2 * node * self.most_ways();
        first..first + self.most_ways()
    }

    /// The links from all L2 chips down to a node's L1 chips.
    fn node_down(&self, pair: DomainPair, node: usize) -> Range<usize> {
        let up = self.node_up(pair, node);
        up.end..up.end + self.most_ways()
    }

    fn wire_chips(&self, builder: &mut FabricBuilder, site: &DomainSite<'_>, first_stage: &[NodeId]) {
        let medium = builder.medium(&self.medium);
        for chip in 0..site.chips {
            let node = chip / self.chips_per_node;
            let ends = &first_stage[node * self.planes..][..self.planes];
            let up = Link {
                from: NodeId::new(site.first_chip + chip),
                to: ends[0],
                capacity: self.plane_bandwidth(),
                latency: self.link_latency,
                tier: site.tiers[0],
                medium,
            };
            add_bundle(builder, &up, ends.iter().copied());
        }
    }

    /// Joins every L1 chip to all L2 chips of its plane; all links up of a node come before its links down.
    fn wire_uplinks(&self, builder: &mut FabricBuilder, site: &DomainSite<'_>, stages: [&[NodeId]; 2]) {
        let medium = builder.medium(&self.uplink_medium);
        let [first_stage, second_stage] = stages;
        for of_node in first_stage.chunks(self.planes) {
            let pairs = || second_stage.iter().enumerate().map(|(i, &l2)| (of_node[i / self.uplinks], l2));
            let link = |from, to| Link {
                from,
                to,
                capacity: self.link_bandwidth,
                latency: self.uplink_latency,
                tier: site.tiers[1],
                medium,
            };
            for (l1, l2) in pairs() {
                builder.link(link(l1, l2));
            }
            for (l1, l2) in pairs() {
                builder.link(link(l2, l1));
            }
        }
    }
}

impl ScaleUpDomain for TwoTierPlanes {
    fn chips(&self) -> usize {
        self.nodes * self.chips_per_node
    }

    fn chips_per_node(&self) -> Option<usize> {
        Some(self.chips_per_node)
    }

    fn tiers(&self) -> &'static [&'static str] {
        &["scale-up-l1", "scale-up-l2"]
    }

    fn most_ways(&self) -> usize {
        self.planes * self.uplinks
    }

    fn check(&self) -> Result<(), ParameterError> {
        let planes = [
            ("nodes", self.nodes),
            ("chips_per_node", self.chips_per_node),
            ("planes", self.planes),
            ("uplinks", self.uplinks),
            ("links_per_plane", self.links_per_plane),
        ];
        check_planes(FAMILY, &planes, self.link_bandwidth, self.planes.saturating_mul(self.uplinks))
    }

    /// A partial domain has the L1 chips of its nodes and all L2 chips.
    fn counts(&self, chips: usize) -> Counts {
        let nodes = chips.div_ceil(self.chips_per_node);
        let first_stage = nodes * self.planes;
        Counts {
            chips,
            nodes,
            switches: vec![first_stage, self.most_ways()],
            links: vec![2 * chips * self.planes, 2 * first_stage * self.uplinks],
        }
    }

    fn injection(&self, _chips: usize) -> Bandwidth {
        self.plane_bandwidth() * self.planes as f64
    }

    /// The least cut, the same in every plane: L2 is on the senders' side or on the receivers', each L1 chip where it
    /// cuts less. It costs no less to divide the L2 chips of a plane.
    fn bisection(&self, chips: usize) -> Bandwidth {
        let node = self.chips_per_node;
        let cuts = (0..chips.div_ceil(node)).map(|first| first * node).map(|first| {
            leaf_cuts(&(first..chips.min(first + node)), chips / 2, [self.links_per_plane, self.uplinks])
        });
        let [senders, receivers] = cuts.fold([0, 0], |[a, b], [c, d]| [a + c, b + d]);
        self.link_bandwidth * (self.planes * senders.min(receivers)) as f64
    }

    fn wire(&self, builder: &mut FabricBuilder, site: &DomainSite<'_>) {
        let name = &site.name;
        let nodes = site.chips.div_ceil(self.chips_per_node);
        let first_name = |i: usize| format!("{name}/node{}/l1-plane{}", i / self.planes, i % self.planes);
        let first: Vec<_> = (0..nodes * self.planes).map(|i| builder.switch(first_name(i))).collect();
        let second_name = |i: usize| format!("{name}/l2-plane{}-{}", i / self.uplinks, i % self.uplinks);
        let second: Vec<_> = (0..self.most_ways()).map(|i| builder.switch(second_name(i))).collect();
        self.wire_chips(builder, site, &first);
        self.wire_uplinks(builder, site, [&first, &second]);
        builder.largest_load(site.tiers[1], self.largest_load());
    }

    fn ways(&self, pair: DomainPair) -> Ways {
        let (up, down) = (self.up(pair, pair.from), self.down(pair, pair.to));
        let (from, to) = (pair.from / self.chips_per_node, pair.to / self.chips_per_node);
        if from == to {
            return Ways::Stages([up, down].into());
        }
        Ways::Stages([up, self.node_up(pair, from), self.node_down(pair, to), down].into())
    }

    /// Chips differ in nothing but their nodes.
    fn cell(&self, _chips: usize) -> Option<usize> {
        Some(self.chips_per_node)
    }

    fn planes(&self) -> usize {
        self.planes
    }

    fn plane_of(&self, chips: usize, link: usize) -> Option<usize> {
        match link.checked_sub(2 * chips * self.planes) {
            None => Some(link % self.planes),
            Some(uplink) => Some(uplink % self.most_ways() / self.uplinks),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::families::DomainsJoined;
    use copperlight_core::fabric::{Hop, Scope};
    use copperlight_core::ids::EndpointId;

    /// The wiring of a CloudMatrix384.
    fn domain() -> TwoTierPlanes {
        TwoTierPlanes {
            nodes: 48,
            chips_per_node: 8,
            planes: 7,
            uplinks: 16,
            links_per_plane: 2,
            link_bandwidth: Bandwidth::from_gigabytes_per_second(28.0),
            link_latency: Time::from_picoseconds(600_000),
            uplink_latency: Time::from_picoseconds(500_000),
            medium: "copper".to_owned(),
            uplink_medium: "lpo".to_owned(),
        }
    }

    #[test]
    fn parts_are_those_of_the_machine() {
        let fabric = DomainsJoined::new(domain()).build(384).expect("the domain is sound");
        assert_eq!(fabric.switches(), 336 + 112);
        assert_eq!(fabric.links().len(), 2 * 384 * 7 + 2 * 336 * 16);
        let injection = fabric.injection_bandwidth(EndpointId::new(383), Scope::ScaleUp);
        assert_eq!(injection, Bandwidth::from_gigabytes_per_second(392.0));
        assert_eq!(fabric.levels()[0].containers(), 48);
    }

    #[test]
    fn each_first_stage_chip_carries_as_much_up_as_down() {
        // 8 chips x 392 GB/s / 7 planes = 448 GB/s = 16 uplinks x 28 GB/s.
        let fabric = DomainsJoined::new(domain()).build(384).expect("the domain is sound");
        let of_tier = |from: usize, tier: &str| -> f64 {
            let links = fabric.links().iter().filter(|link| link.from.index() == from);
            let of_tier = links.filter(|link| fabric.tiers()[link.tier.index()].name == tier);
            of_tier.map(|link| link.capacity.gigabytes_per_second()).sum()
        };
        for first_stage in 384..384 + 336 {
            assert_eq!(of_tier(first_stage, "scale-up-l1"), 448.0);
            assert_eq!(of_tier(first_stage, "scale-up-l2"), 448.0);
        }
        // Each L2 chip has 48 ports of 28 GB/s.
        assert_eq!(of_tier(384 + 336, "scale-up-l2"), 48.0 * 28.0);
    }

    #[test]
    fn a_route_stays_in_the_node_when_it_can() {
        let fabric = DomainsJoined::new(domain()).build(384).expect("the domain is sound");
        let stages = |from: usize, to: usize| {
            let route = fabric.route(EndpointId::new(from), EndpointId::new(to)).expect("planes join all");
            let stage = |hop: &Hop| (hop.count, fabric.weight_denominator() / hop.weight);
            (route.hops().iter().map(stage).collect::<Vec<_>>(), route.latency())
        };
        assert_eq!(stages(0, 7), (vec![(7, 7); 2], Time::from_picoseconds(1_200_000)));
        // In the order of identifiers: 7 links up and 7 down, 112 up to L2 and 112 down.
        let across = vec![(7, 7), (7, 7), (112, 112), (112, 112)];
        assert_eq!(stages(0, 8), (across, Time::from_picoseconds(2_200_000)));
    }

    #[test]
    fn bisection_is_half_of_all_injection() {
        // 192 chips x 392 GB/s = 24 nodes x 7 planes x 448 GB/s.
        assert_eq!(domain().bisection(384), Bandwidth::from_gigabytes_per_second(75_264.0));
        let thin = TwoTierPlanes { uplinks: 8, ..domain() };
        assert_eq!(thin.bisection(384), Bandwidth::from_gigabytes_per_second(37_632.0));
        assert_eq!(domain().bisection(8), Bandwidth::from_gigabytes_per_second(4.0 * 392.0));
    }

    #[test]
    fn impossible_parameters_are_refused() {
        let zero = |domain: TwoTierPlanes| match domain.check() {
            Err(ParameterError::Zero { parameter, .. }) => parameter,
            other => panic!("a count of zero passed: {other:?}"),
        };
        assert_eq!(zero(TwoTierPlanes { nodes: 0, ..domain() }), "nodes");
        assert_eq!(zero(TwoTierPlanes { chips_per_node: 0, ..domain() }), "chips_per_node");
        assert_eq!(zero(TwoTierPlanes { planes: 0, ..domain() }), "planes");
        assert_eq!(zero(TwoTierPlanes { uplinks: 0, ..domain() }), "uplinks");
        assert_eq!(zero(TwoTierPlanes { links_per_plane: 0, ..domain() }), "links_per_plane");
        let dead = TwoTierPlanes { link_bandwidth: Bandwidth::UNBOUNDED, ..domain() };
        assert!(matches!(dead.check(), Err(ParameterError::Bandwidth { .. })));
        let wide = TwoTierPlanes { uplinks: usize::MAX, ..domain() };
        assert!(matches!(wide.check(), Err(ParameterError::TooManyWays { .. })));
    }
}

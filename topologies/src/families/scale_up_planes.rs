//! `scale-up-planes`: parallel planes of one switch chip each; every chip has links into every plane.
//!
//! GB200 NVL72 is 72 chips over 18 planes. A pair sprays over all planes, so that one flow can use all of a
//! chip's links.
//!
//! Counts: `planes` switches and `2 * chips * planes` links: for each chip those up to all planes, then those down.

use super::domain::{
    Counts, DomainPair, DomainSite, ParameterError, ScaleUpDomain, add_bundle, check_planes,
};
use super::parameter::{Fallback, Parameter};
use copperlight_core::fabric::{FabricBuilder, Link, Ways};
use copperlight_core::ids::NodeId;
use copperlight_core::units::{Bandwidth, Time};
use std::ops::Range;

const FAMILY: &str = "scale-up-planes";

/// The parameters of the family.
pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter::chips("scale_up.chips", "chips of a domain"),
    Parameter::chips("scale_up.chips_per_node", "chips of a tray; it divides the chips")
        .or(Fallback::Number(1.0)),
    Parameter::parts("scale_up.planes", "planes, one switch chip each").or(Fallback::Number(1.0)),
    Parameter::parts("scale_up.links_per_plane", "links of a chip into each plane").or(Fallback::Number(1.0)),
    Parameter::bandwidth("scale_up.link_bandwidth", "one link"),
    Parameter::latency("scale_up.link_latency", "one link; a route has two"),
    Parameter::medium("scale_up.medium", "what links are made of"),
];

/// One tier of switch chips, all chips on each of them.
#[derive(Debug, Clone, PartialEq)]
pub struct ScaleUpPlanes {
    /// Chips of a full domain.
    pub chips: usize,
    /// Chips that share a tray.
    pub chips_per_node: usize,
    /// Planes; each is one switch chip.
    pub planes: usize,
    /// Links of one chip into each plane; they are one link of the fabric.
    pub links_per_plane: usize,
    /// The bandwidth of one link, per direction.
    pub link_bandwidth: Bandwidth,
    /// The latency of one link; a route has two.
    pub link_latency: Time,
    /// What links are made of.
    pub medium: String,
}

impl ScaleUpPlanes {
    /// The bandwidth of one chip into one plane.
    fn plane_bandwidth(&self) -> Bandwidth {
        self.link_bandwidth * self.links_per_plane as f64
    }

    /// The links of a chip up to all planes; those down from all planes follow them.
    fn up(&self, pair: DomainPair, chip: usize) -> Range<usize> {
        let first = pair.first_link + 2 * chip * self.planes;
        first..first + self.planes
    }

    /// The links from all planes down to a chip.
    fn down(&self, pair: DomainPair, chip: usize) -> Range<usize> {
        let up = self.up(pair, chip);
        up.end..up.end + self.planes
    }
}

impl ScaleUpDomain for ScaleUpPlanes {
    fn chips(&self) -> usize {
        self.chips
    }

    fn chips_per_node(&self) -> Option<usize> {
        Some(self.chips_per_node)
    }

    fn most_ways(&self) -> usize {
        self.planes
    }

    fn check(&self) -> Result<(), ParameterError> {
        let planes = [
            ("chips", self.chips),
            ("chips_per_node", self.chips_per_node),
            ("planes", self.planes),
            ("links_per_plane", self.links_per_plane),
        ];
        check_planes(FAMILY, &planes, self.link_bandwidth, self.most_ways())
    }

    fn counts(&self, chips: usize) -> Counts {
        Counts {
            chips,
            nodes: chips.div_ceil(self.chips_per_node),
            switches: vec![self.planes],
            links: vec![2 * chips * self.planes],
        }
    }

    fn injection(&self, _chips: usize) -> Bandwidth {
        self.plane_bandwidth() * self.planes as f64
    }

    fn bisection(&self, chips: usize) -> Bandwidth {
        self.plane_bandwidth() * (self.planes * (chips / 2)) as f64
    }

    fn wire(&self, builder: &mut FabricBuilder, site: &DomainSite<'_>) {
        let switches: Vec<NodeId> =
            (0..self.planes).map(|plane| builder.switch(format!("{}/plane{plane}", site.name))).collect();
        let medium = builder.medium(&self.medium);
        for chip in 0..site.chips {
            let up = Link {
                from: NodeId::new(site.first_chip + chip),
                to: switches[0],
                capacity: self.plane_bandwidth(),
                latency: self.link_latency,
                tier: site.tiers[0],
                medium,
            };
            add_bundle(builder, &up, switches.iter().copied());
        }
    }

    fn ways(&self, pair: DomainPair) -> Ways {
        Ways::Stages([self.up(pair, pair.from), self.down(pair, pair.to)].into())
    }

    /// Chips differ in nothing but their trays.
    fn cell(&self, _chips: usize) -> Option<usize> {
        Some(self.chips_per_node)
    }

    fn planes(&self) -> usize {
        self.planes
    }

    fn plane_of(&self, _chips: usize, link: usize) -> Option<usize> {
        Some(link % self.planes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::families::DomainsJoined;
    use copperlight_core::fabric::Scope;
    use copperlight_core::ids::EndpointId;

    /// The wiring of an NVL72.
    fn domain() -> ScaleUpPlanes {
        ScaleUpPlanes {
            chips: 72,
            chips_per_node: 4,
            planes: 18,
            links_per_plane: 1,
            link_bandwidth: Bandwidth::from_gigabytes_per_second(50.0),
            link_latency: Time::from_picoseconds(300_000),
            medium: "copper".to_owned(),
        }
    }

    #[test]
    fn every_chip_has_one_link_to_each_switch_chip() {
        let fabric = DomainsJoined::new(domain()).build(72).expect("the domain is sound");
        assert_eq!(fabric.switches(), 18);
        assert_eq!(fabric.links().len(), 2 * 72 * 18);
        for chip in 0..72 {
            let injection = fabric.injection_bandwidth(EndpointId::new(chip), Scope::ScaleUp);
            assert_eq!(injection, Bandwidth::from_gigabytes_per_second(900.0));
        }
        assert_eq!(fabric.levels()[0].containers(), 18);
    }

    #[test]
    fn a_pair_sprays_over_all_planes() {
        let fabric = DomainsJoined::new(domain()).build(72).expect("the domain is sound");
        let route = fabric.route(EndpointId::new(70), EndpointId::new(3)).expect("planes join all");
        let links: u32 = route.hops().iter().map(|hop| hop.count).sum();
        assert_eq!((route.hops().len(), links), (2, 36));
        assert_eq!(route.latency(), Time::from_picoseconds(600_000));
        let share = fabric.weight_denominator() / 18;
        assert!(route.hops().iter().all(|hop| hop.weight == share));
    }

    #[test]
    fn bisection_is_half_of_all_injection() {
        // 36 chips x 900 GB/s.
        assert_eq!(domain().bisection(72), Bandwidth::from_gigabytes_per_second(32_400.0));
    }

    #[test]
    fn impossible_parameters_are_refused() {
        let zero = |domain: ScaleUpPlanes| match domain.check() {
            Err(ParameterError::Zero { parameter, .. }) => parameter,
            other => panic!("a count of zero passed: {other:?}"),
        };
        assert_eq!(zero(ScaleUpPlanes { chips: 0, ..domain() }), "chips");
        assert_eq!(zero(ScaleUpPlanes { chips_per_node: 0, ..domain() }), "chips_per_node");
        assert_eq!(zero(ScaleUpPlanes { planes: 0, ..domain() }), "planes");
        assert_eq!(zero(ScaleUpPlanes { links_per_plane: 0, ..domain() }), "links_per_plane");
        let dead = ScaleUpPlanes { link_bandwidth: Bandwidth::ZERO, ..domain() };
        assert!(matches!(dead.check(), Err(ParameterError::Bandwidth { .. })));
        let wide = ScaleUpPlanes { planes: 100_000, ..domain() };
        assert!(matches!(wide.check(), Err(ParameterError::TooManyWays { .. })));
    }
}

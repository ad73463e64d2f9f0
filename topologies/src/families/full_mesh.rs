//! `full-mesh`: every pair of chips joined directly, as in nodes of Ascend 910B or MI300X.
//!
//! Counts: `chips * (chips - 1)` links, no switches. The links of chip `c` are `c * (chips - 1)` and after, one for
//! each other chip in order. A flow takes the one link to its receiver; traffic between two chips cannot use the
//! links to the others, which is what sets a mesh apart from a switch of the same bandwidth.

use super::domain::{
    Counts, DomainPair, DomainSite, ParameterError, ScaleUpDomain, check_bandwidth, check_count,
};
use super::parameter::{Fallback, Parameter};
use copperlight_core::fabric::{FabricBuilder, Link, Ways};
use copperlight_core::ids::NodeId;
use copperlight_core::units::{Bandwidth, Time};

const FAMILY: &str = "full-mesh";

/// The most chips of a mesh: beyond it there are more links than in any fabric.
const MOST_CHIPS: usize = 10_000;

/// The parameters of the family.
pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter::chips("scale_up.chips", "chips of a domain"),
    Parameter::parts("scale_up.links_per_peer", "links between two chips, which are one link of the fabric")
        .or(Fallback::Number(1.0)),
    Parameter::bandwidth("scale_up.link_bandwidth", "one link"),
    Parameter::latency("scale_up.link_latency", "one link; a route has one"),
    Parameter::medium("scale_up.medium", "what links are made of"),
];

/// Chips of which every two are joined directly.
#[derive(Debug, Clone, PartialEq)]
pub struct FullMesh {
    /// Chips of a full domain.
    pub chips: usize,
    /// Links between two chips; they are one link of the fabric.
    pub links_per_peer: usize,
    /// The bandwidth of one link, per direction.
    pub link_bandwidth: Bandwidth,
    /// The latency of one link; a route has one.
    pub link_latency: Time,
    /// What links are made of.
    pub medium: String,
}

impl FullMesh {
    /// The bandwidth from one chip to another.
    fn peer_bandwidth(&self) -> Bandwidth {
        self.link_bandwidth * self.links_per_peer as f64
    }
}

impl ScaleUpDomain for FullMesh {
    fn chips(&self) -> usize {
        self.chips
    }

    fn check(&self) -> Result<(), ParameterError> {
        check_count(FAMILY, "chips", self.chips)?;
        check_count(FAMILY, "links_per_peer", self.links_per_peer)?;
        check_bandwidth(FAMILY, "link_bandwidth", self.link_bandwidth)?;
        if self.chips > MOST_CHIPS {
            return Err(ParameterError::TooManyChips {
                family: FAMILY,
                chips: self.chips,
                limit: MOST_CHIPS,
            });
        }
        Ok(())
    }

    fn counts(&self, chips: usize) -> Counts {
        Counts { chips, nodes: 0, switches: Vec::new(), links: vec![chips * chips.saturating_sub(1)] }
    }

    fn injection(&self, chips: usize) -> Bandwidth {
        self.peer_bandwidth() * chips.saturating_sub(1) as f64
    }

    fn bisection(&self, chips: usize) -> Bandwidth {
        self.peer_bandwidth() * ((chips / 2) * chips.div_ceil(2)) as f64
    }

    fn wire(&self, builder: &mut FabricBuilder, site: &DomainSite<'_>) {
        let medium = builder.medium(&self.medium);
        let node = |chip: usize| NodeId::new(site.first_chip + chip);
        for from in 0..site.chips {
            for to in (0..site.chips).filter(|&to| to != from) {
                builder.link(Link {
                    from: node(from),
                    to: node(to),
                    capacity: self.peer_bandwidth(),
                    latency: self.link_latency,
                    tier: site.tiers[0],
                    medium,
                });
            }
        }
    }

    fn ways(&self, pair: DomainPair) -> Ways {
        let peer = pair.to - usize::from(pair.to > pair.from);
        let link = pair.first_link + pair.from * (pair.chips - 1) + peer;
        let direct = link..link + 1;
        Ways::Stages([direct].into())
    }

    /// Any two chips are as any other two.
    fn cell(&self, _chips: usize) -> Option<usize> {
        Some(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::families::DomainsJoined;
    use copperlight_core::fabric::Scope;
    use copperlight_core::ids::EndpointId;

    /// A node of eight Ascend 910B.
    fn mesh() -> FullMesh {
        FullMesh {
            chips: 8,
            links_per_peer: 1,
            link_bandwidth: Bandwidth::from_gigabytes_per_second(28.0),
            link_latency: Time::from_picoseconds(500_000),
            medium: "copper".to_owned(),
        }
    }

    #[test]
    fn every_pair_has_a_link_each_way() {
        let fabric = DomainsJoined::new(mesh()).build(8).expect("the mesh is sound");
        assert_eq!((fabric.switches(), fabric.links().len()), (0, 56));
        let injection = fabric.injection_bandwidth(EndpointId::new(5), Scope::ScaleUp);
        assert_eq!(injection, Bandwidth::from_gigabytes_per_second(196.0));
        assert_eq!(injection, mesh().injection(8));
        for (from, to) in [(0, 7), (7, 0), (3, 4), (4, 3)] {
            let route = fabric.route(EndpointId::new(from), EndpointId::new(to)).expect("a mesh joins all");
            let link = fabric.link(route.hops()[0].first);
            assert_eq!((link.from.index(), link.to.index(), route.hops().len()), (from, to, 1));
            assert_eq!(route.latency(), Time::from_picoseconds(500_000));
        }
    }

    #[test]
    fn bisection_counts_the_pairs_across() {
        // 4 x 4 pairs of 28 GB/s; 3 chips: 1 x 2 pairs.
        assert_eq!(mesh().bisection(8), Bandwidth::from_gigabytes_per_second(448.0));
        assert_eq!(mesh().bisection(3), Bandwidth::from_gigabytes_per_second(56.0));
        assert_eq!(mesh().bisection(1), Bandwidth::ZERO);
    }

    #[test]
    fn impossible_parameters_are_refused() {
        let zero = |mesh: FullMesh| match mesh.check() {
            Err(ParameterError::Zero { parameter, .. }) => parameter,
            other => panic!("a count of zero passed: {other:?}"),
        };
        assert_eq!(zero(FullMesh { chips: 0, ..mesh() }), "chips");
        assert_eq!(zero(FullMesh { links_per_peer: 0, ..mesh() }), "links_per_peer");
        let dead = FullMesh { link_bandwidth: Bandwidth::ZERO, ..mesh() };
        assert!(matches!(dead.check(), Err(ParameterError::Bandwidth { .. })));
        let huge = FullMesh { chips: 20_000, ..mesh() };
        let error = huge.check().expect_err("such a mesh has 400 million links");
        assert_eq!(error.to_string(), "a full-mesh of 20000 chips; at most 10000 are possible");
    }
}

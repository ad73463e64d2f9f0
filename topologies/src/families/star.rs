//! `star`: any number of chips around one switch, one link each. The simplest fabric with closed forms.
//!
//! Counts: one switch, `2 * chips` links, numbered one up and one down for each chip.

use super::domain::{
    Counts, DomainPair, DomainSite, ParameterError, ScaleUpDomain, check_bandwidth, check_count,
};
use super::parameter::{Fallback, Parameter};
use copperlight_core::fabric::{FabricBuilder, Link, Ways};
use copperlight_core::ids::NodeId;
use copperlight_core::units::{Bandwidth, Time};

const FAMILY: &str = "star";

/// The parameters of the family.
pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter::chips("scale_up.chips", "chips of a domain").or(Fallback::WholeSystem),
    Parameter::bandwidth("scale_up.link_bandwidth", "each chip's link"),
    Parameter::latency("scale_up.link_latency", "one link; a route has two"),
    Parameter::medium("scale_up.medium", "what links are made of"),
];

/// Chips around one switch.
#[derive(Debug, Clone, PartialEq)]
pub struct Star {
    /// How many chips.
    pub chips: usize,
    /// The bandwidth of each chip's link, per direction.
    pub link_bandwidth: Bandwidth,
    /// The latency of one link; a route has two.
    pub link_latency: Time,
    /// What links are made of.
    pub medium: String,
}

impl ScaleUpDomain for Star {
    fn chips(&self) -> usize {
        self.chips
    }

    fn check(&self) -> Result<(), ParameterError> {
        check_count(FAMILY, "chips", self.chips)?;
        check_bandwidth(FAMILY, "link_bandwidth", self.link_bandwidth)
    }

    fn counts(&self, chips: usize) -> Counts {
        Counts { chips, nodes: 0, switches: vec![1], links: vec![2 * chips] }
    }

    fn injection(&self, _chips: usize) -> Bandwidth {
        self.link_bandwidth
    }

    fn bisection(&self, chips: usize) -> Bandwidth {
        self.link_bandwidth * (chips / 2) as f64
    }

    fn wire(&self, builder: &mut FabricBuilder, site: &DomainSite<'_>) {
        let switch = builder.switch(format!("{}/switch", site.name));
        let medium = builder.medium(&self.medium);
        for chip in 0..site.chips {
            builder.duplex(Link {
                from: NodeId::new(site.first_chip + chip),
                to: switch,
                capacity: self.link_bandwidth,
                latency: self.link_latency,
                tier: site.tiers[0],
                medium,
            });
        }
    }

    fn ways(&self, pair: DomainPair) -> Ways {
        let up = pair.first_link + 2 * pair.from;
        let down = pair.first_link + 2 * pair.to + 1;
        Ways::Stages([up..up + 1, down..down + 1].into())
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

    fn star(chips: usize) -> Star {
        Star {
            chips,
            link_bandwidth: Bandwidth::from_gigabytes_per_second(10.0),
            link_latency: Time::from_picoseconds(500),
            medium: "copper".to_owned(),
        }
    }

    #[test]
    fn a_star_has_one_switch_and_two_links_a_chip() {
        let fabric = DomainsJoined::new(star(5)).build(5).expect("the star is sound");
        assert_eq!((fabric.endpoints(), fabric.switches(), fabric.links().len()), (5, 1, 10));
        assert_eq!(fabric.levels().len(), 1);
        assert_eq!(fabric.levels()[0].name, "domain");
        let injection = fabric.injection_bandwidth(EndpointId::new(3), Scope::ScaleUp);
        assert_eq!(injection, Bandwidth::from_gigabytes_per_second(10.0));
    }

    #[test]
    fn a_route_goes_up_and_down() {
        let fabric = DomainsJoined::new(star(4)).build(4).expect("the star is sound");
        let route = fabric.route(EndpointId::new(1), EndpointId::new(3)).expect("a star joins all");
        assert_eq!(route.latency(), Time::from_picoseconds(1_000));
        let names: Vec<_> = route.hops().iter().map(|hop| fabric.link_name(hop.first)).collect();
        assert_eq!(names, ["domain0/chip1 -> domain0/switch", "domain0/switch -> domain0/chip3"]);
    }

    #[test]
    fn impossible_parameters_are_refused() {
        assert!(matches!(star(0).check(), Err(ParameterError::Zero { parameter: "chips", .. })));
        let dead = Star { link_bandwidth: Bandwidth::ZERO, ..star(2) };
        assert!(matches!(dead.check(), Err(ParameterError::Bandwidth { .. })));
    }
}

//! `rail-optimised`: the scale-out fabric between domains.
//!
//! The chips of a tray or node belong to different rails. Each domain has one leaf switch per rail, with one
//! adapter link from every chip of that rail, and each leaf has a bundle of uplinks to the core, which is one
//! switch that never blocks and stands for the spine stages. A route is adapter, leaf, core, leaf, adapter:
//! the sender's rail on its side, the receiver's on the other.
//!
//! With several planes each adapter's rate is divided over them, every rail has one leaf in each, every plane a core of
//! its own, and flows are sprayed over the planes: with two, the dual plane of Alibaba's HPN (SIGCOMM 2024).
//!
//! Counts: `planes` leaves for every rail of every domain that has chips, and `planes` cores; `2 * planes` links for
//! every chip, then `2 * planes` for every rail, those up before those down.

use super::domain::{Counts, ParameterError, check_bandwidth, check_count, check_ways};
use super::layout::Layout;
use super::parameter::{Fallback, Parameter};
use super::scale_out::{ChipPair, ScaleOut};
use copperlight_core::fabric::{FabricBuilder, Link, Scope, Ways};
use copperlight_core::ids::NodeId;
use copperlight_core::units::{Bandwidth, Time};

const FAMILY: &str = "rail-optimised fabric";

/// The parameters of the family.
pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter::bandwidth("scale_out.bandwidth_per_chip", "each chip's adapter"),
    Parameter::latency("scale_out.latency", "one way between chips of different domains, without software"),
    Parameter::oversubscription("scale_out.oversubscription", "adapters of a leaf over its uplinks"),
    Parameter::chips("scale_out.rails", "rails; a chip's is its number in the domain modulo this")
        .or(Fallback::Number(1.0)),
    Parameter::parts("scale_out.planes", "planes over which each adapter's rate is divided")
        .or(Fallback::Number(1.0)),
    Parameter::medium("scale_out.medium", "what links are made of"),
];

/// The scale-out fabric.
#[derive(Debug, Clone, PartialEq)]
pub struct RailOptimised {
    /// Rails; a chip's rail is its number in the domain modulo this.
    pub rails: usize,
    /// Planes over which each adapter's rate is divided.
    pub planes: usize,
    /// The rate of each chip's adapter, per direction.
    pub bandwidth_per_chip: Bandwidth,
    /// One way between two chips of different domains, without software.
    pub latency: Time,
    /// What a leaf's adapters can send, over what its uplinks carry: 1 for none.
    pub oversubscription: f64,
    /// What links are made of.
    pub medium: String,
}

/// The links of a route between domains.
const LINKS_OF_A_ROUTE: u64 = 4;

impl RailOptimised {
    /// The rails of a domain with `chips` chips: a rail without chips has no leaves.
    fn rails_of(&self, chips: usize) -> usize {
        self.rails.min(chips)
    }

    /// How many of `chips` chips are on a rail.
    fn chips_on_rail(&self, chips: usize, rail: usize) -> usize {
        (chips - rail).div_ceil(self.rails)
    }

    /// The bandwidth of an adapter into one plane.
    fn plane_bandwidth(&self) -> Bandwidth {
        self.bandwidth_per_chip * (1.0 / self.planes as f64)
    }

    /// The name of a switch in one plane, which says nothing of the plane when it is the only one.
    fn name(&self, switch: &str, plane: usize) -> String {
        if self.planes == 1 { switch.to_owned() } else { format!("{switch}-plane{plane}") }
    }

    /// The leaves of each domain: those of all planes, rail by rail.
    fn add_leaves(&self, builder: &mut FabricBuilder, layout: &Layout) -> Vec<Vec<NodeId>> {
        let of_domain = |(domain, chips): (usize, usize)| {
            let rails = 0..self.rails_of(chips);
            let leaves = rails.flat_map(|rail| (0..self.planes).map(move |plane| (rail, plane)));
            let name = |(rail, plane)| self.name(&format!("domain{domain}/rail{rail}/leaf"), plane);
            leaves.map(|leaf| builder.switch(name(leaf))).collect()
        };
        layout.domain_sizes().enumerate().map(of_domain).collect()
    }

    /// Adds links up, one for each plane, and their opposites down, such that the four links of a route add up to the
    /// latency. `pairs` are the lower and the upper end in each plane.
    fn bundle(
        &self,
        builder: &mut FabricBuilder,
        pairs: impl Iterator<Item = (NodeId, NodeId)> + Clone,
        link: &Link,
        position: Position,
    ) {
        let total = self.latency.picoseconds();
        let part = total / LINKS_OF_A_ROUTE;
        let rest = match position {
            Position::Adapter => total % LINKS_OF_A_ROUTE,
            Position::Core => 0,
        };
        let (up, down) = (Time::from_picoseconds(part), Time::from_picoseconds(part + rest));
        for (from, to) in pairs.clone() {
            builder.link(Link { from, to, latency: up, ..link.clone() });
        }
        for (to, from) in pairs {
            builder.link(Link { from, to, latency: down, ..link.clone() });
        }
    }

    fn wire_adapters(
        &self,
        builder: &mut FabricBuilder,
        layout: &Layout,
        leaves: &[Vec<NodeId>],
        link: &Link,
    ) {
        for chip in 0..layout.chips() {
            let (domain, local) = layout.position(chip);
            let ends = &leaves[domain][local % self.rails * self.planes..][..self.planes];
            let pairs = ends.iter().map(|&leaf| (NodeId::new(chip), leaf));
            self.bundle(builder, pairs, link, Position::Adapter);
        }
    }

    fn wire_leaves(
        &self,
        builder: &mut FabricBuilder,
        layout: &Layout,
        switches: (&[Vec<NodeId>], &[NodeId]),
        link: &Link,
    ) {
        let (leaves, cores) = switches;
        for (domain, chips) in layout.domain_sizes().enumerate() {
            for (rail, of_rail) in leaves[domain].chunks(self.planes).enumerate() {
                let share = self.chips_on_rail(chips, rail) as f64 / self.oversubscription;
                let link = Link { capacity: self.plane_bandwidth() * share, ..link.clone() };
                let pairs = of_rail.iter().copied().zip(cores.iter().copied());
                self.bundle(builder, pairs, &link, Position::Core);
            }
        }
    }
}

impl ScaleOut for RailOptimised {
    fn planes(&self) -> usize {
        if self.planes > 1 { self.planes } else { 0 }
    }

    /// Links come in runs of one for each plane.
    fn plane_of(&self, _layout: &Layout, link: usize) -> Option<usize> {
        Some(link % self.planes)
    }

    fn most_ways(&self) -> usize {
        self.planes
    }

    fn check(&self) -> Result<(), ParameterError> {
        check_count(FAMILY, "rails", self.rails)?;
        check_count(FAMILY, "planes", self.planes)?;
        check_ways(FAMILY, self.planes)?;
        check_bandwidth(FAMILY, "bandwidth_per_chip", self.bandwidth_per_chip)?;
        if !(self.oversubscription >= 1.0 && self.oversubscription.is_finite()) {
            return Err(ParameterError::Oversubscription { ratio: self.oversubscription });
        }
        Ok(())
    }

    fn counts(&self, layout: &Layout) -> Counts {
        let rails: usize = layout.domain_sizes().map(|chips| self.rails_of(chips)).sum();
        let (leaves, cores) = (rails * self.planes, self.planes);
        let links = vec![2 * layout.chips() * self.planes, 2 * leaves];
        Counts { switches: vec![leaves, cores], links, ..Counts::default() }
    }

    fn wire(&self, builder: &mut FabricBuilder, layout: &Layout) {
        let adapters = builder.tier("scale-out", Scope::ScaleOut);
        let uplinks = builder.tier("scale-out-core", Scope::ScaleOut);
        let medium = builder.medium(&self.medium);
        let leaves = self.add_leaves(builder, layout);
        let cores: Vec<NodeId> =
            (0..self.planes).map(|plane| builder.switch(self.name("core", plane))).collect();
        let link = Link {
            from: NodeId::new(0),
            to: cores[0],
            capacity: self.plane_bandwidth(),
            latency: Time::ZERO,
            tier: adapters,
            medium,
        };
        self.wire_adapters(builder, layout, &leaves, &link);
        self.wire_leaves(builder, layout, (&leaves, &cores), &Link { tier: uplinks, ..link });
        // Every plane of a leaf is asked for what its adapters put into that plane.
        builder.largest_load(uplinks, self.oversubscription);
    }

    fn ways(&self, layout: &Layout, pair: ChipPair) -> Ways {
        // Links up in all planes; those down follow them.
        let up = |first: usize, index: usize| {
            let start = first + 2 * index * self.planes;
            start..start + self.planes
        };
        let down = |first: usize, index: usize| {
            let up = up(first, index);
            up.end..up.end + self.planes
        };
        let first_uplink = pair.first_link + 2 * layout.chips() * self.planes;
        // Every domain before the last is full, so it has as many rails as the first.
        let rails_per_domain = self.rails_of(layout.chips_per_domain());
        let rail = |chip: usize| {
            let (domain, local) = layout.position(chip);
            domain * rails_per_domain + local % self.rails
        };
        Ways::Stages(
            [
                up(pair.first_link, pair.from),
                up(first_uplink, rail(pair.from)),
                down(first_uplink, rail(pair.to)),
                down(pair.first_link, pair.to),
            ]
            .into(),
        )
    }

    /// Every domain has leaves of its own.
    fn cell(&self, layout: &Layout) -> Option<usize> {
        Some(layout.chips_per_domain())
    }
}

/// Where on a route a pair of links lies; the remainder of the latency goes to the last link of a route.
#[derive(Debug, Clone, Copy)]
enum Position {
    Adapter,
    Core,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fabric() -> RailOptimised {
        RailOptimised {
            rails: 4,
            planes: 1,
            bandwidth_per_chip: Bandwidth::from_gigabytes_per_second(50.0),
            latency: Time::from_picoseconds(1_320_003),
            oversubscription: 1.0,
            medium: "dsp".to_owned(),
        }
    }

    #[test]
    fn chips_are_dealt_over_rails() {
        assert_eq!((0..4).map(|rail| fabric().chips_on_rail(72, rail)).collect::<Vec<_>>(), [18; 4]);
        assert_eq!((0..4).map(|rail| fabric().chips_on_rail(6, rail)).collect::<Vec<_>>(), [2, 2, 1, 1]);
        assert_eq!(fabric().rails_of(3), 3);
    }

    #[test]
    fn impossible_parameters_are_refused() {
        let none = RailOptimised { rails: 0, ..fabric() };
        assert!(matches!(none.check(), Err(ParameterError::Zero { parameter: "rails", .. })));
        let none = RailOptimised { planes: 0, ..fabric() };
        assert!(matches!(none.check(), Err(ParameterError::Zero { parameter: "planes", .. })));
        let many = RailOptimised { planes: 70_000, ..fabric() };
        assert!(matches!(many.check(), Err(ParameterError::TooManyWays { .. })));
        let dead = RailOptimised { bandwidth_per_chip: Bandwidth::ZERO, ..fabric() };
        assert!(matches!(dead.check(), Err(ParameterError::Bandwidth { .. })));
        for ratio in [0.5, 0.0, f64::NAN, f64::INFINITY] {
            let odd = RailOptimised { oversubscription: ratio, ..fabric() };
            assert!(matches!(odd.check(), Err(ParameterError::Oversubscription { .. })), "{ratio}");
        }
    }
}

//! `rail-optimised`: the scale-out fabric between domains.
//!
//! The chips of a tray or node belong to different rails. Each domain has one leaf switch per rail, with one
//! adapter link from every chip of that rail, and each leaf has a bundle of uplinks to the core, which is one
//! switch that never blocks and stands for the spine stages. A route is adapter, leaf, core, leaf, adapter:
//! the sender's rail on its side, the receiver's on the other.

use super::domain::{Counts, ParameterError, check_bandwidth, check_count};
use super::layout::Layout;
use super::scale_out::{ChipPair, ScaleOut};
use copperlight_core::fabric::{FabricBuilder, Link, Scope, Ways};
use copperlight_core::ids::NodeId;
use copperlight_core::units::{Bandwidth, Time};

const FAMILY: &str = "rail-optimised fabric";

/// The scale-out fabric.
#[derive(Debug, Clone, PartialEq)]
pub struct RailOptimised {
    /// Rails; a chip's rail is its number in the domain modulo this.
    pub rails: usize,
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
    /// The leaf switches of a domain with `chips` chips: a rail without chips has none.
    fn leaves(&self, chips: usize) -> usize {
        self.rails.min(chips)
    }

    /// How many of `chips` chips are on a rail.
    fn chips_on_rail(&self, chips: usize, rail: usize) -> usize {
        (chips - rail).div_ceil(self.rails)
    }

    fn add_leaves(&self, builder: &mut FabricBuilder, layout: &Layout) -> Vec<Vec<NodeId>> {
        let of_domain = |(domain, chips): (usize, usize)| {
            let name = |rail| format!("domain{domain}/rail{rail}/leaf");
            (0..self.leaves(chips)).map(|rail| builder.switch(name(rail))).collect()
        };
        layout.domain_sizes().enumerate().map(of_domain).collect()
    }

    /// Adds a link up and its opposite down, such that the four links of a route add up to the latency.
    fn duplex(&self, builder: &mut FabricBuilder, link: Link, position: Position) {
        let total = self.latency.picoseconds();
        let part = total / LINKS_OF_A_ROUTE;
        let rest = match position {
            Position::Adapter => total % LINKS_OF_A_ROUTE,
            Position::Core => 0,
        };
        let opposite = Link {
            from: link.to,
            to: link.from,
            latency: Time::from_picoseconds(part + rest),
            ..link.clone()
        };
        builder.link(Link { latency: Time::from_picoseconds(part), ..link });
        builder.link(opposite);
    }
}

impl ScaleOut for RailOptimised {
    fn most_ways(&self) -> usize {
        1
    }

    fn check(&self) -> Result<(), ParameterError> {
        check_count(FAMILY, "rails", self.rails)?;
        check_bandwidth(FAMILY, "bandwidth_per_chip", self.bandwidth_per_chip)?;
        if !(self.oversubscription >= 1.0 && self.oversubscription.is_finite()) {
            return Err(ParameterError::Oversubscription { ratio: self.oversubscription });
        }
        Ok(())
    }

    fn counts(&self, layout: &Layout) -> Counts {
        let leaves: usize = layout.domain_sizes().map(|chips| self.leaves(chips)).sum();
        Counts { switches: vec![leaves, 1], links: vec![2 * layout.chips(), 2 * leaves], ..Counts::default() }
    }

    /// Links are numbered: one up and one down for each chip, then one up and one down for each leaf.
    fn wire(&self, builder: &mut FabricBuilder, layout: &Layout) {
        let adapters = builder.tier("scale-out", Scope::ScaleOut);
        let uplinks = builder.tier("scale-out-core", Scope::ScaleOut);
        let medium = builder.medium(&self.medium);
        let template = |from, to| Link {
            from,
            to,
            capacity: self.bandwidth_per_chip,
            latency: Time::ZERO,
            tier: adapters,
            medium,
        };
        let leaves = self.add_leaves(builder, layout);
        let core = builder.switch("core");
        let mut first_chip = 0;
        for (domain, chips) in layout.domain_sizes().enumerate() {
            for chip in 0..chips {
                let leaf = leaves[domain][chip % self.rails];
                self.duplex(builder, template(NodeId::new(first_chip + chip), leaf), Position::Adapter);
            }
            first_chip += chips;
        }
        for (domain, chips) in layout.domain_sizes().enumerate() {
            for (rail, &leaf) in leaves[domain].iter().enumerate() {
                let share = self.chips_on_rail(chips, rail) as f64 / self.oversubscription;
                let capacity = self.bandwidth_per_chip * share;
                let link = Link { capacity, tier: uplinks, ..template(leaf, core) };
                self.duplex(builder, link, Position::Core);
            }
        }
    }

    fn ways(&self, layout: &Layout, pair: ChipPair) -> Ways {
        let adapter = |chip: usize| pair.first_link + 2 * chip;
        let first_uplink = adapter(layout.chips());
        // Every domain before the last is full, so it has as many leaves as the first.
        let leaves_per_domain = self.leaves(layout.chips_per_domain());
        let uplink = |chip: usize| {
            let (domain, local) = layout.position(chip);
            first_uplink + 2 * (domain * leaves_per_domain + local % self.rails)
        };
        let links = [adapter(pair.from), uplink(pair.from), uplink(pair.to) + 1, adapter(pair.to) + 1];
        Ways::Stages(links.map(|link| link..link + 1).to_vec())
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
        assert_eq!(fabric().leaves(3), 3);
    }

    #[test]
    fn impossible_parameters_are_refused() {
        let none = RailOptimised { rails: 0, ..fabric() };
        assert!(matches!(none.check(), Err(ParameterError::Zero { parameter: "rails", .. })));
        let dead = RailOptimised { bandwidth_per_chip: Bandwidth::ZERO, ..fabric() };
        assert!(matches!(dead.check(), Err(ParameterError::Bandwidth { .. })));
        for ratio in [0.5, 0.0, f64::NAN, f64::INFINITY] {
            let odd = RailOptimised { oversubscription: ratio, ..fabric() };
            assert!(matches!(odd.check(), Err(ParameterError::Oversubscription { .. })), "{ratio}");
        }
    }
}

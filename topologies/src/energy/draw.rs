//! What draws power in a system.

use super::facility::Facility;
use crate::interval::Interval;
use crate::physical::{StaticPower, TierPower};
use crate::system::{PhysicalError, System};

/// What a system of some size draws, in watts.
#[derive(Debug, Clone, PartialEq)]
pub struct PowerDraw {
    /// All chips when they compute: their limit.
    pub chips_busy: Interval,
    /// All chips when they wait.
    pub chips_idle: Interval,
    /// CPUs, memory, adapters, fans and losses; `None` where they are not known apart from the chips.
    pub hosts: Option<Interval>,
    /// The links and switches of each tier.
    pub tiers: Vec<TierDraw>,
    /// Power of the building over power of the machines.
    pub overhead: Interval,
    /// What a reader should know about these figures.
    pub caveat: Option<PowerCaveat>,
}

/// What stands behind the power of chips and hosts where not both are published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PowerCaveat {
    /// The limit of the chip is not published: chips and hosts are what is left of the domain's power.
    ChipsWithHosts,
    /// The power of a domain is not published: hosts are missing.
    NoHosts,
}

/// What the links and switches of one tier draw, in watts.
#[derive(Debug, Clone, PartialEq)]
pub struct TierDraw {
    /// The name of the tier.
    pub name: String,
    /// Optical modules and active cables, whether they carry or not.
    pub modules: Interval,
    /// Switch chips; `None` where their power is not known, so that it is part of the hosts.
    pub switches: Option<Interval>,
    /// Joules a bit on a medium whose ends have no power of their own; `None` where the modules' power says it.
    pub per_bit: Option<Interval>,
}

impl System {
    /// What `chips` chips draw with all that is around them.
    ///
    /// `None` where neither the chip's limit nor the power of a domain is known. Where nothing is known of racks and
    /// cables, modules and switches are missing.
    pub fn power_draw(&self, chips: usize, facility: &Facility) -> Option<PowerDraw> {
        let power = match self.static_power(chips) {
            Err(PhysicalError::NoLayout { .. }) => self.power_without_layout(chips),
            power => power.ok()?,
        };
        let tiers: Vec<TierDraw> = power.tiers.iter().map(tier_draw).collect();
        let (chips_busy, hosts, caveat) = chips_and_hosts(&power, chips)?;
        let chips_idle = chips_busy * facility.chip_idle_share;
        Some(PowerDraw { chips_busy, chips_idle, hosts, tiers, overhead: facility.overhead, caveat })
    }
}

/// The chips at their limit and the hosts beside them.
fn chips_and_hosts(
    power: &StaticPower,
    chips: usize,
) -> Option<(Interval, Option<Interval>, Option<PowerCaveat>)> {
    if let Some(of_chips) = power.chip_watts {
        let hosts = power.rest_watts_per_chip.map(|rest| rest * chips as f64);
        let caveat = hosts.is_none().then_some(PowerCaveat::NoHosts);
        return Some((of_chips, hosts, caveat));
    }
    let inside = power.tiers.iter().filter(|tier| tier.scope == copperlight_core::fabric::Scope::ScaleUp);
    let network: Interval = inside.flat_map(|tier| [tier.module_watts, tier.switch_watts]).flatten().sum();
    let left = (power.domain_watts? - network).at_least_zero();
    Some((left, None, Some(PowerCaveat::ChipsWithHosts)))
}

fn tier_draw(tier: &TierPower) -> TierDraw {
    let unpowered = tier.module_watts.is_none();
    TierDraw {
        name: tier.tier.to_owned(),
        modules: tier.module_watts.unwrap_or(Interval::ZERO),
        switches: tier.switch_watts,
        // Where modules have a power of their own, energy per bit is the same figure over their rate.
        per_bit: tier.joules_per_bit.filter(|_| unpowered),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(name: &str, chips: usize) -> PowerDraw {
        let system = System::preset(name).expect("the preset is in the catalog");
        system.power_draw(chips, &Facility::of_catalog()).expect("the power of the machine is published")
    }

    #[test]
    fn a_rack_of_copper_draws_what_is_published() {
        let rack = draw("gb200-nvl72", 72);
        // 72 x 1,200 W, and what is left of 120 kW (up to 145 kW).
        assert_eq!(rack.chips_busy, Interval::exact(86_400.0));
        let hosts = rack.hosts.expect("the rack's power is published");
        assert!((hosts.value - 33_600.0).abs() < 1e-6 && (hosts.high - 58_600.0).abs() < 1e-6, "{hosts:?}");
        assert_eq!(rack.caveat, None);
        assert_eq!(rack.tiers[0].modules, Interval::ZERO);
    }

    #[test]
    fn without_a_limit_chips_and_hosts_are_one() {
        let supernode = draw("cloudmatrix384", 384);
        assert_eq!((supernode.hosts, supernode.caveat), (None, Some(PowerCaveat::ChipsWithHosts)));
        let modules: Interval = supernode.tiers.iter().map(|tier| tier.modules).sum();
        // 559.4 kW less 5,376 modules of 4.25 W; 1,536 more between domains.
        assert!((supernode.chips_busy.value - (559_378.0 - 5376.0 * 4.25)).abs() < 1e-6, "{supernode:?}");
        assert!((modules.value - 6912.0 * 4.25).abs() < 1e-6, "{modules:?}");
    }

    #[test]
    fn optics_in_the_rack_add_their_modules() {
        let mut system = System::preset("gb200-nvl72").expect("the preset is in the catalog");
        system.set("scale_up.medium", &"dsp".into()).expect("the medium is in the catalog");
        let light = system.power_draw(72, &Facility::of_catalog()).expect("the power is published");
        // 1,296 modules of 800 Gb/s and 15 W; hosts as before.
        assert_eq!(light.tiers[0].modules.value, 1296.0 * 15.0);
        assert_eq!(light.hosts, draw("gb200-nvl72", 72).hosts);
    }
}

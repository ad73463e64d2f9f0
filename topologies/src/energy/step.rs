//! The energy of one step, by what draws it.

use super::draw::PowerDraw;
use crate::interval::Interval;
use copperlight_core::units::Time;
use std::collections::BTreeMap;

/// What a step does, as far as power depends on it.
#[derive(Debug, Clone, PartialEq)]
pub struct StepActivity {
    /// How long it takes.
    pub time: Time,
    /// The share of that time in which a chip computes, mean over chips.
    pub compute_share: f64,
    /// Bytes that all links of each tier carried, by its name.
    pub tier_bytes: BTreeMap<String, f64>,
}

/// The energy of one step, in joules.
#[derive(Debug, Clone, PartialEq)]
pub struct StepEnergy {
    /// Chips: idle + activity x (limit - idle).
    pub chips: Interval,
    /// CPUs, memory, adapters, fans and losses; `None` where no power of a whole domain is published.
    pub hosts: Option<Interval>,
    /// Modules, cables and switches of each tier, by its name.
    pub tiers: BTreeMap<String, Interval>,
    /// Cooling and distribution: all of the above times (overhead - 1).
    pub facility: Interval,
    /// The sum.
    pub total: Interval,
}

impl PowerDraw {
    /// The energy of a step: power times time, and what each bit takes on media without a power of their own.
    pub fn step(&self, activity: &StepActivity) -> StepEnergy {
        let seconds = activity.time.seconds();
        let waiting = self.chips_idle * (1.0 - activity.compute_share);
        let chips = (waiting + self.chips_busy * activity.compute_share) * seconds;
        let hosts = self.hosts.map(|hosts| hosts * seconds);
        let of_tier = |tier: &super::TierDraw| {
            let bits = 8.0 * activity.tier_bytes.get(&tier.name).copied().unwrap_or(0.0);
            let switches = tier.switches.unwrap_or(Interval::ZERO);
            let carried = tier.per_bit.unwrap_or(Interval::ZERO) * bits;
            (tier.name.clone(), (tier.modules + switches) * seconds + carried)
        };
        let tiers: BTreeMap<String, Interval> = self.tiers.iter().map(of_tier).collect();
        let machines = chips + hosts.unwrap_or(Interval::ZERO) + tiers.values().copied().sum();
        let facility = machines * (self.overhead - Interval::exact(1.0));
        StepEnergy { chips, hosts, tiers, facility, total: machines + facility }
    }
}

#[cfg(test)]
mod tests {
    use super::super::TierDraw;
    use super::*;

    fn draw() -> PowerDraw {
        let tier = |name: &str, modules, per_bit| TierDraw {
            name: name.to_owned(),
            modules: Interval::exact(modules),
            switches: None,
            per_bit,
        };
        PowerDraw {
            chips_busy: Interval { value: 1000.0, low: 1000.0, high: 1200.0 },
            chips_idle: Interval { value: 200.0, low: 100.0, high: 400.0 },
            hosts: Some(Interval::exact(300.0)),
            tiers: vec![tier("scale-up", 50.0, None), tier("scale-out", 0.0, Some(Interval::exact(1e-11)))],
            overhead: Interval::exact(1.5),
            caveat: None,
        }
    }

    #[test]
    fn power_times_time_and_what_bits_take() {
        let activity = StepActivity {
            time: Time::from_seconds(2.0),
            compute_share: 0.75,
            tier_bytes: BTreeMap::from([("scale-out".to_owned(), 1e12)]),
        };
        let energy = draw().step(&activity);
        // (0.25 x 200 W + 0.75 x 1000 W) x 2 s.
        assert_eq!(energy.chips, Interval { value: 1600.0, low: 1550.0, high: 2000.0 });
        assert_eq!(energy.hosts, Some(Interval::exact(600.0)));
        assert_eq!(energy.tiers["scale-up"], Interval::exact(100.0));
        // 8e12 bits x 10 pJ.
        assert!((energy.tiers["scale-out"].value - 80.0).abs() < 1e-9);
        // (1600 + 600 + 100 + 80) J x 1.5.
        assert!((energy.total.value - 3570.0).abs() < 1e-9, "{:?}", energy.total);
        assert!((energy.facility.value - 1190.0).abs() < 1e-9);
    }
}

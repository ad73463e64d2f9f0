//! What draws power whether bytes move or not, part by part: the ground that the energy of a step stands on.
//!
//! ```text
//! P(domains) = chips x TDP + modules + switches + rest
//! ```
//!
//! `P` is the published power of the domains with the preset's media; the rest is hosts, fans, conversion, and
//! switches where no figure of theirs is known. A module draws the same idle or busy, so the energy per bit of a
//! medium is its power over its rate: count one of the two, not both.

use super::bill::ScaleOutSwitches;
use super::layer::Physical;
use super::tier_cables::TierCables;
use crate::catalog::{Section, dimension_of};
use crate::interval::Interval;
use crate::{PhysicalError, System};
use copperlight_core::fabric::Scope;

/// What the modules of one tier draw.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TierPower {
    /// The name of the tier in the fabric.
    pub tier: &'static str,
    /// Inside a domain or between domains.
    pub scope: Scope,
    /// Its optical modules.
    pub modules: usize,
    /// What they draw, in watts: zero where there are none, `None` where a medium's figure is unknown.
    pub module_watts: Option<Interval>,
    /// The power of a module over its rate, in joules per bit at one end of a link; `None` for copper.
    pub joules_per_bit: Option<Interval>,
    /// What the switches at the outer end of this tier's links draw, in watts; `None` where it is unknown.
    pub switch_watts: Option<Interval>,
}

/// What a system draws, in watts, part by part. `None` is unknown.
#[derive(Debug, Clone, PartialEq)]
pub struct StaticPower {
    /// Modules and switches of each tier, from the chips outwards; the fabric between domains comes last.
    pub tiers: Vec<TierPower>,
    /// All chips at their power limit.
    pub chip_watts: Option<Interval>,
    /// The domains with the media in effect: the published power, and what other modules than the preset's draw.
    pub domain_watts: Option<Interval>,
    /// One chip's share of what is neither chip, nor module, nor a switch whose power is known: hosts and the rest.
    pub rest_watts_per_chip: Option<Interval>,
    /// Whether the rest contains the switches of the domains, whose power no source gives.
    pub rest_contains_switches: bool,
    /// The links and switches of the domains, by an analyst.
    pub interconnect_watts: Option<Interval>,
}

impl StaticPower {
    /// What the modules of one scope draw, in watts.
    pub fn module_watts(&self, scope: Scope) -> Option<Interval> {
        self.tiers.iter().filter(|tier| tier.scope == scope).map(|tier| tier.module_watts).sum()
    }

    /// What the switches of one scope draw, in watts.
    pub fn switch_watts(&self, scope: Scope) -> Option<Interval> {
        self.tiers.iter().filter(|tier| tier.scope == scope).map(|tier| tier.switch_watts).sum()
    }
}

impl System {
    /// What `chips` chips, their modules, switches and hosts draw.
    ///
    /// # Errors
    /// [`PhysicalError`] when no layout is known, or a cable is longer than its medium reaches.
    pub fn static_power(&self, chips: usize) -> Result<StaticPower, PhysicalError> {
        Ok(self.static_power_of(&self.physical(chips)?))
    }

    /// What chips and domains draw, where nothing is known of links and switches.
    pub(crate) fn power_without_layout(&self, chips: usize) -> StaticPower {
        let chip_watts = self.estimate("chip.power").map(|watts| watts * chips as f64);
        let domain_watts = self.published(chips, "facts.power");
        let rest = domain_watts.zip(chip_watts).map(|(domain, of_chips)| (domain - of_chips).at_least_zero());
        StaticPower {
            tiers: Vec::new(),
            chip_watts,
            domain_watts,
            rest_watts_per_chip: rest.map(|rest| rest * (1.0 / chips as f64)),
            rest_contains_switches: true,
            interconnect_watts: None,
        }
    }

    pub(super) fn static_power_of(&self, physical: &Physical) -> StaticPower {
        let chips = physical.chips;
        let tiers = self.tier_powers(physical);
        let chip_watts = self.estimate("chip.power").map(|watts| watts * chips as f64);
        let (of_preset, rest) = self.preset_power(chips);
        let modules_watts = scale_up(&tiers, |tier| tier.module_watts);
        let more = of_preset.zip(modules_watts).map(|(preset, now)| more_than(preset, now));
        let domain_watts = self.published(chips, "facts.power");
        StaticPower {
            rest_contains_switches: scale_up(&tiers, |tier| tier.switch_watts).is_none(),
            tiers,
            chip_watts,
            domain_watts: domain_watts.zip(more).map(|(published, more)| published + more),
            rest_watts_per_chip: rest.map(|rest| rest * (1.0 / chips as f64)),
            interconnect_watts: self
                .estimate("physical.interconnect_power_per_chip")
                .filter(|_| !self.is_rewired())
                .map(|watts| watts * chips as f64),
        }
    }

    /// What the modules inside the preset's domains draw, and what is left of the published power.
    fn preset_power(&self, chips: usize) -> (Option<Interval>, Option<Interval>) {
        let preset = System::preset(self.name()).unwrap_or_else(|_| self.with_preset_media());
        let Ok(physical) = preset.physical(chips) else { return (None, None) };
        let tiers = preset.tier_powers(&physical);
        let modules = scale_up(&tiers, |tier| tier.module_watts);
        let switches = scale_up(&tiers, |tier| tier.switch_watts).unwrap_or(Interval::ZERO);
        // The published power is that of the preset's own chips.
        let of_chip = preset.estimate("chip.power").or_else(|| self.estimate("chip.power"));
        let of_chips = of_chip.map(|watts| watts * chips as f64);
        let published = self.published(chips, "facts.power");
        let rest = published.zip(of_chips).zip(modules);
        let rest = rest.map(|((published, of_chips), modules)| published - of_chips - modules - switches);
        (modules, rest.map(Interval::at_least_zero))
    }

    fn tier_powers(&self, physical: &Physical) -> Vec<TierPower> {
        let switches = self.scale_up_switches(physical.chips);
        let between = self.scale_out_switches(physical);
        let first_scale_out = physical.tiers_of(Scope::ScaleUp).count();
        let of_tier = |(index, tier): (usize, &TierCables)| {
            let (key, count) = match (tier.kind.scope, index) {
                (Scope::ScaleUp, 0) => ("physical.switch_power_l1", switches.first().copied()),
                (Scope::ScaleUp, _) => ("physical.switch_power_l2", switches.get(1).copied()),
                (Scope::ScaleOut, _) => {
                    let stage =
                        |of: ScaleOutSwitches| if index == first_scale_out { of.leaf } else { of.spine };
                    ("physical.switch_power_scale_out", between.map(stage))
                }
            };
            let modules = tier.modules();
            let watts = |each: Interval| each * modules as f64;
            TierPower {
                tier: tier.kind.name,
                scope: tier.kind.scope,
                modules,
                module_watts: match modules {
                    0 => Some(Interval::ZERO),
                    _ => tier.kind.medium.module_watts().map(watts),
                },
                joules_per_bit: tier.kind.medium.joules_per_bit(),
                switch_watts: match count {
                    Some(0) => Some(Interval::ZERO),
                    _ => self.estimate(key).zip(count).map(|(each, count)| each * count as f64),
                },
            }
        };
        physical.tiers.iter().enumerate().map(of_tier).collect()
    }

    /// Switch chips of each stage inside domains, from the chips outwards.
    pub(crate) fn scale_up_switches(&self, chips: usize) -> Vec<usize> {
        let machine = self.machine(chips);
        let stages = machine.domain().counts(machine.domain().chips()).switches.len();
        let counted: Vec<usize> = machine.counts(chips).switches.into_iter().take(stages).collect();
        // Where planes are not switch chips one to one, the published number of these counts.
        let published = self.value("facts.switch_chips").filter(|_| !self.is_overridden("scale_up.planes"));
        match (published, counted.as_slice()) {
            (Some(of_domain), [_]) => vec![of_domain as usize * chips.div_ceil(self.domain_size())],
            _ => counted,
        }
    }

    /// The published price of the domains of `chips` chips, in US dollars, a partial one by its share.
    pub fn price(&self, chips: usize) -> Option<Interval> {
        self.published(chips, "facts.price")
    }

    /// The published power of the domains of `chips` chips, in watts, a partial one by its share.
    pub fn domain_power(&self, chips: usize) -> Option<Interval> {
        self.published(chips, "facts.power")
    }

    /// A published figure of a full domain, for the domains of `chips` chips, a partial one by its share.
    pub(super) fn published(&self, chips: usize, key: &str) -> Option<Interval> {
        let preset = System::preset(self.name()).ok()?;
        self.estimate(key).map(|figure| figure * (chips as f64 / preset.domain_size() as f64))
    }

    /// Whether the user changed what links or switches there are, so that figures of all of them hold no more.
    pub(super) fn is_rewired(&self) -> bool {
        ["scale_up.", "scale_out."].iter().any(|prefix| self.is_any_overridden(prefix))
    }

    /// A value in effect in its base unit, with its range.
    pub(super) fn estimate(&self, key: &str) -> Option<Interval> {
        let (_, sourced) = self.facts().find(|(name, _)| *name == key)?;
        Interval::of(sourced, dimension_of(Section::Systems, key)?)
    }
}

/// What modules draw more than those of the preset; the same modules draw the same, however uncertain that is.
fn more_than(preset: Interval, now: Interval) -> Interval {
    if now == preset { Interval::ZERO } else { now - preset }
}

fn scale_up(tiers: &[TierPower], watts: fn(&TierPower) -> Option<Interval>) -> Option<Interval> {
    tiers.iter().filter(|tier| tier.scope == Scope::ScaleUp).map(watts).sum()
}

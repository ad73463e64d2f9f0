//! The bill of materials: racks, cables, modules, switch chips, watts, price, failures.
//!
//! Counts are exact for the layout. What no source gives is `None`, never zero.

use super::layer::Physical;
use super::medium::MediumKind;
use super::power::StaticPower;
use super::tier_cables::TierCables;
use crate::interval::Interval;
use crate::{PhysicalError, System};
use copperlight_core::fabric::Scope;

/// Hours of a year, over the 1e9 hours of a FIT.
const YEARS_OF_A_FIT: f64 = 8760e-9;

/// Switches of the fabric between domains, where their number of ports is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScaleOutSwitches {
    /// Switches that adapters are joined to.
    pub leaf: usize,
    /// Switches that join leaves.
    pub spine: usize,
}

/// What a system of so many chips is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct BillOfMaterials {
    /// The layout that was counted.
    pub physical: Physical,
    /// Switch chips of the stage next to the chips.
    pub switch_chips_l1: usize,
    /// Switch chips of the second stage; zero where there is none.
    pub switch_chips_l2: usize,
    /// Whole switches of the fabric between domains, as if no other chips shared them.
    pub switches_scale_out: Option<ScaleOutSwitches>,
    /// Optical modules inside domains.
    pub modules_scale_up: usize,
    /// Optical modules between domains.
    pub modules_scale_out: usize,
    /// Copper cables, each a pair of wires in its own sheath, as vendors count them.
    pub cables_copper: usize,
    /// Optical cables, each from module to module.
    pub cables_optical: usize,
    /// Pairs of wires of copper links.
    pub pairs_copper: usize,
    /// Links that are copper cables.
    pub links_copper: usize,
    /// Links that are optical.
    pub links_optical: usize,
    /// Links that are traces on boards.
    pub links_on_boards: usize,
    /// The length of all cables together, in metres: of each pair of copper, and of each optical link.
    pub cable_metres: f64,
    /// What draws power whether bytes move or not.
    pub power: StaticPower,
    /// Published price of the domains, in US dollars.
    pub price_dollars: Option<Interval>,
    /// Price of the links and switches in it, in US dollars, by an analyst.
    pub interconnect_dollars: Option<Interval>,
    /// Modules that fail in a year. `None` where a medium has no figure.
    pub module_failures_per_year: Option<Interval>,
}

impl System {
    /// What a system of `chips` chips is made of; the share of one domain in the fabric between domains is in it.
    ///
    /// # Errors
    /// [`PhysicalError`] when no layout is known, or a cable is longer than its medium reaches.
    pub fn bill_of_materials(&self, chips: usize) -> Result<BillOfMaterials, PhysicalError> {
        let physical = self.physical(chips)?;
        let switches = self.scale_up_switches(chips);
        let stage = |index: usize| switches.get(index).copied().unwrap_or(0);
        let links = |kind: fn(MediumKind) -> bool| {
            let of_kind = physical.tiers.iter().filter(|tier| kind(tier.kind.medium.kind()));
            of_kind.map(TierCables::cabled_links).sum()
        };
        let modules = |scope| physical.modules(scope);
        let pairs_copper = physical.tiers.iter().map(TierCables::copper_pairs).sum();
        let per_chip = |key| self.estimate(key).map(|estimate| estimate * chips as f64);
        Ok(BillOfMaterials {
            switch_chips_l1: stage(0),
            switch_chips_l2: stage(1),
            switches_scale_out: self.scale_out_switches(&physical),
            modules_scale_up: modules(Scope::ScaleUp),
            modules_scale_out: modules(Scope::ScaleOut),
            cables_copper: pairs_copper,
            cables_optical: (modules(Scope::ScaleUp) + modules(Scope::ScaleOut)) / 2,
            pairs_copper,
            links_copper: links(|kind| kind != MediumKind::Optics),
            links_optical: links(|kind| kind == MediumKind::Optics),
            links_on_boards: physical.tiers.iter().map(TierCables::links_on_boards).sum(),
            cable_metres: physical.tiers.iter().map(metres).sum(),
            power: self.static_power_of(&physical),
            price_dollars: self.published(chips, "facts.price"),
            interconnect_dollars: per_chip("physical.interconnect_price_per_chip")
                .filter(|_| !self.is_rewired()),
            module_failures_per_year: failures(&physical),
            physical,
        })
    }

    /// Leaves with as many ports down as the oversubscription leaves, spines with all ports down.
    pub(super) fn scale_out_switches(&self, physical: &Physical) -> Option<ScaleOutSwitches> {
        let radix = self.value("physical.scale_out_switch_radix")?;
        let oversubscription = self.value("scale_out.oversubscription").unwrap_or(1.0);
        let mut links = physical.tiers_of(Scope::ScaleOut).map(|tier| tier.links() as f64);
        let (adapters, uplinks) = (links.next()?, links.next()?);
        let down = (radix * oversubscription / (oversubscription + 1.0)).floor().max(1.0);
        Some(ScaleOutSwitches {
            leaf: (adapters / down).ceil() as usize,
            spine: (uplinks / radix).ceil() as usize,
        })
    }
}

/// The length of each pair of copper, and of each optical link.
fn metres(tier: &TierCables) -> f64 {
    let wires = match tier.kind.medium.kind() {
        MediumKind::Optics => 1,
        _ => 2 * tier.kind.lanes_per_link(),
    };
    tier.metres() * wires as f64
}

/// Failures in a year: the failure rate of each tier's modules x their number x 8760 hours.
fn failures(physical: &Physical) -> Option<Interval> {
    let of_tier = |tier: &TierCables| match tier.modules() {
        0 => Some(Interval::ZERO),
        modules => tier.kind.medium.module_failure_rate().map(|fit| fit * (modules as f64 * YEARS_OF_A_FIT)),
    };
    physical.tiers.iter().map(of_tier).sum()
}

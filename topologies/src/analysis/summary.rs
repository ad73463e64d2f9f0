//! One system of some size in numbers.

use super::bisection::{LARGEST_FLOW, bisection_by_maximum_flow};
use super::distance::{LongestRoute, longest_route};
use super::ideal::{shortest_time, shortest_time_across_halves};
use crate::families::BuildError;
use crate::system::System;
use copperlight_core::fabric::{Fabric, RoutingError, Scope};
use copperlight_core::ids::EndpointId;
use copperlight_core::units::{Bandwidth, Bytes};
use copperlight_core::workload::CollectiveKind;
use thiserror::Error;

/// The size that ideal bandwidths are computed for: large enough that rounding to picoseconds does not show.
const LARGE: Bytes = Bytes::new(1 << 40);

/// Why a system cannot be analysed.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum AnalysisError {
    /// It cannot be built.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// Chips cannot reach one another.
    #[error(transparent)]
    Routing(#[from] RoutingError),
}

/// The links of one tier together.
#[derive(Debug, Clone, PartialEq)]
pub struct TierSummary {
    /// The name of the tier.
    pub name: String,
    /// Directed links that work.
    pub links: usize,
    /// What they carry together.
    pub capacity: Bandwidth,
}

/// What a system of some size could do at best.
#[derive(Debug, Clone, PartialEq)]
pub struct Analysis {
    /// Chips.
    pub chips: usize,
    /// The longest of all routes.
    pub longest: LongestRoute,
    /// What the first chip can send inside its domain.
    pub scale_up_injection: Bandwidth,
    /// What the first chip can send to other domains; zero where there is one domain only.
    pub scale_out_injection: Bandwidth,
    /// Each tier, from the chips outwards.
    pub tiers: Vec<TierSummary>,
    /// What the first half of one domain can send to the rest, in one direction; `None` for a degraded domain of more
    /// than 1,024 chips.
    pub domain_bisection: Option<Bandwidth>,
    /// Bus bandwidth of an endless all-reduce under the best algorithm without in-network reduction; `None` for one chip.
    pub ideal_all_reduce: Option<Bandwidth>,
    /// The same for an all-to-all.
    pub ideal_all_to_all: Option<Bandwidth>,
}

impl Analysis {
    /// Analyses `chips` chips of a system.
    ///
    /// # Errors
    /// [`AnalysisError`] when they cannot be built or joined.
    pub fn new(system: &System, chips: usize) -> Result<Self, AnalysisError> {
        let fabric = system.build(chips)?;
        let first = EndpointId::new(0);
        let domain_bisection = domain_bisection(system, chips)?;
        let is_one_domain = fabric.same_domain(first, EndpointId::new(chips - 1));
        let across = domain_bisection.filter(|_| is_one_domain);
        Ok(Self {
            chips,
            longest: longest_route(&fabric)?,
            scale_up_injection: fabric.injection_bandwidth(first, Scope::ScaleUp),
            scale_out_injection: fabric.injection_bandwidth(first, Scope::ScaleOut),
            tiers: tiers(&fabric),
            domain_bisection,
            ideal_all_reduce: ideal_bus_bandwidth(&fabric, across, CollectiveKind::AllReduce),
            ideal_all_to_all: ideal_bus_bandwidth(&fabric, across, CollectiveKind::AllToAll),
        })
    }
}

/// In closed form where all is healthy, else as the maximum flow of the first domain.
fn domain_bisection(system: &System, chips: usize) -> Result<Option<Bandwidth>, BuildError> {
    if system.degradations().is_empty() {
        return Ok(Some(system.domain_bisection(chips.min(system.domain_size()))));
    }
    let chips = chips.min(system.chips_in_service());
    if chips > LARGEST_FLOW {
        return Ok(None);
    }
    let domain = system.to_be_cut().build(chips)?;
    Ok(Some(bisection_by_maximum_flow(&domain)))
}

fn tiers(fabric: &Fabric) -> Vec<TierSummary> {
    let summary = |name: &String| TierSummary { name: name.clone(), links: 0, capacity: Bandwidth::ZERO };
    let mut tiers: Vec<TierSummary> = fabric.tiers().iter().map(|tier| summary(&tier.name)).collect();
    for link in fabric.working_links() {
        let tier = &mut tiers[link.tier.index()];
        tier.links += 1;
        let sum = tier.capacity.bytes_per_second() + link.capacity.bytes_per_second();
        tier.capacity = Bandwidth::from_bytes_per_second(sum);
    }
    tiers
}

/// The bus bandwidth at the longest of all bounds; `across` is the bisection of all chips, where it is known.
fn ideal_bus_bandwidth(
    fabric: &Fabric,
    across: Option<Bandwidth>,
    kind: CollectiveKind,
) -> Option<Bandwidth> {
    let ranks = fabric.endpoints();
    let across = across.map(|rate| shortest_time_across_halves(rate, kind, LARGE, ranks));
    let time = shortest_time(fabric, kind, LARGE, ranks).max(across.unwrap_or_default()).seconds();
    let bytes = LARGE.count() as f64 * kind.bus_factor(ranks);
    (time > 0.0).then(|| Bandwidth::from_bytes_per_second(bytes / time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_domain_of_each_machine() {
        let analysis = |name: &str, chips| {
            let system = System::preset(name).expect("the preset is in the catalog");
            Analysis::new(&system, chips).expect("the system can be built")
        };
        let copper = analysis("gb200-nvl72", 72);
        assert_eq!(copper.longest.links, 2);
        assert_eq!(copper.tiers.len(), 1);
        assert_eq!(
            (copper.tiers[0].links, copper.tiers[0].capacity.gigabytes_per_second()),
            (2592, 129_600.0)
        );
        assert_eq!(copper.scale_out_injection, Bandwidth::ZERO);
        let busbw =
            |rate: Option<Bandwidth>| rate.map(|rate| (rate.gigabytes_per_second() * 1e3).round() / 1e3);
        assert_eq!(busbw(copper.ideal_all_reduce), Some(900.0));
        assert_eq!(busbw(copper.ideal_all_to_all), Some(900.0));
        let light = analysis("cloudmatrix384", 384);
        assert_eq!(light.domain_bisection.map(Bandwidth::gigabytes_per_second), Some(75_264.0));
        assert_eq!(busbw(light.ideal_all_to_all), Some(392.0));
        assert_eq!(analysis("gb200-nvl72", 1).ideal_all_reduce, None);
    }

    #[test]
    fn faults_show_in_the_bisection() {
        let bisection = |faults: &str, chips| {
            let mut system = System::preset("gb200-nvl72").expect("the preset is in the catalog");
            let table: toml::Table = format!("it = [{faults}]").parse().expect("the test writes TOML");
            system.set("degrade", &table["it"]).expect("the override is sound");
            let analysis = Analysis::new(&system, chips).expect("the system can be built");
            analysis.domain_bisection.map(Bandwidth::gigabytes_per_second)
        };
        // 36 chips x 17 planes x 50 GB/s; what is wrong with another domain does not show in the first.
        assert_eq!(bisection("{ target = 'plane:3', capacity = 0 }", 72), Some(30_600.0));
        assert_eq!(bisection("{ target = 'domain:1/plane:3', capacity = 0 }", 144), Some(32_400.0));
        // 68 chips are left of a domain without a tray.
        assert_eq!(bisection("{ target = 'tray:5', capacity = 0 }", 140), Some(34.0 * 900.0));
    }

    #[test]
    fn a_torus_is_bound_by_its_bisection() {
        let system = System::preset("tpu-v4-pod").expect("the preset is in the catalog");
        let analysis = Analysis::new(&system, 4096).expect("the system can be built");
        let rate = |rate: Option<Bandwidth>| rate.map(|rate| rate.gigabytes_per_second().round());
        // 4 x 25,600 GB/s over 4,096 chips; a ring needs but its neighbours.
        assert_eq!(rate(analysis.ideal_all_to_all), Some(25.0));
        assert_eq!(rate(analysis.ideal_all_reduce), Some(300.0));
    }
}

//! The system itself: taken from the catalog, asked for its numbers, built.

use super::rank_order::RankOrder;
use super::wiring::{self, Machine};
use crate::catalog::{self, CatalogError, Entry, Section};
use crate::chip::Chip;
use crate::degrade::Degradations;
use crate::families::{BuildError, Counts, MAXIMUM_CHIPS, ParameterError, check_nodes};
use crate::graph::{Graph, GraphRouting};
use crate::physical::layout_of;
use crate::transport::NamedTransport;
use copperlight_core::fabric::{Fabric, Scope};
use copperlight_core::transport::Transport;
use copperlight_core::units::Bandwidth;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, RwLock};

/// The systems that were asked for, put together once.
static PRESETS: RwLock<BTreeMap<String, System>> = RwLock::new(BTreeMap::new());

/// A scale-up domain, the fabric that joins domains, its chip and its transport; every value with its source.
#[derive(Debug, Clone, PartialEq)]
pub struct System {
    pub(super) entry: Entry,
    pub(super) chip: Option<Chip>,
    pub(super) transport: NamedTransport,
    pub(super) chips_per_domain: Option<usize>,
    pub(super) rank_order: RankOrder,
    /// The keys that the user set.
    pub(super) overridden: BTreeSet<String>,
    pub(super) degradations: Degradations,
    /// The nodes and links of a file, where the fabric is no family's.
    pub(super) graph: Option<Arc<Graph>>,
}

impl System {
    /// The system of this name in the catalog, such as `gb200-nvl72`.
    ///
    /// # Errors
    /// [`CatalogError`] suggests a name, or says that the system is still to come.
    pub fn preset(name: &str) -> Result<Self, CatalogError> {
        if let Some(known) = PRESETS.read().ok().and_then(|presets| presets.get(name).cloned()) {
            return Ok(known);
        }
        let preset = Self::assembled(name)?;
        if let Ok(mut presets) = PRESETS.write() {
            presets.insert(name.to_owned(), preset.clone());
        }
        Ok(preset)
    }

    /// A system of the catalog with its chip, its layout and its transport.
    fn assembled(name: &str) -> Result<Self, CatalogError> {
        let mut entry = catalog::find(Section::Systems, name)?.clone();
        let chip = entry.text("chip").expect("a system of the catalog names its chip").to_owned();
        entry.embed("chip", catalog::find(Section::Chips, &chip)?);
        if let Some(layout) = layout_of(&entry) {
            entry.embed("physical", layout);
        }
        let transport = entry.text("transport").expect("a system of the catalog names its transport");
        let transport = NamedTransport::find(transport)?;
        Ok(Self::new(entry.settled(), transport))
    }

    pub(super) fn new(entry: Entry, transport: NamedTransport) -> Self {
        let chip = Chip::of_system(&entry);
        let degradations = Degradations { seed: 1, ..Degradations::default() };
        let (rank_order, overridden) = (RankOrder::default(), BTreeSet::new());
        let chips_per_domain = None;
        Self { entry, chip, transport, chips_per_domain, rank_order, overridden, degradations, graph: None }
    }

    /// The name of the preset or of the family.
    pub fn name(&self) -> &str {
        self.entry.name()
    }

    /// One line on what it is.
    pub fn title(&self) -> &str {
        self.entry.title()
    }

    /// The chip; `None` for a bare family, on which nothing can be computed.
    pub fn chip(&self) -> Option<&Chip> {
        self.chip.as_ref()
    }

    /// What software adds to the wire.
    ///
    /// Switches reduce and copy where the system has such; without software they do so for nothing.
    pub fn transport(&self) -> Transport {
        let costs = self.transport.costs;
        match self.entry.text("in_network_reduction") {
            None => Transport { in_network: None, ..costs },
            Some(_) if costs == Transport::ideal() => costs.with_ideal_switches(),
            Some(_) => costs,
        }
    }

    /// The name of the transport family, `ideal` where software costs nothing.
    pub fn transport_name(&self) -> &str {
        &self.transport.name
    }

    /// How many chips share a scale-up domain; [`MAXIMUM_CHIPS`] for a family of one domain of any size.
    pub fn domain_size(&self) -> usize {
        if let Some(graph) = &self.graph {
            return graph.domain_size();
        }
        self.chips_per_domain.unwrap_or_else(|| wiring::chips_of_domain(&self.entry).unwrap_or(MAXIMUM_CHIPS))
    }

    /// How the ranks of a job are laid onto the chips, from the inside out.
    pub fn rank_order(&self) -> &RankOrder {
        &self.rank_order
    }

    /// How many chips the system has where nothing is said: those in service of one domain, or all of a file; `None`
    /// for a family of one domain of any size, and where no chip of a domain is in service.
    pub fn default_chips(&self) -> Option<usize> {
        if let Some(graph) = &self.graph {
            return Some(graph.chips());
        }
        let has_size = self.chips_per_domain.is_some() || wiring::chips_of_domain(&self.entry).is_some();
        has_size.then(|| self.chips_in_service()).filter(|chips| *chips > 0)
    }

    /// What one chip can send inside its domain, in one direction; the weakest chip of a graph.
    pub fn scale_up_bandwidth_per_chip(&self) -> Bandwidth {
        if let Some(graph) = &self.graph {
            return graph.injection(Scope::ScaleUp);
        }
        wiring::scale_up_bandwidth_per_chip(&self.entry)
    }

    /// What one chip can send to other domains, in one direction; `None` where nothing joins domains.
    pub fn scale_out_bandwidth_per_chip(&self) -> Option<Bandwidth> {
        if let Some(graph) = &self.graph {
            return Some(graph.injection(Scope::ScaleOut)).filter(|rate| *rate > Bandwidth::ZERO);
        }
        let rate = self.entry.base_value("scale_out.bandwidth_per_chip");
        rate.map(Bandwidth::from_bytes_per_second)
    }

    /// What the two halves of one full domain can send one another, in one direction.
    pub fn bisection_bandwidth(&self) -> Bandwidth {
        self.domain_bisection(self.domain_size())
    }

    /// What the first half of a domain with `chips` chips can send to the rest, in one direction, when all is healthy.
    ///
    /// A closed form in families, the maximum flow in graphs of up to 1,024 chips; of larger graphs a bound, what half of
    /// the chips can inject.
    pub fn domain_bisection(&self, chips: usize) -> Bandwidth {
        if let Some(graph) = &self.graph {
            return graph.bisection(chips);
        }
        self.machine(chips).domain().bisection(chips)
    }

    /// The parts of a fabric of `chips` chips, in closed form; of a graph, all of its parts.
    pub fn counts(&self, chips: usize) -> Counts {
        if let Some(graph) = &self.graph {
            return graph.counts();
        }
        self.machine(chips).counts(chips)
    }

    /// Checks what no single override can break: values that must go together.
    ///
    /// # Errors
    /// [`ParameterError`] when a domain is not made of whole nodes, or parameters contradict each other.
    pub fn check_together(&self) -> Result<(), ParameterError> {
        if self.graph.is_some() {
            return Ok(());
        }
        let count = |key| self.entry.base_value(key).map(|count| count as usize);
        if let (Some(chips), Some(node)) = (count("scale_up.chips"), count("scale_up.chips_per_node")) {
            check_nodes(chips, node)?;
        }
        self.machine(1).check_together()
    }

    /// Checks that a fabric of `chips` chips can be built, without building it.
    ///
    /// # Errors
    /// [`BuildError`] when the number of chips, a parameter or the place of a degraded chip cannot be, or a cable is
    /// longer than its medium reaches.
    pub fn check_chips(&self, chips: usize) -> Result<(), BuildError> {
        if let Some(graph) = &self.graph {
            return graph.check_chips(chips);
        }
        self.check_together()?;
        // Slow chips do not show in the fabric, and those that are not there are refused all the same.
        self.slow_chips(chips)?;
        self.degraded_machine(chips)?.check_chips(chips)?;
        Ok(self.check_reach(chips)?)
    }

    /// Wires the fabric of `chips` chips in service, 1 to [`MAXIMUM_CHIPS`]; the last domain may be partial. A graph
    /// is wired as a whole, and its first chips are used.
    ///
    /// # Errors
    /// [`BuildError`] when the number of chips, a parameter or a degradation cannot be, or a cable is longer than its
    /// medium reaches.
    pub fn build(&self, chips: usize) -> Result<Fabric, BuildError> {
        if let Some(graph) = &self.graph {
            let spray = self.entry.text("scale_up.routing") == Some("spray");
            let routing = if spray { GraphRouting::Spray } else { GraphRouting::Shortest };
            return graph.build_degraded(chips, routing, &self.degradations);
        }
        self.check_chips(chips)?;
        self.degraded_machine(chips)?.build(chips)
    }

    /// Whether another system is wired and driven as this one, whatever its chips compute: fabrics of both, and what
    /// collectives take on them, are the same.
    pub fn is_wired_like(&self, other: &Self) -> bool {
        let graphs = match (&self.graph, &other.graph) {
            (Some(one), Some(another)) => Arc::ptr_eq(one, another) || one == another,
            (one, another) => one.is_none() && another.is_none(),
        };
        let (one, another) = (&self.degradations, &other.degradations);
        let drawn = one.entries.is_empty() || one.seed == another.seed;
        let degraded = one.entries == another.entries && one.only_present == another.only_present && drawn;
        graphs
            && degraded
            && self.chips_per_domain == other.chips_per_domain
            && self.rank_order == other.rank_order
            && self.transport == other.transport
            && self.entry.is_alike_but_for("chip.", &other.entry)
    }

    /// The machine of `chips` chips in service: one as large as the system also has the places of those out of it.
    fn degraded_machine(&self, chips: usize) -> Result<Machine, BuildError> {
        let places = self.places(chips)?;
        Ok(self.machine(places).degraded(self.degradations.clone()))
    }

    pub(crate) fn machine(&self, chips: usize) -> Machine {
        wiring::machine(&self.entry_with_media(), chips, self.chips_per_domain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Precision;
    use crate::quantity::Power;
    use copperlight_core::ids::EndpointId;
    use copperlight_core::units::{Bytes, Time};

    fn preset(name: &str) -> System {
        System::preset(name).expect("the preset is in the catalog")
    }

    #[test]
    fn presets_have_chips_with_checked_numbers() {
        let system = preset("gb200-nvl72");
        let chip = system.chip().expect("a preset has a chip");
        assert_eq!(chip.peak_bf16().flops_per_second(), 2.5e15);
        assert_eq!(chip.hbm_capacity(), Bytes::new(186_000_000_000));
        assert_eq!(chip.power().map(Power::watts), Some(1200.0));
        assert_eq!(system.domain_size(), 72);
        let optical = preset("cloudmatrix384");
        let chip = optical.chip().expect("a preset has a chip");
        assert_eq!((chip.power(), chip.peak(Precision::Fp8)), (None, None));
        assert_eq!(chip.borrowed_from(), Some("h100"));
        assert_eq!(optical.domain_size(), 384);
    }

    #[test]
    fn a_chip_reaches_the_rates_of_its_system() {
        for (name, scale_up) in [("gb200-nvl72", 900.0), ("cloudmatrix384", 392.0)] {
            let system = preset(name);
            assert_eq!(system.scale_up_bandwidth_per_chip().gigabytes_per_second(), scale_up);
            let fabric = system.build(2 * system.domain_size()).expect("two domains can be built");
            for chip in [0, system.domain_size()].map(EndpointId::new) {
                let rate = |scope| fabric.injection_bandwidth(chip, scope).gigabytes_per_second();
                assert_eq!((rate(Scope::ScaleUp), rate(Scope::ScaleOut)), (scale_up, 50.0));
            }
        }
    }

    #[test]
    fn latencies_are_those_of_the_catalog() {
        let latency = |system: &System, from, to| {
            let fabric = system.build(768).expect("the system can be built");
            let route = fabric.route(EndpointId::new(from), EndpointId::new(to));
            route.expect("all chips are joined").latency()
        };
        let copper = preset("gb200-nvl72");
        assert_eq!(latency(&copper, 0, 71), Time::from_picoseconds(600_000));
        assert_eq!(latency(&copper, 0, 72), Time::from_picoseconds(1_320_000));
        let light = preset("cloudmatrix384");
        assert_eq!(latency(&light, 0, 7), Time::from_picoseconds(1_200_000));
        assert_eq!(latency(&light, 0, 8), Time::from_picoseconds(2_200_000));
        assert_eq!(latency(&light, 383, 384), Time::from_picoseconds(1_500_000));
    }

    #[test]
    fn impossible_numbers_of_chips_are_refused() {
        for chips in [0, MAXIMUM_CHIPS + 1] {
            let refused = preset("gb200-nvl72").build(chips);
            assert!(matches!(refused, Err(BuildError::Chips { .. })), "{chips}");
        }
    }

    #[test]
    fn thousands_of_chips_are_wired() {
        for name in ["gb200-nvl72", "cloudmatrix384"] {
            let fabric = preset(name).build(2304).expect("the system can be built");
            assert_eq!(fabric.endpoints(), 2304);
        }
    }
}

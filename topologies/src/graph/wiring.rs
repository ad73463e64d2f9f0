//! The fabric of a graph.

use super::read::{Graph, GraphNode};
use crate::analysis::{LARGEST_FLOW, flow_between_halves};
use crate::degrade::{Degradations, apply_to_graph};
use crate::families::{BuildError, Parameter};
use copperlight_core::fabric::{Fabric, FabricBuilder, Level, Link, Router, Scope};
use copperlight_core::ids::NodeId;
use copperlight_core::routing::{EqualCost, ShortestPath};
use copperlight_core::units::Bandwidth;
use std::collections::BTreeMap;

/// The names of the routings, the default first.
const ROUTINGS: &[&str] = &["shortest", "spray"];

/// The parameters of the family.
pub(crate) const PARAMETERS: &[Parameter] = &[
    Parameter::file("scale_up.file", "a file of nodes and links, in TOML or JSON"),
    Parameter::choice("scale_up.routing", ROUTINGS, "how flows find their way"),
];

/// How flows find their way in a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GraphRouting {
    /// The path of least latency, then fewest links, then lowest links.
    Shortest,
    /// Over all paths of equal latency and as few links, by what each can carry.
    Spray,
}

fn router(routing: GraphRouting) -> Box<dyn Router> {
    match routing {
        GraphRouting::Shortest => Box::new(ShortestPath::default()),
        GraphRouting::Spray => Box::new(EqualCost::sprayed()),
    }
}

impl Graph {
    /// Checks that there are so many chips.
    ///
    /// # Errors
    /// [`BuildError`] when there are fewer.
    pub fn check_chips(&self, chips: usize) -> Result<(), BuildError> {
        if chips == 0 {
            return Err(BuildError::Chips { chips });
        }
        if chips > self.chips {
            let file = self.file.clone();
            return Err(BuildError::GraphTooSmall { chips, file, available: self.chips });
        }
        Ok(())
    }

    /// Wires all nodes and links; the first `chips` chips are for use.
    ///
    /// # Errors
    /// As [`Graph::check_chips`].
    pub fn build(&self, chips: usize, routing: GraphRouting) -> Result<Fabric, BuildError> {
        self.build_degraded(chips, routing, &Degradations::default())
    }

    /// The same with parts that are slow or gone: routes are searched for among what is left.
    pub(crate) fn build_degraded(
        &self,
        chips: usize,
        routing: GraphRouting,
        degradations: &Degradations,
    ) -> Result<Fabric, BuildError> {
        self.check_chips(chips)?;
        let mut builder = FabricBuilder::new();
        for node in &self.nodes {
            match node.is_chip {
                true => drop(builder.endpoint(node.name.clone())),
                false => drop(builder.switch(node.name.clone())),
            }
        }
        if self.nodes[0].node.is_some() {
            builder.level(self.level("node", |node| node.node.as_deref()));
        }
        builder.level(self.level("domain", |node| node.domain.as_deref()));
        self.wire_links(&mut builder);
        apply_to_graph(&mut builder, self.chips, degradations)?;
        Ok(builder.build(router(routing))?)
    }

    /// What the first half of the first `chips` chips of a domain can send to the rest of them, over any links of the
    /// file: the maximum flow. Of a graph of more than 1,024 chips it is a bound: what that half can inject.
    pub(crate) fn bisection(&self, chips: usize) -> Bandwidth {
        let chips = chips.min(self.domain_size());
        if chips < 2 {
            return Bandwidth::ZERO;
        }
        if self.chips > LARGEST_FLOW {
            return self.injection(Scope::ScaleUp) * (chips / 2) as f64;
        }
        let fabric = self.build(chips, GraphRouting::Shortest);
        flow_between_halves(&fabric.expect("a graph was found sound when it was read"), chips)
    }

    /// A level whose containers are numbered in the order in which chips name them.
    fn level(&self, name: &str, container: impl Fn(&GraphNode) -> Option<&str>) -> Level {
        let mut numbers: BTreeMap<Option<&str>, u32> = BTreeMap::new();
        let mut of_chip = Vec::with_capacity(self.chips);
        for node in &self.nodes[..self.chips] {
            let next = u32::try_from(numbers.len()).expect("there are fewer containers than chips");
            of_chip.push(*numbers.entry(container(node)).or_insert(next));
        }
        Level::new(name, of_chip)
    }

    fn wire_links(&self, builder: &mut FabricBuilder) {
        let tiers: Vec<_> =
            self.tiers.iter().map(|(name, scope)| builder.tier(name.clone(), *scope)).collect();
        for link in &self.links {
            let medium = builder.medium(&link.medium);
            builder.link(Link {
                from: NodeId::new(link.from),
                to: NodeId::new(link.to),
                capacity: link.bandwidth,
                latency: link.latency,
                tier: tiers[link.tier],
                medium,
            });
        }
    }
}

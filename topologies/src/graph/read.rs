//! From the records of a file to a checked graph.

use super::document::{self, Document, GraphPlace, Record, Scalar};
use super::fields::{Fault, check_fields, fault_at};
use super::links::read_link;
use super::nodes::read_nodes;
use crate::families::Counts;
use crate::suggestion::Suggestion;
use copperlight_core::fabric::Scope;
use copperlight_core::units::{Bandwidth, Time, UnitError};
use std::collections::BTreeSet;
use thiserror::Error;

/// Why a file describes no fabric, and where in it.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("{file}{place}: {error}")]
pub struct GraphFault {
    /// The name of the file.
    pub file: String,
    /// Where.
    pub place: GraphPlace,
    /// What.
    pub error: Box<GraphError>,
}

/// What is wrong with a file of nodes and links.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum GraphError {
    /// Neither TOML nor JSON.
    #[error("neither TOML nor JSON: {message}")]
    Syntax {
        /// What the parser says.
        message: String,
    },
    /// JSON of another kind than an object.
    #[error("this is JSON and no object; write {{\"nodes\": [..], \"links\": [..]}}")]
    NoObject,
    /// A key of a JSON object that is there twice.
    #[error("{message}; keep one of them")]
    RepeatedKey {
        /// Which key.
        message: String,
    },
    /// Two names of one thing.
    #[error("`{first}` and `{second}` say the same; keep one of them")]
    SaidTwice {
        /// The one name.
        first: &'static str,
        /// The other name.
        second: &'static str,
    },
    /// A form of files that this version does not know.
    #[error("`schema` must be {SCHEMA}, the only form so far, and this is {found}; write schema = {SCHEMA}")]
    Schema {
        /// What was found.
        found: String,
    },
    /// A list that is missing, or not one of tables.
    #[error("`{list}` must be a list of tables; write {list} = [{{ .. }}, ..]")]
    NoList {
        /// The list.
        list: String,
    },
    /// A field that nothing reads.
    #[error("there is no field `{field}`{suggestion}; known: {known}")]
    UnknownField {
        /// The field as written.
        field: String,
        /// A field near to it.
        suggestion: Suggestion,
        /// All fields.
        known: String,
    },
    /// A field that must be there.
    #[error("`{field}` is missing; write {field} = {example}")]
    Missing {
        /// The field.
        field: &'static str,
        /// A value that would be accepted.
        example: &'static str,
    },
    /// A value of another type.
    #[error("`{field}` must be {expected}, and this is {found}")]
    WrongType {
        /// The field.
        field: &'static str,
        /// What is accepted.
        expected: &'static str,
        /// What was found.
        found: &'static str,
    },
    /// A text that is none of the names that a field takes.
    #[error("`{field}` is `{name}`{suggestion}; it must be one of {known}")]
    UnknownName {
        /// The field.
        field: &'static str,
        /// The name as written.
        name: String,
        /// A name near to it.
        suggestion: Suggestion,
        /// All names.
        known: String,
    },
    /// A quantity whose text or unit is wrong.
    #[error("`{field}`: {error}")]
    Unit {
        /// The field.
        field: &'static str,
        /// What is wrong.
        error: UnitError,
    },
    /// A value that no machine has.
    #[error("`{field}` is {value}; it must be {bound}")]
    OutOfRange {
        /// The field.
        field: &'static str,
        /// The value as written.
        value: String,
        /// The range.
        bound: &'static str,
    },
    /// Two nodes of one name.
    #[error("a node `{name}` is there already; give each node a name of its own")]
    DuplicateNode {
        /// The name.
        name: String,
    },
    /// A link to nowhere.
    #[error("`{field}` is `{name}`, and there is no such node{suggestion}")]
    UnknownNode {
        /// The end of the link.
        field: &'static str,
        /// The name as written.
        name: String,
        /// A node near to it.
        suggestion: Suggestion,
    },
    /// A link from a node to itself.
    #[error("the link leads from `{name}` to itself; remove it")]
    SelfLoop {
        /// The node.
        name: String,
    },
    /// One tier inside and between domains.
    #[error("tier `{tier}` is both scale-up and scale-out; name two tiers")]
    TierScope {
        /// The tier.
        tier: String,
    },
    /// Chips of which only some have a container.
    #[error("`{field}` is missing here and given for other chips; give it for all or for none")]
    SomeContainers {
        /// `domain` or `node`.
        field: &'static str,
    },
    /// Nothing sends.
    #[error("there is no chip; give a node kind = \"chip\", or no kind")]
    NoChips,
    /// Two chips that cannot reach one another.
    #[error("`{from}` cannot reach `{to}`: no links lead there; add one, or remove a chip")]
    Disconnected {
        /// The sender.
        from: String,
        /// The receiver.
        to: String,
    },
}

/// A node of a graph.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct GraphNode {
    pub(super) name: String,
    pub(super) is_chip: bool,
    pub(super) domain: Option<String>,
    pub(super) node: Option<String>,
}

/// A directed link of a graph.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct GraphLink {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) bandwidth: Bandwidth,
    pub(super) latency: Time,
    pub(super) tier: usize,
    pub(super) medium: String,
}

/// A checked file: chips first, then switches; links by the order of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    pub(super) file: String,
    pub(super) nodes: Vec<GraphNode>,
    pub(super) chips: usize,
    pub(super) links: Vec<GraphLink>,
    pub(super) tiers: Vec<(String, Scope)>,
}

/// What may stand beside the lists; the last three are NetworkX's, and say nothing that links do not.
const TOP_FIELDS: [&str; 7] = ["bandwidth", "latency", "schema", "name", "directed", "multigraph", "graph"];

/// The form of files.
const SCHEMA: u32 = 1;

impl Graph {
    /// Reads and checks a file of TOML or JSON; `file` is its name in messages.
    ///
    /// # Errors
    /// [`GraphFault`] says what is wrong, and where.
    pub fn read(file: &str, text: &str) -> Result<Self, GraphFault> {
        let document = document::read(file, text)?;
        let located = |(place, error): Fault| GraphFault { file: file.to_owned(), place, error };
        check_document(file, &document).map_err(located)
    }

    /// The number of chips.
    pub fn chips(&self) -> usize {
        self.chips
    }

    /// How many of the first chips share the first chip's domain.
    pub fn domain_size(&self) -> usize {
        let first = &self.nodes[0].domain;
        self.nodes[..self.chips].iter().take_while(|node| node.domain == *first).count()
    }

    /// What the weakest chip that has links of a scope can send over them.
    pub fn injection(&self, scope: Scope) -> Bandwidth {
        let mut rates = vec![0.0; self.chips];
        for link in self.links.iter().filter(|link| link.from < self.chips) {
            if self.tiers[link.tier].1 == scope {
                rates[link.from] += link.bandwidth.bytes_per_second();
            }
        }
        let least = rates.into_iter().filter(|rate| *rate > 0.0).reduce(f64::min);
        Bandwidth::from_bytes_per_second(least.unwrap_or(0.0))
    }

    /// All parts; switches are one stage.
    pub fn counts(&self) -> Counts {
        let of_tier = |tier| self.links.iter().filter(|link| link.tier == tier).count();
        Counts {
            chips: self.chips,
            nodes: self.containers(|node| node.node.as_deref()),
            switches: vec![self.nodes.len() - self.chips],
            links: (0..self.tiers.len()).map(of_tier).collect(),
        }
    }

    fn containers(&self, container: impl Fn(&GraphNode) -> Option<&str>) -> usize {
        let names = self.nodes[..self.chips].iter().filter_map(container);
        names.collect::<BTreeSet<_>>().len()
    }
}

fn check_document(file: &str, document: &Document) -> Result<Graph, Fault> {
    check_fields(&document.top, &TOP_FIELDS)?;
    check_schema(&document.top)?;
    let (nodes, numbers) = read_nodes(&document.nodes)?;
    let chips = nodes.iter().take_while(|node| node.is_chip).count();
    if chips == 0 {
        return Err(fault_at(&GraphPlace::Whole, GraphError::NoChips));
    }
    let mut graph = Graph { file: file.to_owned(), nodes, chips, links: Vec::new(), tiers: Vec::new() };
    for record in &document.links {
        read_link(&mut graph, &numbers, record, &document.top)?;
    }
    if graph.tiers.is_empty() {
        graph.tiers.push(("scale-up".to_owned(), Scope::ScaleUp));
    }
    match graph.unreachable() {
        None => Ok(graph),
        Some([from, to]) => {
            let name = |index: usize| graph.nodes[index].name.clone();
            Err(fault_at(&GraphPlace::Whole, GraphError::Disconnected { from: name(from), to: name(to) }))
        }
    }
}

fn check_schema(top: &Record) -> Result<(), Fault> {
    let found = match top.get(&["schema"]) {
        None => return Ok(()),
        Some(Scalar::Number(number)) if *number == f64::from(SCHEMA) => return Ok(()),
        Some(Scalar::Number(number)) => number.to_string(),
        Some(other) => other.kind().to_owned(),
    };
    Err(fault_at(&top.place, GraphError::Schema { found }))
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;

//! From the records of a file to a checked graph.

use super::document::{self, Document, GraphPlace, Record, Scalar};
use crate::catalog::{self, Entry};
use crate::families::{Counts, NO_MEDIUM};
use crate::suggestion::Suggestion;
use copperlight_core::fabric::Scope;
use copperlight_core::units::{Bandwidth, Time, UnitError};
use std::collections::BTreeMap;
use thiserror::Error;

/// Why a file describes no fabric, and where in it.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("{file}{place}: {problem}")]
pub struct GraphError {
    /// The name of the file.
    pub file: String,
    /// Where.
    pub place: GraphPlace,
    /// What.
    pub problem: Box<GraphProblem>,
}

/// What is wrong with a file of nodes and links.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum GraphProblem {
    /// Neither TOML nor JSON.
    #[error("neither TOML nor JSON: {message}")]
    Syntax {
        /// What the parser says.
        message: String,
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

const NODE_FIELDS: [&str; 5] = ["name", "id", "kind", "domain", "node"];
const LINK_FIELDS: [&str; 13] = [
    "name",
    "from",
    "to",
    "source",
    "target",
    "bandwidth",
    "latency",
    "bandwidth_gb_per_s",
    "latency_ns",
    "duplex",
    "tier",
    "scope",
    "medium",
];
/// What may stand beside the lists; the last three are NetworkX's, and say nothing that links do not.
const TOP_FIELDS: [&str; 7] = ["bandwidth", "latency", "schema", "name", "directed", "multigraph", "graph"];

impl Graph {
    /// Reads and checks a file of TOML or JSON; `file` is its name in messages.
    ///
    /// # Errors
    /// [`GraphError`] says what is wrong, and where.
    pub fn read(file: &str, text: &str) -> Result<Self, GraphError> {
        let document = document::read(file, text)?;
        let located = |(place, problem): Fault| GraphError { file: file.to_owned(), place, problem };
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
        names.collect::<std::collections::BTreeSet<_>>().len()
    }
}

/// What is wrong, and where.
type Fault = (GraphPlace, Box<GraphProblem>);

fn fault_at(place: &GraphPlace, problem: GraphProblem) -> Fault {
    (place.clone(), Box::new(problem))
}

fn check_document(file: &str, document: &Document) -> Result<Graph, Fault> {
    check_fields(&document.top, &TOP_FIELDS)?;
    let (nodes, numbers) = read_nodes(&document.nodes)?;
    let chips = nodes.iter().take_while(|node| node.is_chip).count();
    if chips == 0 {
        return Err(fault_at(&GraphPlace::Whole, GraphProblem::NoChips));
    }
    let mut graph = Graph { file: file.to_owned(), nodes, chips, links: Vec::new(), tiers: Vec::new() };
    for record in &document.links {
        check_fields(record, &LINK_FIELDS)?;
        read_link(&mut graph, &numbers, record, &document.top)?;
    }
    if graph.tiers.is_empty() {
        graph.tiers.push(("scale-up".to_owned(), Scope::ScaleUp));
    }
    match graph.unreachable() {
        None => Ok(graph),
        Some([from, to]) => {
            let name = |index: usize| graph.nodes[index].name.clone();
            Err(fault_at(&GraphPlace::Whole, GraphProblem::Disconnected { from: name(from), to: name(to) }))
        }
    }
}

fn check_fields(record: &Record, known: &[&str]) -> Result<(), Fault> {
    let unknown = record.fields.iter().find(|(field, _)| !known.contains(&field.as_str()));
    let Some((field, _)) = unknown else { return Ok(()) };
    let suggestion = Suggestion::nearest(field, known.iter().copied());
    let (field, known) = (field.clone(), known.join(", "));
    Err(fault_at(&record.place, GraphProblem::UnknownField { field, suggestion, known }))
}

/// The nodes, chips first, and the number of each by name.
fn read_nodes(records: &[Record]) -> Result<(Vec<GraphNode>, BTreeMap<String, usize>), Fault> {
    let mut read = Vec::with_capacity(records.len());
    let mut numbers = BTreeMap::new();
    for record in records {
        check_fields(record, &NODE_FIELDS)?;
        let node = read_node(record)?;
        if numbers.insert(node.name.clone(), 0).is_some() {
            return Err(fault_at(&record.place, GraphProblem::DuplicateNode { name: node.name }));
        }
        read.push((node, &record.place));
    }
    check_containers(&read, "domain", |node| node.domain.is_some())?;
    check_containers(&read, "node", |node| node.node.is_some())?;
    let mut nodes: Vec<GraphNode> = read.into_iter().map(|(node, _)| node).collect();
    nodes.sort_by_key(|node| !node.is_chip);
    for (number, node) in nodes.iter().enumerate() {
        numbers.insert(node.name.clone(), number);
    }
    Ok((nodes, numbers))
}

fn check_containers(
    nodes: &[(GraphNode, &GraphPlace)],
    field: &'static str,
    has: impl Fn(&GraphNode) -> bool,
) -> Result<(), Fault> {
    let mut chips = nodes.iter().filter(|(node, _)| node.is_chip);
    if !chips.clone().any(|(node, _)| has(node)) {
        return Ok(());
    }
    match chips.find(|(node, _)| !has(node)) {
        None => Ok(()),
        Some((_, place)) => Err(fault_at(place, GraphProblem::SomeContainers { field })),
    }
}

fn read_node(record: &Record) -> Result<GraphNode, Fault> {
    let name = name_of(record, &["name", "id"])?;
    let missing = GraphProblem::Missing { field: "name", example: "\"chip0\"" };
    let name = name.ok_or_else(|| fault_at(&record.place, missing))?;
    let is_chip = choice(record, "kind", &["chip", "switch"])? == 0;
    let domain = name_of(record, &["domain"])?;
    Ok(GraphNode { name, is_chip, domain, node: name_of(record, &["node"])? })
}

/// A name, which may be written as a number.
fn name_of(record: &Record, fields: &[&'static str]) -> Result<Option<String>, Fault> {
    match record.get(fields) {
        None => Ok(None),
        Some(Scalar::Text(name)) if !name.is_empty() => Ok(Some(name.clone())),
        Some(Scalar::Number(number)) => Ok(Some(number.to_string())),
        Some(other) => Err(wrong_type(record, fields[0], "a name", other)),
    }
}

fn wrong_type(record: &Record, field: &'static str, expected: &'static str, found: &Scalar) -> Fault {
    let found = if *found == Scalar::Text(String::new()) { "an empty text" } else { found.kind() };
    fault_at(&record.place, GraphProblem::WrongType { field, expected, found })
}

/// Which of several names a field has; the first unless given.
fn choice(record: &Record, field: &'static str, names: &[&str]) -> Result<usize, Fault> {
    let Some(name) = name_of(record, &[field])? else { return Ok(0) };
    names.iter().position(|known| *known == name).ok_or_else(|| {
        let suggestion = Suggestion::nearest(&name, names.iter().copied());
        let known = names.join(", ");
        fault_at(&record.place, GraphProblem::UnknownName { field, name, suggestion, known })
    })
}

fn read_link(
    graph: &mut Graph,
    numbers: &BTreeMap<String, usize>,
    record: &Record,
    top: &Record,
) -> Result<(), Fault> {
    let end = |fields: &[&'static str; 2]| find_node(numbers, record, fields);
    let (from, to) = (end(&["from", "source"])?, end(&["to", "target"])?);
    if from == to {
        let name = graph.nodes[from].name.clone();
        return Err(fault_at(&record.place, GraphProblem::SelfLoop { name }));
    }
    let link = GraphLink {
        from,
        to,
        bandwidth: read_bandwidth(record, top)?,
        latency: read_latency(record, top)?,
        tier: read_tier(graph, record)?,
        medium: read_medium(record)?,
    };
    // A graph of NetworkX says once for all links whether they have a direction.
    let directed = matches!(top.get(&["directed"]), Some(Scalar::Flag(true)));
    let duplex = match record.get(&["duplex"]) {
        None => !directed,
        Some(Scalar::Flag(duplex)) => *duplex,
        Some(other) => return Err(wrong_type(record, "duplex", "true or false", other)),
    };
    let opposite = GraphLink { from: to, to: from, ..link.clone() };
    graph.links.push(link);
    graph.links.extend(duplex.then_some(opposite));
    Ok(())
}

fn find_node(
    numbers: &BTreeMap<String, usize>,
    record: &Record,
    fields: &[&'static str; 2],
) -> Result<usize, Fault> {
    let field = fields[0];
    let missing = || fault_at(&record.place, GraphProblem::Missing { field, example: "\"chip0\"" });
    let name = name_of(record, fields)?.ok_or_else(missing)?;
    numbers.get(&name).copied().ok_or_else(|| {
        let suggestion = Suggestion::nearest(&name, numbers.keys().map(String::as_str));
        fault_at(&record.place, GraphProblem::UnknownNode { field, name, suggestion })
    })
}

fn read_bandwidth(record: &Record, top: &Record) -> Result<Bandwidth, Fault> {
    const FIELD: &str = "bandwidth";
    let read = match (record.get(&["bandwidth_gb_per_s"]), record.get(&[FIELD]).or(top.get(&[FIELD]))) {
        (Some(Scalar::Number(rate)), _) => {
            Ok((Bandwidth::from_bytes_per_second(rate * 1e9), format!("{rate} GB/s")))
        }
        (None, Some(Scalar::Text(text))) => text.parse().map(|rate| (rate, text.clone())),
        (None, None) => {
            let missing = GraphProblem::Missing { field: FIELD, example: "\"50 GB/s\"" };
            return Err(fault_at(&record.place, missing));
        }
        (Some(other), _) | (None, Some(other)) => {
            return Err(wrong_type(
                record,
                FIELD,
                "a text with a number and its unit, such as \"50 GB/s\"",
                other,
            ));
        }
    };
    let (rate, value): (Bandwidth, String) =
        read.map_err(|error| fault_at(&record.place, GraphProblem::Unit { field: FIELD, error }))?;
    if (1e3..=1e15).contains(&rate.bytes_per_second()) {
        return Ok(rate);
    }
    let bound = "from 1 kB/s to 1000 TB/s";
    Err(fault_at(&record.place, GraphProblem::OutOfRange { field: FIELD, value, bound }))
}

fn read_latency(record: &Record, top: &Record) -> Result<Time, Fault> {
    const FIELD: &str = "latency";
    let bound = "from 0 to 1 s";
    let out_of_range =
        |value: String| fault_at(&record.place, GraphProblem::OutOfRange { field: FIELD, value, bound });
    let (latency, value) = match (record.get(&["latency_ns"]), record.get(&[FIELD]).or(top.get(&[FIELD]))) {
        (Some(Scalar::Number(nanoseconds)), _) => {
            let value = format!("{nanoseconds} ns");
            if !(0.0..=1e9).contains(nanoseconds) {
                return Err(out_of_range(value));
            }
            (Time::from_seconds(nanoseconds / 1e9), value)
        }
        (None, Some(Scalar::Text(text))) => {
            let unit = |error| fault_at(&record.place, GraphProblem::Unit { field: FIELD, error });
            (text.parse().map_err(unit)?, text.clone())
        }
        (None, None) => {
            let missing = GraphProblem::Missing { field: FIELD, example: "\"500 ns\"" };
            return Err(fault_at(&record.place, missing));
        }
        (Some(other), _) | (None, Some(other)) => {
            return Err(wrong_type(
                record,
                FIELD,
                "a text with a number and its unit, such as \"500 ns\"",
                other,
            ));
        }
    };
    if latency <= Time::from_seconds(1.0) { Ok(latency) } else { Err(out_of_range(value)) }
}

/// The index of the link's tier, which is added when it is new.
fn read_tier(graph: &mut Graph, record: &Record) -> Result<usize, Fault> {
    let scopes = [Scope::ScaleUp, Scope::ScaleOut];
    let scope = scopes[choice(record, "scope", &["scale-up", "scale-out"])?];
    let default = if scope == Scope::ScaleUp { "scale-up" } else { "scale-out" };
    let tier = name_of(record, &["tier"])?.unwrap_or_else(|| default.to_owned());
    match graph.tiers.iter().position(|(name, _)| *name == tier) {
        Some(index) if graph.tiers[index].1 == scope => Ok(index),
        Some(_) => Err(fault_at(&record.place, GraphProblem::TierScope { tier })),
        None => {
            graph.tiers.push((tier, scope));
            Ok(graph.tiers.len() - 1)
        }
    }
}

fn read_medium(record: &Record) -> Result<String, Fault> {
    let known: Vec<&str> =
        std::iter::once(NO_MEDIUM).chain(catalog::media().iter().map(Entry::name)).collect();
    choice(record, "medium", &known).map(|index| known[index].to_owned())
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;

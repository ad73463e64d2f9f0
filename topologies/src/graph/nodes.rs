//! The nodes of a file.

use super::document::{GraphPlace, Record};
use super::fields::{Fault, check_fields, check_said_once, choice, fault_at, name_of};
use super::read::{GraphError, GraphNode};
use std::collections::BTreeMap;

const NODE_FIELDS: [&str; 5] = ["name", "id", "kind", "domain", "node"];

/// The nodes, chips first, and the number of each by name.
pub(super) fn read_nodes(records: &[Record]) -> Result<(Vec<GraphNode>, BTreeMap<String, usize>), Fault> {
    let mut read = Vec::with_capacity(records.len());
    let mut numbers = BTreeMap::new();
    for record in records {
        check_fields(record, &NODE_FIELDS)?;
        check_said_once(record, &[["name", "id"]])?;
        let node = read_node(record)?;
        if numbers.insert(node.name.clone(), 0).is_some() {
            return Err(fault_at(&record.place, GraphError::DuplicateNode { name: node.name }));
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
        Some((_, place)) => Err(fault_at(place, GraphError::SomeContainers { field })),
    }
}

fn read_node(record: &Record) -> Result<GraphNode, Fault> {
    let name = name_of(record, &["name", "id"])?;
    let missing = GraphError::Missing { field: "name", example: "\"chip0\"" };
    let name = name.ok_or_else(|| fault_at(&record.place, missing))?;
    let is_chip = choice(record, "kind", &["chip", "switch"])? == 0;
    let domain = name_of(record, &["domain"])?;
    Ok(GraphNode { name, is_chip, domain, node: name_of(record, &["node"])? })
}

//! The links of a file.

use super::document::{Record, Scalar};
use super::fields::{Fault, check_fields, choice, fault_at, name_of, wrong_type};
use super::read::{Graph, GraphError, GraphLink};
use crate::catalog::{self, Entry};
use crate::families::NO_MEDIUM;
use crate::suggestion::Suggestion;
use copperlight_core::fabric::Scope;
use copperlight_core::units::{Bandwidth, Time};
use std::collections::BTreeMap;

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

/// Reads a link, and its opposite where it has one; `top` holds what links say that say nothing themselves.
pub(super) fn read_link(
    graph: &mut Graph,
    numbers: &BTreeMap<String, usize>,
    record: &Record,
    top: &Record,
) -> Result<(), Fault> {
    check_fields(record, &LINK_FIELDS)?;
    let end = |fields: &[&'static str; 2]| find_node(numbers, record, fields);
    let (from, to) = (end(&["from", "source"])?, end(&["to", "target"])?);
    if from == to {
        let name = graph.nodes[from].name.clone();
        return Err(fault_at(&record.place, GraphError::SelfLoop { name }));
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
    let missing = || fault_at(&record.place, GraphError::Missing { field, example: "\"chip0\"" });
    let name = name_of(record, fields)?.ok_or_else(missing)?;
    numbers.get(&name).copied().ok_or_else(|| {
        let suggestion = Suggestion::nearest(&name, numbers.keys().map(String::as_str));
        fault_at(&record.place, GraphError::UnknownNode { field, name, suggestion })
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
            let missing = GraphError::Missing { field: FIELD, example: "\"50 GB/s\"" };
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
        read.map_err(|error| fault_at(&record.place, GraphError::Unit { field: FIELD, error }))?;
    if (1e3..=1e15).contains(&rate.bytes_per_second()) {
        return Ok(rate);
    }
    let bound = "from 1 kB/s to 1000 TB/s";
    Err(fault_at(&record.place, GraphError::OutOfRange { field: FIELD, value, bound }))
}

fn read_latency(record: &Record, top: &Record) -> Result<Time, Fault> {
    const FIELD: &str = "latency";
    let bound = "from 0 to 1 s";
    let out_of_range =
        |value: String| fault_at(&record.place, GraphError::OutOfRange { field: FIELD, value, bound });
    let (latency, value) = match (record.get(&["latency_ns"]), record.get(&[FIELD]).or(top.get(&[FIELD]))) {
        (Some(Scalar::Number(nanoseconds)), _) => {
            let value = format!("{nanoseconds} ns");
            if !(0.0..=1e9).contains(nanoseconds) {
                return Err(out_of_range(value));
            }
            (Time::from_seconds(nanoseconds / 1e9), value)
        }
        (None, Some(Scalar::Text(text))) => {
            let unit = |error| fault_at(&record.place, GraphError::Unit { field: FIELD, error });
            (text.parse().map_err(unit)?, text.clone())
        }
        (None, None) => {
            let missing = GraphError::Missing { field: FIELD, example: "\"500 ns\"" };
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
        Some(_) => Err(fault_at(&record.place, GraphError::TierScope { tier })),
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

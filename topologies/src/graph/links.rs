//! The links of a file.

use super::document::{Record, Scalar};
use super::fields::{Fault, check_fields, check_said_once, choice, fault_at, name_of, text_of, wrong_type};
use super::read::{Graph, GraphError, GraphLink};
use crate::catalog::{self, Entry};
use crate::families::NO_MEDIUM;
use crate::suggestion::Suggestion;
use copperlight_core::fabric::Scope;
use copperlight_core::units::{Bandwidth, Time, UnitError};
use std::collections::BTreeMap;

/// What a link may say; NetworkX counts parallel links by `key`, which nothing else reads.
const LINK_FIELDS: [&str; 14] = [
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
    "key",
];

/// Two names of one thing each.
const SYNONYMS: [[&str; 2]; 4] =
    [["from", "source"], ["to", "target"], [BANDWIDTH, BANDWIDTH_NUMBER], [LATENCY, LATENCY_NUMBER]];

const BANDWIDTH: &str = "bandwidth";
const BANDWIDTH_NUMBER: &str = "bandwidth_gb_per_s";
const LATENCY: &str = "latency";
const LATENCY_NUMBER: &str = "latency_ns";

/// Reads a link, and its opposite where it has one; `top` holds what links say that say nothing themselves.
pub(super) fn read_link(
    graph: &mut Graph,
    numbers: &BTreeMap<String, usize>,
    record: &Record,
    top: &Record,
) -> Result<(), Fault> {
    check_fields(record, &LINK_FIELDS)?;
    check_said_once(record, &SYNONYMS)?;
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
    let out_of_range = |field, value| {
        let bound = "from 1 kB/s to 1000 TB/s";
        fault_at(&record.place, GraphError::OutOfRange { field, value, bound })
    };
    let read = |rate: f64| (1e3..=1e15).contains(&rate).then(|| Bandwidth::from_bytes_per_second(rate));
    if let Some(gigabytes) = number_of(record, BANDWIDTH_NUMBER)? {
        let value = || format!("{gigabytes} GB/s");
        return read(gigabytes * 1e9).ok_or_else(|| out_of_range(BANDWIDTH_NUMBER, value()));
    }
    let text = quantity_of(record, top, (BANDWIDTH, "\"50 GB/s\"", WITH_UNIT_OF_BANDWIDTH))?;
    let rate: Bandwidth = text.parse().map_err(|error| unit(record, BANDWIDTH, error))?;
    read(rate.bytes_per_second()).ok_or_else(|| out_of_range(BANDWIDTH, text.to_owned()))
}

fn read_latency(record: &Record, top: &Record) -> Result<Time, Fault> {
    let out_of_range = |field, value| {
        fault_at(&record.place, GraphError::OutOfRange { field, value, bound: "from 0 to 1 s" })
    };
    if let Some(nanoseconds) = number_of(record, LATENCY_NUMBER)? {
        return match (0.0..=1e9).contains(&nanoseconds) {
            true => Ok(Time::from_seconds(nanoseconds / 1e9)),
            false => Err(out_of_range(LATENCY_NUMBER, format!("{nanoseconds} ns"))),
        };
    }
    let text = quantity_of(record, top, (LATENCY, "\"500 ns\"", WITH_UNIT_OF_TIME))?;
    let latency: Time = text.parse().map_err(|error| unit(record, LATENCY, error))?;
    match latency <= Time::from_seconds(1.0) {
        true => Ok(latency),
        false => Err(out_of_range(LATENCY, text.to_owned())),
    }
}

const WITH_UNIT_OF_BANDWIDTH: &str = "a text with a number and its unit, such as \"50 GB/s\"";
const WITH_UNIT_OF_TIME: &str = "a text with a number and its unit, such as \"500 ns\"";

/// A plain number, whose unit its field names.
fn number_of(record: &Record, field: &'static str) -> Result<Option<f64>, Fault> {
    match record.get(&[field]) {
        None => Ok(None),
        Some(Scalar::Number(number)) => Ok(Some(*number)),
        Some(other) => Err(wrong_type(record, field, "a number", other)),
    }
}

/// The text of a field with a unit: that of the link, else that of the file.
fn quantity_of<'a>(
    record: &'a Record,
    top: &'a Record,
    (field, example, expected): (&'static str, &'static str, &'static str),
) -> Result<&'a str, Fault> {
    match record.get(&[field]).or(top.get(&[field])) {
        Some(Scalar::Text(text)) => Ok(text),
        Some(other) => Err(wrong_type(record, field, expected, other)),
        None => Err(fault_at(&record.place, GraphError::Missing { field, example })),
    }
}

fn unit(record: &Record, field: &'static str, error: UnitError) -> Fault {
    fault_at(&record.place, GraphError::Unit { field, error })
}

/// The index of the link's tier, which is added when it is new.
fn read_tier(graph: &mut Graph, record: &Record) -> Result<usize, Fault> {
    let scopes = [Scope::ScaleUp, Scope::ScaleOut];
    let scope = scopes[choice(record, "scope", &["scale-up", "scale-out"])?];
    let default = if scope == Scope::ScaleUp { "scale-up" } else { "scale-out" };
    let tier = text_of(record, "tier")?.unwrap_or_else(|| default.to_owned());
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

//! The flows of a case.

use super::error::FlowCaseError;
use super::fields::{Fields, Keys, id_of, indices_by_id};
use copperlight_core::simulation::Flow;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const KEYS: Keys = Keys {
    read: &["id", "bytes", "start_s", "path", "weights", "rate_cap_Bps", "after"],
    ignored: &["src", "dst", "first_byte_s", "finish_s", "finish_independent_s", "name", "meta"],
};

/// Indices by id.
type Indices = BTreeMap<String, usize>;

/// Reads all flows over `links`.
pub(super) fn read(elements: &[Value], links: &Indices) -> Result<Vec<Flow>, FlowCaseError> {
    let flows = indices_by_id(elements, "flows")?;
    elements.iter().map(|element| read_one(element, links, &flows)).collect()
}

fn read_one(element: &Value, links: &Indices, flows: &Indices) -> Result<Flow, FlowCaseError> {
    let id = id_of(element, "a flow")?;
    let fields = Fields::new(element, format!("flow {id}"), &KEYS)?;
    let path = read_path(&fields, links)?;
    let weights = read_weights(&fields, path.len())?;
    let rate_cap = match fields.get("rate_cap_Bps") {
        Some(_) => Some(fields.rate("rate_cap_Bps")?),
        None => None,
    };
    Ok(Flow {
        bytes: fields.bytes("bytes")?,
        start: fields.time("start_s")?,
        hops: path.into_iter().zip(weights).collect(),
        rate_cap,
        after: read_after(&fields, flows)?,
    })
}

fn read_path(fields: &Fields<'_>, links: &Indices) -> Result<Vec<usize>, FlowCaseError> {
    let ids = fields.array("path")?;
    if ids.is_empty() {
        return Err(FlowCaseError::EmptyPath { item: fields.item.clone() });
    }
    let path = look_up(fields, ("path", "link"), ids, links)?;
    let mut seen = BTreeSet::new();
    match path.iter().position(|link| !seen.insert(*link)) {
        Some(repeated) => {
            Err(FlowCaseError::RepeatedLink { item: fields.item.clone(), id: ids[repeated].to_string() })
        }
        None => Ok(path),
    }
}

fn read_weights(fields: &Fields<'_>, links: usize) -> Result<Vec<f64>, FlowCaseError> {
    if fields.get("weights").is_none() {
        return Ok(vec![1.0; links]);
    }
    let weights = fields.array("weights")?;
    if weights.len() != links {
        return Err(FlowCaseError::WeightsLength {
            item: fields.item.clone(),
            weights: weights.len(),
            links,
        });
    }
    let legal = |weight: f64| (1e-9..=1e6).contains(&weight);
    let read = |weight| fields.number("weights", weight, (legal, "at least 10^-9 and at most 10^6"));
    weights.iter().map(read).collect()
}

fn read_after(fields: &Fields<'_>, flows: &Indices) -> Result<Vec<usize>, FlowCaseError> {
    match fields.get("after") {
        Some(_) => look_up(fields, ("after", "flow"), fields.array("after")?, flows),
        None => Ok(Vec::new()),
    }
}

fn look_up(
    fields: &Fields<'_>,
    (field, kind): (&'static str, &'static str),
    ids: &[Value],
    known: &Indices,
) -> Result<Vec<usize>, FlowCaseError> {
    let find = |id: &Value| {
        let unknown =
            || FlowCaseError::UnknownId { item: fields.item.clone(), field, id: id.to_string(), kind };
        known.get(&id.to_string()).copied().ok_or_else(unknown)
    };
    ids.iter().map(find).collect()
}

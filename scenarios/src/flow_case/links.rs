//! The links of a case.

use super::error::FlowCaseError;
use super::fields::{Fields, Keys, id_of, indices_by_id};
use copperlight_core::simulation::FlowLink;
use serde_json::Value;
use std::collections::BTreeMap;

const KEYS: Keys = Keys { read: &["id", "capacity_Bps", "latency_s"], ignored: &["name", "meta"] };

/// Reads all links; with them their indices by id.
pub(super) fn read(elements: &[Value]) -> Result<(Vec<FlowLink>, BTreeMap<String, usize>), FlowCaseError> {
    let indices = indices_by_id(elements, "links")?;
    let links: Result<Vec<FlowLink>, FlowCaseError> = elements.iter().map(read_one).collect();
    Ok((links?, indices))
}

fn read_one(element: &Value) -> Result<FlowLink, FlowCaseError> {
    let fields = Fields::new(element, format!("link {}", id_of(element, "a link")?), &KEYS)?;
    Ok(FlowLink { capacity: fields.rate("capacity_Bps")?, latency: fields.time("latency_s")? })
}

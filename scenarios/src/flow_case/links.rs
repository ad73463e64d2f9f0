//! The links of a case.

use super::error::FlowCaseError;
use super::fields::{Fields, Keys, id_of};
use copperlight_core::simulation::FlowLink;
use serde_json::Value;
use std::collections::BTreeMap;

const KEYS: Keys = Keys { read: &["id", "capacity_Bps", "latency_s"], ignored: &["name", "meta"] };

/// Reads all links; with them their indices by id.
pub(super) fn read(elements: &[Value]) -> Result<(Vec<FlowLink>, BTreeMap<String, usize>), FlowCaseError> {
    let mut links = Vec::with_capacity(elements.len());
    let mut indices = BTreeMap::new();
    for (index, element) in elements.iter().enumerate() {
        let id = id_of(element, &format!("`links[{index}]`"))?;
        let fields = Fields::new(element, format!("link {id}"), &KEYS)?;
        links.push(FlowLink { capacity: fields.rate("capacity_Bps")?, latency: fields.time("latency_s")? });
        if indices.insert(id.clone(), index).is_some() {
            return Err(FlowCaseError::DuplicateId { kind: "links", id });
        }
    }
    Ok((links, indices))
}

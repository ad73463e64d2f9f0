//! Typed access to the keys of one link or flow.

use super::error::FlowCaseError;
use crate::file::suggestion;
use copperlight_core::units::{Bandwidth, Bytes, Time};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// The latest instant and longest latency, in seconds: 115 days.
const LONGEST: f64 = 1e7;

/// The largest number of bytes of a flow: 2^53, up to which every count is exact.
const MOST_BYTES: f64 = 9_007_199_254_740_992.0;

/// The slowest and the fastest rate, in bytes per second.
const RATES: RangeInclusive<f64> = 1.0..=1e18;

/// One link or flow, and what messages call it.
pub(super) struct Fields<'a> {
    pub(super) item: String,
    object: &'a Map<String, Value>,
}

/// Which keys an object may hold.
pub(super) struct Keys {
    /// Those that are read.
    pub(super) read: &'static [&'static str],
    /// Those that published cases add and nothing reads.
    pub(super) ignored: &'static [&'static str],
}

impl<'a> Fields<'a> {
    /// The object `value`, called `item`, which holds no other keys than `keys`.
    pub(super) fn new(value: &'a Value, item: String, keys: &Keys) -> Result<Self, FlowCaseError> {
        let Value::Object(object) = value else {
            return Err(FlowCaseError::WrongType { item, field: "{ }", expected: "an object" });
        };
        let known = |key: &str| keys.read.contains(&key) || keys.ignored.contains(&key);
        match object.keys().find(|key| !known(key)) {
            Some(field) => {
                let remedy = match suggestion::nearest(field, keys.read.iter().copied()) {
                    Some(name) => format!("did you mean `{name}`?"),
                    None => "put free keys under `meta` of the case".to_owned(),
                };
                Err(FlowCaseError::UnknownField { item, field: field.clone(), remedy })
            }
            None => Ok(Self { item, object }),
        }
    }

    /// The value of a key that may be absent; `null` counts as absent.
    pub(super) fn get(&self, field: &str) -> Option<&'a Value> {
        self.object.get(field).filter(|value| !value.is_null())
    }

    fn required(&self, field: &'static str) -> Result<&'a Value, FlowCaseError> {
        self.get(field).ok_or_else(|| FlowCaseError::MissingField { item: self.item.clone(), field })
    }

    /// An error about the type of a key.
    pub(super) fn wrong_type(&self, field: &'static str, expected: &'static str) -> FlowCaseError {
        FlowCaseError::WrongType { item: self.item.clone(), field, expected }
    }

    /// A number that `holds`, or else breaks `bound`.
    pub(super) fn number(
        &self,
        field: &'static str,
        value: &Value,
        (holds, bound): (impl Fn(f64) -> bool, &'static str),
    ) -> Result<f64, FlowCaseError> {
        let number = value.as_f64().ok_or_else(|| self.wrong_type(field, "a number"))?;
        if holds(number) {
            return Ok(number);
        }
        Err(FlowCaseError::OutOfRange { item: self.item.clone(), field, value: value.to_string(), bound })
    }

    /// A rate in bytes per second.
    pub(super) fn rate(&self, field: &'static str) -> Result<Bandwidth, FlowCaseError> {
        let legal = (|rate: f64| RATES.contains(&rate), "at least 1 and at most 10^18 bytes per second");
        self.number(field, self.required(field)?, legal).map(Bandwidth::from_bytes_per_second)
    }

    /// A time in seconds.
    pub(super) fn time(&self, field: &'static str) -> Result<Time, FlowCaseError> {
        let legal = (|time: f64| (0.0..=LONGEST).contains(&time), "at least 0 and at most 10^7 seconds");
        self.number(field, self.required(field)?, legal).map(Time::from_seconds)
    }

    /// A number of bytes.
    pub(super) fn bytes(&self, field: &'static str) -> Result<Bytes, FlowCaseError> {
        let whole = |bytes: f64| (0.0..=MOST_BYTES).contains(&bytes) && bytes.fract() == 0.0;
        let legal = (whole, "a whole number, at least 0 and at most 2^53");
        self.number(field, self.required(field)?, legal).map(|bytes| Bytes::new(bytes as u64))
    }

    /// An array.
    pub(super) fn array(&self, field: &'static str) -> Result<&'a [Value], FlowCaseError> {
        let elements = self.required(field)?.as_array();
        elements.map(Vec::as_slice).ok_or_else(|| self.wrong_type(field, "an array"))
    }
}

/// The id of a link or flow: a whole number or a text. The result tells `1` from `"1"`.
pub(super) fn id_of(value: &Value, item: &str) -> Result<String, FlowCaseError> {
    let wrong = || FlowCaseError::WrongType {
        item: item.to_owned(),
        field: "id",
        expected: "a whole number or a text",
    };
    let id = value.get("id").filter(|id| !id.is_null());
    let id = id.ok_or_else(|| FlowCaseError::MissingField { item: item.to_owned(), field: "id" })?;
    if id.is_i64() || id.is_u64() || id.is_string() { Ok(id.to_string()) } else { Err(wrong()) }
}

/// The indices of elements by their ids, no two of which look alike.
pub(super) fn indices_by_id(
    elements: &[Value],
    kind: &'static str,
) -> Result<BTreeMap<String, usize>, FlowCaseError> {
    let (mut indices, mut alike) = (BTreeMap::new(), BTreeMap::new());
    for (index, element) in elements.iter().enumerate() {
        let id = id_of(element, &format!("`{kind}[{index}]`"))?;
        if indices.insert(id.clone(), index).is_some() {
            return Err(FlowCaseError::DuplicateId { kind, id });
        }
        if let Some(first) = alike.insert(id.trim_matches('"').to_owned(), id.clone()) {
            return Err(FlowCaseError::AlikeIds { kind, first, second: id });
        }
    }
    Ok(indices)
}

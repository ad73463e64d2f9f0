//! Where two points meet, in words.

use super::super::comparison::Side;
use super::super::number::{chips, grouped};
use super::super::points::value_text;
use super::super::results::PointResult;
use super::document::Place;
use std::collections::BTreeMap;

impl Place {
    /// Of two points; `system` is the one that both have, where several meet.
    pub(super) fn of(a: &PointResult, b: &PointResult, system: Option<String>) -> Self {
        Self { a: side(a), b: side(b), system }
    }

    /// What tells it from other places: `NVL72, micro_batch = 2`, without chips and sizes of messages. May be empty.
    pub(super) fn values(&self) -> String {
        let swept: BTreeMap<_, _> = self.b.point.iter().chain(&self.a.point).collect();
        let values = swept.into_iter().filter_map(|(path, value)| {
            let name = path.rsplit('.').next().unwrap_or(path);
            let own_column = name == "size" || (name == "chips" && path.starts_with("systems"));
            (!own_column).then(|| format!("{name} = {}", value_text(value)))
        });
        self.system.iter().cloned().chain(values).collect::<Vec<_>>().join(", ")
    }

    /// The numbers of chips: one where both are equal.
    pub(super) fn sizes(&self) -> String {
        if self.a.chips == self.b.chips {
            return chips(self.a.chips);
        }
        format!("{} against {}", grouped(self.a.chips), chips(self.b.chips))
    }

    /// Everything but sizes of messages: `1,152 chips, micro_batch = 2`.
    pub(super) fn setting(&self) -> String {
        let values = self.values();
        let values = if values.is_empty() { values } else { format!(", {values}") };
        format!("{}{values}", self.sizes())
    }
}

/// What names a point.
pub(super) fn side(point: &PointResult) -> Side {
    Side { system: point.system.clone(), chips: point.chips, point: point.point.clone() }
}

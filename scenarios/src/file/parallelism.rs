//! `[workload.parallelism]` and `[systems.parallelism]`: how a training step is cut.

use super::choice::Choice;
use super::document::Value;
use super::error::ScenarioError;
use super::limits::{MOST_CHIPS, MOST_PARTS};
use super::section::{Placed, Section};
use crate::training::Recompute;

const SCHEDULE: Choice<'static, ()> = Choice {
    what: "schedule",
    available: &[("1f1b", ())],
    later: &["interleaved-1f1b", "gpipe", "zero-bubble", "dualpipe"],
};

const RECOMPUTE: Choice<'static, Recompute> = Choice {
    what: "recompute",
    available: &[("none", Recompute::NONE), ("selective", Recompute::SELECTIVE)],
    later: &["full"],
};

/// What is written about parallelism, before it is held against the chips.
pub(super) struct Cut {
    pub(super) tensor: Placed<usize>,
    pub(super) pipeline: Placed<usize>,
    /// `None` for `data = "auto"`.
    pub(super) data: Option<Placed<usize>>,
    pub(super) sequence_parallel: bool,
    pub(super) recompute: Recompute,
}

/// Reads a table of parallelism.
pub(super) fn read(section: &Section<'_>) -> Cut {
    let tensor = section.whole_or("tensor", 1..=MOST_PARTS, 1);
    let pipeline = section.whole_or("pipeline", 1..=MOST_PARTS, 1);
    let data = read_data(section);
    SCHEDULE.read_or(section, "schedule", "1f1b");
    for key in ["virtual_stages", "context", "expert", "zero"] {
        only_one(section, key);
    }
    let sequence_parallel = section.boolean_or("sequence_parallel", false);
    let recompute = RECOMPUTE.read_or(section, "recompute", "none");
    section.finish();
    Cut { tensor, pipeline, data, sequence_parallel, recompute }
}

fn read_data(section: &Section<'_>) -> Option<Placed<usize>> {
    let Some(entry) = section.entry("data") else {
        section.default("data", "auto");
        return None;
    };
    match &entry.node.value {
        Value::Text(text) if text == "auto" => None,
        Value::Integer(_) => section.whole("data", 1..=MOST_CHIPS),
        _ => {
            let expected = "a whole number or \"auto\"".to_owned();
            let error =
                ScenarioError::WrongType { key: "data".to_owned(), expected, found: entry.node.kind() };
            section.error(Some(entry.node.place), error);
            None
        }
    }
}

/// Accepts the value 1 and nothing else: the other degrees are planned.
fn only_one(section: &Section<'_>, key: &str) {
    let written = section.whole_or(key, 0..=MOST_PARTS, 1);
    if written.value != 1 {
        let what = format!("{key} = {}", written.value);
        let error = ScenarioError::NotAvailableYet { what, instead: format!("available: {key} = 1") };
        section.error(written.place, error);
    }
}

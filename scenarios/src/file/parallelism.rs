//! `[workload.parallelism]` and `[systems.parallelism]`: how a training step is cut.

use super::choice::Choice;
use super::document::Value;
use super::error::ScenarioError;
use super::limits::{MOST_CHIPS, MOST_PARTS, MOST_SEQUENCES};
use super::section::{Placed, Section};
use super::{overlap, recompute};
use crate::training::{ContextExchange, Dispatcher, Parallelism, Schedule, ZeroStage};

/// Two names of one schedule, by whether stages hold several chunks.
#[derive(Clone, Copy, PartialEq)]
enum Order {
    Plain(Schedule),
    Interleaved,
}

const SCHEDULE: Choice<'static, Order> = Choice {
    what: "schedule",
    available: &[
        ("1f1b", Order::Plain(Schedule::OneForwardOneBackward)),
        ("interleaved-1f1b", Order::Interleaved),
        ("gpipe", Order::Plain(Schedule::GPipe)),
        ("zero-bubble", Order::Plain(Schedule::ZeroBubble)),
        ("dualpipe", Order::Plain(Schedule::DualPipe)),
    ],
    later: &[],
};

const CONTEXT_EXCHANGE: Choice<'static, ContextExchange> = Choice {
    what: "context exchange",
    available: &[("ring", ContextExchange::Ring), ("all-gather", ContextExchange::AllGather)],
    later: &[],
};

const DISPATCHER: Choice<'static, Dispatcher> = Choice {
    what: "dispatcher",
    available: &[("all-to-all", Dispatcher::AllToAll), ("deduplicated", Dispatcher::Deduplicated)],
    later: &[],
};

/// What is written about parallelism, before it is held against the chips.
pub(super) struct Cut {
    /// The plan but for its replicas and its micro-batch.
    pub(super) parallelism: Parallelism,
    /// Sequences of a pass; `None` for those of the workload.
    pub(super) micro_batch: Option<usize>,
    /// The replicas; `None` for `data = "auto"`.
    pub(super) data: Option<u64>,
    /// The layers of each chunk, where they are given.
    pub(super) layers_per_chunk: Option<Vec<u64>>,
}

/// Reads a table of parallelism.
pub(super) fn read(section: &Section<'_>) -> Cut {
    let degree = |key| section.whole_or(key, 1..=MOST_PARTS, 1).value as u64;
    let virtual_stages = section.whole_or("virtual_stages", 1..=MOST_PARTS, 1);
    let schedule = read_schedule(section, &virtual_stages);
    let zero = section.whole_or("zero", 0..=3, ZeroStage::default() as usize).value;
    let zero = ZeroStage::ALL[zero];
    let parallelism = Parallelism {
        tensor: degree("tensor"),
        context: degree("context"),
        pipeline: degree("pipeline"),
        expert: degree("expert"),
        expert_tensor: degree("expert_tensor"),
        virtual_stages: virtual_stages.value as u64,
        schedule,
        sequence_parallel: section.boolean_or("sequence_parallel", false),
        recompute: recompute::read(section),
        zero,
        context_exchange: CONTEXT_EXCHANGE.read_or(section, "context_exchange", "ring"),
        dispatcher: DISPATCHER.read_or(section, "dispatcher", "all-to-all"),
        overlap: overlap::read(section, zero, schedule, virtual_stages.value > 1),
        ..Parallelism::default()
    };
    let data = or_auto(section, "data", MOST_CHIPS);
    let layers_per_chunk = read_layers(section);
    let micro_batch = section.whole("micro_batch", 1..=MOST_SEQUENCES).map(|number| number.value);
    section.finish();
    Cut { parallelism, micro_batch, data, layers_per_chunk }
}

/// Several chunks a stage have a schedule of their own name.
fn read_schedule(section: &Section<'_>, virtual_stages: &Placed<usize>) -> Schedule {
    let order = SCHEDULE.read_or(section, "schedule", "1f1b");
    if order == Order::Plain(Schedule::OneForwardOneBackward) && virtual_stages.value > 1 {
        let (key, context) = ("virtual_stages".to_owned(), "`schedule = \"1f1b\"`".to_owned());
        let remedy = "write schedule = \"interleaved-1f1b\", or virtual_stages = 1".to_owned();
        section.error(virtual_stages.place, ScenarioError::Inapplicable { key, context, remedy });
    }
    match order {
        Order::Plain(schedule) => schedule,
        Order::Interleaved => Schedule::OneForwardOneBackward,
    }
}

/// A whole number, or `None` for "auto", which is the default.
pub(super) fn or_auto(section: &Section<'_>, key: &str, most: i64) -> Option<u64> {
    let Some(entry) = section.entry(key) else {
        section.default(key, "auto");
        return None;
    };
    match &entry.node.value {
        Value::Text(text) if text == "auto" => None,
        Value::Integer(_) => section.whole(key, 1..=most).map(|number| number.value as u64),
        _ => {
            let expected = "a whole number or \"auto\"".to_owned();
            let error = ScenarioError::WrongType { key: key.to_owned(), expected, found: entry.node.kind() };
            section.error(Some(entry.node.place), error);
            None
        }
    }
}

fn read_layers(section: &Section<'_>) -> Option<Vec<u64>> {
    let counts = section.whole_list("layers_per_chunk", 0..=MOST_PARTS)?;
    Some(counts.into_iter().map(|count| count as u64).collect())
}

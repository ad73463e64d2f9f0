//! `[workload.parallelism]` and `[systems.parallelism]`: how a training step is cut.

use super::choice::Choice;
use super::document::{Table, Value};
use super::error::ScenarioError;
use super::findings::Findings;
use super::key::{Fallback, Form, Key, KeyTable};
use super::limits::{MOST_CHIPS, MOST_PARTS, MOST_SEQUENCES};
use super::section::{Placed, Section};
use super::{limits, overlap, recompute};
use crate::training::{ContextExchange, Dispatcher, Parallelism, PlanKey, PlanSearch, Schedule, ZeroStage};

const KEY_LIST: [Key; 19] = [
    Key::optional(
        "plan",
        Form::Name(|| PLAN.names()),
        "Whether the keys below are the plan, or \"auto\": those that are written are kept, and the best plan is searched",
        "\"auto\"",
    )
    .or_else("\"written\""),
    degree("tensor", "Chips that share every layer", "8"),
    degree("context", "Chips that share a sequence", "2"),
    degree("pipeline", "Stages of layers", "16"),
    Key::optional(
        "data",
        Form::Either(&[Form::Whole(1, MOST_CHIPS), Form::OneOf(limits::AUTO)]),
        "Replicas of the model, or \"auto\": chips over tensor x context x pipeline",
        "9",
    )
    .or("\"auto\""),
    degree("expert", "Chips that share the experts of a layer", "8"),
    degree("expert_tensor", "Chips that share one expert", "2"),
    Key::optional("schedule", Form::Name(|| SCHEDULE.names()), "The order of passes", "\"interleaved-1f1b\"")
        .or("\"1f1b\""),
    degree("virtual_stages", "Chunks of layers on each stage, with \"interleaved-1f1b\"", "4"),
    Key::optional(
        "layers_per_chunk",
        Form::List(&Form::Whole(0, MOST_PARTS)),
        "The layers of each chunk, along the model",
        "[7, 8, 8, 9]",
    )
    .or_else("even, the ends lighter"),
    Key::optional("micro_batch", Form::Whole(1, MOST_SEQUENCES), "Sequences of a micro-batch", "2")
        .or_else("that of `[workload]`"),
    Key::optional("sequence_parallel", Form::Boolean, "Divides norms and residuals over the tensor group", "true")
        .or("false"),
    Key::optional(
        "zero",
        Form::Whole(0, 3),
        "What the replicas divide: 0 nothing, 1 the optimizer's state, 2 gradients too, 3 parameters too (FSDP)",
        "1",
    )
    .or("1"),
    recompute::KEYS[0],
    recompute::KEYS[1],
    Key::optional(
        "context_exchange",
        Form::Name(|| CONTEXT_EXCHANGE.names()),
        "How chips that share a sequence see each other's keys and values",
        "\"all-gather\"",
    )
    .or("\"ring\""),
    Key::optional(
        "dispatcher",
        Form::Name(|| DISPATCHER.names()),
        "What carries tokens to experts; \"deduplicated\" sends each once to a chip, and once to a domain",
        "\"deduplicated\"",
    )
    .or("\"all-to-all\""),
    overlap::KEYS[0],
    overlap::KEYS[1],
];

/// The keys of `[workload.parallelism]`.
pub(super) const KEYS: KeyTable = KeyTable::new("[workload.parallelism]", &KEY_LIST);

/// The same keys laid over them for one system: what is left out stays as it is.
pub(super) const KEYS_OF_SYSTEM: KeyTable = KeyTable::new("[systems.parallelism]", &KEYS_LAID_OVER);

const KEYS_LAID_OVER: [Key; KEY_LIST.len()] = {
    let mut keys = KEY_LIST;
    let mut index = 0;
    while index < keys.len() {
        keys[index].fallback = Fallback::Words("that of `[workload.parallelism]`");
        index += 1;
    }
    keys
};

const fn degree(name: &'static str, meaning: &'static str, example: &'static str) -> Key {
    Key::optional(name, Form::Whole(1, MOST_PARTS), meaning, example).or("1")
}

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
#[derive(Clone)]
pub(super) struct Cut {
    /// The plan but for its replicas and its micro-batch.
    pub(super) parallelism: Parallelism,
    /// Sequences of a pass; `None` for those of the workload.
    pub(super) micro_batch: Option<usize>,
    /// The replicas; `None` for `data = "auto"`.
    pub(super) data: Option<u64>,
    /// The layers of each chunk, where they are given.
    pub(super) layers_per_chunk: Option<Vec<u64>>,
    /// What is kept of it, where the rest is searched.
    pub(super) search: Option<PlanSearch>,
}

const PLAN: Choice<'static, bool> =
    Choice { what: "plan", available: &[("auto", true), ("written", false)], later: &[] };

/// A table without keys, for a plan that nobody wrote.
static NOTHING: Table = Table { entries: Vec::new() };

/// Reads the table `parallelism` of `[workload]`; where there is none, every default is noted.
pub(super) fn read(workload: &Section<'_>) -> Option<Cut> {
    if workload.entry("parallelism").is_none() {
        return Some(read_table(&nothing(workload.findings())));
    }
    workload.section("parallelism").map(|section| read_table(&section))
}

fn nothing(findings: &Findings) -> Section<'_> {
    let section = Section::new(&NOTHING, "workload.parallelism", None, findings);
    section.describe(&KEYS);
    section
}

/// Reads a table of parallelism.
pub(super) fn read_table(section: &Section<'_>) -> Cut {
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
    let search = read_search(section);
    section.finish();
    Cut { parallelism, micro_batch, data, layers_per_chunk, search }
}

/// What is kept where `plan = "auto"`: the keys that are written beside it.
fn read_search(section: &Section<'_>) -> Option<PlanSearch> {
    section.entry("plan")?;
    if !PLAN.read(section, "plan")?.value {
        return None;
    }
    let stated = |key: &str| section.entry(key).filter(|entry| !is_auto(&entry.node.value));
    for (key, remedy) in [
        ("data", "leave `data` out: it follows from the other degrees"),
        ("layers_per_chunk", "leave `layers_per_chunk` out: it belongs to one number of chunks"),
    ] {
        if let Some(entry) = stated(key) {
            let (key, context) = (key.to_owned(), "`plan = \"auto\"`".to_owned());
            let error = ScenarioError::Inapplicable { key, context, remedy: remedy.to_owned() };
            section.error(Some(entry.node.place), error);
        }
    }
    let (kept, open): (Vec<_>, Vec<_>) =
        PlanKey::ALL.into_iter().partition(|key| stated(key.name()).is_some());
    open.into_iter().for_each(|key| section.leave_open(key.name()));
    Some(PlanSearch { kept: kept.into_iter().collect() })
}

fn is_auto(value: &Value) -> bool {
    matches!(value, Value::Text(text) if text == "auto")
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

//! `[workload]` with `kind = "traffic"`: messages among all chips, by pattern.

use super::choice::Choice;
use super::document::Value;
use super::error::ScenarioError;
use super::key::{Form, Key, KeyTable};
use super::limits::{MOST_CHIPS, MOST_FLOWS};
use super::section::{Placed, Section};
use super::workload;
use crate::report::number::grouped;
use crate::traffic::{HotSpot, Incast, Pattern, Permutation, TrafficSpec, Uniform};
use copperlight_core::units::Bytes;
use copperlight_topologies::quantity::Dimension;

/// The keys of `[workload]` with `kind = "traffic"`.
pub(super) const KEYS: KeyTable = KeyTable::new(
    "[workload]",
    &[
        workload::kind("\"traffic\""),
        Key::required("pattern", Form::Name(|| PATTERN.names()), "Who sends to whom", "\"hot-spot\""),
        Key::required(
            "size",
            Form::Quantity(Dimension::Data, "from 1 to 2^53 bytes"),
            "Bytes of a flow",
            "\"16 MiB\"",
        ),
        Key::optional(
            "shift",
            Form::WholeUpTo(1, MOST_CHIPS, "chips - 1"),
            "Of a permutation: the receiver is so many chips on, around",
            "1",
        )
        .or_else("a drawn permutation in which nobody keeps its place"),
        Key::optional(
            "target",
            Form::WholeUpTo(0, MOST_CHIPS, "chips - 1"),
            "Of an incast: the chip that receives, counted from 0",
            "5",
        )
        .or("0"),
        Key::optional("senders", ALL_OR, "Of an incast: so many chips that follow the target, around", "8")
            .or("\"all\""),
        Key::optional(
            "flows_per_chip",
            ALL_OR,
            "Of uniform and hot-spot traffic: so many different peers drawn by each chip",
            "4",
        )
        .or("\"all\""),
        Key::optional(
            "hot_share",
            Form::Number(0.0, 1.0, "from 0 to 1"),
            "Of a hot spot: the share of each chip's bytes that goes to hot chips",
            "0.2",
        )
        .or("0.1"),
        Key::optional(
            "hot_chips",
            Form::WholeUpTo(1, MOST_CHIPS, "chips - 2"),
            "Of a hot spot: how many chips are hot, evenly spaced from chip 0 on",
            "2",
        )
        .or("1"),
        Key::optional("seed", Form::Whole(0, i64::MAX), "Seed of the draws of all but an incast", "7")
            .or_else("that of the scenario"),
    ],
);

const ALL_OR: Form =
    Form::Either(&[Form::WholeUpTo(1, MOST_CHIPS, "the other chips"), Form::OneOf(&["all"])]);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Permutation,
    Incast,
    Uniform,
    HotSpot,
}

const PATTERN: Choice<'static, Kind> = Choice {
    what: "traffic pattern",
    available: &[
        ("permutation", Kind::Permutation),
        ("incast", Kind::Incast),
        ("uniform", Kind::Uniform),
        ("hot-spot", Kind::HotSpot),
    ],
    later: &[],
};

/// The keys that not every pattern takes, with those that do, in words.
const OF_PATTERNS: [(&str, &[Kind], &str); 7] = [
    ("shift", &[Kind::Permutation], "permutation"),
    ("target", &[Kind::Incast], "incast"),
    ("senders", &[Kind::Incast], "incast"),
    ("flows_per_chip", &[Kind::Uniform, Kind::HotSpot], "uniform, hot-spot"),
    ("hot_share", &[Kind::HotSpot], "hot-spot"),
    ("hot_chips", &[Kind::HotSpot], "hot-spot"),
    ("seed", &[Kind::Permutation, Kind::Uniform, Kind::HotSpot], "permutation, uniform, hot-spot"),
];

/// The share that hot chips draw where nothing is said.
const HOT_SHARE: f64 = 0.1;

/// Reads the keys of traffic among so many chips.
pub(super) fn read(section: &Section<'_>, chips: Option<Placed<usize>>) -> Option<TrafficSpec> {
    if section.entry("pattern").is_none() {
        section.missing("pattern", "pattern = \"permutation\"");
    }
    if section.entry("size").is_none() {
        section.missing("size", "size = \"16 MiB\"");
    }
    let kind = PATTERN.read(section, "pattern");
    let size = read_size(section);
    // Chips that are wrong have an error of their own; keys are then held against the largest machine.
    let known = chips.unwrap_or(Placed { value: MOST_CHIPS as usize, place: None });
    let pattern = kind.and_then(|kind| read_pattern(section, kind.value, known));
    let seed = section.whole("seed", 0..=i64::MAX).map(|seed| seed.value as u64);
    refuse_misapplied(section, kind.map(|kind| kind.value));
    section.finish();
    let spec = TrafficSpec { pattern: pattern?, size: size?, seed };
    check_flows(section, &spec.pattern, chips?)?;
    Some(spec)
}

fn read_size(section: &Section<'_>) -> Option<Bytes> {
    let size = section.size("size")?;
    if size.value > Bytes::ZERO {
        return Some(size.value);
    }
    let (key, value, bound) = ("size".to_owned(), "0 B".to_owned(), "at least one byte".to_owned());
    section.error(size.place, ScenarioError::OutOfRange { key, value, bound });
    None
}

/// Reads the keys of one pattern, all of them, whatever is wrong with one.
fn read_pattern(section: &Section<'_>, kind: Kind, chips: Placed<usize>) -> Option<Pattern> {
    let fewest = if kind == Kind::HotSpot { 3 } else { 2 };
    if chips.value < fewest {
        let (name, _) = PATTERN.available.iter().find(|(_, known)| *known == kind)?;
        let problem = format!("the pattern `{name}` needs {fewest} chips, and there are {}", chips.value);
        let remedy = format!("set `chips` to at least {fewest}");
        section.error(chips.place, ScenarioError::IllegalTraffic { problem, remedy });
        return None;
    }
    let others = chips.value as i64 - 1;
    match kind {
        Kind::Permutation => {
            let shift = section.whole("shift", 1..=others).map(|shift| shift.value);
            Some(Pattern::Permutation(Permutation { shift }))
        }
        Kind::Incast => {
            let target = section.whole_or("target", 0..=others, 0).value;
            Some(Pattern::Incast(Incast { target, senders: all_or(section, "senders", others)? }))
        }
        Kind::Uniform => {
            Some(Pattern::Uniform(Uniform { flows_per_chip: all_or(section, "flows_per_chip", others)? }))
        }
        Kind::HotSpot => read_hot_spot(section, others),
    }
}

/// Reads the keys of hot-spot traffic to `others` other chips, of which one at least is not hot.
fn read_hot_spot(section: &Section<'_>, others: i64) -> Option<Pattern> {
    let hot_share = read_hot_share(section);
    let hot_chips = section.whole_or("hot_chips", 1..=others - 1, 1).value;
    let flows_per_chip = all_or(section, "flows_per_chip", others - hot_chips as i64)?;
    Some(Pattern::HotSpot(HotSpot { hot_share: hot_share?, hot_chips, flows_per_chip }))
}

fn read_hot_share(section: &Section<'_>) -> Option<f64> {
    if section.entry("hot_share").is_none() {
        section.default("hot_share", HOT_SHARE);
        return Some(HOT_SHARE);
    }
    section.number("hot_share").map(|share| share.value)
}

/// A whole number up to `most`, or `"all"`, which is the default and gives nothing; the outer option is an error.
#[expect(clippy::option_option, reason = "an error and `all` are told apart")]
fn all_or(section: &Section<'_>, key: &str, most: i64) -> Option<Option<usize>> {
    let Some(entry) = section.entry(key) else {
        section.default(key, "all");
        return Some(None);
    };
    match &entry.node.value {
        Value::Text(text) if text == "all" => Some(None),
        Value::Integer(_) => section.whole(key, 1..=most).map(|number| Some(number.value)),
        _ => {
            let (key, expected) = (key.to_owned(), "a whole number or \"all\"".to_owned());
            let error = ScenarioError::WrongType { key, expected, found: entry.node.kind() };
            section.error(Some(entry.node.place), error);
            None
        }
    }
}

/// Keys of other patterns are known, and say nothing here; where the pattern is unknown, nobody can tell.
fn refuse_misapplied(section: &Section<'_>, kind: Option<Kind>) {
    for (key, kinds, belongs) in OF_PATTERNS {
        let Some(entry) = section.entry(key) else { continue };
        let Some(kind) = kind.filter(|kind| !kinds.contains(kind)) else { continue };
        let named = PATTERN.available.iter().find(|(_, known)| *known == kind);
        let pattern = named.map_or("", |(name, _)| name);
        section
            .error(Some(entry.place), ScenarioError::MisappliedKey { key: key.to_owned(), pattern, belongs });
    }
}

fn check_flows(section: &Section<'_>, pattern: &Pattern, chips: Placed<usize>) -> Option<()> {
    let flows = pattern.flows(chips.value);
    if flows <= MOST_FLOWS {
        return Some(());
    }
    let (name, flows, chips) = (pattern.name(), grouped(flows), grouped(chips.value as u64));
    let most = grouped(MOST_FLOWS);
    let problem = format!("`{name}` among {chips} chips is {flows} flows, and at most {most} are simulated");
    let remedy = "set `flows_per_chip`, or use fewer chips".to_owned();
    section.error(
        section.entry("pattern").map(|entry| entry.node.place),
        ScenarioError::IllegalTraffic { problem, remedy },
    );
    None
}

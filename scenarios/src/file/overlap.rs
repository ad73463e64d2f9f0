//! What runs beside compute: `overlap` and `tensor_chunks` of `[workload.parallelism]`.

use super::choice::Choice;
use super::document::Value;
use super::error::ScenarioError;
use super::key::{Form, Key};
use super::section::Section;
use crate::training::{Overlap, Schedule, TensorOverlap, ZeroStage};

/// What a name turns on.
type Change = fn(&mut Overlap);

const CHANGES: [(&str, Change); 4] = [
    ("gradients", |overlap| overlap.gradients = true),
    ("parameters", |overlap| overlap.parameters = true),
    ("pipeline", |overlap| overlap.pipeline = true),
    ("experts", |overlap| overlap.experts = true),
];

const CHANGE: Choice<'static, Change> = Choice { what: "overlap", available: &CHANGES, later: &[] };

/// One word in place of a list.
#[derive(Clone, Copy)]
enum Word {
    Auto,
    None,
    One(Change),
}

/// The most chunks that a matmul and its collective are cut into.
const MOST_CHUNKS: i64 = 64;

/// Both keys.
pub(super) const KEYS: [Key; 2] = [
    Key::optional(
        "overlap",
        Form::Either(&[Form::Name(words), Form::List(&Form::Name(|| CHANGE.names()))]),
        "What runs beside compute; \"auto\" is gradients and parameters where `zero` is at least 1, and pipeline unless \
         the schedule is \"1f1b\" or \"gpipe\", whose exchanges block",
        "[\"gradients\", \"parameters\"]",
    )
    .or("\"auto\""),
    Key::optional(
        "tensor_chunks",
        Form::Whole(1, MOST_CHUNKS),
        "Chunks into which matmuls and their tensor collectives are cut to run beside one another",
        "4",
    )
    .or("1"),
];

/// Words that stand alone.
const ALONE: [(&str, Word); 2] = [("auto", Word::Auto), ("none", Word::None)];

fn words() -> Vec<&'static str> {
    ALONE.iter().map(|(name, _)| *name).chain(CHANGE.names()).collect()
}

/// Reads both keys.
///
/// "auto" is [`Overlap::automatic`].
pub(super) fn read(section: &Section<'_>, zero: ZeroStage, schedule: Schedule, interleaved: bool) -> Overlap {
    let is_list = matches!(section.entry("overlap").map(|entry| &entry.node.value), Some(Value::Array(_)));
    let mut overlap = Overlap::default();
    if is_list {
        if refuse_lone_words(section) {
            return overlap;
        }
        let changes = CHANGE.read_list(section, "overlap");
        changes.into_iter().flatten().for_each(|change| change(&mut overlap));
    } else {
        match read_word(section) {
            Word::Auto => overlap = Overlap::automatic(zero, schedule, interleaved),
            Word::None => {}
            Word::One(change) => change(&mut overlap),
        }
    }
    let chunks = section.whole_or("tensor_chunks", 1..=MOST_CHUNKS, 1).value;
    if chunks > 1 {
        overlap.tensor = TensorOverlap::Chunks(u32::try_from(chunks).expect("chunks are few"));
    }
    overlap
}

/// Words that stand alone in a list with others; whether there was one.
fn refuse_lone_words(section: &Section<'_>) -> bool {
    let written = section.text_list("overlap").unwrap_or_default();
    let mut refused = false;
    for text in written {
        let Some((word, _)) = ALONE.iter().find(|(word, _)| word.eq_ignore_ascii_case(text.value)) else {
            continue;
        };
        let (key, context) =
            (format!("\"{word}\""), "a list of what overlaps, for it stands alone".to_owned());
        let remedy = format!("write overlap = \"{word}\", or leave \"{word}\" out");
        section.error(text.place, ScenarioError::Inapplicable { key, context, remedy });
        refused = true;
    }
    refused
}

fn read_word(section: &Section<'_>) -> Word {
    let changes = CHANGES.map(|(name, change)| (name, Word::One(change)));
    let available: Vec<(&str, Word)> = ALONE.into_iter().chain(changes).collect();
    Choice { what: "overlap", available: &available, later: &[] }.read_or(section, "overlap", "auto")
}

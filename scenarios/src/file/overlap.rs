//! What runs beside compute: `overlap` and `tensor_chunks` of `[workload.parallelism]`.

use super::choice::Choice;
use super::document::Value;
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

/// Reads both keys.
///
/// "auto" is [`Overlap::automatic`].
pub(super) fn read(section: &Section<'_>, zero: ZeroStage, schedule: Schedule, interleaved: bool) -> Overlap {
    let is_list = matches!(section.entry("overlap").map(|entry| &entry.node.value), Some(Value::Array(_)));
    let mut overlap = Overlap::default();
    if is_list {
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

fn read_word(section: &Section<'_>) -> Word {
    let changes = CHANGES.map(|(name, change)| (name, Word::One(change)));
    let available: Vec<(&str, Word)> =
        [("auto", Word::Auto), ("none", Word::None)].into_iter().chain(changes).collect();
    Choice { what: "overlap", available: &available, later: &[] }.read_or(section, "overlap", "auto")
}

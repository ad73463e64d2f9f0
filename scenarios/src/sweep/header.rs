//! The first line of a journal: whose records follow, and everything of the report that is known before them.

use super::folder::JOURNAL;
use super::shard::Shard;
use crate::run::{EngineOptions, Frame};
use serde::{Deserialize, Serialize};

/// The version of the layout of journals.
const FORMAT: u32 = 1;

/// What the records of a journal belong to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The version of the layout.
    pub format: u32,
    /// The share of the parts that are kept; all where there is none.
    pub shard: Option<Shard>,
    /// How parts were run.
    pub options: KeptOptions,
    /// The report without its points.
    pub frame: Frame,
}

/// The options that change what parts show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptOptions {
    /// Whether alike ranks are simulated once, which changes the counts of work.
    pub fold: bool,
    /// The most events.
    pub max_events: u64,
    /// The last instant, in picoseconds.
    pub max_time_ps: u64,
    /// The most memory, in bytes.
    pub max_memory: u64,
}

impl From<EngineOptions> for KeptOptions {
    fn from(engine: EngineOptions) -> Self {
        let EngineOptions { fold, limits, .. } = engine;
        Self {
            fold,
            max_events: limits.events,
            max_time_ps: limits.time.picoseconds(),
            max_memory: limits.memory.count(),
        }
    }
}

impl Header {
    /// The header of records that are made now.
    pub fn new(frame: Frame, engine: EngineOptions, shard: Option<Shard>) -> Self {
        Self { format: FORMAT, shard, options: engine.into(), frame }
    }

    /// The name of the file: `points.jsonl`, or `points-2-of-4.jsonl`.
    pub fn file_name(&self) -> String {
        match self.shard {
            None => JOURNAL.to_owned(),
            Some(Shard { number, count }) => format!("points-{number}-of-{count}.jsonl"),
        }
    }

    /// The parts that belong into the journal.
    pub fn parts(&self) -> Vec<usize> {
        let all = self.frame.parts();
        match self.shard {
            None => (0..all).collect(),
            Some(shard) => shard.parts(all).collect(),
        }
    }

    /// Whether a part belongs into the journal.
    pub fn has(&self, part: usize) -> bool {
        part < self.frame.parts() && self.shard.is_none_or(|shard| shard.has(part))
    }

    /// In what the records of another header were made otherwise, in words: `by 0.1.0 of this program`.
    pub fn difference(&self, other: &Self) -> Option<String> {
        let (frame, theirs) = (&self.frame, &other.frame);
        if self.format != other.format || frame.version != theirs.version {
            return Some(format!("by version {} of this program", theirs.version));
        }
        if self.options != other.options {
            return Some("with other options (`--no-fold` or limits)".to_owned());
        }
        // Files that a scenario names may change under an equal text.
        (frame != theirs).then(|| "from another version of the scenario".to_owned())
    }
}

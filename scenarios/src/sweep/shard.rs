//! Which parts of a scenario are whose: shards take turns.
//!
//! Part `k` belongs to shard `k mod N + 1` of `N`. Shards are disjoint, together they are everything, and their sizes
//! differ by one at most. They take turns rather than stretches because the last sweep varies fastest and an outer one
//! often is the number of chips: a stretch would hold all points of the largest, slowest system.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// One of `count` shares of a scenario's parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shard {
    /// Which one, from 1.
    pub number: usize,
    /// Of how many.
    pub count: usize,
}

/// Why a text is no shard.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ShardError {
    /// Not two numbers.
    #[error("`{text}` is not of the form I/N, such as 2/4 for the second of four shards")]
    Form {
        /// The text.
        text: String,
    },
    /// There is no such shard.
    #[error("there is no shard {number} of {count}: shards are numbered from 1 to {count}")]
    Number {
        /// Which one was asked for.
        number: usize,
        /// Of how many.
        count: usize,
    },
    /// Nothing can be shared among nobody.
    #[error("a scenario cannot be shared among 0 shards")]
    None,
}

impl Shard {
    /// Whether a part belongs to it.
    pub const fn has(self, part: usize) -> bool {
        part % self.count == self.number - 1
    }

    /// The parts that belong to it, of so many.
    pub fn parts(self, parts: usize) -> impl Iterator<Item = usize> {
        (self.number - 1..parts).step_by(self.count)
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let numbers = text.split_once('/').and_then(|(number, count)| {
            let number: usize = number.trim().parse().ok()?;
            Some((number, count.trim().parse::<usize>().ok()?))
        });
        let (number, count) = numbers.ok_or_else(|| ShardError::Form { text: text.to_owned() })?;
        match (number, count) {
            (_, 0) => Err(ShardError::None),
            (1.., _) if number <= count => Ok(Self { number, count }),
            _ => Err(ShardError::Number { number, count }),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.number, self.count)
    }
}

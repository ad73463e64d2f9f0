//! The order in which ranks are laid onto chips: which direction of a plan has neighbouring chips, and which the
//! farthest.
//!
//! Chips are numbered node by node and domain by domain, so the first direction of the order stays closest together.

use crate::suggestion::Suggestion;
use std::fmt;
use thiserror::Error;

/// A way in which the chips of a job share its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Chips that share every layer.
    Tensor,
    /// Chips that share every sequence.
    Context,
    /// Chips that share the experts of a layer.
    Expert,
    /// Replicas.
    Data,
    /// Stages of consecutive layers.
    Pipeline,
}

impl Direction {
    /// All directions, in Megatron's order.
    pub const ALL: [Self; 5] = [Self::Tensor, Self::Context, Self::Expert, Self::Data, Self::Pipeline];

    /// The name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tensor => "tensor",
            Self::Context => "context",
            Self::Expert => "expert",
            Self::Data => "data",
            Self::Pipeline => "pipeline",
        }
    }

    /// The name in Megatron's texts, such as `tp-cp-ep-dp-pp`.
    pub const fn short_name(self) -> &'static str {
        match self {
            Self::Tensor => "tp",
            Self::Context => "cp",
            Self::Expert => "ep",
            Self::Data => "dp",
            Self::Pipeline => "pp",
        }
    }

    /// Whether every order must place it; the others may be left out as long as their degree is 1.
    const fn is_required(self) -> bool {
        matches!(self, Self::Tensor | Self::Data | Self::Pipeline)
    }

    fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|direction| direction.name() == name || direction.short_name() == name)
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Directions from the inside out, each at most once.
///
/// Shown as `tensor-context-expert-data-pipeline`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RankOrder(Vec<Direction>);

impl Default for RankOrder {
    /// Megatron's: tensor, context, expert, data, pipeline.
    fn default() -> Self {
        Self(Direction::ALL.to_vec())
    }
}

impl fmt::Display for RankOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.iter().map(|direction| direction.name()).collect::<Vec<_>>().join("-"))
    }
}

/// Why a list of names is no order of ranks.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RankOrderError {
    /// There is no such direction.
    #[error(
        "there is no direction `{name}`{suggestion}; directions: tensor (tp), context (cp), expert (ep), data (dp), \
         pipeline (pp)"
    )]
    Unknown {
        /// The name as written.
        name: String,
        /// A direction near to it.
        suggestion: Suggestion,
    },
    /// A direction stands in the order twice.
    #[error("`{direction}` stands there twice; name each direction once")]
    Twice {
        /// The direction.
        direction: Direction,
    },
    /// A direction that every order needs does not stand in it.
    #[error("`{direction}` is missing; name tensor, data and pipeline, for example \"{example}\"")]
    Missing {
        /// The direction.
        direction: Direction,
        /// The order as written, with what was missing at its end.
        example: RankOrder,
    },
}

impl RankOrder {
    /// The order of these names, from the inside out; each long (`tensor`) or as Megatron has it (`tp`).
    ///
    /// # Errors
    /// [`RankOrderError`] for the first name that is unknown or stands there twice, and for a missing direction.
    pub fn of_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, RankOrderError> {
        let mut order = Self(Vec::new());
        for name in names {
            let direction = Direction::find(name.trim()).ok_or_else(|| unknown(name))?;
            if order.0.contains(&direction) {
                return Err(RankOrderError::Twice { direction });
            }
            order.0.push(direction);
        }
        let is_missing = |direction: &Direction| direction.is_required() && !order.0.contains(direction);
        let missing: Vec<Direction> = Direction::ALL.into_iter().filter(is_missing).collect();
        match missing.first() {
            None => Ok(order),
            Some(&direction) => {
                order.0.extend(missing);
                Err(RankOrderError::Missing { direction, example: order })
            }
        }
    }

    /// The order that a text names, such as `tensor-data-pipeline` or `tp-cp-ep-dp-pp`.
    ///
    /// # Errors
    /// As [`RankOrder::of_names`].
    pub fn parse(text: &str) -> Result<Self, RankOrderError> {
        Self::of_names(text.split('-'))
    }

    /// The directions, from the inside out.
    pub fn directions(&self) -> &[Direction] {
        &self.0
    }

    /// The names of the directions, from the inside out.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|direction| direction.name())
    }
}

fn unknown(name: &str) -> RankOrderError {
    let suggestion = Suggestion::nearest(name, Direction::ALL.map(Direction::name));
    RankOrderError::Unknown { name: name.to_owned(), suggestion }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        RankOrder::parse(text).expect_err("the order is faulty").to_string()
    }

    #[test]
    fn names_are_long_or_as_megatron_has_them() {
        let default = RankOrder::default();
        assert_eq!(RankOrder::parse("tp-cp-ep-dp-pp"), Ok(default.clone()));
        assert_eq!(RankOrder::parse("tensor-context-expert-data-pipeline"), Ok(default.clone()));
        assert_eq!(default.to_string(), "tensor-context-expert-data-pipeline");
        let other = RankOrder::of_names(["pp", "data", "tp"]).expect("context and expert may be left out");
        assert_eq!(other.directions(), [Direction::Pipeline, Direction::Data, Direction::Tensor]);
        assert_eq!(RankOrder::of_names(other.names()), Ok(other.clone()));
    }

    #[test]
    fn every_fault_has_its_message() {
        assert_eq!(
            fault("tensr-data-pipeline"),
            "there is no direction `tensr` (did you mean `tensor`?); directions: tensor (tp), context (cp), \
             expert (ep), data (dp), pipeline (pp)"
        );
        assert_eq!(
            fault(""),
            "there is no direction ``; directions: tensor (tp), context (cp), expert (ep), data (dp), pipeline (pp)"
        );
        assert_eq!(fault("tensor-data-tp-pipeline"), "`tensor` stands there twice; name each direction once");
        assert_eq!(
            fault("pipeline-context"),
            "`tensor` is missing; name tensor, data and pipeline, for example \"pipeline-context-tensor-data\""
        );
    }
}

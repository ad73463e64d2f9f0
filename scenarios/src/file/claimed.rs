//! What `[claim]` says, checked: a claim, what speaks for and against it, and where in the results that stands.

use super::expected::PointSelector;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A claim, or a further part of one whose text stands in another scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimTable {
    /// What is claimed, or of which claim this is a part.
    pub head: ClaimHead,
    /// What is looked at, in the order of the file.
    pub evidence: Vec<Evidence>,
}

/// The head of a claim.
#[derive(Debug, Clone, PartialEq)]
pub enum ClaimHead {
    /// The claim itself.
    Whole(Box<ClaimStatement>),
    /// More evidence for the claim of this name.
    PartOf(String),
}

impl ClaimTable {
    /// The text of the claim, unless it stands in another scenario.
    pub fn statement(&self) -> Option<&ClaimStatement> {
        match &self.head {
            ClaimHead::Whole(statement) => Some(statement),
            ClaimHead::PartOf(_) => None,
        }
    }
}

/// What is claimed, by whom, and how it is judged.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimStatement {
    /// The claim in one sentence.
    pub statement: String,
    /// Where it is made.
    pub source: String,
    /// What would confirm it.
    pub confirmed_by: String,
    /// What would refute it.
    pub refuted_by: String,
    /// Why it comes out as it does, in words without numbers.
    pub explanation: Option<String>,
    /// What this simulator cannot judge about it.
    pub missing: Vec<String>,
    /// What turns the verdict.
    pub flip: Option<Flip>,
}

/// Settings that turn the verdict of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flip {
    /// The settings, each `PATH=VALUE`.
    pub set: Vec<String>,
    /// The verdict with them.
    pub verdict: Verdict,
    /// Which world they describe.
    pub because: Option<String>,
}

/// How a claim comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every condition holds.
    Holds,
    /// Some conditions hold, or hold only at one end of what sources say.
    HoldsWhen,
    /// No condition holds.
    DoesNotHold,
    /// No condition could be looked at.
    CannotBeJudged,
}

impl Verdict {
    /// The names in files, in the order of the verdicts.
    pub const NAMES: [&'static str; 4] = ["holds", "holds-when", "does-not-hold", "cannot-be-judged"];

    const ALL: [Self; 4] = [Self::Holds, Self::HoldsWhen, Self::DoesNotHold, Self::CannotBeJudged];

    /// The name in files and results.
    pub const fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// The verdict of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == name)
    }
}

/// One figure that speaks for or against a claim.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// What it is, in words.
    pub name: String,
    /// Where it stands.
    pub figure: Figure,
    /// What it is divided by.
    pub over: Option<Divisor>,
    /// Whether the ends of the figure and of its divisor go together, because the same sources decide them.
    pub paired: bool,
    /// By what the figure is multiplied.
    pub times: f64,
    /// The unit, where it is not that of the figure.
    pub unit: Option<String>,
    /// The least value that speaks for the claim.
    pub min: Option<f64>,
    /// The greatest value that speaks for the claim.
    pub max: Option<f64>,
    /// The circumstance that this piece is about: `for dense models`.
    pub when: Option<String>,
}

impl Evidence {
    /// Whether it speaks for or against the claim at all; else it is shown only.
    pub const fn is_condition(&self) -> bool {
        self.min.is_some() || self.max.is_some()
    }
}

/// Where a figure stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Figure {
    /// A result of one point.
    Metric {
        /// The metric, by its path.
        metric: String,
        /// The point.
        point: PointSelector,
    },
    /// A value of a system of the scenario, with what is set in it.
    Fact {
        /// The key of the catalog, or `derived.` and the name of a figure that follows from others.
        key: String,
        /// The system's name.
        system: String,
    },
    /// A value of the catalog as it stands.
    Catalog(CatalogKey),
}

/// What a figure is divided by.
#[derive(Debug, Clone, PartialEq)]
pub enum Divisor {
    /// The same metric at another point.
    Point(PointSelector),
    /// The same value of another system.
    System(String),
    /// Another value of the catalog.
    Catalog(CatalogKey),
}

/// A value of the catalog: `media.dsp.reach`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogKey {
    /// The part of the catalog.
    pub part: String,
    /// The entry.
    pub entry: String,
    /// The key in the entry.
    pub key: String,
}

impl CatalogKey {
    /// The path as it is written.
    pub fn path(&self) -> String {
        format!("{}.{}.{}", self.part, self.entry, self.key)
    }
}

//! What `validate` says of paired effects: two published runs that differ in one thing.
//!
//! An effect is the natural logarithm of the ratio of both times: above zero where the variant takes longer.

use serde::Serialize;

/// The effects of all pairs whose runs are in the tables.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairReport {
    /// How many agree.
    pub all: PairCount,
    /// How many agree of each kind, in the order of the list.
    pub kinds: Vec<PairCount>,
    /// Every pair.
    pub effects: Vec<PairEffect>,
}

/// How many pairs agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PairCount {
    /// What sort of thing differs.
    pub kind: String,
    /// How many pairs there are.
    pub pairs: u64,
    /// Those that are judged: both runs were simulated, and the measured effect is above 3 %.
    pub judged: u64,
    /// Those of them where all of the modelled effect is 0.7 to 1.4 of the measured one.
    pub within: u64,
    /// Those of them where a range is partly so.
    pub open: u64,
    /// Pairs of which a run was not simulated.
    pub not_run: u64,
}

/// One pair.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairEffect {
    /// What differs.
    pub effect: String,
    /// What sort of thing that is.
    pub kind: String,
    /// What is compared: `step-time` or `tokens/s-per-chip`.
    pub quantity: &'static str,
    /// The run that is compared with.
    pub baseline: String,
    /// The run that differs from it.
    pub variant: String,
    /// What else to know.
    pub comment: String,
    /// The measured effect.
    pub measured: Option<f64>,
    /// The modelled effect; of a range the middle.
    pub modelled: Option<f64>,
    /// The least and the most that the effect can be, where something that matters was not published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modelled_range: Option<[f64; 2]>,
    /// The modelled effect over the measured one.
    pub ratio: Option<f64>,
    /// Whether they agree.
    pub verdict: Verdict,
    /// Why the model misses the effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub miss: Option<String>,
    /// Why nothing was modelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Whether a modelled effect agrees with the measured one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is 0.7 to 1.4 of it.
    Within,
    /// It is less or more.
    Outside,
    /// A range is partly within.
    Open,
    /// The measured effect is at most 3 %: nothing to judge by.
    TooSmall,
    /// A run was not simulated.
    NotRun,
}

impl Verdict {
    /// The word in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Within => "within",
            Self::Outside => "miss",
            Self::Open => "open range",
            Self::TooSmall => "too small",
            Self::NotRun => "not run",
        }
    }

    /// Whether the pair is judged, and not known to agree.
    pub const fn is_missed(self) -> bool {
        matches!(self, Self::Outside | Self::Open)
    }
}

impl PairCount {
    /// No pair of this kind yet.
    pub fn of_kind(kind: &str) -> Self {
        Self { kind: kind.to_owned(), pairs: 0, judged: 0, within: 0, open: 0, not_run: 0 }
    }

    /// One pair more.
    pub fn add(&mut self, verdict: Verdict) {
        self.pairs += 1;
        self.judged += u64::from(matches!(verdict, Verdict::Within | Verdict::Outside | Verdict::Open));
        self.within += u64::from(verdict == Verdict::Within);
        self.open += u64::from(verdict == Verdict::Open);
        self.not_run += u64::from(verdict == Verdict::NotRun);
    }
}

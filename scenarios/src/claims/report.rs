//! What is known of a claim in the end: serialised, it is the JSON of `claims`.

use super::verdict::Standing;
use crate::file::{ClaimStatement, Verdict};
use crate::report::number::rounded;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A judged claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClaimReport {
    /// The name, which is that of its scenario.
    pub id: String,
    /// The claim in one sentence.
    pub claim: String,
    /// How it comes out.
    pub verdict: Verdict,
    /// What it follows from.
    pub evidence: Vec<ClaimEvidence>,
    /// What this simulator cannot judge about it, and figures that could not be had.
    pub missing: Vec<String>,
    /// When it holds, where it holds sometimes.
    pub holds_when: Vec<String>,
    /// When it does not hold.
    pub fails_when: Vec<String>,
    /// Where the claim is made, how it is judged, and what would turn the verdict; for its page.
    #[serde(skip)]
    pub(super) text: Option<ClaimStatement>,
}

impl ClaimReport {
    /// A claim of which nothing is looked at yet.
    pub(super) fn begun(id: &str, text: ClaimStatement) -> Self {
        Self {
            id: id.to_owned(),
            claim: text.statement.clone(),
            verdict: Verdict::CannotBeJudged,
            evidence: Vec::new(),
            missing: text.missing.clone(),
            holds_when: Vec::new(),
            fails_when: Vec::new(),
            text: Some(text),
        }
    }

    /// Notes under which circumstance a piece speaks for the claim or against it.
    pub(super) fn note_circumstance(&mut self, when: &str, piece: &ClaimEvidence) {
        let list = match piece.standing {
            Standing::For | Standing::MostlyFor => &mut self.holds_when,
            Standing::Against | Standing::MostlyAgainst => &mut self.fails_when,
            Standing::Context | Standing::Unknown => return,
        };
        let doubt = match (piece.standing, piece.range()) {
            (Standing::MostlyFor | Standing::MostlyAgainst, Some(range)) => {
                format!(" (sources allow {range})")
            }
            _ => String::new(),
        };
        list.push(format!("{when}{doubt}"));
    }
}

/// A judged piece of evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClaimEvidence {
    /// Where the figure stands: a metric of results, or a path of the catalog.
    pub metric: String,
    /// The figure; null where it cannot be had.
    pub value: Option<f64>,
    /// Its unit; `1` for ratios and counts.
    pub unit: String,
    /// The digest that `run` gives of the scenario that it comes from; null for values of the catalog.
    pub digest: Option<String>,
    /// What it is, in words.
    pub name: String,
    /// The scenario that it comes from.
    pub scenario: String,
    /// Whether it speaks for the claim.
    pub standing: Standing,
    /// The least value that speaks for the claim.
    pub min: Option<f64>,
    /// The greatest value that speaks for the claim.
    pub max: Option<f64>,
    /// The figure with every source at the end that makes it least.
    pub low: Option<f64>,
    /// The figure with every source at the end that makes it greatest.
    pub high: Option<f64>,
    /// Who says so, for values that nothing simulates.
    pub source: Option<String>,
}

impl ClaimEvidence {
    /// The figure with its unit.
    pub(super) fn figure(&self) -> String {
        let Some(value) = self.value else { return "not known".to_owned() };
        let unit = if self.unit == "1" { String::new() } else { format!(" {}", self.unit) };
        format!("{}{unit}", small(value))
    }

    /// The ends of the figure where they differ from it.
    pub(super) fn range(&self) -> Option<String> {
        let (value, low, high) = (self.value?, self.low?, self.high?);
        (low < value || high > value).then(|| format!("{} to {}", small(low), small(high)))
    }

    /// What speaks for the claim, as it is written: `>=1.2`.
    pub(super) fn condition(&self) -> String {
        match (self.min, self.max) {
            (Some(min), Some(max)) => format!("{min}..{max}"),
            (Some(min), None) => format!(">={min}"),
            (None, Some(max)) => format!("<={max}"),
            (None, None) => String::new(),
        }
    }
}

/// A figure with three digits, also where it is very small.
fn small(value: f64) -> String {
    if value != 0.0 && value.abs() < 1e-3 { format!("{value:.2e}") } else { rounded(value) }
}

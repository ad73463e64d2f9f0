//! From conditions to a verdict.

use crate::file::{Evidence, Verdict};
use copperlight_topologies::Interval;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether one piece of evidence speaks for the claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It has no condition, and is shown only.
    Context,
    /// It speaks for the claim.
    For,
    /// The figure speaks for the claim, and not with every value that sources allow.
    MostlyFor,
    /// The figure speaks against the claim, and not with every value that sources allow.
    MostlyAgainst,
    /// It speaks against the claim.
    Against,
    /// The figure cannot be had.
    Unknown,
}

impl Standing {
    /// The standing of a piece with this figure.
    pub(super) fn of(evidence: &Evidence, figure: Option<Interval>) -> Self {
        let speaks = |value: f64| {
            evidence.min.is_none_or(|min| value >= min) && evidence.max.is_none_or(|max| value <= max)
        };
        match figure {
            _ if !evidence.is_condition() => Self::Context,
            None => Self::Unknown,
            // A range that lies around both bounds has no end that speaks for the claim.
            Some(Interval { value, low, high }) => match (speaks(value), speaks(low), speaks(high)) {
                (true, true, true) => Self::For,
                (true, ..) => Self::MostlyFor,
                (false, false, false) => Self::Against,
                (false, ..) => Self::MostlyAgainst,
            },
        }
    }

    /// The name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Context => "context",
            Self::For => "for",
            Self::MostlyFor => "mostly-for",
            Self::MostlyAgainst => "mostly-against",
            Self::Against => "against",
            Self::Unknown => "unknown",
        }
    }

    /// The word in tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Context => "",
            Self::For => "yes",
            Self::MostlyFor => "mostly",
            Self::MostlyAgainst => "hardly",
            Self::Against => "no",
            Self::Unknown => "unknown",
        }
    }
}

/// The verdict on a claim whose evidence stands so.
pub(super) fn verdict(standings: &[Standing]) -> Verdict {
    let known = || standings.iter().filter(|one| !matches!(one, Standing::Context | Standing::Unknown));
    if known().next().is_none() {
        return Verdict::CannotBeJudged;
    }
    let unknown = standings.contains(&Standing::Unknown);
    if known().all(|one| *one == Standing::For) && !unknown {
        Verdict::Holds
    } else if known().all(|one| *one == Standing::Against) {
        Verdict::DoesNotHold
    } else {
        Verdict::HoldsWhen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::{CatalogKey, Figure};

    fn bounded(min: Option<f64>, max: Option<f64>) -> Evidence {
        let key = || String::new();
        Evidence {
            name: String::new(),
            figure: Figure::Catalog(CatalogKey { part: key(), entry: key(), key: key() }),
            over: None,
            paired: false,
            times: 1.0,
            unit: None,
            min,
            max,
            when: None,
        }
    }

    #[test]
    fn a_range_speaks_where_all_of_it_is_within_the_bounds() {
        let standing = |low, value, high| {
            Standing::of(&bounded(Some(1.0), Some(3.0)), Some(Interval { value, low, high }))
        };
        assert_eq!(standing(1.0, 2.0, 3.0), Standing::For);
        assert_eq!(standing(0.9, 2.0, 3.0), Standing::MostlyFor);
        assert_eq!(standing(0.5, 0.9, 1.0), Standing::MostlyAgainst);
        assert_eq!(standing(3.1, 3.2, 3.3), Standing::Against);
        assert_eq!(Standing::of(&bounded(None, None), Some(Interval::exact(1.0))), Standing::Context);
        assert_eq!(Standing::of(&bounded(Some(1.0), None), None), Standing::Unknown);
    }

    #[test]
    fn a_verdict_follows_from_all_that_is_known() {
        use Standing::{Against, Context, For, MostlyAgainst, MostlyFor, Unknown};
        let cases: [(&[Standing], Verdict); 9] = [
            (&[For, Context], Verdict::Holds),
            (&[Against, Context], Verdict::DoesNotHold),
            (&[For, Against], Verdict::HoldsWhen),
            (&[MostlyFor], Verdict::HoldsWhen),
            (&[Against, MostlyAgainst], Verdict::HoldsWhen),
            (&[For, Unknown], Verdict::HoldsWhen),
            (&[Against, Unknown], Verdict::DoesNotHold),
            (&[Unknown, Context], Verdict::CannotBeJudged),
            (&[], Verdict::CannotBeJudged),
        ];
        for (standings, expected) in cases {
            assert_eq!(verdict(standings), expected, "{standings:?}");
        }
    }
}

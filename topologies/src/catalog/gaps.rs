//! Known gaps: what was asked of the catalog and has no public figure.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Something without a public figure: absent in the catalog rather than guessed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// A name for it, such as `ub-switch`.
    pub name: String,
    /// The part of the catalog where it would stand, such as `chips`.
    pub part: String,
    /// What is missing.
    pub missing: String,
    /// Where it was looked for.
    pub looked: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GapTable {
    part: String,
    missing: String,
    looked: String,
}

static GAPS: LazyLock<Vec<Gap>> = LazyLock::new(|| {
    let text = include_str!("../../catalog/gaps.toml");
    let tables: BTreeMap<String, GapTable> = toml::from_str(text).expect("the embedded gaps are TOML");
    let gap = |(name, GapTable { part, missing, looked })| Gap { name, part, missing, looked };
    let mut gaps: Vec<Gap> = tables.into_iter().map(gap).collect();
    gaps.sort_by(|a, b| (&a.part, &a.name).cmp(&(&b.part, &b.name)));
    gaps
});

/// All known gaps, by part and name.
pub fn gaps() -> &'static [Gap] {
    &GAPS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_gap_says_what_is_missing_and_where_it_was_looked_for() {
        let parts = ["chips", "systems", "media", "switches", "transports", "models"];
        for gap in gaps() {
            assert!(parts.contains(&gap.part.as_str()), "{}", gap.name);
            assert!(gap.missing.len() > 5 && gap.looked.len() > 5, "{}", gap.name);
        }
    }
}

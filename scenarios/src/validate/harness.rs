//! How tables were taken: what a harness adds, and rows that are known to be apart.
//!
//! An overhead belongs to a harness, which is the source of a table; a correction of single tables or rows has no
//! place here.

use super::embedded;
use copperlight_core::units::Time;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// How a table was taken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Harness {
    /// What an operation takes at least, because the harness takes so long to issue it; zero for most.
    pub floor: Time,
    /// Where the table was published.
    pub source: String,
    /// Its address.
    pub url: String,
    /// Its licence.
    pub licence: String,
    /// Whether results went where inputs were.
    pub buffers: Buffers,
    /// What else to know.
    pub notes: String,
    /// Rows that make a group of their own.
    pub apart: Vec<Apart>,
}

/// Whether an operation puts its result where its input was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Buffers {
    /// The result overwrites the input.
    InPlace,
    /// The result has a buffer of its own.
    OutOfPlace,
    /// The source does not say.
    #[default]
    Unstated,
}

/// Rows that make a group of their own, which does not count in the mean over groups.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Apart {
    /// The number of chips of these rows.
    pub chips: u64,
    /// The algorithm that these rows name.
    pub algorithm: String,
    /// Why they are apart.
    pub explanation: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HarnessTable {
    source: String,
    url: String,
    licence: String,
    buffers: Buffers,
    #[serde(default)]
    floor_us: f64,
    #[serde(default)]
    notes: String,
    #[serde(default)]
    apart: Vec<Apart>,
}

static KNOWN: LazyLock<BTreeMap<String, Harness>> = LazyLock::new(|| {
    let tables: BTreeMap<String, HarnessTable> =
        toml::from_str(embedded::HARNESS).expect("the built-in notes on harnesses are well-formed");
    tables.into_iter().map(|(name, table)| (name, table.into())).collect()
});

impl Harness {
    /// What is known about the table of this file name; nothing for most.
    pub fn of_table(name: &str) -> Self {
        KNOWN.get(name).cloned().unwrap_or_default()
    }
}

impl From<HarnessTable> for Harness {
    fn from(table: HarnessTable) -> Self {
        Self {
            floor: Time::from_microseconds(table.floor_us),
            source: table.source,
            url: table.url,
            licence: table.licence,
            buffers: table.buffers,
            notes: table.notes,
            apart: table.apart,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_note_is_about_a_built_in_table_and_every_table_has_one() {
        let tables: Vec<&str> = embedded::TABLES.iter().map(|(name, _)| *name).collect();
        let notes: Vec<&str> = KNOWN.keys().map(String::as_str).collect();
        assert_eq!(notes, tables);
        assert!(KNOWN.values().all(|harness| !harness.source.is_empty() && !harness.licence.is_empty()));
    }

    #[test]
    fn floors_belong_to_a_source() {
        let floor = |name| Harness::of_table(name).floor;
        let azure = ["azure_nd_a100_v4.csv", "azure_nd_h100_v5.csv"].map(floor);
        assert_eq!(azure, [Time::from_microseconds(43.0); 2]);
        assert_eq!(floor("aiconfigurator_h100_sxm_nccl2.29.2.csv"), Time::ZERO);
        assert_eq!(Harness::of_table("mine.csv"), Harness::default());
    }
}

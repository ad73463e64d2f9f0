//! How tables were taken: what a harness adds, and rows that are known to be apart.
//!
//! An overhead belongs to a harness, which is the source of a table; a correction of single tables or rows has no
//! place here.

use super::embedded;
use super::row::Measured;
use copperlight_core::units::Time;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// How a table was taken.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Harness {
    /// What an operation takes at least, because the harness takes so long to issue it; zero for most.
    pub floor: Time,
    /// The unit to which bus bandwidths were rounded, in GB/s; zero where they were not.
    pub rounded_to_gb_per_s: f64,
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
    rounded_to_gb_per_s: f64,
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

/// The largest part of a published rate that rounding may be: half a percent.
const MOST_ROUNDING: f64 = 0.005;

impl Harness {
    /// Why a rate cannot be compared: where it is so small that rounding says more than the measurement.
    pub(super) fn rounding(&self, measured: Measured) -> Option<String> {
        let Measured::BusbwGbPerS(rate) = measured else { return None };
        let share = self.rounded_to_gb_per_s / 2.0 / rate;
        (share > MOST_ROUNDING).then(|| {
            let unit = self.rounded_to_gb_per_s;
            format!(
                "bus bandwidth was published to {unit} GB/s and without a time: rounding alone is {:.1} %, above {} %",
                share * 100.0,
                MOST_ROUNDING * 100.0
            )
        })
    }

    /// What is known about the table of this file name; nothing for most.
    pub fn of_table(name: &str) -> Self {
        KNOWN.get(name).cloned().unwrap_or_default()
    }
}

impl From<HarnessTable> for Harness {
    fn from(table: HarnessTable) -> Self {
        Self {
            floor: Time::from_microseconds(table.floor_us),
            rounded_to_gb_per_s: table.rounded_to_gb_per_s,
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
        let tables: Vec<&str> =
            embedded::TABLES.iter().chain([&embedded::TRAINING]).map(|(name, _)| *name).collect();
        let notes: Vec<&str> = KNOWN.keys().map(String::as_str).collect();
        assert_eq!(notes, tables);
        assert!(KNOWN.values().all(|harness| !harness.source.is_empty() && !harness.licence.is_empty()));
    }

    #[test]
    fn a_rate_that_is_mostly_rounding_is_not_compared() {
        let azure = Harness::of_table("azure_nd_h100_v5.csv");
        // Half of 0.01 GB/s over 0.07 GB/s.
        assert_eq!(
            azure.rounding(Measured::BusbwGbPerS(0.07)).as_deref(),
            Some(
                "bus bandwidth was published to 0.01 GB/s and without a time: rounding alone is 7.1 %, above 0.5 %"
            )
        );
        assert_eq!(azure.rounding(Measured::BusbwGbPerS(1.71)), None);
        assert_eq!(azure.rounding(Measured::TimeUs(26.0)), None);
        assert_eq!(Harness::default().rounding(Measured::BusbwGbPerS(0.07)), None);
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

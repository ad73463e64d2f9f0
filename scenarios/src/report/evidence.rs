//! What a page about measurements shows besides errors: where tables come from, how rates grow with chips, and errors
//! of rows that were left out of a fit.

use super::training_page::LeftOut;

/// Where a table of measurements comes from and how it was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct TableSource {
    /// The file of the table.
    pub table: String,
    /// Where it was published.
    pub source: String,
    /// Its address.
    pub url: String,
    /// Its licence.
    pub licence: String,
    /// What a reader has to know of it, in sentences; may be empty.
    pub notes: String,
}

/// Bus bandwidth of an all-reduce against the number of chips, measured and modelled.
#[derive(Debug, Clone, PartialEq)]
pub struct Growth {
    /// The size of the buffer in bytes.
    pub size_bytes: u64,
    /// What was measured, by system and chips.
    pub measured: Vec<GrowthPoint>,
    /// What the model says, from few chips to many; beyond the last measured one it extrapolates.
    pub modelled: Vec<GrowthPoint>,
}

/// A rate at a number of chips.
#[derive(Debug, Clone, PartialEq)]
pub struct GrowthPoint {
    /// The system.
    pub system: String,
    /// How many chips took part.
    pub chips: u64,
    /// The bus bandwidth in GB/s.
    pub busbw_gb_per_s: f64,
}

/// All of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// The tables, in their order.
    pub sources: Vec<TableSource>,
    /// One for each size.
    pub growth: Vec<Growth>,
    /// The sources of training runs, by name.
    pub runs: Vec<TrainingSource>,
    /// Errors of training runs that were left out of the fit.
    pub left_out: LeftOut,
}

/// Where training runs of one name were published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrainingSource {
    /// What their names begin with.
    pub family: String,
    /// How many there are.
    pub rows: u64,
    /// Where they were published, each place once.
    pub published: Vec<String>,
}

impl Growth {
    /// The most chips that were measured; zero where nothing was.
    pub fn last_measured(&self) -> u64 {
        self.measured.iter().map(|point| point.chips).max().unwrap_or(0)
    }
}

//! The results of a scenario for writers that take one row after the other, wherever the rows are.

use super::results::{PointResult, ScenarioResults};
use std::io;

/// Rows, one after the other, in the declared order: in memory, or read as they are needed.
pub trait Points {
    /// Shows every row.
    ///
    /// # Errors
    /// The first of `visit`, and when a row cannot be read.
    fn visit(&self, visit: &mut dyn FnMut(&PointResult) -> io::Result<()>) -> io::Result<()>;
}

impl Points for Vec<PointResult> {
    fn visit(&self, visit: &mut dyn FnMut(&PointResult) -> io::Result<()>) -> io::Result<()> {
        self.iter().try_for_each(visit)
    }
}

/// The results of a scenario, and all of its rows.
#[derive(Clone, Copy)]
pub struct Listing<'a> {
    /// Everything but the rows.
    pub results: &'a ScenarioResults,
    /// The rows.
    pub points: &'a dyn Points,
}

impl<'a> From<&'a ScenarioResults> for Listing<'a> {
    /// Of results that hold all of their rows.
    fn from(results: &'a ScenarioResults) -> Self {
        Self { results, points: &results.results }
    }
}

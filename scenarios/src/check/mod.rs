//! Results held against what must be: the expectations of a scenario, and a baseline written down earlier.
//!
//! `expectations` judges `[[expect]]`, `baseline` is the file of a baseline and `compare` holds results against one,
//! with `tolerances` between them. What is found are the types of the report; nothing here runs or writes results.

mod baseline;
mod compare;
mod expectations;
#[cfg(test)]
mod tests;
mod tolerances;

pub use baseline::{ResultBaseline, ResultBaselineError};
pub use compare::{Compared, Comparing};
pub use expectations::judge;
pub use tolerances::{MetricTolerance, MetricToleranceError, Tolerances};

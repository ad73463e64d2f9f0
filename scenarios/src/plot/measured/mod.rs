//! The model beside measurements: points are measured, lines are modelled.
//!
//! | file | idea |
//! |---|---|
//! | `panels.rs` | a grid of small panels, each with its points, lines and names of colours |
//! | `curves.rs` | rows of measurements as series of a panel |
//! | `tables.rs` | which tables are drawn together, and against what |
//! | `errors.rs` | every error against its size, and how often each occurs |
//! | `growth.rs` | rates against the number of chips, beyond the measured ones too |

mod curves;
mod errors;
mod growth;
mod panels;
mod tables;

use super::canvas::Drawing;
use crate::report::{Evidence, ValidationReport};

/// All figures by name, those without data left out.
pub(super) fn drawings(report: &ValidationReport, evidence: &Evidence) -> Vec<(&'static str, Drawing)> {
    let first = [
        ("validation_errors", errors::draw_errors(report)),
        ("validation_growth", growth::draw_growth(&evidence.growth)),
    ];
    let found = first.into_iter().chain(tables::draw_tables(report));
    found.filter_map(|(name, drawing)| Some((name, drawing?))).collect()
}

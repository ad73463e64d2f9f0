//! The model beside measurements: points are measured, lines are modelled.
//!
//! | file | idea |
//! |---|---|
//! | `panels.rs` | a grid of small panels, each with its points, lines and names of colours |
//! | `curves.rs` | rows of measurements as series of a panel |
//! | `tables.rs` | which tables are drawn together, and against what |
//! | `errors.rs` | every error against its size or its chips, and how often each occurs |
//! | `step_times.rs` | modelled against measured step times of training runs |
//! | `spread.rs` | how often each error occurs, class by class |
//! | `effects.rs` | modelled against measured effects of pairs of training runs |
//! | `growth.rs` | rates against the number of chips, beyond the measured ones too |

mod curves;
mod effects;
mod errors;
mod growth;
mod panels;
mod spread;
mod step_times;
mod tables;

use super::canvas::Drawing;
use crate::report::{Evidence, ValidationReport};

/// All figures by name, those without data left out.
pub(super) fn drawings(report: &ValidationReport, evidence: &Evidence) -> Vec<(&'static str, Drawing)> {
    let first = [
        ("validation_errors", errors::draw_errors(report)),
        ("validation_growth", growth::draw_growth(&evidence.growth)),
    ];
    let training = [
        ("validation_training_steps", step_times::draw_step_times(report)),
        ("validation_training_errors", spread::draw_spread(report)),
        ("validation_training_chips", errors::draw_training_errors(report)),
        ("validation_training_pairs", report.pairs.as_ref().and_then(effects::draw_effects)),
    ];
    let found = first.into_iter().chain(tables::draw_tables(report)).chain(training);
    found.filter_map(|(name, drawing)| Some((name, drawing?))).collect()
}

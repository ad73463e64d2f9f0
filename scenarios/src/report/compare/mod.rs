//! Two sides held beside each other: points that meet, what each shows, and what their difference is made of.
//!
//! | file | idea |
//! |---|---|
//! | `document.rs` | the JSON contract of `compare`, as types |
//! | `side.rs` | what is compared: results of some systems, from a run or a file |
//! | `read.rs` | results from files |
//! | `error.rs` | why two sides cannot be compared |
//! | `matching.rs`, `place.rs` | which points of both meet; a place in words |
//! | `step.rs`, `ledger.rs` | training steps beside each other: figures and rates; the difference by terms of the ledger |
//! | `limited.rs` | what each step waits for along its critical path |
//! | `timed.rs` | collectives and traffic by size, and where the faster one changes |
//! | `compared_sides.rs` | two sides to a document |
//! | `answer.rs` | the sentences |
//! | `schema.rs` | the JSON Schema of the document |
//! | `sheets.rs`, `table.rs`, `markdown.rs`, `csv.rs` | the tables, and one writer each |

mod answer;
mod compared_sides;
pub mod csv;
mod document;
mod error;
mod ledger;
mod limited;
pub mod markdown;
mod matching;
mod place;
mod read;
mod schema;
mod sheets;
mod side;
mod step;
pub mod table;
#[cfg(test)]
mod tests;
mod timed;

pub use compared_sides::compare_sides;
pub use document::{
    CompareReport, ComparedLimit, ComparedLimits, ComparedMetric, ComparedRate, ComparedSide, ComparedSize,
    ComparedStep, Crossover, LedgerDifference, LedgerTerm, Place,
};
pub use error::CompareError;
pub use read::read_results;
pub use schema::schema;
pub use side::{Compared, ComparedSource};

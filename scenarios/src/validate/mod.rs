//! The model held against published measurements, row by row.
//!
//! | file | idea |
//! |---|---|
//! | `tables.rs`, `embedded.rs` | where tables come from: a folder, or the ones built in |
//! | `table.rs`, `fields.rs` | a table of CSV, and one field of a row |
//! | `row.rs`, `experts.rs` | one measurement, or why it cannot be compared |
//! | `training/` | published training runs |
//! | `setup.rs` | the machine of a row, as a system of the catalog |
//! | `harness.rs` | how each table was taken |
//! | `batches.rs`, `modelled.rs` | rows that are simulated together, and the simulator's answer |
//! | `compare.rs`, `error.rs`, `groups.rs` | errors of rows and of groups |
//! | `baseline.rs` | errors written down, and what has grown since |
//! | `rates.rs` | measurements for figures of what was simulated |
//! | `evidence.rs` | sources of tables, and the growth with the number of chips |
//!
//! Every row of every table is in the result: one that cannot run has a reason instead of a modelled value. Nothing
//! here writes results; that is `report`'s part.

mod baseline;
mod batches;
mod compare;
mod embedded;
mod error;
mod evidence;
mod experts;
mod fields;
mod groups;
mod harness;
mod modelled;
mod rates;
mod row;
mod setup;
mod table;
mod tables;
mod training;

pub use baseline::{Baseline, BaselineError};
pub use compare::{compare, compare_with};
pub use error::relative_error;
pub use evidence::{evidence, left_out};
pub use experts::ExpertRow;
pub use harness::{Apart, Buffers, Harness};
pub use rates::{MeasuredCollective, measured_rates};
pub use row::{Measured, MeasuredOperation, MeasuredRun, Row};
pub use setup::{Network, Prepared, Setup};
pub use table::{Table, TableKind};
pub(crate) use tables::text_of;
pub use tables::{ValidateError, built_in_tables, measured_tables, read_table};
pub use training::Published;
pub(crate) use training::{ReadyRun, ready_run};

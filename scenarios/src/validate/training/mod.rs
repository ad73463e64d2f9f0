//! Published training runs: each row's model, machine, plan and software are read from its own columns, its step is
//! simulated, and the time is held against what was measured.
//!
//! | file | idea |
//! |---|---|
//! | `published.rs`, `notes.rs` | the columns of a row, and what its notes say |
//! | `measure.rs`, `flop_rules.rs` | the column that was measured, and what a step time is in it |
//! | `generation.rs`, `software.rs`, `flags.rs` | which software ran, what it does by default, and what its flags say |
//! | `model.rs`, `shape.rs` | the model: of the library where its sizes agree, else built from the columns |
//! | `machine.rs` | the system, its adapters and its domains |
//! | `plan.rs`, `layout.rs`, `recompute.rs` | the plan, as far as it was published |
//! | `cases.rs` | all plans that a row can mean, and the row made ready |
//! | `simulate.rs` | every distinct step once, side by side |
//! | `pairs/` | pairs of runs that differ in one thing, and whether the model finds by how much |
//! | `errors.rs`, `constant_mfu.rs` | errors of classes, families and chips, beside those of a constant MFU |

mod cases;
mod constant_mfu;
mod errors;
mod flags;
mod flop_rules;
mod generation;
mod layout;
mod machine;
mod measure;
mod model;
mod notes;
mod pairs;
mod plan;
mod published;
mod recompute;
mod shape;
mod simulate;
mod software;

pub(crate) use cases::{ReadyRun, ready_run};
pub(super) use errors::groups;
pub(super) use pairs::compare as compare_pairs;
pub use published::Published;
pub(super) use published::read;
pub(super) use simulate::{Answered, answer};

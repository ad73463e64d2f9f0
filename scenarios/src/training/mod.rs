//! Training steps: a transformer, a plan, and what each chip does in one step.
//!
//! A [`TrainingPlan`] (model, [`Parallelism`], batch) becomes a checked [`TrainingJob`]; the job becomes a
//! [`TrainingWorkload`] for the simulator, a [`MemoryEstimate`], and [`Metrics`] of a step time. A [`Ledger`] watches
//! the simulation and says what every rank's time went into. Nothing here knows a fabric: collectives and transfers
//! are operations of the workload, and what they cost is the simulator's business.
//!
//! Kernels are timed in `kernels`, `layer_compute` and `edge_compute`; the order of things is in `passes`, `schedule` and
//! `stage_program`. Dense models only; mixtures of experts, context parallelism and interleaving are not here.

mod chip_rates;
mod edge_compute;
mod flops;
mod job;
mod kernels;
mod layer_compute;
mod layout;
mod ledger;
mod memory;
mod metrics;
mod model;
mod model_flops;
mod model_library;
mod parallelism;
mod parameters;
mod pass_writer;
mod passes;
mod precision;
mod schedule;
mod seconds;
mod stage_parameters;
mod stage_program;
mod streams;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod workload;

pub use chip_rates::ChipRates;
pub use flops::Flops;
pub use job::{TrainingJob, TrainingPlan};
pub use layout::{Place, RankGroup, RankLayout, Stage};
pub use ledger::{Breakdown, Ledger, LedgerEntry, LedgerSlice, LedgerSummary, RankLedger};
pub use memory::{MemoryEstimate, MemoryTerms, USABLE_SHARE};
pub use metrics::Metrics;
pub use model::{Model, ModelError, ModelShape};
pub use model_flops::FLOP_CONVENTION;
pub use model_library::{LibraryModel, ModelFact};
pub use parallelism::{Parallelism, PlanError, Recompute};
pub use precision::Precision;
pub use streams::{
    COMPUTE, Communicator, DATA, Neighbour, RECEIVE_BACKWARD, RECEIVE_FORWARD, SEND_BACKWARD, SEND_FORWARD,
    TENSOR, TENSOR_INPUT,
};
pub use workload::TrainingWorkload;

//! Training steps: a transformer, a plan, and what each chip does in one step.
//!
//! A [`TrainingPlan`] (model, [`Parallelism`], batch) becomes a checked [`TrainingJob`]; the job becomes a
//! [`TrainingWorkload`] for the simulator, a [`MemoryEstimate`], and [`Metrics`] of a step time. A [`Ledger`] watches
//! the simulation and says what every rank's time went into. Nothing here knows a fabric: collectives and transfers
//! are operations of the workload, and what they cost is the simulator's business.
//!
//! The layers: `model` counts, `plan` divides, `compute` times kernels, `schedule` orders passes, `program` writes them
//! down as operations, `memory` adds up what a chip holds.

mod compute;
mod flops;
mod ledger;
mod memory;
mod metrics;
mod model;
mod plan;
mod program;
mod schedule;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
pub(crate) mod tests;

pub use compute::{ChipRates, KernelShares, NamedMatmul, PassSeconds, Precision, RoofedKernel};
pub use flops::Flops;
pub use ledger::{Breakdown, Ledger, LedgerEntry, LedgerSlice, LedgerSummary, RankLedger};
pub use memory::{MemoryEstimate, MemoryTerms, Remedies, Remedy};
pub use metrics::Metrics;
pub use model::{
    Experts, FlopConvention, LatentAttention, LayerKind, LayerParameters, LibraryModel, MinorParameters,
    Model, ModelError, ModelFact, ModelShape, PublishedCount, Window,
};
pub use plan::{
    AttentionKernel, Chunk, Communicator, ContextExchange, DispatchFormat, Dispatcher, GradientFormat,
    LaunchGraphs, Overlap, Parallelism, Place, PlanError, PlanKey, PlanSearch, RankLayout, Recipe, Recompute,
    RecomputedModules, Schedule, Stage, TensorOverlap, TrainingJob, TrainingPlan, UnknownPlanKey, ZeroStage,
};
pub use program::{
    COMPUTE, CONTEXT, DATA, EXPERT, EXPERT_DATA, LAUNCH, Neighbour, PARAMETERS, PARAMETERS_AHEAD,
    ProgramSpan, RECEIVE_BACKWARD, RECEIVE_FORWARD, SEND_BACKWARD, SEND_FORWARD, Sampled, SampledPasses,
    SpanKind, TENSOR, TENSOR_INPUT, TrainingWorkload,
};

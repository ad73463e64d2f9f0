//! Plans: how a model is divided over chips, the rules that a plan keeps, and which rank has which place.

mod chunk_layers;
mod communicator;
mod error;
mod job;
mod key;
mod layout;
mod options;
mod parallelism;
mod recipe;
mod stages;

pub use communicator::Communicator;
pub use error::PlanError;
pub use job::{PlanSearch, TrainingJob, TrainingPlan};
pub use key::{PlanKey, UnknownPlanKey};
pub use layout::{Place, RankLayout};
pub use options::{
    ContextExchange, Dispatcher, Overlap, Recompute, RecomputedModules, Schedule, TensorOverlap, ZeroStage,
};
pub use parallelism::Parallelism;
pub use recipe::{AttentionKernel, DispatchFormat, GradientFormat, LaunchGraphs, Recipe};
pub use stages::{Chunk, Stage};

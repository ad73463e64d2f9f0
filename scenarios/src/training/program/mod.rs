//! What each rank does in a step, as operations on streams: passes through chunks, exchanges, and the step's end.
//!
//! `passes` puts a pass together from `halves`, `context`, `experts`, `ends` and `replicas`; `side_by_side` merges two;
//! `stage_program` follows the schedule; `workload` hands programs to the simulator; `sample` writes a layer or two;
//! `spans` says which operations are of which pass.

mod context;
mod end_seconds;
mod ends;
mod experts;
mod halves;
mod pass_writer;
mod passes;
mod replicas;
mod sample;
mod side_by_side;
mod spans;
mod stage_parameters;
mod stage_program;
mod streams;
mod workload;

pub(in crate::training) use replicas::PARAMETER_BYTES;
pub use sample::{Sampled, SampledPasses};
pub use spans::{ProgramSpan, SpanKind};
pub(in crate::training) use stage_parameters::{
    HeldParameters, embedding_shard, layer_held, owned, stage_parameters,
};
pub use streams::{
    COMPUTE, CONTEXT, DATA, EXPERT, EXPERT_DATA, LAUNCH, Neighbour, PARAMETERS, PARAMETERS_AHEAD,
    RECEIVE_BACKWARD, RECEIVE_FORWARD, SEND_BACKWARD, SEND_FORWARD, TENSOR, TENSOR_INPUT,
};
pub use workload::TrainingWorkload;

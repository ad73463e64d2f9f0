//! What each rank does in a step, as operations on streams: passes through stages, exchanges, and the step's ends.

mod pass_writer;
mod passes;
mod stage_parameters;
mod stage_program;
mod streams;
mod workload;

pub(in crate::training) use stage_parameters::{
    HeldParameters, embedding_shard, held_parameters, layer_held, owned, owned_parameters, stage_parameters,
};
pub(in crate::training) use stage_program::{GRADIENT_BYTES, PARAMETER_BYTES};
pub use streams::{
    COMPUTE, Communicator, DATA, Neighbour, RECEIVE_BACKWARD, RECEIVE_FORWARD, SEND_BACKWARD, SEND_FORWARD,
    TENSOR, TENSOR_INPUT,
};
pub use workload::TrainingWorkload;

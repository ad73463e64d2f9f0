//! The streams and peers that a rank of a training job uses.
//!
//! A stream carries operations of one entry of the ledger only, which is how exposed time finds its name.

use copperlight_core::ids::PeerSlot;
use copperlight_core::workload::{StreamId, StreamSet};

/// Kernels.
pub const COMPUTE: StreamId = StreamId::new(0);
/// Collectives of the tensor group.
pub const TENSOR: StreamId = StreamId::new(1);
/// Gathers a matmul's input again beside its input gradient: the one tensor collective with a stream of its own.
pub const TENSOR_INPUT: StreamId = StreamId::new(2);
/// Keys, values and their gradients between chips that share a sequence.
pub const CONTEXT: StreamId = StreamId::new(3);
/// Tokens to experts and back.
pub const EXPERT: StreamId = StreamId::new(4);
/// Activations to the next chunk.
pub const SEND_FORWARD: StreamId = StreamId::new(8);
/// Activations from the previous chunk.
pub const RECEIVE_FORWARD: StreamId = StreamId::new(9);
/// Gradients to the previous chunk.
pub const SEND_BACKWARD: StreamId = StreamId::new(10);
/// Gradients from the next chunk.
pub const RECEIVE_BACKWARD: StreamId = StreamId::new(11);
/// Gradients of dense parameters between replicas, and of an embedding that two stages share; parameters after the step.
pub const DATA: StreamId = StreamId::new(16);
/// Gradients of experts between their replicas.
pub const EXPERT_DATA: StreamId = StreamId::new(17);
/// Parameters gathered from the replicas that own them.
pub const PARAMETERS: StreamId = StreamId::new(18);
/// As [`PARAMETERS`], for every other layer: one is gathered while another is used.
pub const PARAMETERS_AHEAD: StreamId = StreamId::new(19);

/// The host, which launches the kernels of one layer after another as far ahead as it can.
pub const LAUNCH: StreamId = StreamId::new(20);

/// The streams on which a pass communicates inside a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Track {
    pub(super) tensor: StreamId,
    pub(super) tensor_input: StreamId,
    pub(super) context: StreamId,
    pub(super) expert: StreamId,
}

impl Track {
    /// That of a pass.
    pub(super) const MAIN: Self =
        Self { tensor: TENSOR, tensor_input: TENSOR_INPUT, context: CONTEXT, expert: EXPERT };
    /// That of a forward pass that runs beside a backward pass, and never gathers a matmul's input again.
    pub(super) const BESIDE: Self = Self {
        tensor: StreamId::new(5),
        tensor_input: TENSOR_INPUT,
        context: StreamId::new(6),
        expert: StreamId::new(7),
    };

    /// All its streams.
    pub(super) fn streams(self) -> StreamSet {
        StreamSet::of(&[self.tensor, self.tensor_input, self.context, self.expert])
    }
}

/// Where transfers of one kind between stages go through: on which stream, with whom, on which channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Port {
    pub(super) stream: StreamId,
    pub(super) peer: Neighbour,
    pub(super) channel: u16,
}

impl Port {
    const fn new(stream: StreamId, peer: Neighbour, channel: u16) -> Self {
        Self { stream, peer, channel }
    }
}

/// How a chunk's activations and gradients travel between stages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) send_forward: Port,
    pub(super) receive_forward: Port,
    pub(super) send_backward: Port,
    pub(super) receive_backward: Port,
}

impl Route {
    /// From the first stage to the last.
    pub(super) const DOWN: Self = Self {
        send_forward: Port::new(SEND_FORWARD, Neighbour::Next, 0),
        receive_forward: Port::new(RECEIVE_FORWARD, Neighbour::Previous, 0),
        send_backward: Port::new(SEND_BACKWARD, Neighbour::Previous, 1),
        receive_backward: Port::new(RECEIVE_BACKWARD, Neighbour::Next, 1),
    };
    /// From the last stage to the first.
    pub(super) const UP: Self = Self {
        send_forward: Port::new(StreamId::new(12), Neighbour::Previous, 2),
        receive_forward: Port::new(StreamId::new(13), Neighbour::Next, 2),
        send_backward: Port::new(StreamId::new(14), Neighbour::Next, 3),
        receive_backward: Port::new(StreamId::new(15), Neighbour::Previous, 3),
    };

    /// The streams of what is sent.
    pub(super) fn sends(self) -> StreamSet {
        StreamSet::of(&[self.send_forward.stream, self.send_backward.stream])
    }
}

/// A neighbour in the pipeline, which is a ring where stages hold several chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Neighbour {
    /// The stage before.
    Previous,
    /// The stage after.
    Next,
}

impl Neighbour {
    /// The slot that programs call it by.
    pub fn slot(self) -> PeerSlot {
        PeerSlot::new(self as usize)
    }
}

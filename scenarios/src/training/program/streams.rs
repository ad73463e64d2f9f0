//! The streams, communicators and peers that a rank of a training job uses.
//!
//! A stream carries operations of one entry of the ledger only, which is how exposed time finds its name.

use copperlight_core::ids::{CommunicatorId, PeerSlot};
use copperlight_core::workload::{StreamId, StreamSet};

/// Kernels.
pub const COMPUTE: StreamId = StreamId::new(0);
/// Collectives of the tensor group.
pub const TENSOR: StreamId = StreamId::new(1);
/// Gathers a matmul's input again beside its input gradient: the one tensor collective with a stream of its own.
pub const TENSOR_INPUT: StreamId = StreamId::new(2);
/// Activations to the next stage.
pub const SEND_FORWARD: StreamId = StreamId::new(3);
/// Activations from the previous stage.
pub const RECEIVE_FORWARD: StreamId = StreamId::new(4);
/// Gradients to the previous stage.
pub const SEND_BACKWARD: StreamId = StreamId::new(5);
/// Gradients from the next stage.
pub const RECEIVE_BACKWARD: StreamId = StreamId::new(6);
/// Gradients and parameters between replicas, and the gradient of an embedding that two stages share.
pub const DATA: StreamId = StreamId::new(7);

/// The four streams between neighbouring stages.
pub(in crate::training) fn point_to_point() -> StreamSet {
    StreamSet::of(&[SEND_FORWARD, RECEIVE_FORWARD, SEND_BACKWARD, RECEIVE_BACKWARD])
}

/// What a pass through a stage, or a transfer between stages, has to wait for: the last of either.
///
/// Whatever a pass puts on [`TENSOR_INPUT`] is waited for by its last kernel.
pub(in crate::training) fn between_passes() -> StreamSet {
    point_to_point().with(COMPUTE).with(TENSOR)
}

/// The channel of activations.
pub(in crate::training) const FORWARD_CHANNEL: u16 = 0;
/// The channel of gradients.
pub(in crate::training) const BACKWARD_CHANNEL: u16 = 1;

/// A partition of the ranks into groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Communicator {
    /// Ranks that share layers.
    Tensor,
    /// Ranks that hold the same parameters in different replicas.
    Data,
    /// The two ranks, of the first and last stage, that hold the same part of a tied embedding.
    Embedding,
}

impl Communicator {
    /// All communicators, by identifier.
    pub const ALL: [Self; 3] = [Self::Tensor, Self::Data, Self::Embedding];

    /// The identifier in programs.
    pub fn id(self) -> CommunicatorId {
        CommunicatorId::new(self as usize)
    }

    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tensor => "tensor",
            Self::Data => "data",
            Self::Embedding => "embedding",
        }
    }

    /// The communicator of an identifier.
    pub fn from_id(id: CommunicatorId) -> Self {
        Self::ALL[id.index()]
    }
}

/// A neighbour in the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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

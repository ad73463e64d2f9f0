//! The partitions of ranks into groups that do something together.

use copperlight_core::ids::CommunicatorId;

/// A partition of the ranks into groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Communicator {
    /// Ranks that share layers.
    Tensor,
    /// Ranks that share sequences.
    Context,
    /// Ranks that hold the same parameters beside experts: of all replicas and all parts of a sequence.
    Data,
    /// The two ranks, of the first and last stage, that hold the same part of a tied embedding.
    Embedding,
    /// Ranks that share the experts of a layer.
    Expert,
    /// Ranks that share one expert.
    ExpertTensor,
    /// Ranks that hold the same experts.
    ExpertData,
}

impl Communicator {
    /// All communicators, by identifier.
    pub const ALL: [Self; 7] = [
        Self::Tensor,
        Self::Context,
        Self::Data,
        Self::Embedding,
        Self::Expert,
        Self::ExpertTensor,
        Self::ExpertData,
    ];

    /// The identifier in programs.
    pub fn id(self) -> CommunicatorId {
        CommunicatorId::new(self as usize)
    }

    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tensor => "tensor",
            Self::Context => "context",
            Self::Data => "data",
            Self::Embedding => "embedding",
            Self::Expert => "expert",
            Self::ExpertTensor => "expert-tensor",
            Self::ExpertData => "expert-data",
        }
    }

    /// The communicator of an identifier.
    pub fn from_id(id: CommunicatorId) -> Self {
        Self::ALL[id.index()]
    }
}

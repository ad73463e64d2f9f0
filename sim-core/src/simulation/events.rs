//! What can happen in a simulation, and what the transfers on their way belong to.

use super::messages::Message;
use crate::network::Wakeup;
use crate::workload::StreamId;

/// Everything that can happen in a simulation.
#[derive(Debug, Clone, Copy)]
pub(super) enum Event {
    /// A computation ends.
    ComputeEnd { actor: u32, stream: StreamId },
    /// The first byte of a transfer arrives: it begins to drain.
    Depart { transfer: u32 },
    /// Flows may have drained.
    Wake { wakeup: Wakeup },
    /// A member of a collective is ready for its first step.
    Launched { instance: u32, member: u32 },
    /// A member of a collective is done with it, as it was when that was recorded.
    Recalled { instance: u32, member: u32 },
    /// A member of a collective is done with it.
    Left { instance: u32, member: u32 },
}

/// What a transfer belongs to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    Message(Message),
    Step(StepTransfer),
}

/// A transfer of a step, on its way.
#[derive(Debug, Clone, Copy)]
pub(super) struct StepTransfer {
    pub(super) instance: u32,
    pub(super) sender: u32,
    /// The index of the target among those of the sender's step.
    pub(super) target: u32,
}

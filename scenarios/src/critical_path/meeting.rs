//! The participants of one operation with others, while they are told to have begun.

use copperlight_core::ids::CommunicatorId;
use copperlight_core::units::Time;
use copperlight_core::workload::{Operation, OperationKind, StreamId};

/// One who takes part: a simulated rank, on one of its streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Participant {
    pub(super) representative: usize,
    pub(super) stream: StreamId,
}

/// Participants that begin one operation together.
#[derive(Debug, Default)]
pub(super) struct Meeting {
    at: Time,
    /// Of messages, that of nobody.
    communicator: Option<CommunicatorId>,
    pub(super) participants: Vec<Participant>,
}

impl Meeting {
    /// When they begin.
    pub(super) const fn at(&self) -> Time {
        self.at
    }

    /// Whether an operation that begins at this time is another one than that of those who are here.
    pub(super) fn is_another(&self, at: Time, operation: &Operation) -> bool {
        !self.participants.is_empty() && (self.at, self.communicator) != (at, communicator(operation))
    }

    /// One more begins.
    pub(super) fn join(&mut self, at: Time, operation: &Operation, participant: Participant) {
        (self.at, self.communicator) = (at, communicator(operation));
        self.participants.push(participant);
    }
}

const fn communicator(operation: &Operation) -> Option<CommunicatorId> {
    match operation.kind {
        OperationKind::Collective { communicator, .. } => Some(communicator),
        _ => None,
    }
}

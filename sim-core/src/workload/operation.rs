//! The operations that programs are made of.

use super::CollectiveCall;
use crate::ids::{CommunicatorId, PeerSlot};
use crate::units::{Bytes, Time};

/// How many streams a rank can have.
pub const MAX_STREAMS: usize = 24;

/// A stream of a rank; operations of one stream run one after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(u8);

impl StreamId {
    /// The stream with this index.
    ///
    /// # Panics
    /// When `index` is not below [`MAX_STREAMS`].
    pub const fn new(index: u8) -> Self {
        assert!((index as usize) < MAX_STREAMS, "a rank has at most 24 streams");
        Self(index)
    }

    /// The index of this stream.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A set of streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct StreamSet(u32);

impl StreamSet {
    /// No stream.
    pub const EMPTY: Self = Self(0);

    /// The set of the given streams.
    pub fn of(streams: &[StreamId]) -> Self {
        streams.iter().fold(Self::EMPTY, |set, &stream| set.with(stream))
    }

    /// This set and one stream more.
    pub const fn with(self, stream: StreamId) -> Self {
        Self(self.0 | 1 << stream.0)
    }

    /// This set without one stream.
    pub const fn without(self, stream: StreamId) -> Self {
        Self(self.0 & !(1 << stream.0))
    }

    /// One bit for each stream, by index.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Whether the stream is in the set.
    pub const fn contains(self, stream: StreamId) -> bool {
        self.0 & (1 << stream.0) != 0
    }

    /// The streams that are in both sets.
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether no stream is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The streams in ascending order.
    pub fn iter(self) -> impl Iterator<Item = StreamId> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let next = (rest != 0).then(|| StreamId(rest.trailing_zeros() as u8))?;
            rest &= rest - 1;
            Some(next)
        })
    }
}

/// A label that the maker of a workload gives an operation and finds again in the outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Tag(pub u32);

/// Something that one rank does, on one stream, after the streams that it waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    /// The stream that the operation is put on.
    pub stream: StreamId,
    /// The streams whose last operation before this one, in program order, must have ended.
    pub waits: StreamSet,
    /// The label for whoever reads the outcome.
    pub tag: Tag,
    /// What is done.
    pub kind: OperationKind,
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationKind {
    /// Occupies the stream for a time and moves nothing.
    Compute {
        /// How long it takes.
        duration: Time,
    },
    /// Sends to a peer; it starts when the peer has entered the matching receive, and both end together.
    Send {
        /// To whom.
        peer: PeerSlot,
        /// How much.
        bytes: Bytes,
        /// Sends and receives between two ranks match on each channel in the order in which they are entered; a
        /// channel is best kept on one stream.
        channel: u16,
    },
    /// Receives from a peer.
    Receive {
        /// From whom.
        peer: PeerSlot,
        /// The channel that the peer sends on.
        channel: u16,
    },
    /// Takes part in a collective of the rank's group; the n-th calls of all members, in program order, belong together.
    Collective {
        /// The communicator whose group takes part.
        communicator: CommunicatorId,
        /// What the group does.
        call: CollectiveCall,
    },
}

/// With whom an operation is done: what can be looked up before it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Counterpart {
    /// Messages go to a peer.
    To {
        /// The peer.
        peer: PeerSlot,
        /// On which channel.
        channel: u16,
    },
    /// Messages come from a peer.
    From {
        /// The peer.
        peer: PeerSlot,
        /// On which channel.
        channel: u16,
    },
    /// A group does something together.
    Group {
        /// The communicator whose group it is.
        communicator: CommunicatorId,
        /// What it does.
        call: CollectiveCall,
    },
}

impl Counterpart {
    /// The communicator, when it is a group.
    pub const fn communicator(&self) -> Option<CommunicatorId> {
        match self {
            Self::To { .. } | Self::From { .. } => None,
            Self::Group { communicator, .. } => Some(*communicator),
        }
    }
}

impl OperationKind {
    /// Whether it is a computation: everything else is done with others.
    pub const fn is_compute(self) -> bool {
        matches!(self, Self::Compute { .. })
    }

    /// With whom it is done; with nobody when it is a computation.
    pub const fn counterpart(self) -> Option<Counterpart> {
        match self {
            Self::Compute { .. } => None,
            Self::Send { peer, channel, .. } => Some(Counterpart::To { peer, channel }),
            Self::Receive { peer, channel } => Some(Counterpart::From { peer, channel }),
            Self::Collective { communicator, call } => Some(Counterpart::Group { communicator, call }),
        }
    }
}

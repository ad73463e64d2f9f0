//! What a run has shown: facts, without percentages and without text.

use crate::engine::Memory;
use crate::ids::{CommunicatorId, LinkId, RankId};
use crate::network::Timeline;
use crate::symmetry::Disturbance;
use crate::units::{Bytes, Time};
use std::fmt;
use std::sync::Arc;

/// The result of a simulation.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// When the last operation ended.
    pub end: Time,
    /// Why the run stopped.
    pub stop: StopReason,
    /// The simulated ranks.
    pub ranks: Vec<RankOutcome>,
    /// The simulated links that carried anything.
    pub links: Vec<LinkOutcome>,
    /// What each tier of the fabric carried over time, by tier.
    pub tiers: Vec<Timeline>,
    /// What single links carried over time; empty unless they were asked for.
    pub watched: Vec<WatchedLink>,
    /// What was really simulated.
    pub work: Work,
    /// Whose collectives were not nodes of the folding but ran by events, folded by structure alone, and why; empty
    /// where nothing was to be remembered.
    pub by_events: Vec<(CommunicatorId, Disturbance)>,
    /// For each of those communicators, how many of its calls really did.
    pub calls_by_events: Vec<CallsByEvents>,
    /// A hash of the outcome that does not depend on how it was found.
    pub digest: Digest,
    /// The transfers that have arrived, in the order in which they were sent; empty unless they were asked for.
    pub transfers: Vec<TransferRecord>,
}

/// How many calls of a communicator ran by events, counted over the groups that were simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallsByEvents {
    /// The communicator.
    pub communicator: CommunicatorId,
    /// All calls.
    pub calls: u64,
    /// Those that ran by events, from their start or from when somebody met them on their links; all others were taken
    /// from memory.
    pub by_events: u64,
}

/// Why a run stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StopReason {
    /// Every program ended.
    Completed,
    /// Nothing can happen any more, but some ranks have not ended.
    Deadlock(Deadlock),
    /// More events than the limit allows.
    EventLimit,
    /// The run would go on past the limit, or past [`Time::MAX`].
    TimeLimit,
    /// More memory than the limit allows.
    MemoryLimit(Memory),
}

/// Ranks that wait for what never comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadlock {
    /// The operations that can never end.
    pub blocked: Vec<Blocked>,
    /// Ranks of which each waits for the next, and the last for the first; empty when all wait for ranks that have ended.
    pub cycle: Vec<RankId>,
}

/// An operation that can never end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocked {
    /// The rank.
    pub rank: RankId,
    /// The program-order index of the operation.
    pub index: u32,
    /// What it waits for, in words.
    pub waits_for: String,
}

/// A simulated rank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RankOutcome {
    /// The rank.
    pub rank: RankId,
    /// How many ranks it stands for, itself included.
    pub multiplicity: u32,
    /// When its last operation ended.
    pub end: Time,
}

/// A simulated link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkOutcome {
    /// The link.
    pub link: LinkId,
    /// How many links it stands for, itself included.
    pub multiplicity: u64,
    /// The bytes of the flows that started on it, times the fabric's weight denominator: all that it carried, once the
    /// run has completed.
    pub weighted_bytes: u128,
}

/// What a watched link carried over time.
#[derive(Debug, Clone, PartialEq)]
pub struct WatchedLink {
    /// The link, which may stand for others.
    pub link: LinkId,
    /// The bytes that it carried, by itself.
    pub carried: Timeline,
}

/// A transfer that has arrived.
///
/// Of transfers that are equal by symmetry, a folded run records those of the representatives, one for each class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferRecord {
    /// The rank that started it.
    pub starter: RankId,
    /// Who else takes part.
    pub partners: TransferPartners,
    /// The step of a collective that it belongs to; `None` for a message between two ranks.
    pub step: Option<RecordedStep>,
    /// What it carries.
    pub bytes: Bytes,
    /// When it was started, before its overhead and the latency of its route.
    pub sent: Time,
    /// When its last byte had drained.
    pub arrived: Time,
}

/// Who takes part in a transfer beside the rank that starts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransferPartners {
    /// One rank receives.
    One(RankId),
    /// Switches copy the data to these ranks, the starter among them or not.
    Copies(Arc<[RankId]>),
    /// Switches sum what these ranks hold, the starter among them, and give it the sum.
    Sum(Arc<[RankId]>),
}

/// Where in a collective a transfer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordedStep {
    /// The communicator that was called.
    pub communicator: CommunicatorId,
    /// The collective: all of a run are numbered in the order in which their first members enter.
    pub collective: u32,
    /// The step of the starter, counted over all phases of the schedule.
    pub step: u32,
}

/// Counts of what was really simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Work {
    /// Events handled.
    pub events: u64,
    /// Flows that went through the network.
    pub flows: u64,
    /// Times that rates were solved for.
    pub rate_solves: u64,
    /// Ranks simulated: classes of ranks by structure and by the times at which they leave collectives.
    pub ranks_simulated: u64,
    /// Classes of ranks by structure.
    pub classes: u64,
    /// Collective instances taken from memory.
    pub replayed: u64,
    /// Flows that lanes account for: stepped, or repeated where a step does the same as the one before.
    pub lanes: u64,
    /// Collectives taken from memory that somebody met on their links, and that went on by events.
    pub met: u64,
    /// Rounds of all programs that were not simulated, because one had been just before, and the operations that ended
    /// in them.
    pub rounds: u64,
    /// Those of them at whose start flows were under way.
    pub rounds_under_way: u64,
    /// See `rounds`.
    pub repeated: u64,
}

/// A hash of every rank's operation times and of every link's bytes, equal however the outcome was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub u128);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

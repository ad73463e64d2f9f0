//! What a folding takes for granted about a workload, until a run shows otherwise.

use super::placements::Placements;
use crate::ids::CommunicatorId;
use std::collections::BTreeMap;

/// What is assumed about a workload, until a run shows otherwise.
#[derive(Debug, Clone, Default)]
pub struct Assumptions {
    /// Collectives in which everybody waits for everybody are alone on their links while they run.
    pub isolated: bool,
    /// Communicators for whose collectives that does not hold.
    pub disturbed: BTreeMap<CommunicatorId, Disturbance>,
    /// For each rank, what tells it apart from others that are alike by structure; empty where nothing does.
    pub told_apart: Vec<u64>,
    /// The placements of groups that have been met.
    pub(super) placements: Placements,
}

impl Assumptions {
    /// Gives up that the collectives of communicators are alone.
    pub fn give_up(&mut self, communicators: impl IntoIterator<Item = CommunicatorId>, why: Disturbance) {
        for communicator in communicators {
            self.disturbed.entry(communicator).or_insert(why);
        }
    }

    /// That collectives in which everybody waits for everybody are alone on their links.
    pub fn isolated() -> Self {
        Self { isolated: true, ..Self::default() }
    }
}

/// Why the collectives of a communicator are no functions of when their members enter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disturbance {
    /// Groups of the communicator meet on links that can be full.
    SharedLinks,
    /// Other traffic uses their links while they run.
    OtherTraffic,
    /// Their members leave at so many different times that nothing is gained.
    ManyTimes,
}

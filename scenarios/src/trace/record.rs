//! What a trace is made of.

use crate::training::LedgerSlice;
use copperlight_core::ids::{CommunicatorId, GroupId, PeerSlot, RankId};
use copperlight_core::units::{Bandwidth, Time};
use copperlight_core::workload::Operation;
use std::collections::{BTreeMap, BTreeSet};

/// What to record of a point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceRequest {
    /// The ranks, or all that are simulated.
    pub ranks: Option<BTreeSet<RankId>>,
    /// The most operations that are recorded, an equal part of them for each rank; states are always recorded in full.
    pub operations: usize,
}

impl TraceRequest {
    /// The most operations in one file: some hundred megabytes, which viewers still open.
    pub const OPERATIONS: usize = 500_000;
}

/// What ranks did over time, at every point of a scenario that was simulated.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// The scenario.
    pub scenario: String,
    /// The points in their declared order; those that do not fit in memory are left out.
    pub points: Vec<PointTrace>,
}

/// What ranks did over time at one point.
#[derive(Debug, Clone, PartialEq)]
pub struct PointTrace {
    /// The system.
    pub system: String,
    /// The number of chips.
    pub chips: u64,
    /// The other swept values that tell the point from others; empty where none varies.
    pub setting: String,
    /// When the last rank was done.
    pub step_time: Time,
    /// What links have carried over time: those of each tier, and the busiest.
    pub counters: Vec<Counter>,
    /// The ranks, by number.
    pub ranks: Vec<RankTrace>,
    /// The ranks that were asked for and not simulated.
    pub absent: BTreeSet<RankId>,
    /// The ranks that were simulated, recorded or not.
    pub simulated: BTreeSet<RankId>,
}

impl PointTrace {
    /// How many operations were not recorded because they were too many.
    pub fn left_out(&self) -> u64 {
        self.ranks.iter().map(|rank| rank.left_out).sum()
    }

    /// The point in words: `CM384 optical, 1152 chips`, and what else tells it from others.
    pub fn title(&self) -> String {
        let unit = if self.chips == 1 { "chip" } else { "chips" };
        let comma = if self.setting.is_empty() { "" } else { ", " };
        format!("{}, {} {unit}{comma}{}", self.system, self.chips, self.setting)
    }

    /// What a reader of the trace should know, in sentences.
    pub fn notes(&self) -> Vec<String> {
        let title = self.title();
        let absent = self.absent.iter().map(|rank| {
            if rank.index() as u64 >= self.chips {
                return format!("{title}: there is no {rank} to trace");
            }
            format!(
                "{title}: {rank} is not in the trace, because another rank stands for it; with `--no-fold` every rank is \
                 simulated"
            )
        });
        let left_out = self.left_out();
        let cut = (left_out > 0).then(|| {
            format!(
                "{title}: the last {left_out} operations are not in the trace, which would be too long; the ledger is \
                 there to its end; trace fewer ranks with `--trace-ranks`, or fewer points"
            )
        });
        absent.chain(cut).collect()
    }
}

/// What links have carried over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Counter {
    /// The links: all of a tier, or one by its ends.
    pub name: String,
    /// The tier.
    pub tier: String,
    /// What they can carry.
    pub capacity: Bandwidth,
    /// The payload bytes that they carried in all.
    pub bytes: u64,
    /// The width of a slice of time.
    pub slice: Time,
    /// The bytes of each slice from zero on; the step may end inside the last.
    pub carried: Vec<f64>,
}

impl Counter {
    /// The share of the capacity in use in each slice of a step that ends at `end`.
    pub fn utilization(&self, end: Time) -> impl Iterator<Item = f64> {
        let width = self.slice.seconds();
        let length = move |slice: usize| width.min(end.seconds() - slice as f64 * width);
        let share =
            move |(slice, bytes): (usize, &f64)| bytes / (self.capacity.bytes_per_second() * length(slice));
        self.carried.iter().enumerate().map(share)
    }
}

/// What one rank did over time.
#[derive(Debug, Clone, PartialEq)]
pub struct RankTrace {
    /// The rank.
    pub rank: RankId,
    /// How many ranks do the same at the same times, this one included.
    pub multiplicity: u32,
    /// Which entry of the ledger held when, contiguous from zero to the step time.
    pub ledger: Vec<LedgerSlice>,
    /// Its operations in the order of their ends.
    pub operations: Vec<OperationSlice>,
    /// How many operations more there were, after the last one recorded.
    pub left_out: u64,
    /// The ranks that it exchanges messages with.
    pub peers: BTreeMap<PeerSlot, RankId>,
    /// The groups that it takes part in.
    pub groups: BTreeMap<CommunicatorId, Group>,
}

/// A group of ranks that runs collectives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// Which it is, among those of its communicator.
    pub id: GroupId,
    /// What its ranks share.
    pub name: &'static str,
    /// How many they are.
    pub ranks: usize,
}

/// One operation of a rank.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OperationSlice {
    /// The operation.
    pub operation: Operation,
    /// Its program-order index.
    pub index: u32,
    /// When the rank came to it.
    pub entered: Time,
    /// When all who take part had come to it.
    pub began: Time,
    /// When it was done.
    pub ended: Time,
}

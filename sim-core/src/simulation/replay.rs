//! Collectives that are alone on their links, simulated once and remembered.

use super::alone::{Alone, Workbench};
use super::carrier::Reserver;
use super::group::{Group, GroupPlan, Signature};
use super::lanes::{LaneScene, Lanes};
use super::node::NodeMemory;
use super::recording::Recording;
use super::surroundings::Surroundings;
use crate::collectives::Schedule;
use crate::engine::{EventQueue, Limits, StopReason, run};
use crate::fabric::RoutingError;
use crate::ids::CommunicatorId;
use crate::network::FlowLevel;
use crate::transport::{CollectiveCost, Transport};
use crate::units::Time;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// The recordings of a run, by what distinguishes them.
#[derive(Debug)]
pub(super) struct Replays {
    enabled: bool,
    known: Vec<Known>,
    index: BTreeMap<Vec<u64>, Vec<u32>>,
    /// How often members that entered apart were taken to be alone and were not.
    disappointments: u32,
    /// What has been recorded of groups, by their positions.
    of_nodes: NodeMemory,
}

#[derive(Debug)]
struct Known {
    /// The communicator of which it is a node.
    node: Option<CommunicatorId>,
    schedule: Schedule,
    cost: CollectiveCost,
    /// By how much later than the first each member enters; nothing where all enter together.
    recordings: BTreeMap<Box<[Time]>, Arc<Recording>>,
    /// How many for members that enter apart were simulated by events since one was last used again.
    unused: u32,
    trust: Trust,
}

/// When a collective may be replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Trust {
    Never,
    /// When all its members enter in one picosecond.
    Together,
    Always,
}

/// So many recordings of one collective are remembered, and so many numbers in them.
const RECORDINGS: usize = 64;
const NUMBERS: usize = 1 << 20;

/// After so many recordings by events that were never used again, no more are made of members that enter apart: a network
/// of its own for each costs more than to run in that of all.
const UNUSED: u32 = 16;

/// After so many runs that were begun again because of members that entered apart, they run by events.
const DISAPPOINTMENTS: u32 = 8;

impl Replays {
    pub(super) fn new(enabled: bool) -> Self {
        Self {
            enabled,
            known: Vec::new(),
            index: BTreeMap::new(),
            disappointments: 0,
            of_nodes: NodeMemory::default(),
        }
    }

    /// Whether anything is remembered.
    pub(super) fn is_enabled(&self) -> bool {
        self.enabled
    }

    /// The entry for a plan, unless replay is off or the plan too large to compare.
    pub(super) fn entry(&mut self, plan: &GroupPlan) -> Option<u32> {
        let signature = plan.signature.as_ref().filter(|_| self.enabled)?;
        let same_place = self.index.entry(signature.numbers.clone()).or_default();
        let same = |&&id: &&u32| {
            let known = &self.known[id as usize];
            known.schedule == plan.plan.schedule && known.cost == plan.plan.cost
        };
        if let Some(&id) = same_place.iter().find(same) {
            return Some(id);
        }
        let id = self.known.len() as u32;
        same_place.push(id);
        let (schedule, cost) = (plan.plan.schedule.clone(), plan.plan.cost.clone());
        self.known.push(Known {
            node: plan.node.as_ref().map(|node| node.communicator),
            schedule,
            cost,
            recordings: BTreeMap::new(),
            unused: 0,
            trust: Trust::Always,
        });
        Some(id)
    }

    /// Never replays such instances again: their links are shared with others.
    pub(super) fn give_up(&mut self, given_up: &[Reserver]) {
        for by in given_up {
            let trust = &mut self.known[by.entry as usize].trust;
            *trust = (*trust).min(if by.apart { Trust::Together } else { Trust::Never });
        }
        self.disappointments += u32::from(given_up.iter().any(|by| by.apart));
    }

    /// Whether an entry may be replayed.
    pub(super) fn allows(&self, entry: u32) -> bool {
        self.known[entry as usize].trust > Trust::Never
    }

    /// Whether an entry may be replayed even when its members enter apart.
    pub(super) fn allows_apart(&self, entry: u32) -> bool {
        let Known { trust, unused, node, .. } = self.known[entry as usize];
        let hopeful = unused < UNUSED && self.disappointments < DISAPPOINTMENTS;
        trust == Trust::Always && (node.is_some() || hopeful)
    }

    /// Classes have been made anew: the links of nodes have other numbers now.
    ///
    /// What groups did by themselves is still known, by their positions.
    pub(super) fn classes_changed(&mut self) {
        let of_nodes = self.known.iter_mut().filter(|known| known.node.is_some());
        of_nodes.for_each(|known| known.recordings.clear());
    }

    /// The communicator of which an entry is a node.
    pub(super) fn node(&self, entry: u32) -> Option<CommunicatorId> {
        self.known[entry as usize].node
    }

    /// The same of a node: groups that stand alike share what was simulated.
    pub(super) fn node_recording(
        &mut self,
        entry: u32,
        entries: &[Time],
        record: impl FnOnce(&mut NodeMemory) -> Result<(Recording, bool), Unrecorded>,
    ) -> Result<(Arc<Recording>, bool), Unrecorded> {
        let mut memory = std::mem::take(&mut self.of_nodes);
        let mut simulated = false;
        let found = self.recording(entry, entries, || {
            let (recording, new) = record(&mut memory)?;
            simulated = new;
            Ok(recording)
        });
        self.of_nodes = memory;
        found.map(|(recording, _)| (recording, simulated))
    }

    /// The recording of an entry for members that enter so much after the first, made by `record` the first time; tells
    /// whether it was made now.
    pub(super) fn recording(
        &mut self,
        entry: u32,
        entries: &[Time],
        record: impl FnOnce() -> Result<Recording, Unrecorded>,
    ) -> Result<(Arc<Recording>, bool), Unrecorded> {
        let Known { recordings, unused, .. } = &mut self.known[entry as usize];
        let together = entries.iter().all(|&entry| entry == Time::ZERO);
        let key = if together { &[] } else { entries };
        if let Some(recording) = recordings.get(key) {
            *unused = if together { *unused } else { 0 };
            return Ok((Arc::clone(recording), false));
        }
        let recording = Arc::new(record()?);
        *unused += u32::from(!together && recording.events > 0);
        let most = NUMBERS / (entries.len() + recording.used.len());
        if recordings.len() >= most.clamp(1, RECORDINGS) {
            recordings.clear();
        }
        recordings.insert(key.into(), Arc::clone(&recording));
        Ok((recording, true))
    }
}

/// Whether every member leaves after every other has entered, so that nothing is lost by waiting for all of them.
pub(super) fn waits_for_all(plan: &GroupPlan) -> bool {
    plan.call.kind.everyone_waits() && !plan.plan.schedule.phases.is_empty()
}

/// A plan by itself, to be recorded.
pub(super) struct Lone<'a> {
    pub(super) plan: &'a Rc<GroupPlan>,
    pub(super) signature: &'a Signature,
    pub(super) groups: &'a [Group],
    pub(super) around: Surroundings<'a>,
    pub(super) transport: &'a Transport,
    pub(super) limits: Limits,
    /// The network that it is a part of.
    pub(super) network: &'a FlowLevel,
    /// How much later than the first each member enters.
    pub(super) entries: &'a [Time],
}

/// Why there is no recording.
#[derive(Debug)]
pub(super) enum Unrecorded {
    Routing(Box<RoutingError>),
    Stopped(StopReason),
    /// Of a node: members of one class leave apart, in all groups of this number; when each position leaves.
    Apart {
        alike: u32,
        exits: Vec<Time>,
    },
}

impl Lone<'_> {
    /// What the collective does when the first of its members enters at time zero.
    pub(super) fn record(&self) -> Result<Recording, Unrecorded> {
        let Self { plan, signature, groups, around, network, entries, .. } = *self;
        let scene = LaneScene { plan, signature, group: &groups[plan.group as usize], around, network };
        let lanes = Lanes::of(scene).map_err(|error| Unrecorded::Routing(error.into()))?;
        match lanes.and_then(|lanes| lanes.step(entries)) {
            Some(recording) => Ok(recording),
            None => self.record_events(),
        }
    }

    fn record_events(&self) -> Result<Recording, Unrecorded> {
        let Self { plan, signature, groups, around, transport, limits, entries, .. } = *self;
        let mut alone = Alone::new((groups, around), Workbench::new(around, transport));
        let mut queue = EventQueue::new();
        alone.enter(plan, entries.iter().copied().map(Some), &mut queue);
        // The limit of time counts from the start of the run, where this one may begin later.
        let (_, stop, events) = run(&mut alone, &mut queue, Limits { time: Time::MAX, ..limits });
        match (alone.error, stop) {
            (Some(error), _) => return Err(Unrecorded::Routing(error)),
            (None, StopReason::EventLimit | StopReason::MemoryLimit(_)) => {
                return Err(Unrecorded::Stopped(stop));
            }
            (None, StopReason::Exhausted | StopReason::Interrupted | StopReason::TimeLimit) => {}
        }
        let network = &alone.bench.carrier.network;
        Ok(Recording {
            exits: alone.exits,
            carried: signature.links.iter().map(|&link| network.carried_by(link)).collect(),
            used: signature.links.iter().map(|&link| alone.bench.used[link as usize]).collect(),
            tiers: network.timelines().cloned().collect(),
            flows: network.attached(),
            lanes: 0,
            solves: network.effort().solves,
            events,
        })
    }
}

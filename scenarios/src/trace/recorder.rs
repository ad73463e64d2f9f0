//! Records a run while it is simulated.

use super::record::{Group, OperationSlice, RankTrace, TraceRequest};
use crate::training::{Communicator, Ledger};
use copperlight_core::ids::RankId;
use copperlight_core::simulation::{Notice, Observer, Representative};
use copperlight_core::units::Time;
use copperlight_core::workload::{Counterpart, MAX_STREAMS, Workload};
use std::collections::{BTreeMap, BTreeSet};

/// Watches a run of a training step: its ledger, and the operations of ranks.
#[derive(Debug, Clone)]
pub struct Recorder {
    request: TraceRequest,
    ledger: Ledger,
    representatives: Vec<Representative>,
    /// For each simulated rank, where its operations are recorded.
    tracks: Vec<Option<Track>>,
    /// The most operations of each rank.
    share: usize,
}

/// The operations of one rank.
#[derive(Debug, Clone, Default)]
struct Track {
    /// When each stream came to its operation, and when that began.
    current: [(Time, Time); MAX_STREAMS],
    operations: Vec<OperationSlice>,
    left_out: u64,
}

impl Recorder {
    /// Records what is asked for.
    pub fn new(request: TraceRequest) -> Self {
        let ledger = Ledger::with_tracks();
        Self { request, ledger, representatives: Vec::new(), tracks: Vec::new(), share: 0 }
    }

    /// The ledger of the run.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The ranks that were asked for and not simulated.
    pub fn absent(&self) -> BTreeSet<RankId> {
        let asked = self.request.ranks.clone().unwrap_or_default();
        &asked - &self.simulated()
    }

    /// The ranks that were simulated.
    pub fn simulated(&self) -> BTreeSet<RankId> {
        self.representatives.iter().map(|representative| representative.rank).collect()
    }

    /// What was recorded, by rank; the workload that ran names their peers and groups.
    pub fn into_ranks(self, workload: &dyn Workload) -> Vec<RankTrace> {
        let Self { ledger, representatives, tracks, .. } = self;
        let watched = representatives.iter().zip(tracks).zip(ledger.tracks());
        let traced = watched.filter_map(|((representative, track), ledger)| {
            let Track { operations, left_out, .. } = track?;
            let Representative { rank, multiplicity } = *representative;
            let ledger = ledger.to_vec();
            let (peers, groups) = (BTreeMap::new(), BTreeMap::new());
            Some(RankTrace { rank, multiplicity, ledger, operations, left_out, peers, groups })
        });
        let mut ranks: Vec<RankTrace> = traced.collect();
        ranks.sort_by_key(|rank| rank.rank);
        ranks.iter_mut().for_each(|rank| rank.name_counterparts(workload));
        ranks
    }

    fn track(&mut self, notice: &Notice<'_>) -> Option<&mut Track> {
        self.tracks[notice.representative].as_mut()
    }
}

impl RankTrace {
    /// Looks up with whom its operations are done.
    fn name_counterparts(&mut self, workload: &dyn Workload) {
        for slice in &self.operations {
            match slice.operation.kind.counterpart() {
                None => {}
                Some(Counterpart::To { peer, .. } | Counterpart::From { peer, .. }) => {
                    self.peers.entry(peer).or_insert_with(|| workload.peer(self.rank, peer));
                }
                Some(Counterpart::Group { communicator, .. }) => {
                    self.groups.entry(communicator).or_insert_with(|| {
                        let group = workload.group(self.rank, communicator);
                        let ranks = workload.members(communicator, group).len();
                        Group { id: group, name: Communicator::from_id(communicator).name(), ranks }
                    });
                }
            }
        }
    }
}

impl Observer for Recorder {
    fn start(&mut self, representatives: &[Representative]) {
        self.ledger.start(representatives);
        self.representatives = representatives.to_vec();
        let wanted = |rank| self.request.ranks.as_ref().is_none_or(|ranks| ranks.contains(&rank));
        let track = |of: &Representative| wanted(of.rank).then(Track::default);
        self.tracks = representatives.iter().map(track).collect();
        self.share = self.request.operations / self.tracks.iter().flatten().count().max(1);
    }

    fn entered(&mut self, notice: &Notice<'_>) {
        self.ledger.entered(notice);
        if let Some(track) = self.track(notice) {
            track.current[notice.operation.stream.index()].0 = notice.at;
        }
    }

    fn begun(&mut self, notice: &Notice<'_>) {
        self.ledger.begun(notice);
        if let Some(track) = self.track(notice) {
            track.current[notice.operation.stream.index()].1 = notice.at;
        }
    }

    fn ended(&mut self, notice: &Notice<'_>) {
        self.ledger.ended(notice);
        let share = self.share;
        let Some(track) = self.track(notice) else { return };
        if track.operations.len() >= share {
            track.left_out += 1;
            return;
        }
        let Notice { at: ended, index, operation, .. } = *notice;
        let (entered, began) = track.current[operation.stream.index()];
        track.operations.push(OperationSlice { operation: *operation, index, entered, began, ended });
    }

    fn finish(&mut self, end: Time) {
        self.ledger.finish(end);
    }
}

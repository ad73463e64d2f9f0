//! Watches a run and keeps the account of the path that leads to where each stream is.

use super::account::Account;
use super::meeting::{Meeting, Participant};
use super::recurring::Standing;
use super::split;
use super::stream::Stream;
use crate::training::KernelShares;
use copperlight_core::simulation::{Notice, Observer, Recurrence, Representative};
use copperlight_core::transport::TransferParts;
use copperlight_core::units::Time;
use copperlight_core::workload::{Counterpart, OperationKind, StreamId};
use rustc_hash::FxHashMap;

/// Finds the critical path of a run while it is simulated.
#[derive(Debug, Default)]
pub struct CriticalPath {
    ranks: Vec<Rank>,
    parts: Vec<TransferParts>,
    /// Those who have been told to have begun since the last of them entered.
    meeting: Meeting,
    account: Account,
}

/// What is known of a simulated rank.
#[derive(Debug, Clone, Default)]
struct Rank {
    /// Up to the last that has entered anything.
    streams: Vec<Stream>,
    /// Where the parts of operations with these stand.
    expected: FxHashMap<Counterpart, u32>,
}

impl CriticalPath {
    /// A path of nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The account of the whole path: it sums to the end of the run, to the picosecond.
    pub const fn account(&self) -> &Account {
        &self.account
    }

    fn stream(&mut self, Participant { representative, stream }: Participant) -> &mut Stream {
        &mut self.ranks[representative].streams[stream.index()]
    }

    /// All who have begun together go on from the path of the last who came.
    ///
    /// Nobody has come in this picosecond where one leaves before the others: its own path goes on.
    fn close_meeting(&mut self) {
        if self.meeting.participants.is_empty() {
            return;
        }
        let participants = std::mem::take(&mut self.meeting.participants);
        let at = self.meeting.at();
        let streams =
            || participants.iter().map(|of| &self.ranks[of.representative].streams[of.stream.index()]);
        let last = streams().filter(|stream| stream.entered == at).map(|stream| stream.account).max();
        // Who receives a message goes by what is known of its sender.
        let parts = streams().find_map(|stream| stream.parts);
        for &participant in &participants {
            let stream = self.stream(participant);
            stream.parts = stream.parts.or(parts);
            if let Some(last) = last {
                (stream.began, stream.account) = (at, last);
            }
        }
        self.meeting.participants = participants;
        self.meeting.participants.clear();
    }
}

impl Rank {
    /// The greatest account of the operations that a new one has waited for; the run begins where there are none.
    fn before(&self, at: Time, notice: &Notice<'_>) -> Account {
        let awaited = notice.operation.waits.with(notice.operation.stream);
        let streams = awaited.iter().filter_map(|stream| self.streams.get(stream.index()));
        let last = streams.filter(|stream| stream.ended == at).map(|stream| stream.done).max();
        last.unwrap_or_default()
    }

    fn seat(&mut self, stream: StreamId) -> &mut Stream {
        if self.streams.len() <= stream.index() {
            self.streams.resize(stream.index() + 1, Stream::default());
        }
        &mut self.streams[stream.index()]
    }
}

impl Observer for CriticalPath {
    fn start(&mut self, representatives: &[Representative]) {
        *self = Self { ranks: vec![Rank::default(); representatives.len()], ..Self::default() };
    }

    fn expects(&mut self, representative: usize, counterpart: &Counterpart, parts: &TransferParts) {
        let place = u32::try_from(self.parts.len()).expect("there are fewer than 2^32 counterparts");
        self.parts.push(*parts);
        self.ranks[representative].expected.insert(*counterpart, place);
    }

    fn entered(&mut self, notice: &Notice<'_>) {
        self.close_meeting();
        let (at, rank) = (notice.at, &mut self.ranks[notice.representative]);
        let account = rank.before(at, notice);
        debug_assert_eq!(account.total(), at, "a path leads to every operation without a gap");
        let counterpart = notice.operation.kind.counterpart();
        let parts = counterpart.and_then(|counterpart| rank.expected.get(&counterpart).copied());
        let stream = rank.seat(notice.operation.stream);
        *stream = Stream { entered: at, began: at, account, parts, ..*stream };
    }

    fn begun(&mut self, notice: &Notice<'_>) {
        if notice.operation.kind.is_compute() {
            return;
        }
        if self.meeting.is_another(notice.at, notice.operation) {
            self.close_meeting();
        }
        let (representative, stream) = (notice.representative, notice.operation.stream);
        self.meeting.join(notice.at, notice.operation, Participant { representative, stream });
    }

    fn ended(&mut self, notice: &Notice<'_>) {
        self.close_meeting();
        let stream = &mut self.ranks[notice.representative].streams[notice.operation.stream.index()];
        let took = notice.at - stream.began;
        let mut account = stream.account;
        match (notice.operation.kind, stream.parts) {
            (OperationKind::Compute { duration }, _) => {
                split::computation(&mut account, KernelShares::of_tag(notice.operation.tag), duration, took);
            }
            (_, parts) => {
                let parts = parts.expect("what an operation with others takes is told at the start");
                split::exchange(&mut account, &self.parts[parts as usize], took);
            }
        }
        (stream.ended, stream.done) = (notice.at, account);
    }

    fn recurs(&mut self, rounds: &Recurrence<'_>) {
        let state = |path: &mut Self| {
            path.close_meeting();
            Standing::of(path.ranks.iter().map(|rank| rank.streams.as_slice()))
        };
        rounds.tell_until(self, state, |path, before, left| {
            path.close_meeting();
            let streams = path.ranks.iter_mut().map(|rank| rank.streams.as_mut_slice()).collect();
            before.pass_over(streams, (rounds.duration(), left))
        });
    }

    fn finish(&mut self, end: Time) {
        self.close_meeting();
        let streams = self.ranks.iter().flat_map(|rank| &rank.streams);
        let last = streams.filter(|stream| stream.ended == end).map(|stream| stream.done).max();
        self.account = last.unwrap_or_default();
    }
}

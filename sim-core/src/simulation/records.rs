//! Notes every transfer on request: who started it, for whom, when it was sent and when it had arrived.

use super::group::{Group, Member};
use crate::collectives::{Partners, Span};
use crate::ids::{CommunicatorId, RankId};
use crate::outcome::{RecordedStep, TransferPartners, TransferRecord};
use crate::units::Time;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The transfers of a run, in the order in which they were sent.
#[derive(Debug, Default)]
pub(super) struct Records {
    records: Vec<TransferRecord>,
    /// Whether each has arrived.
    arrived: Vec<bool>,
    /// The record of each transfer that is on its way, by its place in the carrier.
    on_their_way: BTreeMap<u32, usize>,
    /// The ranks of spans that transfers serve, which are many times the same.
    spans: BTreeMap<(CommunicatorId, RankId, usize), Arc<[RankId]>>,
}

impl Records {
    /// A transfer is sent: its record, to be completed when it arrives.
    pub(super) fn sent(&mut self, transfer: u32, record: TransferRecord) {
        self.on_their_way.insert(transfer, self.records.len());
        self.records.push(record);
        self.arrived.push(false);
    }

    pub(super) fn arrived(&mut self, transfer: u32, now: Time) {
        if let Some(record) = self.on_their_way.remove(&transfer) {
            self.records[record].arrived = now;
            self.arrived[record] = true;
        }
    }

    /// A transfer of a step, sent by a member of a group.
    pub(super) fn step(
        &mut self,
        (group, member): (&Group, u32),
        (collective, step): (u32, u32),
        partners: Partners,
    ) -> (RankId, TransferPartners, Option<RecordedStep>) {
        let Member { position, ranks, .. } = &group.members[member as usize];
        let communicator = group.communicator;
        let partners = match partners {
            Partners::One(other) => TransferPartners::One(ranks[other]),
            Partners::Copies(span) => TransferPartners::Copies(self.span(communicator, ranks, span)),
            Partners::Sum(span) => TransferPartners::Sum(self.span(communicator, ranks, span)),
        };
        (ranks[*position], partners, Some(RecordedStep { communicator, collective, step }))
    }

    fn span(&mut self, communicator: CommunicatorId, ranks: &[RankId], span: Span) -> Arc<[RankId]> {
        let key = (communicator, ranks[span.first], span.count);
        Arc::clone(self.spans.entry(key).or_insert_with(|| ranks[span.positions()].into()))
    }

    /// The records of what has arrived.
    pub(super) fn into_arrived(self) -> Vec<TransferRecord> {
        let both = self.records.into_iter().zip(self.arrived);
        both.filter(|(_, arrived)| *arrived).map(|(record, _)| record).collect()
    }
}

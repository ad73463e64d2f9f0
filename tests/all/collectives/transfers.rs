//! Transfers of an outcome, as the schedule that they came from names them.

use copperlight_core::collectives::{Partners, Phase, Schedule, Span};
use copperlight_core::ids::RankId;
use copperlight_core::outcome::{TransferPartners, TransferRecord};
use copperlight_core::units::{Bytes, Time};

/// A transfer between positions of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moved {
    pub(crate) step: usize,
    pub(crate) position: usize,
    pub(crate) partners: Partners,
    pub(crate) bytes: Bytes,
    pub(crate) sent: Time,
    pub(crate) arrived: Time,
}

/// The transfers of a run in which one group ran one collective.
pub(crate) fn moved(records: &[TransferRecord], members: &[RankId]) -> Vec<Moved> {
    let mut positions = vec![usize::MAX; members.len()];
    members.iter().enumerate().for_each(|(position, rank)| positions[rank.index()] = position);
    let span = |ranks: &[RankId]| Span { first: positions[ranks[0].index()], count: ranks.len() };
    let of_record = |record: &TransferRecord| Moved {
        step: record.step.expect("only a collective was run").step as usize,
        position: positions[record.starter.index()],
        partners: match &record.partners {
            TransferPartners::One(rank) => Partners::One(positions[rank.index()]),
            TransferPartners::Copies(ranks) => Partners::Copies(span(ranks)),
            TransferPartners::Sum(ranks) => Partners::Sum(span(ranks)),
        },
        bytes: record.bytes,
        sent: record.sent,
        arrived: record.arrived,
    };
    records.iter().map(of_record).collect()
}

/// Every transfer of the schedule happened once, with the bytes that it should carry.
pub(crate) fn assert_complete(moved: &[Moved], schedule: &Schedule) {
    let mut found: Vec<_> = moved.iter().map(|of| (of.step, of.position, of.partners, of.bytes)).collect();
    found.sort_unstable();
    let mut found = found.into_iter();
    let mut before = 0;
    for phase in &schedule.phases {
        let mut transfers = transfers_of_step(schedule.ranks, phase, 0);
        for step in 0..phase.steps {
            if !phase.pattern.repeats() {
                transfers = transfers_of_step(schedule.ranks, phase, step);
            }
            for &(position, partners, bytes) in &transfers {
                assert_eq!(found.next(), Some((before + step, position, partners, bytes)));
            }
        }
        before += phase.steps;
    }
    assert_eq!(found.next(), None, "nothing else was moved");
}

fn transfers_of_step(ranks: usize, phase: &Phase, step: usize) -> Vec<(usize, Partners, Bytes)> {
    let sends = |position| phase.pattern.sends(ranks, position, phase.first + step).into_iter();
    let of_position =
        |position| sends(position).map(move |send| (position, send.partners, phase.bytes * send.blocks));
    let mut transfers: Vec<_> = (0..ranks).flat_map(of_position).collect();
    transfers.sort_unstable();
    transfers
}

/// What the busiest position sent over all its ports: what it started, and what it gave to sums.
pub(crate) fn busiest(moved: &[Moved], ranks: usize) -> Bytes {
    let mut sent = vec![Bytes::ZERO; ranks];
    for of in moved {
        let senders = match of.partners {
            Partners::Sum(span) => span.positions(),
            Partners::One(_) | Partners::Copies(_) => of.position..of.position + 1,
        };
        sent[senders].iter_mut().for_each(|sent| *sent += of.bytes);
    }
    sent.into_iter().max().unwrap_or_default()
}

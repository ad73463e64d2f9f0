//! Carries transfers: overhead and latency first, then draining in the network.

use super::events::{Event, Purpose};
use super::records::Records;
use super::surroundings::Surroundings;
use crate::engine::EventQueue;
use crate::ids::RankId;
use crate::network::{Crossing, FlowLevel, NetworkLink, NewFlow, Wakeup};
use crate::outcome::{RecordedStep, TransferPartners, TransferRecord};
use crate::symmetry::FoldedLink;
use crate::transport::Transport;
use crate::units::{Bandwidth, Bytes, Time};
use std::rc::Rc;

/// A transfer to be carried.
#[derive(Debug, Clone)]
pub(super) struct Transfer {
    /// What it crosses; given back as soon as it drains, while it is at hand.
    pub(super) path: Option<Rc<[Crossing]>>,
    pub(super) bytes: Bytes,
    pub(super) cap: Bandwidth,
    pub(super) purpose: Purpose,
}

/// A reservation of a link by a replay, which assumes that nobody else uses it meanwhile.
#[derive(Debug, Clone, Copy, Default)]
struct Reservation {
    until: Time,
    recording: u32,
}

/// Transfers on their way, and the network that they drain through.
#[derive(Debug)]
pub(super) struct Carrier {
    pub(super) network: FlowLevel,
    transfers: Vec<Transfer>,
    free: Vec<u32>,
    reservations: Vec<Reservation>,
    /// No reservation lasts longer.
    reserved_until: Time,
    broken: Vec<u32>,
    /// Where every transfer is noted, if that was asked for.
    pub(super) records: Option<Records>,
}

impl Carrier {
    /// The links of a folding at the efficiency of their transport, with nothing on them.
    pub(super) fn new(around: Surroundings<'_>, transport: &Transport) -> Self {
        let fabric = around.fabric;
        let links = around.folding.links();
        let denominator = fabric.weight_denominator() as f64;
        let network_link = |folded: &FoldedLink| {
            let link = fabric.link(folded.link);
            let scope = fabric.tiers()[link.tier.index()].scope;
            let payload = link.capacity * transport.scope(scope).efficiency;
            NetworkLink {
                capacity: payload.bytes_per_second() * denominator,
                tier: link.tier.index(),
                multiplicity: folded.multiplicity,
                binds: !fabric.is_never_full(folded.link),
            }
        };
        Self {
            network: FlowLevel::with_tiers(links.iter().map(network_link), fabric.tiers().len(), denominator),
            transfers: Vec::new(),
            free: Vec::new(),
            reservations: vec![Reservation::default(); links.len()],
            reserved_until: Time::ZERO,
            broken: Vec::new(),
            records: None,
        }
    }

    /// Sends a transfer on its way, and gives its place; it begins to drain at `depart`.
    pub(super) fn send(&mut self, depart: Time, transfer: Transfer, queue: &mut EventQueue<Event>) -> u32 {
        let index = match self.free.pop() {
            Some(index) => {
                self.transfers[index as usize] = transfer;
                index
            }
            None => {
                self.transfers.push(transfer);
                u32::try_from(self.transfers.len() - 1).expect("fewer than 2^32 transfers are on their way")
            }
        };
        queue.push(depart, Event::Depart { transfer: index });
        index
    }

    /// Notes a transfer that has just been sent, where that was asked for.
    pub(super) fn record(
        &mut self,
        now: Time,
        (transfer, bytes): (u32, Bytes),
        about: impl FnOnce(&mut Records) -> (RankId, TransferPartners, Option<RecordedStep>),
    ) {
        if let Some(records) = &mut self.records {
            let (starter, partners, step) = about(records);
            let record = TransferRecord { starter, partners, step, bytes, sent: now, arrived: now };
            records.sent(transfer, record);
        }
    }

    /// Lets a transfer drain; one without bytes has arrived at once.
    pub(super) fn depart(&mut self, now: Time, index: u32) -> Option<Purpose> {
        let transfer = &mut self.transfers[index as usize];
        let path = transfer.path.take().expect("a transfer departs once");
        if transfer.bytes == Bytes::ZERO {
            let purpose = transfer.purpose;
            self.free.push(index);
            self.records.iter_mut().for_each(|records| records.arrived(index, now));
            return Some(purpose);
        }
        if self.reserved_until > now {
            for crossing in path.iter() {
                let reservation = self.reservations[crossing.link as usize];
                if reservation.until > now {
                    self.broken.push(reservation.recording);
                }
            }
        }
        let flow = NewFlow { crossings: &path, bytes: transfer.bytes, cap: transfer.cap, owner: index };
        self.network.attach(now, &flow);
        None
    }

    /// Ends the flows that have drained, of those that a wake-up is about; gives what they belong to to `arrived`.
    pub(super) fn wake(&mut self, now: Time, wakeup: Wakeup, arrived: &mut Vec<Purpose>) {
        self.network.wake(now, wakeup, |index| {
            arrived.push(self.transfers[index as usize].purpose);
            self.free.push(index);
            self.records.iter_mut().for_each(|records| records.arrived(index, now));
        });
    }

    /// Gives all flows their rates.
    pub(super) fn settle(&mut self, now: Time, queue: &mut EventQueue<Event>) {
        self.network.settle(now, |time, wakeup| queue.push(time, Event::Wake { wakeup }));
    }

    /// The memory of transfers on their way and of draining flows.
    pub(super) fn memory(&self) -> [(&'static str, Bytes); 2] {
        let transfers = self.transfers.capacity() * size_of::<Transfer>();
        [("transfers on their way", Bytes::new(transfers as u64)), ("draining flows", self.network.memory())]
    }

    /// Whether no flow drains on the links and none is reserved past `now`.
    pub(super) fn is_free(&self, now: Time, links: &[u32]) -> bool {
        let free = |&link: &u32| !self.network.is_busy(link) && self.reservations[link as usize].until <= now;
        links.iter().all(free)
    }

    /// Reserves links for a replay; those that do not bind may be used by others meanwhile.
    pub(super) fn reserve(&mut self, links: &[u32], until: Time, recording: u32) {
        self.reserved_until = self.reserved_until.max(until);
        for &link in links.iter().filter(|link| self.network.binds(**link)) {
            self.reservations[link as usize] = Reservation { until, recording };
        }
    }

    /// The recordings whose reservations were broken.
    pub(super) fn broken(&self) -> &[u32] {
        &self.broken
    }
}

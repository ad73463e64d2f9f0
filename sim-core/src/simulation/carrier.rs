//! Carries transfers: overhead and latency first, then draining in the network.

use super::events::{Event, Purpose, StepTransfer};
use super::recording::{LinkUse, Recording};
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
pub(super) struct Reservation {
    /// [`Time::MAX`] while it is claimed by an instance some of whose members have not come.
    pub(super) until: Time,
    /// Until when it was reserved before it was claimed.
    pub(super) before: Time,
    pub(super) by: Reserver,
}

/// What links are reserved for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Reserver {
    /// An entry of the replays.
    pub(super) entry: u32,
    /// Whether members entered apart.
    pub(super) apart: bool,
}

/// Transfers on their way, and the network that they drain through.
#[derive(Debug)]
pub(super) struct Carrier {
    pub(super) network: FlowLevel,
    transfers: Vec<Transfer>,
    free: Vec<u32>,
    pub(super) reservations: Vec<Reservation>,
    /// No reservation lasts longer, but for those of claims.
    reserved_until: Time,
    claims: u32,
    broken: Vec<Reserver>,
    /// Where every transfer is noted, if that was asked for.
    pub(super) records: Option<Records>,
}

impl Carrier {
    /// The links of a folding at the efficiency of their transport, with nothing on them.
    pub(super) fn new(around: Surroundings<'_>, transport: &Transport) -> Self {
        let fabric = around.fabric;
        let links = around.folding.links();
        let denominator = fabric.weight_denominator() as f64;
        let network_link = |(class, folded): (usize, &FoldedLink)| {
            let link = fabric.link(folded.link);
            let scope = fabric.tiers()[link.tier.index()].scope;
            let payload = link.capacity * transport.scope(scope).efficiency;
            NetworkLink {
                capacity: payload.bytes_per_second() * denominator,
                tier: around.gauges.of(class as u32),
                multiplicity: folded.multiplicity,
                binds: !fabric.is_never_full(folded.link),
            }
        };
        Self {
            network: FlowLevel::with_tiers(
                links.iter().enumerate().map(network_link),
                around.gauges.count(),
                denominator,
            ),
            transfers: Vec::new(),
            free: Vec::new(),
            reservations: vec![Reservation::default(); links.len()],
            reserved_until: Time::ZERO,
            claims: 0,
            broken: Vec::new(),
            records: None,
        }
    }

    /// Sends a transfer on its way, and gives its place; it begins to drain at `depart`.
    pub(super) fn send(&mut self, depart: Time, transfer: Transfer, queue: &mut EventQueue<Event>) -> u32 {
        let index = place(&mut self.transfers, &mut self.free, transfer);
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
        let flow = NewFlow { crossings: &path, bytes: transfer.bytes, cap: transfer.cap, owner: index };
        self.network.attach(now, &flow);
        None
    }

    /// The links that a transfer will cross and that are reserved, each with what for.
    pub(super) fn reserved(&self, now: Time, transfer: u32) -> Vec<(u32, Reserver)> {
        if self.claims == 0 && self.reserved_until <= now {
            return Vec::new();
        }
        let reserved = |crossing: &Crossing| {
            let Reservation { until, by, .. } = self.reservations[crossing.link as usize];
            (until > now).then_some((crossing.link, by))
        };
        self.path(transfer).iter().filter_map(reserved).collect()
    }

    /// Who has reserved or claimed these links uses them by events from now on.
    pub(super) fn release(&mut self, links: &[u32], claimed: bool) {
        self.claims -= u32::from(claimed && !links.is_empty());
        for &link in links {
            self.reservations[link as usize] = Reservation::default();
        }
    }

    /// Takes back what a replay from `start` on was credited for on its links.
    pub(super) fn take_back(&mut self, start: Time, links: &[u32], recording: &Recording) {
        for (&link, &carried) in links.iter().zip(&recording.carried) {
            self.network.take_back(link, carried);
        }
        for (tier, timeline) in recording.tiers.iter().enumerate() {
            self.network.take_back_tier(tier, start..start + recording.duration(), timeline);
        }
    }

    /// Takes over what has happened during `when` to a collective that ran alone on `links`, and what drains of it.
    pub(super) fn adopt(
        &mut self,
        when: (Time, Time),
        (alone, links): (&mut Self, &[u32]),
        instance: u32,
        queue: &mut EventQueue<Event>,
    ) {
        let Self { network, transfers, free, .. } = self;
        let draining = |index: u32| {
            let transfer = alone.transfers[index as usize].of_instance(instance);
            place(transfers, free, transfer)
        };
        let wake = |time, wakeup| queue.push(time, Event::Wake { wakeup });
        network.adopt(when, (&mut alone.network, links), draining, wake);
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

    /// A transfer on its way.
    pub(super) fn transfer(&self, transfer: u32) -> &Transfer {
        &self.transfers[transfer as usize]
    }

    /// Forgets what has happened on these links, on which all has happened.
    pub(super) fn clear(&mut self, links: &[u32]) {
        self.transfers.clear();
        self.free.clear();
        self.network.forget(links);
    }

    /// Lets all links have been reserved, and all flows have come, later by as much.
    pub(super) fn put_off(&mut self, by: Time) {
        for reservation in &mut self.reservations {
            if reservation.until < Time::MAX {
                reservation.until += by;
            }
            reservation.before += by;
        }
        self.reserved_until += by;
        self.network.put_off(by);
    }

    /// The memory of transfers on their way and of draining flows.
    pub(super) fn memory(&self) -> [(&'static str, Bytes); 2] {
        let transfers = self.transfers.capacity() * size_of::<Transfer>();
        [("transfers on their way", Bytes::new(transfers as u64)), ("draining flows", self.network.memory())]
    }

    /// The links that a transfer on its way will cross, where it has anything to carry; empty once it drains.
    pub(super) fn path(&self, transfer: u32) -> &[Crossing] {
        let Transfer { path, bytes, .. } = &self.transfers[transfer as usize];
        path.as_deref().filter(|_| *bytes > Bytes::ZERO).unwrap_or_default()
    }

    /// Whether no flow drains on the links and none is claimed.
    pub(super) fn is_quiet(&self, links: &[u32]) -> bool {
        let quiet =
            |&link: &u32| !self.network.is_busy(link) && self.reservations[link as usize].until < Time::MAX;
        links.iter().all(quiet)
    }

    /// Reserves links until they are released: some of the members that will use them have not come.
    pub(super) fn claim(&mut self, links: &[u32], entry: u32) {
        self.claims += u32::from(!links.is_empty());
        for &link in links {
            let before = self.reservations[link as usize].until;
            let by = Reserver { entry, apart: true };
            self.reservations[link as usize] = Reservation { until: Time::MAX, before, by };
        }
    }

    /// Whether links are used, from `start` on, no earlier than what they were reserved for before.
    pub(super) fn follows(&self, start: Time, links: &[u32], used: &[LinkUse]) -> bool {
        links
            .iter()
            .zip(used)
            .all(|(&link, used)| start + used.first >= self.reservations[link as usize].earlier())
    }

    /// Reserves links for a replay that started at `start`, whether they were claimed for it or not.
    pub(super) fn reserve(&mut self, start: Time, links: &[u32], used: &[LinkUse], by: Reserver) {
        let is_claim = |&link: &u32| self.reservations[link as usize].until == Time::MAX;
        self.claims -= u32::from(links.first().is_some_and(is_claim));
        for (&link, used) in links.iter().zip(used) {
            let reservation = &mut self.reservations[link as usize];
            let before = reservation.earlier();
            // One past the end of time is none: nothing starts there.
            let until = before.max(start + used.last).min(Time::from_picoseconds(u64::MAX - 1));
            *reservation = Reservation { until, before, by };
            self.reserved_until = self.reserved_until.max(until);
        }
    }

    /// A replay that cannot be what it was taken for.
    pub(super) fn break_replay(&mut self, by: Reserver) {
        self.broken.push(by);
    }

    /// Whose reservations were broken.
    pub(super) fn broken(&self) -> &[Reserver] {
        &self.broken
    }
}

impl Reservation {
    /// Until when it is reserved, apart from a claim.
    fn earlier(&self) -> Time {
        if self.until == Time::MAX { self.before } else { self.until }
    }
}

impl Transfer {
    /// The same for another instance, of whose step it is.
    pub(super) fn of_instance(&self, instance: u32) -> Self {
        let purpose = match self.purpose {
            Purpose::Step(step) => Purpose::Step(StepTransfer { instance, ..step }),
            message @ Purpose::Message(_) => message,
        };
        Self { purpose, ..self.clone() }
    }
}

/// Gives a transfer a place.
fn place(transfers: &mut Vec<Transfer>, free: &mut Vec<u32>, transfer: Transfer) -> u32 {
    if let Some(index) = free.pop() {
        transfers[index as usize] = transfer;
        return index;
    }
    transfers.push(transfer);
    u32::try_from(transfers.len() - 1).expect("fewer than 2^32 transfers are on their way")
}

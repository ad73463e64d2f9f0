//! Runs traffic on a fabric.

use super::message::{Message, Traffic, TrafficOutcome};
use super::process::TrafficProcess;
use crate::digest::{messages_hash, outcome_digest};
use crate::engine::{self, EventQueue, run};
use crate::fabric::{Fabric, RoutingError, Scope};
use crate::ids::{LinkId, RankId};
use crate::network::{FlowLevel, NetworkLink};
use crate::outcome::{LinkOutcome, Outcome, RankOutcome, StopReason, Work};
use crate::simulation::Options;
use crate::simulation::gauges::Gauges;
use crate::symmetry::{FoldedLink, MessageFolding, RoutedMessage};
use crate::transport::Transport;
use crate::units::{Bytes, Time};
use std::collections::BTreeSet;

/// Moves all messages of `traffic` from the start of time on.
///
/// A message takes the overhead of a message of its scope and the latencies of its route, and then drains at its max-min
/// fair rate; a message of a rank to itself moves nothing. Of the options, `replay` says nothing about messages.
/// Complexity: as many flows as there are classes of messages.
///
/// # Errors
/// [`RoutingError`] when a sender cannot reach its receiver. A limit is no error but a [`StopReason`] of the outcome.
///
/// # Panics
/// When a rank is on no endpoint of the fabric.
pub fn simulate_traffic(
    fabric: &Fabric,
    traffic: &Traffic,
    options: &Options,
) -> Result<TrafficOutcome, RoutingError> {
    simulate_traffic_watching(fabric, traffic, (options, &[]))
}

/// Moves `traffic` as [`simulate_traffic`] does, and records what each of these links carries over time: links of an
/// earlier outcome of the same run, which may stand for others.
///
/// # Errors
/// As [`simulate_traffic`].
///
/// # Panics
/// As [`simulate_traffic`].
pub fn simulate_traffic_watching(
    fabric: &Fabric,
    traffic: &Traffic,
    (options, watched): (&Options, &[LinkId]),
) -> Result<TrafficOutcome, RoutingError> {
    assert!(traffic.ranks <= fabric.endpoints(), "every rank is on an endpoint of its own");
    let routed: Result<Vec<RoutedMessage>, RoutingError> =
        traffic.messages.iter().map(|message| routed(fabric, message, &options.transport)).collect();
    let routed = routed?;
    let folding =
        if options.fold { MessageFolding::of(fabric, &routed) } else { MessageFolding::identity(&routed) };
    let gauges = Gauges::of_links(fabric, folding.links(), watched);
    let network = network(fabric, &options.transport, (folding.links(), &gauges));
    let mut process = TrafficProcess::new(&routed, folding.classes(), network);
    let mut queue = EventQueue::new();
    process.post(&mut queue);
    let (end, stop, events) = run(&mut process, &mut queue, options.limits);
    let stop = stop_reason(stop, process.network.is_draining());
    let of_class = |message: usize| process.finished[folding.class_of(message)];
    let finished: Vec<Time> = (0..routed.len()).map(of_class).collect();
    let last = finished.iter().copied().max().unwrap_or_default();
    let end = if stop == StopReason::Completed { last } else { end };
    let ran =
        Ran { fabric, folding: &folding, gauges: &gauges, network: &process.network, end, stop, events };
    Ok(outcome(traffic, finished, ran))
}

fn routed(fabric: &Fabric, message: &Message, transport: &Transport) -> Result<RoutedMessage, RoutingError> {
    let [from, to] = message.endpoints();
    let route = fabric.route(from, to)?;
    let scope = if fabric.same_domain(from, to) { Scope::ScaleUp } else { Scope::ScaleOut };
    let delay = transport.scope(scope).message + route.latency();
    Ok(RoutedMessage { route, bytes: message.bytes, delay })
}

/// The links at the efficiency of their transport, with nothing on them.
fn network(fabric: &Fabric, transport: &Transport, (links, gauges): (&[FoldedLink], &Gauges)) -> FlowLevel {
    let denominator = fabric.weight_denominator() as f64;
    let network_link = |(class, folded): (usize, &FoldedLink)| {
        let link = fabric.link(folded.link);
        let payload = link.capacity * transport.scope(fabric.tiers()[link.tier.index()].scope).efficiency;
        NetworkLink {
            capacity: payload.bytes_per_second() * denominator,
            tier: gauges.of(class as u32),
            multiplicity: folded.multiplicity,
            binds: !fabric.is_never_full(folded.link),
        }
    };
    FlowLevel::with_tiers(links.iter().enumerate().map(network_link), gauges.count(), denominator)
}

fn stop_reason(stop: engine::StopReason, is_draining: bool) -> StopReason {
    match stop {
        engine::StopReason::EventLimit => StopReason::EventLimit,
        engine::StopReason::TimeLimit => StopReason::TimeLimit,
        engine::StopReason::MemoryLimit(memory) => StopReason::MemoryLimit(memory),
        // A flow that drains without a finish in sight would finish past the end of time.
        _ if is_draining => StopReason::TimeLimit,
        engine::StopReason::Exhausted | engine::StopReason::Interrupted => StopReason::Completed,
    }
}

/// A run that is over.
struct Ran<'a> {
    fabric: &'a Fabric,
    folding: &'a MessageFolding,
    gauges: &'a Gauges,
    network: &'a FlowLevel,
    end: Time,
    stop: StopReason,
    events: u64,
}

fn outcome(traffic: &Traffic, finished: Vec<Time>, ran: Ran<'_>) -> TrafficOutcome {
    let Ran { fabric, folding, gauges, network, end, stop, events } = ran;
    let links: Vec<LinkOutcome> = (folding.links().iter().zip(network.carried()))
        .filter(|(_, carried)| *carried > 0)
        .map(|(folded, weighted_bytes)| LinkOutcome {
            link: folded.link,
            multiplicity: folded.multiplicity,
            weighted_bytes,
        })
        .collect();
    let (ranks, hashes) = of_ranks(traffic, &finished);
    let work = Work {
        events,
        flows: network.attached(),
        rate_solves: network.effort().solves,
        ranks_simulated: ranks_simulated(traffic, folding),
        classes: folding.classes().len() as u64,
        ..Work::default()
    };
    let digest = outcome_digest(hashes.into_iter().map(|hash| (hash, 1)), &links);
    let (tiers, watched) = gauges.read((fabric, folding.links()), network.timelines(), end);
    TrafficOutcome {
        outcome: Outcome {
            end,
            stop,
            ranks,
            links,
            tiers,
            watched,
            work,
            by_events: Vec::new(),
            calls_by_events: Vec::new(),
            transfers: Vec::new(),
            digest,
        },
        finished,
    }
}

/// The ranks at the ends of messages that were simulated.
fn ranks_simulated(traffic: &Traffic, folding: &MessageFolding) -> u64 {
    let simulated = folding.classes().iter().map(|class| &traffic.messages[class.representative]);
    let ranks: BTreeSet<RankId> = simulated.flat_map(|message| [message.sender, message.receiver]).collect();
    ranks.len() as u64
}

/// When each rank has sent and received everything, and a hash of what it sent and received when.
fn of_ranks(traffic: &Traffic, finished: &[Time]) -> (Vec<RankOutcome>, Vec<u128>) {
    let mut ends: Vec<Vec<(u8, Bytes, Time, Time)>> = vec![Vec::new(); traffic.ranks];
    for (message, &finished) in traffic.messages.iter().zip(finished) {
        for (end, rank) in [message.sender, message.receiver].into_iter().enumerate() {
            ends[rank.index()].push((end as u8, message.bytes, Time::ZERO, finished));
        }
    }
    let rank = |(rank, ends): (usize, &mut Vec<(u8, Bytes, Time, Time)>)| {
        let end = ends.iter().map(|end| end.3).max().unwrap_or_default();
        (RankOutcome { rank: RankId::new(rank), multiplicity: 1, end }, messages_hash(ends))
    };
    ends.iter_mut().enumerate().map(rank).unzip()
}

//! What a schedule costs under a transport, and the closed form of its time.

use super::Transport;
use crate::collectives::{Pattern, Phase, Schedule};
use crate::fabric::Scope;
use crate::units::{Bandwidth, Time};
use crate::workload::{CollectiveCall, CollectiveKind, Protocol};

/// What the steps of one phase meet on their way, on a given fabric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PhaseProfile {
    /// The farthest scope that any transfer crosses.
    pub scope: Scope,
    /// The largest latency of any transfer's route.
    pub latency: Time,
    /// The rate of the slowest transfer when all of a step run together, at the efficiency of the links.
    pub rate: Bandwidth,
    /// The nominal bandwidth of a chip inside a domain.
    pub nominal_inside: Bandwidth,
    /// The nominal bandwidth of a chip's own adapters between domains; unbounded where it has none.
    pub nominal_outside: Bandwidth,
}

/// The delays and bounds that a transport adds to a schedule.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CollectiveCost {
    /// Before a rank's first step.
    pub launch: Time,
    /// Before each transfer of each phase, by whether it stays inside the domain.
    pub step: Vec<StepCost>,
    /// After a rank's last step.
    pub tail: Time,
}

/// What a transfer of one phase costs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepCost {
    /// Delay when the transfer stays inside the domain.
    pub inside: Time,
    /// Delay when it leaves the domain.
    pub outside: Time,
    /// The largest rate of one transfer inside the domain.
    pub cap_inside: Bandwidth,
    /// The largest rate of one transfer that leaves the domain.
    pub cap_outside: Bandwidth,
}

impl StepCost {
    /// Delay and largest rate of a transfer in `scope`.
    pub const fn of(&self, scope: Scope) -> (Time, Bandwidth) {
        match scope {
            Scope::ScaleUp => (self.inside, self.cap_inside),
            Scope::ScaleOut => (self.outside, self.cap_outside),
        }
    }
}

/// The predicted time of a collective, in parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Prediction {
    /// Launch of the kernel.
    pub launch: Time,
    /// Latencies of links and software, summed over the steps.
    pub latency: Time,
    /// Draining inside the domain.
    pub link: Time,
    /// Draining between domains.
    pub nic: Time,
    /// The rank's own chunk.
    pub copy: Time,
}

impl Prediction {
    /// The sum of the parts.
    pub fn total(&self) -> Time {
        self.launch + self.latency + self.link + self.nic + self.copy
    }

    /// The name of the largest part: `launch`, `latency`, `link`, `nic` or `copy`.
    pub fn bound_by(&self) -> &'static str {
        let parts = [
            (self.link, "link"),
            (self.nic, "nic"),
            (self.latency, "latency"),
            (self.launch, "launch"),
            (self.copy, "copy"),
        ];
        let mut largest = parts[0];
        for part in parts {
            if part.0 > largest.0 {
                largest = part;
            }
        }
        largest.1
    }
}

/// What `transport` adds to a schedule whose phases meet `profiles`.
///
/// A transfer waits `step` (and, in Simple, its part of the ramp `2 sqrt(ramp W)` of a phase with wire time `W`);
/// LL and LL128 bound the rate of a flow; the rank's own chunk is copied last.
/// Form and values: `docs/src/models/collectives.md`.
pub fn collective_cost(
    transport: &Transport,
    call: &CollectiveCall,
    schedule: &Schedule,
    profiles: &[PhaseProfile],
    protocol: Protocol,
) -> CollectiveCost {
    if schedule.phases.is_empty() {
        return CollectiveCost { launch: transport.launch, ..CollectiveCost::default() };
    }
    let step = |(phase, profile): (&Phase, &PhaseProfile)| {
        let set_up = peer_set_up(transport, call, phase.pattern, schedule.ranks);
        let extra = ramp_per_step(transport, phase, profile, protocol) + set_up;
        let together = phase.pattern.receives(schedule.ranks) as f64;
        step_cost(transport, profile, (protocol, together), extra)
    };
    CollectiveCost {
        launch: transport.launch + transport.start.get(protocol),
        step: schedule.phases.iter().zip(profiles).map(step).collect(),
        tail: own_chunk_time(transport, call, schedule, profiles, protocol),
    }
}

/// Chunks are handed on at a cost: `2 sqrt(ramp W)` over a phase of wire time `W`, an equal part a step (Simple only).
fn ramp_per_step(transport: &Transport, phase: &Phase, profile: &PhaseProfile, protocol: Protocol) -> Time {
    if protocol != Protocol::Simple {
        return Time::ZERO;
    }
    let steps = phase.steps as f64;
    let wire = profile.rate.drain_time(phase.bytes).seconds() * steps;
    Time::from_seconds(2.0 * (transport.ramp.seconds() * wire).sqrt() / steps)
}

/// Before an all-to-all sends, it sets up its peers: all of them for an exchange with everyone at once.
fn peer_set_up(transport: &Transport, call: &CollectiveCall, pattern: Pattern, ranks: usize) -> Time {
    match (call.kind, pattern) {
        (CollectiveKind::AllToAll, Pattern::Everyone) => transport.peer * (ranks as u64 - 1),
        (CollectiveKind::AllToAll, Pattern::Shift) => transport.peer,
        _ => Time::ZERO,
    }
}

/// What a transfer costs when a rank sends `together` of them at once, which share what the protocol can reach.
fn step_cost(
    transport: &Transport,
    profile: &PhaseProfile,
    (protocol, together): (Protocol, f64),
    extra: Time,
) -> StepCost {
    let cap_in = |scope| cap(transport, profile, scope, protocol) * (1.0 / together);
    StepCost {
        inside: transport.scale_up.step.get(protocol) + extra,
        outside: transport.scale_out.step.get(protocol) + extra,
        cap_inside: cap_in(Scope::ScaleUp),
        cap_outside: cap_in(Scope::ScaleOut),
    }
}

fn cap(transport: &Transport, profile: &PhaseProfile, scope: Scope, protocol: Protocol) -> Bandwidth {
    let share = transport.scope(scope).protocol_share.get(protocol);
    let nominal = match scope {
        Scope::ScaleUp => profile.nominal_inside,
        Scope::ScaleOut => profile.nominal_outside,
    };
    if share >= 1.0 { Bandwidth::UNBOUNDED } else { nominal * share }
}

/// The copy of the rank's own chunk, at the rate that a rank reaches in the first phase inside the domain.
fn own_chunk_time(
    transport: &Transport,
    call: &CollectiveCall,
    schedule: &Schedule,
    profiles: &[PhaseProfile],
    protocol: Protocol,
) -> Time {
    let relative = match call.kind {
        CollectiveKind::AllToAll => transport.own_chunk_all_to_all,
        CollectiveKind::AllReduce | CollectiveKind::AllGather | CollectiveKind::ReduceScatter => {
            transport.own_chunk
        }
    };
    let inside = profiles.iter().position(|profile| profile.scope == Scope::ScaleUp).unwrap_or(0);
    let (phase, profile) = (&schedule.phases[inside], &profiles[inside]);
    // Transfers of one step share the port, which the copy has to itself.
    let port = profile.rate * phase.pattern.receives(schedule.ranks) as f64;
    let rate = port.min(cap(transport, profile, profile.scope, protocol));
    let chunk = call.bytes.padded_chunk(schedule.ranks as u64);
    rate.drain_time_of(relative * chunk.count() as f64)
}

/// The closed form: launch, then every step at its latency and at the rate of its slowest transfer, then the copy.
///
/// Equals the simulated time of a collective that is alone on its links and whose steps all ranks do in time.
pub fn predict(schedule: &Schedule, profiles: &[PhaseProfile], cost: &CollectiveCost) -> Prediction {
    let mut prediction = Prediction { launch: cost.launch, copy: cost.tail, ..Prediction::default() };
    for ((phase, profile), step) in schedule.phases.iter().zip(profiles).zip(&cost.step) {
        let steps = phase.steps as u64;
        let (overhead, cap) = step.of(profile.scope);
        prediction.latency += (overhead + profile.latency) * steps;
        let drain = profile.rate.min(cap).drain_time(phase.bytes) * steps;
        match profile.scope {
            Scope::ScaleUp => prediction.link += drain,
            Scope::ScaleOut => prediction.nic += drain,
        }
    }
    prediction
}

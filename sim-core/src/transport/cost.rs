//! What a schedule costs under a transport.

use super::{PhaseProfile, Transport};
use crate::collectives::{Pace, Pattern, Phase, Schedule};
use crate::fabric::Scope;
use crate::units::{Bandwidth, Time};
use crate::workload::{CollectiveCall, CollectiveKind, Protocol};

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
    /// Of both delays, what a pipeline of chunks costs: as it is cut best, half of it is hand-offs, and in the other half
    /// wires fill it.
    pub chunks: Time,
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

/// A collective whose cost is looked for.
#[derive(Clone, Copy)]
struct Costed<'a> {
    transport: &'a Transport,
    call: &'a CollectiveCall,
    schedule: &'a Schedule,
    profiles: &'a [PhaseProfile],
    protocol: Protocol,
}

/// What `transport` adds to a schedule whose phases meet `profiles`.
///
/// A transfer waits for the step before it, or for the hand-off of a chunk; in Simple, collectives that are not cut into
/// chunks pay `2 sqrt(ramp W)` on their wire time `W`; LL and LL128 bound the rate of a flow; the rank's own chunk
/// is copied last. Form and values: `docs/src/models/collectives.md`.
pub fn collective_cost(
    transport: &Transport,
    call: &CollectiveCall,
    schedule: &Schedule,
    profiles: &[PhaseProfile],
    protocol: Protocol,
) -> CollectiveCost {
    let costed = Costed { transport, call, schedule, profiles, protocol };
    if schedule.phases.is_empty() {
        return CollectiveCost { launch: transport.launch, ..CollectiveCost::default() };
    }
    let ramp = costed.ramp();
    let step = |(phase, profile): (&Phase, &PhaseProfile)| {
        let share = profile.drain(phase.bytes).seconds() * ramp;
        costed.step(phase, profile, (costed.peer_set_up(phase.pattern), Time::from_seconds(share)))
    };
    CollectiveCost {
        launch: costed.launch(),
        step: schedule.phases.iter().zip(profiles).map(step).collect(),
        tail: costed.tail(),
    }
}

/// The delay of each chunk that follows another, links included; zero where nothing is handed on.
pub(super) fn hand_off(transport: &Transport, pattern: Pattern) -> Time {
    match (pattern, transport.in_network) {
        (Pattern::InNetwork(waves), Some(cost)) => cost.hand_off * waves.inside() as u64,
        _ => transport.ramp,
    }
}

impl Costed<'_> {
    fn of_experts(&self) -> bool {
        matches!(self.call.kind, CollectiveKind::EpDispatch | CollectiveKind::EpCombine)
    }

    fn in_network(&self) -> bool {
        matches!(self.schedule.phases[0].pattern, Pattern::InNetwork(_))
    }

    /// Until the first step: the kernel, the protocol, and the latest of the ranks.
    fn launch(&self) -> Time {
        let Self { transport, schedule, protocol, .. } = self;
        let ranks = schedule.ranks as f64;
        let late = transport.jitter * (2.0 * ranks.ln()).sqrt();
        if self.of_experts() {
            return transport.experts.launch + transport.experts.doubling * ranks.log2() + late;
        }
        let start = match transport.in_network.filter(|_| self.in_network()) {
            Some(cost) => cost.start,
            None => transport.start.get(*protocol),
        };
        transport.launch + start + late
    }

    /// Chunks are handed on at a cost: `2 sqrt(ramp W)` over the wire time `W` of the collective, as a share of it.
    fn ramp(&self) -> f64 {
        let Self { transport, schedule, profiles, protocol, .. } = self;
        if *protocol != Protocol::Simple || self.schedule.in_lockstep() || self.of_experts() {
            return 0.0;
        }
        let of_phase = |(phase, profile): (&Phase, &PhaseProfile)| {
            profile.drain(phase.bytes).seconds() * phase.steps as f64
        };
        let wire: f64 = schedule.phases.iter().zip(*profiles).map(of_phase).sum();
        if wire > 0.0 { 2.0 * (transport.ramp.seconds() / wire).sqrt() } else { 0.0 }
    }

    /// Before an all-to-all sends, it sets up its peers: all of them for an exchange with everyone at once.
    fn peer_set_up(&self, pattern: Pattern) -> Time {
        match (self.call.kind, pattern) {
            (CollectiveKind::AllToAll, Pattern::Everyone(_)) => {
                self.transport.peer * (self.schedule.ranks as u64 - 1)
            }
            (CollectiveKind::AllToAll, Pattern::Shift) => self.transport.peer,
            _ => Time::ZERO,
        }
    }

    fn step(&self, phase: &Phase, profile: &PhaseProfile, (peers, chunks): (Time, Time)) -> StepCost {
        let delay = |scope| self.delay(phase, profile, scope) + peers + chunks;
        let cap = |scope| self.transfer_cap(phase, profile, scope);
        StepCost {
            inside: delay(Scope::ScaleUp),
            outside: delay(Scope::ScaleOut),
            cap_inside: cap(Scope::ScaleUp),
            cap_outside: cap(Scope::ScaleOut),
            chunks,
        }
    }

    /// The delay of a transfer beyond the latency of its links.
    fn delay(&self, phase: &Phase, profile: &PhaseProfile, scope: Scope) -> Time {
        let Self { transport, protocol, .. } = self;
        if self.of_experts() {
            return Time::ZERO;
        }
        let step = transport.scope(scope).step.get(*protocol);
        let latency = profile.of(scope).map_or(Time::ZERO, |meeting| meeting.latency);
        match (phase.pace, phase.pattern, scope) {
            (Pace::HandOff, pattern, _) => hand_off(transport, pattern).saturating_sub(latency),
            // A chunk that is not the first follows another.
            (Pace::Step, pattern, Scope::ScaleOut) if !pattern.leads_outside(phase.first) => {
                hand_off(transport, pattern).saturating_sub(latency)
            }
            // What the switches' first chunk takes is in their start.
            (Pace::Step, Pattern::InNetwork(_), Scope::ScaleUp) => Time::ZERO,
            (Pace::Step, Pattern::Channels { inside }, Scope::ScaleOut) => {
                self.spread_over_steps(profile, inside).saturating_sub(latency)
            }
            (Pace::Step, ..) => step,
        }
    }

    /// The latency of a step of a channel between domains, links included.
    ///
    /// Chunks in flight hide it: in each time around, data crosses between domains `m - 1` times in `n - 1` steps,
    /// and what those crossings take longer than a step inside is spread over all steps.
    fn spread_over_steps(&self, profile: &PhaseProfile, inside: usize) -> Time {
        let ranks = self.schedule.ranks;
        let total = |scope: Scope| {
            let latency = profile.of(scope).map_or(Time::ZERO, |meeting| meeting.latency);
            self.transport.scope(scope).step.get(self.protocol) + latency
        };
        let near = total(Scope::ScaleUp);
        let crossings = (ranks / inside - 1) as f64 / (ranks - 1) as f64;
        near + total(Scope::ScaleOut).saturating_sub(near) * crossings
    }

    /// The largest rate of one transfer, when a rank has several of a phase under way at once.
    fn transfer_cap(&self, phase: &Phase, profile: &PhaseProfile, scope: Scope) -> Bandwidth {
        let Self { transport, schedule, .. } = self;
        let port = profile.nominal(scope) * transport.scope(scope).efficiency;
        match (phase.pattern, transport.in_network, scope) {
            (Pattern::InNetwork(waves), Some(cost), Scope::ScaleUp) => {
                // On each port there is one transfer of every owner, and the rank's own.
                port * (cost.efficiency / (waves.inside() + 1) as f64)
            }
            (Pattern::Relay(relay), _, Scope::ScaleUp) => self.expert_cap(port, relay.inside()),
            (Pattern::Everyone(_) | Pattern::Experts(_), _, Scope::ScaleUp) if self.of_experts() => {
                self.expert_cap(port, schedule.ranks)
            }
            (Pattern::Everyone(_) | Pattern::Experts(_) | Pattern::Relay(_), ..) if self.of_experts() => {
                Bandwidth::UNBOUNDED
            }
            // Transfers that leave the domain share its adapters with one another, not with those that stay.
            (Pattern::Everyone(_), ..) => {
                let at_once = profile.of(scope).map_or(1, |meeting| meeting.at_once);
                self.protocol_cap(profile, scope) * (1.0 / at_once as f64)
            }
            (pattern, _, _) => {
                self.protocol_cap(profile, scope) * (1.0 / pattern.at_once(schedule.ranks) as f64)
            }
        }
    }

    /// The largest rate of a transfer inside a domain to one of `ranks` ranks that all exchange tokens.
    fn expert_cap(&self, port: Bandwidth, ranks: usize) -> Bandwidth {
        let ranks = ranks as f64;
        let doublings = (ranks / 8.0).log2().max(0.0);
        let loss = 1.0 + self.transport.experts.spread * doublings;
        if loss > 1.0 { port * (1.0 / (loss * (ranks - 1.0))) } else { Bandwidth::UNBOUNDED }
    }

    /// The largest rate of a rank's port under the protocol, and in an all-to-all.
    fn protocol_cap(&self, profile: &PhaseProfile, scope: Scope) -> Bandwidth {
        let Self { transport, call, protocol, .. } = self;
        let costs = transport.scope(scope);
        let nominal = profile.nominal(scope);
        let share = costs.protocol_share.get(*protocol);
        let bound = if share >= 1.0 { Bandwidth::UNBOUNDED } else { nominal * share };
        let exchange = transport.all_to_all_efficiency;
        if call.kind == CollectiveKind::AllToAll && exchange < 1.0 {
            return bound.min(nominal * (costs.efficiency * exchange));
        }
        bound
    }

    /// The copy of the rank's own chunk, at the rate that its port reaches in the first phase inside the domain.
    fn tail(&self) -> Time {
        let Self { transport, call, schedule, profiles, .. } = self;
        let relative = match call.kind {
            CollectiveKind::AllToAll => transport.own_chunk_all_to_all,
            CollectiveKind::AllReduce | CollectiveKind::AllGather | CollectiveKind::ReduceScatter
                if !self.schedule.in_lockstep() =>
            {
                transport.own_chunk
            }
            CollectiveKind::EpDispatch => return transport.experts.copy.drain_time(call.bytes),
            CollectiveKind::EpCombine => {
                let copies = call.bytes * u64::from(call.experts.choices);
                return transport.experts.reduce.drain_time(copies);
            }
            _ => return Time::ZERO,
        };
        let inside = profiles.iter().position(|profile| profile.inside.is_some());
        let (profile, scope) = match inside {
            Some(index) => (&profiles[index], Scope::ScaleUp),
            None => (&profiles[0], Scope::ScaleOut),
        };
        let pattern = schedule.phases[inside.unwrap_or(0)].pattern;
        let port = profile.of(scope).map_or(Bandwidth::UNBOUNDED, |meeting| {
            meeting.rate * (pattern.at_once(schedule.ranks) as u64 * meeting.blocks) as f64
        });
        let rate = port.min(self.protocol_cap(profile, scope));
        let chunk = call.bytes.padded_chunk(schedule.ranks as u64);
        rate.drain_time_of(relative * chunk.count() as f64)
    }
}

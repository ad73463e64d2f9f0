//! What software adds to the wire: launches, per-step latencies, protocols, and the share of a link they reach.
//!
//! One [`Transport`] describes a transport family (NVLink5 with InfiniBand beyond the domain, UB, ...) by a
//! few physical parameters. [`Transport::ideal`] switches every one of them off: results are then the bare
//! closed forms. The parameters' values live in the catalog, with their sources.

mod cost;
mod plan;

pub use cost::{CollectiveCost, PhaseProfile, Prediction, StepCost, collective_cost, predict};
pub use plan::{Plan, Planner};

use crate::fabric::Scope;
use crate::units::Time;
use crate::workload::Protocol;

/// A value for each protocol.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ByProtocol<T> {
    /// For LL: eight-byte flags, half of the bytes.
    pub ll: T,
    /// For LL128: a flag every 128 bytes.
    pub ll128: T,
    /// For Simple: whole chunks, a fence each.
    pub simple: T,
}

impl<T: Copy> ByProtocol<T> {
    /// The same value for all.
    pub const fn all(value: T) -> Self {
        Self { ll: value, ll128: value, simple: value }
    }

    /// The value for one protocol.
    pub const fn get(&self, protocol: Protocol) -> T {
        match protocol {
            Protocol::Ll => self.ll,
            Protocol::Ll128 => self.ll128,
            Protocol::Simple => self.simple,
        }
    }
}

/// What one scope of links, inside a domain or between domains, costs in software.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScopeCost {
    /// Delay of each dependent step beyond the latency of the links.
    pub step: ByProtocol<Time>,
    /// The share of a link's payload bandwidth that transfers reach together.
    pub efficiency: f64,
    /// The share of the nominal bandwidth that one flow of a protocol can reach (1 for no bound).
    pub protocol_share: ByProtocol<f64>,
    /// Delay of a point-to-point message beyond the latency of the links.
    pub message: Time,
}

/// The software of a transport family.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transport {
    /// Delay of every collective before its first step.
    pub launch: Time,
    /// Further delay before the first step, by protocol.
    pub start: ByProtocol<Time>,
    /// Chunk hand-off time multiplied by pipeline depth: a collective with wire time `W` takes `2 sqrt(ramp W)` longer (Simple only).
    pub ramp: Time,
    /// Cost of a rank's own chunk, relative to a byte on the wire, in ring and direct collectives.
    pub own_chunk: f64,
    /// The same in all-to-all.
    pub own_chunk_all_to_all: f64,
    /// Set-up of each peer in all-to-all.
    pub peer: Time,
    /// Inside a domain.
    pub scale_up: ScopeCost,
    /// Between domains.
    pub scale_out: ScopeCost,
}

impl Transport {
    /// No software cost at all.
    pub const fn ideal() -> Self {
        let free = ScopeCost {
            step: ByProtocol::all(Time::ZERO),
            efficiency: 1.0,
            protocol_share: ByProtocol::all(1.0),
            message: Time::ZERO,
        };
        Self {
            launch: Time::ZERO,
            start: ByProtocol::all(Time::ZERO),
            ramp: Time::ZERO,
            own_chunk: 0.0,
            own_chunk_all_to_all: 0.0,
            peer: Time::ZERO,
            scale_up: free,
            scale_out: free,
        }
    }

    /// The costs of one scope.
    pub const fn scope(&self, scope: Scope) -> &ScopeCost {
        match scope {
            Scope::ScaleUp => &self.scale_up,
            Scope::ScaleOut => &self.scale_out,
        }
    }
}

//! What software adds to the wire: launches, per-step latencies, protocols, and the share of a link they reach.
//!
//! One [`Transport`] describes a transport family (NVLink5 with InfiniBand beyond the domain, UB, ...) by a
//! few physical parameters. [`Transport::ideal`] switches every one of them off: results are then the bare
//! closed forms. The parameters' values live in the catalog, with their sources.

mod blocks;
mod cost;
mod groups;
mod loads;
mod parts;
mod plan;
mod prediction;
mod profile;
mod replacement;

pub(crate) use blocks::even_blocks;
pub use cost::{CollectiveCost, StepCost, collective_cost};
pub use parts::{ScopeTimes, TransferParts};
pub use plan::{Plan, Planner, Surveys, fastest};
pub use prediction::{Prediction, predict};
pub(crate) use profile::transfer_route;
pub use profile::{Meeting, PhaseProfile};
pub use replacement::Replacement;

use crate::fabric::Scope;
use crate::units::{Bandwidth, Time};
use crate::workload::{Library, Protocol};

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

/// What reduction and copying in the switches of a domain cost (NVLink SHARP).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InNetworkCost {
    /// Further delay before the first chunk.
    pub start: Time,
    /// Delay of each chunk that follows another, for each rank of the domain: all of them have to answer.
    pub hand_off: Time,
    /// The share of what a ring reaches that transfers through the switches' arithmetic reach.
    pub efficiency: f64,
    /// The fewest ranks of a domain for which the switches are used.
    pub least_ranks: u32,
}

/// What the exchange of tokens with experts on other ranks costs, which has kernels of its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExpertCost {
    /// Launch and synchronisation of a few ranks.
    pub launch: Time,
    /// Further delay for each doubling of the ranks.
    pub doubling: Time,
    /// The rate at which a rank's tokens are read and copied before they are sent.
    pub copy: Bandwidth,
    /// The rate at which the copies of its tokens that have come back are summed.
    pub reduce: Bandwidth,
    /// The share of the bandwidth that is lost at each doubling of more than 8 ranks.
    pub spread: f64,
}

impl ExpertCost {
    /// Nothing.
    pub const fn none() -> Self {
        let unbounded = Bandwidth::UNBOUNDED;
        Self { launch: Time::ZERO, doubling: Time::ZERO, copy: unbounded, reduce: unbounded, spread: 0.0 }
    }
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
    /// What an all-to-all reaches of the rate of a ring.
    pub all_to_all_efficiency: f64,
    /// Ranks that start late hold up the others: the expected delay of the latest of `n` grows with `sqrt(2 ln n)` of this.
    pub jitter: Time,
    /// Whose algorithms are considered.
    pub library: Library,
    /// Switches that reduce and copy, where there are any.
    pub in_network: Option<InNetworkCost>,
    /// Exchanges of tokens with experts.
    pub experts: ExpertCost,
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
            all_to_all_efficiency: 1.0,
            jitter: Time::ZERO,
            library: Library::Any,
            in_network: None,
            experts: ExpertCost::none(),
            scale_up: free,
            scale_out: free,
        }
    }

    /// The same costs, with switches that reduce and copy for nothing.
    pub const fn with_ideal_switches(self) -> Self {
        let free = InNetworkCost { start: Time::ZERO, hand_off: Time::ZERO, efficiency: 1.0, least_ranks: 2 };
        Self { in_network: Some(free), ..self }
    }

    /// The costs of one scope.
    pub const fn scope(&self, scope: Scope) -> &ScopeCost {
        match scope {
            Scope::ScaleUp => &self.scale_up,
            Scope::ScaleOut => &self.scale_out,
        }
    }
}

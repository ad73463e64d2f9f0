//! How the engine runs, and what is said when it stops before its time.

use copperlight_core::engine::{Limits, Memory};
use copperlight_core::simulation::Options;
use copperlight_core::transport::Transport;
use copperlight_core::units::Time;

/// How the engine runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineOptions {
    /// Whether identical ranks are simulated once and isolated collectives remembered.
    pub fold: bool,
    /// Whether the busiest links are recorded over time, in a second simulation.
    pub watch_links: bool,
    /// When each simulation stops early.
    pub limits: Limits,
}

impl Default for EngineOptions {
    /// Folding, and no limits.
    fn default() -> Self {
        Self { fold: true, watch_links: false, limits: Limits::default() }
    }
}

impl EngineOptions {
    /// Options of a simulation with this software.
    pub(super) fn with(&self, transport: Transport) -> Options {
        let folded = Options { limits: self.limits, ..Options::new(transport) };
        if self.fold { folded } else { folded.unfolded() }
    }
}

/// What is said of a run that handled more events than its limit.
pub fn too_many_events(limits: &Limits) -> String {
    format!("it takes more than {} events, the limit; raise `--max-events`, or move less", limits.events)
}

/// What is said of a run that goes past the limit of time, or past the largest time.
pub fn too_long(limits: &Limits) -> String {
    if limits.time == Time::MAX {
        return "it takes longer than 213 days, the longest time that can be simulated; raise bandwidths or move less"
            .to_owned();
    }
    format!("it goes on past {}, the limit of simulated time; raise `--max-time`, or move less", limits.time)
}

/// What is said of a run that held more memory than its limit.
pub fn too_large(limits: &Limits, memory: &Memory) -> String {
    format!(
        "it holds {}, more than the limit of {}; most of it, {}, for {}; raise `--max-memory`, or move less at once",
        memory.total, limits.memory, memory.largest, memory.name
    )
}

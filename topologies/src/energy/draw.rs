//! What draws power in a system.

use crate::interval::Interval;

/// What a system of some size draws, in watts.
#[derive(Debug, Clone, PartialEq)]
pub struct PowerDraw {
    /// All chips when they compute: their limit.
    pub chips_busy: Interval,
    /// All chips when they wait.
    pub chips_idle: Interval,
    /// CPUs, memory, adapters, fans and losses; `None` where no power of a whole domain is published.
    pub hosts: Option<Interval>,
    /// The links and switches of each tier.
    pub tiers: Vec<TierDraw>,
    /// Power of the building over power of the machines.
    pub overhead: Interval,
}

/// What the links and switches of one tier draw, in watts.
#[derive(Debug, Clone, PartialEq)]
pub struct TierDraw {
    /// The name of the tier.
    pub name: String,
    /// Optical modules and active cables, whether they carry or not.
    pub modules: Interval,
    /// Switch chips; `None` where their power is not known, so that it is part of the hosts.
    pub switches: Option<Interval>,
    /// Joules a bit on a medium whose ends have no power of their own; `None` where the modules' power says it.
    pub per_bit: Option<Interval>,
}

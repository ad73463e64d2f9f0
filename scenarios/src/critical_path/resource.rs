//! What can bound an interval of a critical path.

/// A resource that a run waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    /// Arithmetic of the chip.
    Compute,
    /// Bandwidth of the chip's memory.
    MemoryBandwidth,
    /// The host, which launches kernels and does what a step costs beside them.
    Host,
    /// What kernels lose while their chip communicates.
    Interference,
    /// Wires inside domains.
    ScaleUpLinks,
    /// Wires between domains.
    ScaleOutLinks,
    /// Latency of links inside domains.
    ScaleUpLatency,
    /// Latency of links between domains.
    ScaleOutLatency,
    /// What software adds to transfers: launches, steps, messages and hand-offs of chunks.
    Software,
    /// What kernels of expert exchanges copy in memory.
    Copy,
}

impl Resource {
    /// How many there are.
    pub const COUNT: usize = 10;

    /// All of them.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Compute,
        Self::MemoryBandwidth,
        Self::Host,
        Self::Interference,
        Self::ScaleUpLinks,
        Self::ScaleOutLinks,
        Self::ScaleUpLatency,
        Self::ScaleOutLatency,
        Self::Software,
        Self::Copy,
    ];

    /// What is waited for, in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Compute => "arithmetic of chips",
            Self::MemoryBandwidth => "the bandwidth of their memory",
            Self::Host => "hosts",
            Self::Interference => "kernels that communication slows",
            Self::ScaleUpLinks => "scale-up links",
            Self::ScaleOutLinks => "scale-out links",
            Self::ScaleUpLatency => "the latency of scale-up links",
            Self::ScaleOutLatency => "the latency of scale-out links",
            Self::Software => "communication software",
            Self::Copy => "copies of tokens for experts",
        }
    }

    /// The key in results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Compute => "compute",
            Self::MemoryBandwidth => "memory_bandwidth",
            Self::Host => "host",
            Self::Interference => "interference",
            Self::ScaleUpLinks => "link:scale-up",
            Self::ScaleOutLinks => "link:scale-out",
            Self::ScaleUpLatency => "latency:scale-up",
            Self::ScaleOutLatency => "latency:scale-out",
            Self::Software => "software",
            Self::Copy => "copy",
        }
    }
}

//! How a program calls a collective: which one, how much, and how.

use crate::units::Bytes;

/// How a collective is broken into transfers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// Each rank sends to the next, around a ring.
    Ring,
    /// Each rank exchanges with every other at once, in one step (all-reduce: two).
    Direct,
    /// Rings within each tier: reduce-scatter from the inside out, all-gather back.
    Hierarchical,
    /// All-to-all in n - 1 exchanges, the peer moving on by one rank each.
    Pairwise,
}

impl Algorithm {
    /// All algorithms.
    pub const ALL: [Self; 4] = [Self::Ring, Self::Direct, Self::Hierarchical, Self::Pairwise];

    /// The name on the command line and in results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ring => "ring",
            Self::Direct => "direct",
            Self::Hierarchical => "hierarchical",
            Self::Pairwise => "pairwise",
        }
    }
}

/// How bytes and flags travel together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// Eight-byte stores of which half are flags: lowest latency.
    Ll,
    /// A flag every 128 bytes.
    Ll128,
    /// Whole chunks, a fence each: highest bandwidth.
    Simple,
}

impl Protocol {
    /// All protocols.
    pub const ALL: [Self; 3] = [Self::Ll, Self::Ll128, Self::Simple];

    /// The name on the command line and in results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ll => "ll",
            Self::Ll128 => "ll128",
            Self::Simple => "simple",
        }
    }
}

/// Which collective a group runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CollectiveKind {
    /// Every rank ends with the sum of all buffers.
    AllReduce,
    /// Every rank ends with its share of the sum.
    ReduceScatter,
    /// Every rank ends with all shares.
    AllGather,
    /// Every rank sends a different share to every other.
    AllToAll,
}

impl CollectiveKind {
    /// All collectives.
    pub const ALL: [Self; 4] = [Self::AllReduce, Self::ReduceScatter, Self::AllGather, Self::AllToAll];

    /// The name on the command line and in results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AllReduce => "all-reduce",
            Self::ReduceScatter => "reduce-scatter",
            Self::AllGather => "all-gather",
            Self::AllToAll => "all-to-all",
        }
    }

    /// What algbw is multiplied by to give busbw, over `ranks` ranks: 2(n-1)/n for all-reduce, else (n-1)/n.
    ///
    /// Source: nccl-tests, `doc/PERFORMANCE.md`.
    pub fn bus_factor(self, ranks: usize) -> f64 {
        let n = ranks as f64;
        match self {
            Self::AllReduce => 2.0 * (n - 1.0) / n,
            Self::ReduceScatter | Self::AllGather | Self::AllToAll => (n - 1.0) / n,
        }
    }
}

/// One collective: what, how much, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CollectiveCall {
    /// Which collective.
    pub kind: CollectiveKind,
    /// The buffer, by the conventions of nccl-tests: all-reduce, the buffer; all-gather, the gathered buffer;
    /// reduce-scatter, the input; all-to-all, one rank's whole send buffer.
    pub bytes: Bytes,
    /// The algorithm, or `None` to choose by predicted time.
    pub algorithm: Option<Algorithm>,
    /// The protocol, or `None` to choose by predicted time.
    pub protocol: Option<Protocol>,
}

impl CollectiveCall {
    /// A collective whose algorithm and protocol are chosen by predicted time.
    pub const fn auto(kind: CollectiveKind, bytes: Bytes) -> Self {
        Self { kind, bytes, algorithm: None, protocol: None }
    }
}

//! How a program calls a collective: which one, how much, and how.

use crate::units::Bytes;

/// How a collective is broken into transfers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// Each rank sends to the next, around a ring.
    Ring,
    /// Each rank exchanges with every other at once, in one step (all-reduce: one-shot, the whole buffer).
    Direct,
    /// Rings within each tier: reduce-scatter from the inside out, all-gather back.
    Hierarchical,
    /// All-to-all in n - 1 exchanges, the peer moving on by one rank each.
    Pairwise,
    /// Pipelined double binary trees between domains, chains inside.
    Tree,
    /// Recursive halving and doubling, for any number of ranks.
    HalvingDoubling,
    /// All-reduce in two direct exchanges: each rank sums its part, then sends it to all.
    TwoShot,
    /// Switches of a domain reduce and copy (NVLink SHARP).
    Nvls,
    /// Switches reduce and copy inside domains, double binary trees join domains.
    NvlsTree,
}

impl Algorithm {
    /// All algorithms.
    pub const ALL: [Self; 9] = [
        Self::Ring,
        Self::Tree,
        Self::HalvingDoubling,
        Self::Direct,
        Self::TwoShot,
        Self::Hierarchical,
        Self::Nvls,
        Self::NvlsTree,
        Self::Pairwise,
    ];

    /// The name on the command line and in results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ring => "ring",
            Self::Direct => "direct",
            Self::Hierarchical => "hierarchical",
            Self::Pairwise => "pairwise",
            Self::Tree => "tree",
            Self::HalvingDoubling => "halving-doubling",
            Self::TwoShot => "two-shot",
            Self::Nvls => "nvls",
            Self::NvlsTree => "nvls-tree",
        }
    }
}

/// Whose choice of algorithms `auto` follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Library {
    /// NCCL and RCCL: rings, trees, and switches that reduce.
    Nccl,
    /// HCCL: rings, halving and doubling, tiers.
    Hccl,
    /// No library in particular: rings and tiers.
    Any,
}

impl Library {
    /// All libraries.
    pub const ALL: [Self; 3] = [Self::Nccl, Self::Hccl, Self::Any];

    /// The name in the catalog.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nccl => "nccl",
            Self::Hccl => "hccl",
            Self::Any => "any",
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
    /// Every rank ends with the buffer of the first.
    Broadcast,
    /// The first rank ends with the sum of all buffers.
    Reduce,
    /// Every rank sends a message to the next.
    SendRecv,
    /// Nobody goes on before everybody has come.
    Barrier,
    /// Every rank sends its tokens to the ranks of the experts that they are for.
    EpDispatch,
    /// The experts' ranks send back what they made of the tokens, which is summed.
    EpCombine,
}

impl CollectiveKind {
    /// All collectives.
    pub const ALL: [Self; 10] = [
        Self::AllReduce,
        Self::ReduceScatter,
        Self::AllGather,
        Self::AllToAll,
        Self::Broadcast,
        Self::Reduce,
        Self::SendRecv,
        Self::Barrier,
        Self::EpDispatch,
        Self::EpCombine,
    ];

    /// The name on the command line and in results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AllReduce => "all-reduce",
            Self::ReduceScatter => "reduce-scatter",
            Self::AllGather => "all-gather",
            Self::AllToAll => "all-to-all",
            Self::Broadcast => "broadcast",
            Self::Reduce => "reduce",
            Self::SendRecv => "send-recv",
            Self::Barrier => "barrier",
            Self::EpDispatch => "ep-dispatch",
            Self::EpCombine => "ep-combine",
        }
    }

    /// Whether no rank is done before every rank has come.
    pub const fn everyone_waits(self) -> bool {
        match self {
            Self::AllReduce
            | Self::ReduceScatter
            | Self::AllGather
            | Self::AllToAll
            | Self::Barrier
            | Self::EpDispatch
            | Self::EpCombine => true,
            Self::Broadcast | Self::Reduce | Self::SendRecv => false,
        }
    }

    /// What algbw is multiplied by to give busbw, over `ranks` ranks; 0 where there is none.
    ///
    /// 2(n-1)/n for all-reduce; (n-1)/n for reduce-scatter, all-gather and all-to-all; 1 for broadcast, reduce and
    /// send-recv. Source: nccl-tests, `doc/PERFORMANCE.md`.
    pub fn bus_factor(self, ranks: usize) -> f64 {
        let n = ranks as f64;
        match self {
            Self::AllReduce => 2.0 * (n - 1.0) / n,
            Self::ReduceScatter | Self::AllGather | Self::AllToAll => (n - 1.0) / n,
            Self::Broadcast | Self::Reduce | Self::SendRecv => f64::from(u8::from(ranks > 1)),
            Self::Barrier | Self::EpDispatch | Self::EpCombine => 0.0,
        }
    }
}

/// How tokens spread over the ranks of experts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ExpertRouting {
    /// How many experts are chosen for each token: so many answers are summed.
    pub choices: u32,
    /// What the busiest rank gets, over the mean, in thousandths.
    imbalance: u32,
}

impl Default for ExpertRouting {
    fn default() -> Self {
        Self::new(1, 1.0)
    }
}

impl ExpertRouting {
    /// Tokens go to `choices` experts each; the busiest rank gets `imbalance` times the mean (to three decimals).
    pub fn new(choices: u32, imbalance: f64) -> Self {
        Self { choices, imbalance: (imbalance * 1000.0).round().max(1000.0) as u32 }
    }

    /// To how many of `ranks` ranks each token goes: to each of them once at most.
    pub fn destinations(self, ranks: usize) -> u32 {
        self.choices.min(u32::try_from(ranks).unwrap_or(u32::MAX))
    }

    /// What the busiest rank gets, over the mean; at least 1.
    pub fn imbalance(self) -> f64 {
        f64::from(self.imbalance) / 1000.0
    }
}

/// One collective: what, how much, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CollectiveCall {
    /// Which collective.
    pub kind: CollectiveKind,
    /// The buffer, by the conventions of nccl-tests: all-reduce, the buffer; all-gather, the gathered buffer;
    /// reduce-scatter, the input; all-to-all, one rank's whole send buffer; send-recv, the message; of experts, one
    /// rank's tokens, each once.
    pub bytes: Bytes,
    /// The algorithm, or `None` to choose by predicted time.
    pub algorithm: Option<Algorithm>,
    /// The protocol, or `None` to choose by predicted time.
    pub protocol: Option<Protocol>,
    /// How tokens spread, for the exchanges of experts.
    pub experts: ExpertRouting,
}

impl CollectiveCall {
    /// A collective whose algorithm and protocol are chosen by predicted time.
    pub fn auto(kind: CollectiveKind, bytes: Bytes) -> Self {
        Self { kind, bytes, algorithm: None, protocol: None, experts: ExpertRouting::default() }
    }
}

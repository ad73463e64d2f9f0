//! What software does with a plan: kernels, launches, buckets.

/// Whether kernels are launched one by one or as recorded graphs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum LaunchGraphs {
    /// One by one: the host can be slower than the chip.
    #[default]
    None,
    /// Parts of layers are graphs; what depends on routing is launched one by one.
    Partial,
    /// The whole step is one graph.
    Full,
}

/// How core attention is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum AttentionKernel {
    /// One kernel that never stores scores (Dao 2023, arXiv:2307.08691), over the causal half only.
    #[default]
    Flash,
    /// Two batched matmuls and kernels over all scores, as before 2022.
    Unfused,
}

/// Choices of software that change what a step takes and not what it computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Recipe {
    /// How kernels are launched.
    pub graphs: LaunchGraphs,
    /// How core attention is computed.
    pub attention: AttentionKernel,
    /// Parameters of a gradient bucket; `None` for Megatron's rule, the larger of 40 million and a million a replica.
    pub bucket: Option<u64>,
    /// What the chip with the busiest experts gets, over the mean, in thousandths.
    pub expert_imbalance: u32,
    /// Share of its speed that compute loses while the chip communicates, in thousandths.
    pub interference: u32,
    /// Routing whose shapes the host does not wait for: tokens over a capacity are dropped.
    pub drops_tokens: bool,
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            graphs: LaunchGraphs::None,
            attention: AttentionKernel::Flash,
            bucket: None,
            expert_imbalance: 1000,
            interference: 0,
            drops_tokens: false,
        }
    }
}

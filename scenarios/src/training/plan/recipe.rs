//! What software does with a plan: kernels, launches, buckets.

use copperlight_topologies::Software;

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

/// In which format gradients are accumulated and reduced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum GradientFormat {
    /// Four bytes, Megatron's default beside BF16 parameters.
    #[default]
    Fp32,
    /// Two bytes, as many tuned recipes choose.
    Bf16,
}

impl GradientFormat {
    /// Bytes of one gradient.
    pub const fn bytes(self) -> u64 {
        match self {
            Self::Fp32 => 4,
            Self::Bf16 => 2,
        }
    }
}

/// In which format tokens go to experts on other chips, in forward passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum DispatchFormat {
    /// Two bytes a value.
    #[default]
    Bf16,
    /// One byte a value, and a scale of four bytes for each 128 of them, as DeepSeek-V3 (arXiv:2412.19437, section 3.3).
    Fp8,
}

impl DispatchFormat {
    /// The values that share a scale.
    const SCALED_TOGETHER: u64 = 128;

    /// The bytes of so many values.
    pub const fn bytes(self, values: u64) -> u64 {
        match self {
            Self::Bf16 => values.saturating_mul(2),
            Self::Fp8 => values.saturating_add(values.div_ceil(Self::SCALED_TOGETHER).saturating_mul(4)),
        }
    }
}

/// Choices of software that change what a step takes and not what it computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Recipe {
    /// How kernels are launched.
    pub graphs: LaunchGraphs,
    /// How core attention is computed.
    pub attention: AttentionKernel,
    /// In which format gradients are accumulated and reduced.
    pub gradients: GradientFormat,
    /// Parameters of a gradient bucket; `None` for Megatron's rule, the larger of 40 million and a million a replica.
    pub bucket: Option<u64>,
    /// What the chip with the busiest experts gets, over the mean, in thousandths.
    pub expert_imbalance: u32,
    /// In which format tokens go to experts, forward; answers and gradients have 16 bits.
    pub dispatch: DispatchFormat,
    /// Share of its speed that compute loses while the chip communicates, in thousandths; `None` for what the chip loses.
    pub interference: Option<u32>,
    /// Routing whose shapes the host does not wait for: tokens over a capacity are dropped.
    pub drops_tokens: bool,
    /// Whose layers take as long as a fit over published runs says; `None` for the reference.
    pub software: Option<Software>,
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            graphs: LaunchGraphs::None,
            attention: AttentionKernel::Flash,
            gradients: GradientFormat::Fp32,
            bucket: None,
            expert_imbalance: 1000,
            dispatch: DispatchFormat::Bf16,
            interference: None,
            drops_tokens: false,
            software: None,
        }
    }
}

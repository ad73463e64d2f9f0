//! What a plan can choose beside its degrees.

/// The order in which a stage runs its passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Schedule {
    /// All forward, then all backward (Huang et al. 2019, arXiv:1811.06965).
    GPipe,
    /// One forward, one backward (Narayanan et al. 2021, arXiv:2104.04473); interleaved where there are virtual stages.
    #[default]
    OneForwardOneBackward,
    /// 1F1B whose weight gradients fill the bubble: ZB-H1 (Qi et al. 2023, arXiv:2401.10241).
    ZeroBubble,
    /// Micro-batches from both ends, forward and backward passes paired (DeepSeek-AI 2024, arXiv:2412.19437).
    DualPipe,
}

/// What is computed again in the backward pass instead of being kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Recompute {
    /// Parts of layers.
    Modules(RecomputedModules),
    /// Whole layers: all of them, or so many of each virtual stage.
    Full {
        /// Layers of each virtual stage; `None` for all.
        layers: Option<u64>,
    },
}

impl Recompute {
    /// Nothing. The flash kernel never stores the scores, so they take no memory even then.
    pub const NONE: Self = Self::Modules(RecomputedModules::NONE);
    /// Core attention: its forward kernel runs again before its backward kernel (Korthikanti et al. 2022).
    pub const SELECTIVE: Self = Self::Modules(RecomputedModules::CORE_ATTENTION);

    /// Whether the parts of a layer that are named are computed again one by one.
    pub const fn has(self, modules: RecomputedModules) -> bool {
        match self {
            Self::Modules(all) => all.contains(modules),
            Self::Full { .. } => false,
        }
    }
}

/// Parts of a layer that are computed again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RecomputedModules(u8);

impl RecomputedModules {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// Scores, softmax and their product with the values.
    pub const CORE_ATTENTION: Self = Self(1);
    /// The norms.
    pub const NORMS: Self = Self(2);
    /// The activation between the matmuls of a feed-forward half, and of experts.
    pub const ACTIVATION: Self = Self(4);
    /// The up-projections of latent attention.
    pub const LATENT_UP_PROJECTION: Self = Self(8);
    /// The dense feed-forward half.
    pub const FEED_FORWARD: Self = Self(16);
    /// The routed experts with their dispatch.
    pub const EXPERTS: Self = Self(32);
    /// The shared experts.
    pub const SHARED_EXPERTS: Self = Self(64);

    /// Every module with its name in scenario files.
    pub const ALL: [(&'static str, Self); 7] = [
        ("core-attention", Self::CORE_ATTENTION),
        ("norms", Self::NORMS),
        ("activation", Self::ACTIVATION),
        ("latent-up-projection", Self::LATENT_UP_PROJECTION),
        ("feed-forward", Self::FEED_FORWARD),
        ("experts", Self::EXPERTS),
        ("shared-experts", Self::SHARED_EXPERTS),
    ];

    /// Both.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of the other are among these.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// What the replicas divide among themselves (Rajbhandari et al. 2019, arXiv:1910.02054).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum ZeroStage {
    /// Nothing: gradients are all-reduced, and every replica updates everything.
    None,
    /// The optimizer's state.
    #[default]
    Optimizer,
    /// Gradients as well: each backward pass reduce-scatters them.
    Gradients,
    /// Parameters as well (FSDP): gathered before each layer's passes.
    Parameters,
}

impl ZeroStage {
    /// All stages, by number.
    pub const ALL: [Self; 4] = [Self::None, Self::Optimizer, Self::Gradients, Self::Parameters];
}

/// How chips that share a sequence see each other's keys and values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum ContextExchange {
    /// Blocks go round a ring beside the attention over the blocks before (Liu et al. 2023, arXiv:2310.01889).
    #[default]
    Ring,
    /// All are gathered before attention (Llama 3, arXiv:2407.21783).
    AllGather,
}

/// What carries tokens to experts and back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Dispatcher {
    /// All-to-all: a token is sent once for each of its experts.
    #[default]
    AllToAll,
    /// Kernels that send a token once to each chip that has experts for it, as `DeepEP` does.
    Deduplicated,
}

/// How a tensor group's collectives run beside the matmuls that they feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum TensorOverlap {
    /// Only what is independent runs beside them: the backward pass's exchanges beside weight gradients.
    #[default]
    Independent,
    /// Matmuls and collectives are cut into so many chunks that run beside one another.
    Chunks(u32),
}

/// What runs beside compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Overlap {
    /// Gradients are reduced in buckets beside the last backward passes.
    pub gradients: bool,
    /// Parameters are gathered beside the first forward passes instead of after the optimizer.
    pub parameters: bool,
    /// Transfers between stages run beside passes.
    pub pipeline: bool,
    /// Dispatch and combine of one micro-batch run beside the kernels of another.
    pub experts: bool,
    /// Collectives of the tensor group.
    pub tensor: TensorOverlap,
}

impl Overlap {
    /// What runs beside compute unless something else is asked for.
    ///
    /// Gradients and parameters where the optimizer is dealt to the replicas, and transfers between stages unless the
    /// schedule is plain 1F1B or `GPipe`, whose exchanges block.
    pub fn automatic(zero: ZeroStage, schedule: Schedule, interleaved: bool) -> Self {
        let plain = matches!(schedule, Schedule::GPipe | Schedule::OneForwardOneBackward);
        let dealt = zero >= ZeroStage::Optimizer;
        Self { gradients: dealt, parameters: dealt, pipeline: interleaved || !plain, ..Self::default() }
    }
}

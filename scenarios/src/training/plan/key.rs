//! The keys of a plan that are searched, or kept as they are written.

use thiserror::Error;

/// A key of `[workload.parallelism]`, or `micro_batch`, whose value a search may choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlanKey {
    /// Chips that share every layer.
    Tensor,
    /// Chips that share a sequence.
    Context,
    /// Stages of consecutive layers.
    Pipeline,
    /// Chips that share the experts of a layer.
    Expert,
    /// Chips that share one expert.
    ExpertTensor,
    /// Chunks of layers of each stage.
    VirtualStages,
    /// The order of passes.
    Schedule,
    /// Sequences in one pass.
    MicroBatch,
    /// What is computed again.
    Recompute,
    /// What the replicas divide.
    Zero,
    /// Whether norms are divided by sequence.
    SequenceParallel,
    /// What carries tokens to experts.
    Dispatcher,
    /// What runs beside compute.
    Overlap,
}

/// A name that is no key of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{name}` is no key of a plan; keys: {}", PlanKey::names())]
pub struct UnknownPlanKey {
    /// What was written.
    pub name: String,
}

impl PlanKey {
    /// Every key.
    pub const ALL: [Self; 13] = [
        Self::Tensor,
        Self::Context,
        Self::Pipeline,
        Self::Expert,
        Self::ExpertTensor,
        Self::VirtualStages,
        Self::Schedule,
        Self::MicroBatch,
        Self::Recompute,
        Self::Zero,
        Self::SequenceParallel,
        Self::Dispatcher,
        Self::Overlap,
    ];

    /// The name in scenario files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tensor => "tensor",
            Self::Context => "context",
            Self::Pipeline => "pipeline",
            Self::Expert => "expert",
            Self::ExpertTensor => "expert_tensor",
            Self::VirtualStages => "virtual_stages",
            Self::Schedule => "schedule",
            Self::MicroBatch => "micro_batch",
            Self::Recompute => "recompute",
            Self::Zero => "zero",
            Self::SequenceParallel => "sequence_parallel",
            Self::Dispatcher => "dispatcher",
            Self::Overlap => "overlap",
        }
    }

    /// The key of this name.
    ///
    /// # Errors
    /// [`UnknownPlanKey`] with the names that there are.
    pub fn parse(name: &str) -> Result<Self, UnknownPlanKey> {
        let found = Self::ALL.into_iter().find(|key| key.name() == name);
        found.ok_or_else(|| UnknownPlanKey { name: name.to_owned() })
    }

    fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_others_refused() {
        for key in PlanKey::ALL {
            assert_eq!(PlanKey::parse(key.name()), Ok(key));
        }
        let error = PlanKey::parse("tensr").expect_err("there is no such key");
        assert_eq!(
            error.to_string(),
            "`tensr` is no key of a plan; keys: tensor, context, pipeline, expert, expert_tensor, virtual_stages, \
             schedule, micro_batch, recompute, zero, sequence_parallel, dispatcher, overlap"
        );
    }
}

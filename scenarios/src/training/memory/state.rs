//! Parameters, gradients and optimizer state of a chip, by what the replicas deal among themselves.
//!
//! Mixed precision with Adam: BF16 parameters (2 bytes), gradients in FP32 (4) or BF16 (2), and an FP32 master copy
//! with two moments (12): 18 bytes a parameter, 6 + 12/d where d replicas deal the optimizer's state (Megatron-LM,
//! `theoretical_memory_usage.py`). Layers whose matmuls take 8 bits keep both orientations in 8 bits and nothing
//! wider (Megatron's `fp8-param-gather`); in 4 bits both orientations beside the BF16 parameters.

use crate::training::compute::element_bytes;
use crate::training::plan::{TrainingJob, ZeroStage};
use crate::training::program::{HeldParameters, PARAMETER_BYTES, embedding_shard, layer_held, owned};

/// Bytes of optimizer state for one parameter: FP32 master weight and two moments.
const OPTIMIZER_STATE_BYTES: u64 = 12;

/// Bytes of the state of one chip.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct State {
    pub(super) parameters: f64,
    pub(super) gradients: f64,
    pub(super) optimizer: f64,
}

/// The state of a chip that holds these parameters, of which `layers` are those of layers.
pub(super) fn state(job: &TrainingJob, held: HeldParameters, layers: HeldParameters) -> State {
    let dealt = |from: ZeroStage, held: HeldParameters| {
        let dealt = job.parallelism().zero >= from;
        (if dealt { owned(job, held) } else { held }).total() as f64
    };
    let others = held - layers;
    State {
        parameters: layer_bytes(job) * dealt(ZeroStage::Parameters, layers)
            + PARAMETER_BYTES as f64 * dealt(ZeroStage::Parameters, others),
        gradients: job.recipe().gradients.bytes() as f64 * dealt(ZeroStage::Gradients, held),
        optimizer: OPTIMIZER_STATE_BYTES as f64 * dealt(ZeroStage::Optimizer, held),
    }
}

/// Bytes of one parameter of a layer, with every copy.
fn layer_bytes(job: &TrainingJob) -> f64 {
    let (element, wide) = (element_bytes(job.precision()), PARAMETER_BYTES as f64);
    if element >= wide {
        wide
    } else if element >= 1.0 {
        2.0 * element
    } else {
        wide + 2.0 * element
    }
}

/// Bytes of parameters and gradients that are whole for a moment where the replicas deal them.
///
/// ZeRO-3 gathers a layer, or a vocabulary matrix, ahead of the one that runs, and has the gradients of one layer while those of another are
/// dealt; ZeRO-2 has the gradients of two buckets.
pub(super) fn gathered(job: &TrainingJob, held: HeldParameters) -> f64 {
    let gradient = job.recipe().gradients.bytes() as f64;
    match job.parallelism().zero {
        ZeroStage::None | ZeroStage::Optimizer => 0.0,
        ZeroStage::Gradients => 2.0 * gradient * bucket(job).min(held.total()) as f64,
        ZeroStage::Parameters => {
            let layers = 0..job.model().shape().layers;
            let largest = layers.map(|layer| layer_held(job, layer).total()).max().unwrap_or(0);
            let largest = largest.max(embedding_shard(job));
            2.0 * (layer_bytes(job) + gradient) * largest as f64
        }
    }
}

/// Parameters of a gradient bucket.
fn bucket(job: &TrainingJob) -> u64 {
    let replicas = job.parallelism().data * job.parallelism().context;
    job.recipe().bucket.unwrap_or_else(|| (1_000_000 * replicas).max(40_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::compute::Precision;
    use crate::training::plan::GradientFormat;
    use crate::training::testing::{job_of, plan};

    /// 7.5 billion dense parameters over 64 replicas, in GB.
    fn of(zero: ZeroStage, gradients: GradientFormat) -> [f64; 3] {
        let mut plan = plan([1, 1, 64]);
        plan.parallelism.zero = zero;
        plan.recipe.gradients = gradients;
        let held = HeldParameters { dense: 7_500_000_000, expert: 0 };
        let state = state(&job_of(plan), held, held);
        [state.parameters, state.gradients, state.optimizer].map(|bytes| bytes / 1e9)
    }

    #[test]
    fn state_is_dealt_as_in_the_paper_of_zero() {
        // Rajbhandari et al. 2019, figure 1: 120, 31.4, 16.6 and 1.9 GB.
        let expected = [
            (ZeroStage::None, 120.0),
            (ZeroStage::Optimizer, 31.4),
            (ZeroStage::Gradients, 16.6),
            (ZeroStage::Parameters, 1.9),
        ];
        for (zero, gigabytes) in expected {
            let found: f64 = of(zero, GradientFormat::Bf16).iter().sum();
            assert!((found - gigabytes).abs() < 0.05, "{zero:?}: {found}");
        }
    }

    #[test]
    fn a_parameter_takes_the_bytes_of_megatron() {
        // 18 bytes, and 6 + 12/d with a distributed optimizer.
        let per_parameter = |zero| of(zero, GradientFormat::Fp32).iter().sum::<f64>() / 7.5;
        assert!((per_parameter(ZeroStage::None) - 18.0).abs() < 1e-9);
        assert!((per_parameter(ZeroStage::Optimizer) - (6.0 + 12.0 / 64.0)).abs() < 1e-6);
    }

    #[test]
    fn eight_bits_take_both_orientations() {
        let mut narrow = plan([1, 1, 1]);
        narrow.precision = Precision::Fp8;
        assert_eq!(layer_bytes(&job_of(narrow)), 2.0);
        assert_eq!(layer_bytes(&job_of(plan([1, 1, 1]))), 2.0);
    }

    #[test]
    fn what_is_gathered_is_two_layers_or_two_buckets() {
        let whole = |zero| {
            let mut plan = plan([1, 1, 4]);
            plan.parallelism.zero = zero;
            plan.recipe.bucket = Some(10);
            gathered(&job_of(plan), HeldParameters { dense: 1_000_000, expert: 0 })
        };
        assert_eq!(whole(ZeroStage::Optimizer), 0.0);
        assert_eq!(whole(ZeroStage::Gradients), 2.0 * 4.0 * 10.0);
        // A layer of 12 h^2 + 13 h parameters.
        assert_eq!(whole(ZeroStage::Parameters), 2.0 * (2.0 + 4.0) * (12.0 * 64.0 + 13.0) * 64.0);
    }
}

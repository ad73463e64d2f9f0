//! The feed-forward half of a dense layer, and the networks that experts are.

use super::gemm::Gemm;
use super::kernels::Kernels;
use super::layer::{HalfLayer, Kernel, SharedExperts};
use super::norm::{norm, residual};
use crate::training::model::{Experts, ModelShape};
use crate::training::plan::TrainingJob;

/// Tensors that a gated activation moves, forward and backward: two read and one written; three read and two written.
const GATED_TENSORS: [f64; 2] = [3.0, 5.0];
/// The same of a plain one (GELU, squared ReLU): one read and one written; two read and one written.
const PLAIN_TENSORS: [f64; 2] = [2.0, 3.0];

/// The feed-forward half of a dense layer.
pub(super) fn feed_forward_half(job: &TrainingJob, kernels: &Kernels) -> HalfLayer {
    let network = network(job, kernels, job.model().shape().ffn);
    HalfLayer {
        edges: norm(job, kernels) + residual(job, kernels),
        first: network.first,
        between: network.activation,
        second: network.second,
    }
}

/// The experts that every token goes through, if there are any.
pub(super) fn shared_experts(
    job: &TrainingJob,
    kernels: &Kernels,
    experts: Experts,
) -> Option<SharedExperts> {
    (experts.shared_ffn > 0).then(|| network(job, kernels, experts.shared_ffn))
}

/// A network of this inner width over all tokens, divided over the tensor group.
fn network(job: &TrainingJob, kernels: &Kernels, ffn: u64) -> SharedExperts {
    let [first, second] = network_matmuls(job, ffn);
    SharedExperts {
        first: kernels.matmul(first),
        activation: activation(job.model().shape(), kernels, second.rows as f64 * second.inner as f64),
        second: kernels.matmul(second),
    }
}

/// The matmuls into and out of a network of this inner width.
pub(super) fn network_matmuls(job: &TrainingJob, ffn: u64) -> [Gemm; 2] {
    let shape = job.model().shape();
    let (rows, inner) = (job.chip_tokens(), ffn / job.parallelism().tensor);
    [
        Gemm { rows, columns: first_width(shape, inner), inner: shape.hidden },
        Gemm { rows, columns: shape.hidden, inner },
    ]
}

/// Width of what the first matmul of a network of this inner width gives: twice as much when gated.
pub(super) const fn first_width(shape: &ModelShape, inner: u64) -> u64 {
    if shape.gated { 2 * inner } else { inner }
}

/// The activation of so many inner numbers. Biases are added, and their gradients summed, inside of matmuls.
pub(super) fn activation(shape: &ModelShape, kernels: &Kernels, numbers: f64) -> Kernel {
    let tensors = if shape.gated { GATED_TENSORS } else { PLAIN_TENSORS };
    let [forward, backward] = tensors.map(|count| kernels.memory(count * 2.0 * numbers));
    Kernel { forward, backward }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::compute::{ChipRates, Precision};
    use crate::training::model::Model;
    use crate::training::plan::TrainingPlan;
    use crate::training::testing::{job_of, plan, small_shape};

    fn half(shape: ModelShape, tensor: u64) -> HalfLayer {
        let model = Model::new("test", shape).expect("the shape is legal");
        let mut plan = TrainingPlan { model, ..plan([tensor, 1, 1]) };
        plan.parallelism.micro_batch = 4;
        let kernels = Kernels { rates: ChipRates::round(), precision: Precision::Bf16 };
        feed_forward_half(&job_of(plan), &kernels)
    }

    #[test]
    fn a_gate_doubles_the_first_matmul() {
        // 128 tokens, 64 wide, 256 inside: 2 x 128 x 256 x 64 = 4,194,304 operations; padding doubles the 64 columns.
        let picoseconds = |half: HalfLayer| {
            [half.first.forward, half.between.forward, half.between.backward, half.second.forward]
                .map(|time| time.rounded().picoseconds())
        };
        // 128 x 256 numbers of 2 bytes: 16.384 ns a tensor at 4 TB/s.
        assert_eq!(picoseconds(half(small_shape(), 1)), [4194, 32_768, 49_152, 8389]);
        let gated = ModelShape { gated: true, ..small_shape() };
        assert_eq!(picoseconds(half(gated, 1)), [8389, 49_152, 81_920, 8389]);
        assert_eq!(picoseconds(half(gated, 2)), [4194, 24_576, 40_960, 4194]);
    }
}

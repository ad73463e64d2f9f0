//! Norms and residuals: memory-bound kernels over the residual stream, of which each chip has its part of the sequence
//! under sequence parallelism.

use super::kernels::Kernels;
use super::layer::Kernel;
use crate::training::plan::TrainingJob;

/// A norm: input read and output written; backward input and gradient read and a gradient written.
pub(super) fn norm(job: &TrainingJob, kernels: &Kernels) -> Kernel {
    over_the_residual_stream(job, kernels, [2.0, 3.0])
}

/// An addition: two read and one written, of values forward and of gradients backward.
pub(super) fn residual(job: &TrainingJob, kernels: &Kernels) -> Kernel {
    over_the_residual_stream(job, kernels, [3.0, 3.0])
}

/// A kernel that moves so many tensors of hidden width, forward and backward, in 16 bits.
pub(super) fn over_the_residual_stream(job: &TrainingJob, kernels: &Kernels, tensors: [f64; 2]) -> Kernel {
    let elements = job.chip_tokens() as f64 * job.model().shape().hidden as f64;
    let [forward, backward] =
        tensors.map(|count| kernels.memory(count * 2.0 * elements / job.sequence_shards() as f64));
    Kernel { forward, backward }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::compute::{ChipRates, Precision};
    use crate::training::testing::job;

    #[test]
    fn a_tensor_group_divides_norms_by_sequence() {
        // 64 tokens x 64 wide x 2 bytes: 8,192 bytes a tensor, 2.048 ns at 4 TB/s.
        let kernels = Kernels { rates: ChipRates::round(), precision: Precision::Bf16 };
        let picoseconds =
            |kernel: Kernel| [kernel.forward, kernel.backward].map(|time| time.rounded().picoseconds());
        assert_eq!(picoseconds(norm(&job([1, 1, 1]), &kernels)), [4096, 6144]);
        assert_eq!(picoseconds(norm(&job([2, 1, 1]), &kernels)), [2048, 3072]);
        assert_eq!(picoseconds(residual(&job([1, 1, 1]), &kernels)), [6144, 6144]);
    }
}

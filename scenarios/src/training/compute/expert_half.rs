//! The feed-forward half of a layer with routed experts, for as many tokens as come to a chip on average.
//!
//! A chip deals its own tokens, a part of the sequence under sequence parallelism, to `top_k` experts each. As many come
//! to its experts from the others, and `expert_tensor` times as many where chips share an expert and gather its tokens.

use super::feed_forward::{activation, first_width, shared_experts};
use super::gemm::{Gemm, GroupedGemm};
use super::kernels::Kernels;
use super::layer::{ExpertHalf, Kernel};
use super::norm::{norm, residual};
use crate::training::model::{Experts, ModelShape};
use crate::training::plan::{Dispatcher, TrainingJob};

/// Bytes that softmax, top-k and its mask move for each token and expert, in each direction. Fitted together with
/// [`COPY_PASSES`] over published runs.
const ROUTER_BYTES: f64 = 12.0;
/// Passes over all copies of tokens, read and written, that put them in the order of experts, and as many that put
/// answers back. Kernels that send a token once to each chip make one of them themselves, as part of their exchange.
const COPY_PASSES: f64 = 2.0;
const COPY_PASSES_OF_DEDUPLICATED: f64 = 1.0;
/// Tensors of the inner width that experts with a gate and biases (GPT-OSS) move, forward and backward. No fused kernel
/// has biases, clamps and a gate, so that each is a kernel of its own. Forward: two biases 4, two clamps 4, a scale 2,
/// a sigmoid 2, a product 3, one added 2, and a product 3; backward: products 6 and 6, sigmoid 3, scale 2, clamps 6, and
/// the sums of both biases' gradients 4.
const EAGER_TENSORS: [f64; 2] = [20.0, 27.0];

/// The half of a layer that has `experts`.
pub(super) fn expert_half(job: &TrainingJob, kernels: &Kernels, experts: Experts) -> ExpertHalf {
    let shape = job.model().shape();
    let inner = experts.expert_ffn / job.parallelism().expert_tensor;
    let [first, second] = expert_matmuls(job, experts);
    let copies = copies(job, experts);
    let copied = copies * shape.hidden as f64 * 2.0 * copy_passes(job);
    let copied = Kernel { forward: kernels.memory(copied), backward: kernels.memory(copied) };
    let inner_numbers = copies * job.parallelism().expert_tensor as f64 * inner as f64;
    ExpertHalf {
        route: norm(job, kernels) + router(job, kernels, experts) + copied,
        first: kernels.grouped_matmul(first),
        activation: expert_activation(shape, kernels, inner_numbers),
        second: kernels.grouped_matmul(second),
        restore: copied + residual(job, kernels),
        shared: shared_experts(job, kernels, experts),
    }
}

/// The matmuls into and out of the experts of a chip.
pub(super) fn expert_matmuls(job: &TrainingJob, experts: Experts) -> [GroupedGemm; 2] {
    let shape = job.model().shape();
    let inner = experts.expert_ffn / job.parallelism().expert_tensor;
    let grouped = |columns, inner| GroupedGemm {
        groups: local_experts(job, experts),
        sizes: [rows_of_an_expert(job, experts), columns as f64, inner as f64],
    };
    [grouped(first_width(shape, inner), shape.hidden), grouped(shape.hidden, inner)]
}

fn copy_passes(job: &TrainingJob) -> f64 {
    match job.parallelism().dispatcher {
        Dispatcher::AllToAll => COPY_PASSES,
        Dispatcher::Deduplicated => COPY_PASSES_OF_DEDUPLICATED,
    }
}

/// The activation between the matmuls of experts.
fn expert_activation(shape: &ModelShape, kernels: &Kernels, numbers: f64) -> Kernel {
    if !(shape.gated && shape.biases) {
        return activation(shape, kernels, numbers);
    }
    let [forward, backward] = EAGER_TENSORS.map(|count| kernels.memory(count * 2.0 * numbers));
    Kernel { forward, backward }
}

/// The tokens that a chip deals out.
fn own_tokens(job: &TrainingJob) -> f64 {
    job.chip_tokens() as f64 / job.sequence_shards() as f64
}

/// Copies of tokens that leave a chip, and that come to one.
fn copies(job: &TrainingJob, experts: Experts) -> f64 {
    own_tokens(job) * experts.top_k as f64
}

const fn local_experts(job: &TrainingJob, experts: Experts) -> u64 {
    let local = experts.experts / job.parallelism().expert;
    if local == 0 { 1 } else { local }
}

fn rows_of_an_expert(job: &TrainingJob, experts: Experts) -> f64 {
    let rows = copies(job, experts) * job.parallelism().expert_tensor as f64;
    rows / local_experts(job, experts) as f64
}

/// The router: a matmul of 16 bits to a logit for each expert, and what makes probabilities and places of them.
fn router(job: &TrainingJob, kernels: &Kernels, experts: Experts) -> Kernel {
    let rows = job.chip_tokens().div_ceil(job.sequence_shards());
    let gemm = Gemm { rows, columns: experts.experts, inner: job.model().shape().hidden };
    let chosen = kernels.memory(ROUTER_BYTES * own_tokens(job) * experts.experts as f64);
    Kernel {
        forward: kernels.gemm_bf16(gemm) + chosen,
        backward: kernels.gemm_bf16(gemm.input_gradient())
            + kernels.gemm_bf16(gemm.weight_gradient())
            + chosen,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::compute::{ChipRates, Precision};
    use crate::training::model::Model;
    use crate::training::plan::{Parallelism, TrainingPlan};
    use crate::training::testing::{job_of, plan, small_shape};

    /// 8 experts of 128 inside, two for each token, and a shared one.
    fn experts() -> Experts {
        Experts {
            experts: 8,
            top_k: 2,
            expert_ffn: 128,
            shared_ffn: 64,
            dense_layers: 0,
            every: 1,
            groups: 1,
            top_groups: 1,
        }
    }

    /// Micro-batches of 4 sequences of 32 tokens.
    fn half(cut: Parallelism, rates: ChipRates) -> ExpertHalf {
        let shape =
            ModelShape { hidden: 256, gated: true, biases: false, experts: Some(experts()), ..small_shape() };
        let model = Model::new("test", shape).expect("the shape is legal");
        let parallelism = Parallelism { micro_batch: 4, ..cut };
        let global_batch = 4 * cut.data;
        let job = job_of(TrainingPlan { model, parallelism, global_batch, ..plan([1, 1, 1]) });
        expert_half(&job, &Kernels { rates, precision: Precision::Bf16 }, experts())
    }

    fn divided(expert: u64) -> Parallelism {
        Parallelism { data: 4, expert, ..Parallelism::default() }
    }

    #[test]
    fn a_chip_computes_as_many_copies_as_it_deals_out() {
        // 128 tokens x 2 experts x 256 wide x 2 x 128 inside x 2 = 33,554,432 operations, then half as many.
        for expert in [1, 4] {
            let half = half(divided(expert), ChipRates::round());
            assert_eq!(half.first.forward.rounded().picoseconds(), 33_554);
            assert_eq!(half.second.weight_gradient.rounded().picoseconds(), 16_777);
            // 256 copies x 128 numbers x 2 bytes x 3 tensors at 4 TB/s.
            assert_eq!(half.activation.forward.rounded().picoseconds(), 49_152);
        }
    }

    #[test]
    fn more_rows_for_each_expert_are_done_faster() {
        // On 4 chips, 2 experts of 128 rows: 1 + 64 (1/128 + 1/256 + 1/256) = 2; alone, 8 of 32: 3.5.
        let rates = ChipRates { grouped_gemm_penalty: 128.0, grouped_gemm_single: 1.0, ..ChipRates::round() };
        let [alone, shared] =
            [1, 4].map(|expert| half(divided(expert), rates).first.forward.rounded().picoseconds());
        assert_eq!(shared, 67_109);
        assert_eq!(alone, 117_441);
    }

    #[test]
    fn routing_copies_tokens_and_adds_them_up_again() {
        // Norm and residual 2, 3 forward of 128 x 256 x 2 bytes: 16.384 ns a tensor; copies 2 x 256 x 256 x 2 bytes,
        // 65.536 ns; router 2 x 128 x 128 (8, padded) x 256 operations, 8.389 ns, and 12 x 128 x 8 bytes, 3.072 ns.
        let half = half(divided(1), ChipRates::round());
        assert_eq!(half.route.forward.rounded().picoseconds(), 2 * 16_384 + 65_536 + 8389 + 3072);
        assert_eq!(half.restore.forward.rounded().picoseconds(), 3 * 16_384 + 65_536);
        // Over 64 (128) inside: 2 x 128 x 128 x 256.
        let shared = half.shared.expect("the model has a shared expert");
        assert_eq!(shared.first.forward.rounded().picoseconds(), 8389);
    }

    #[test]
    fn kernels_that_send_tokens_once_copy_them_themselves() {
        let once = Parallelism { dispatcher: Dispatcher::Deduplicated, ..divided(1) };
        let [twice, once] = [divided(1), once]
            .map(|cut| half(cut, ChipRates::round()).restore.forward.rounded().picoseconds());
        assert_eq!(twice - once, 32_768);
    }

    #[test]
    fn gates_with_biases_are_kernels_of_their_own() {
        let kernels = Kernels { rates: ChipRates::round(), precision: Precision::Bf16 };
        let time = |biases| {
            let shape = ModelShape { gated: true, biases, ..small_shape() };
            let kernel = expert_activation(&shape, &kernels, 2e6);
            [kernel.forward, kernel.backward].map(|time| time.rounded().picoseconds())
        };
        // A tensor of 4 MB at 4 TB/s takes a microsecond.
        assert_eq!(time(false), [3_000_000, 5_000_000]);
        assert_eq!(time(true), [20_000_000, 27_000_000]);
    }

    #[test]
    fn a_tensor_group_deals_its_tokens_once() {
        let cut = Parallelism { tensor: 2, expert: 2, sequence_parallel: true, ..Parallelism::default() };
        let half_of = |cut| half(cut, ChipRates::round()).first.forward.rounded().picoseconds();
        assert_eq!(half_of(cut), 16_777);
        // Two chips that share every expert gather each other's tokens and do half of the width.
        assert_eq!(half_of(Parallelism { expert: 1, expert_tensor: 2, ..cut }), 16_777);
    }
}

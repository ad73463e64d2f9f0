//! The attention half of a layer: norm, projections, core attention, projection, residual.

use super::attention_kernel::{core_attention, head_widths};
use super::gemm::Gemm;
use super::kernels::Kernels;
use super::layer::{HalfLayer, Kernel, Matmul};
use super::norm::{norm, residual};
use super::seconds::Seconds;
use crate::training::model::LatentAttention;
use crate::training::plan::TrainingJob;

/// The attention half, and the forward time of its latent vectors' way up, which can be done again by itself.
pub(super) fn attention_half(job: &TrainingJob, kernels: &Kernels) -> (HalfLayer, Seconds) {
    let shape = job.model().shape();
    let (projections, up) = match shape.latent {
        Some(latent) => latent_projections(job, kernels, latent),
        None => (kernels.matmul(projection(job)), Seconds::ZERO),
    };
    let second = projection_out(job);
    let half = HalfLayer {
        edges: norm(job, kernels) + residual(job, kernels),
        first: with_rotary(projections, rotary(job, kernels)),
        between: core_attention(job, kernels),
        second: kernels.matmul(second),
    };
    (half, up)
}

/// From the values of all heads back to the residual stream.
pub(super) fn projection_out(job: &TrainingJob) -> Gemm {
    let shape = job.model().shape();
    let values = shape.heads / job.parallelism().tensor * head_widths(shape)[1];
    Gemm { rows: job.chip_tokens(), columns: shape.hidden, inner: values }
}

/// Queries, keys and values at once. Where there are fewer key and value heads than chips, each chip has one of them.
pub(super) fn projection(job: &TrainingJob) -> Gemm {
    let shape = job.model().shape();
    let tensor = job.parallelism().tensor;
    let heads = shape.heads / tensor + 2 * shape.kv_heads.div_ceil(tensor);
    Gemm { rows: job.chip_tokens(), columns: heads * shape.head_dim, inner: shape.hidden }
}

/// The matmuls of latent attention's projections. The way down every chip of a tensor group does whole, over its part of
/// the sequence; the way up is divided by heads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct LatentProjections {
    /// Nothing where queries have no latent vectors.
    pub(super) query_down: Option<Gemm>,
    /// From the latent vectors, or from the residual stream.
    pub(super) query_up: Gemm,
    pub(super) kv_down: Gemm,
    pub(super) kv_up: Gemm,
}

impl LatentProjections {
    pub(super) fn of(job: &TrainingJob, latent: LatentAttention) -> Self {
        let shape = job.model().shape();
        let heads = shape.heads / job.parallelism().tensor;
        let rows = job.chip_tokens();
        let down =
            |columns| Gemm { rows: rows.div_ceil(job.sequence_shards()), columns, inner: shape.hidden };
        let up = |width, inner| Gemm { rows, columns: heads * width, inner };
        let key_width = latent.nope_dim + latent.rope_dim;
        let has_vectors = latent.query_rank > 0;
        Self {
            query_down: has_vectors.then(|| down(latent.query_rank)),
            query_up: up(key_width, if has_vectors { latent.query_rank } else { shape.hidden }),
            kv_down: down(latent.kv_rank + latent.rope_dim),
            kv_up: up(latent.nope_dim + latent.value_dim, latent.kv_rank),
        }
    }
}

/// Latent attention's ways down and up with the norms of the latent vectors; beside it, the forward time of the way up.
fn latent_projections(job: &TrainingJob, kernels: &Kernels, latent: LatentAttention) -> (Matmul, Seconds) {
    let of = LatentProjections::of(job, latent);
    let [query_up, kv_down, kv_up] = [of.query_up, of.kv_down, of.kv_up].map(|gemm| kernels.matmul(gemm));
    let query_down = of.query_down.map_or_else(Matmul::default, |gemm| kernels.matmul(gemm));
    let repeatable = if of.query_down.is_none() { kv_up.forward } else { query_up.forward + kv_up.forward };
    let rows = job.chip_tokens() as f64;
    let vectors = rows * (latent.query_rank + latent.kv_rank) as f64 / job.sequence_shards() as f64;
    let norms = Kernel {
        forward: kernels.memory(2.0 * 2.0 * vectors),
        backward: kernels.memory(3.0 * 2.0 * vectors),
    };
    (with_rotary(query_down + query_up + kv_down + kv_up, norms), repeatable)
}

/// Rotates queries and keys, each read and written; nothing where positions are learned.
fn rotary(job: &TrainingJob, kernels: &Kernels) -> Kernel {
    let shape = job.model().shape();
    if shape.learned_positions > 0 {
        return Kernel::default();
    }
    let tensor = job.parallelism().tensor;
    let key_heads =
        if shape.latent.is_some() { shape.heads / tensor } else { shape.kv_heads.div_ceil(tensor) };
    let rotated = (shape.heads / tensor + key_heads) * head_widths(shape)[0];
    let time = kernels.memory(4.0 * job.chip_tokens() as f64 * rotated as f64);
    Kernel { forward: time, backward: time }
}

/// The matmuls with a kernel after them forward, and so before them backward.
fn with_rotary(matmul: Matmul, after: Kernel) -> Matmul {
    Matmul {
        forward: matmul.forward + after.forward,
        input_gradient: matmul.input_gradient + after.backward,
        ..matmul
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::compute::{ChipRates, Precision};
    use crate::training::model::{Model, ModelShape};
    use crate::training::plan::{Parallelism, TrainingPlan};
    use crate::training::testing::{job_of, plan, small_shape};

    fn half(shape: ModelShape, cut: Parallelism) -> (HalfLayer, Seconds) {
        let model = Model::new("test", shape).expect("the shape is legal");
        let job = job_of(TrainingPlan { model, parallelism: cut, ..plan([1, 1, 1]) });
        attention_half(&job, &Kernels { rates: ChipRates::round(), precision: Precision::Bf16 })
    }

    /// Wide enough for whole tiles: 256 wide, 8 heads of 64, a latent width of 128.
    fn wide_shape() -> ModelShape {
        ModelShape { hidden: 256, heads: 8, kv_heads: 2, head_dim: 64, ..small_shape() }
    }

    /// `tensor` chips and micro-batches of 4 sequences of 32 tokens.
    fn cut(tensor: u64) -> Parallelism {
        Parallelism { tensor, micro_batch: 4, sequence_parallel: true, ..Parallelism::default() }
    }

    fn picoseconds(time: Seconds) -> u64 {
        time.rounded().picoseconds()
    }

    #[test]
    fn grouped_queries_share_keys_and_values() {
        // 2 x 128 tokens x (8 + 2 x 2) x 64 x 256 = 50,331,648 operations at 1,000 TFLOP/s; out of 8 x 64: 33,554,432.
        let (half, up) = half(wide_shape(), cut(1));
        assert_eq!(picoseconds(half.first.forward), 50_332);
        assert_eq!(picoseconds(half.first.weight_gradient), 50_332);
        assert_eq!(picoseconds(half.second.forward), 33_554);
        assert_eq!(up, Seconds::ZERO);
    }

    #[test]
    fn a_tensor_group_divides_heads() {
        // (4 + 2 x 1) heads of 64 on each of two chips.
        let (half, _) = half(wide_shape(), cut(2));
        assert_eq!(picoseconds(half.first.forward), 25_166);
        assert_eq!(picoseconds(half.second.forward), 16_777);
    }

    #[test]
    fn rotary_embeddings_read_and_write_queries_and_keys() {
        // 4 x 128 tokens x (8 + 2) heads x 64 = 327,680 bytes at 4 TB/s, forward and before the input gradient.
        let rotary = ModelShape { learned_positions: 0, ..wide_shape() };
        let [(with, _), (without, _)] = [rotary, wide_shape()].map(|shape| half(shape, cut(1)));
        assert_eq!(picoseconds(with.first.forward), 50_332 + 81_920);
        assert_eq!(picoseconds(with.first.input_gradient), 50_332 + 81_920);
        assert_eq!(with.first.weight_gradient, without.first.weight_gradient);
        assert_eq!(with.between, without.between);
    }

    fn latent_shape(query_rank: u64) -> ModelShape {
        let latent = LatentAttention { query_rank, kv_rank: 128, nope_dim: 32, rope_dim: 128, value_dim: 32 };
        ModelShape { latent: Some(latent), kv_heads: 8, head_dim: 160, ..wide_shape() }
    }

    #[test]
    fn latent_attention_goes_down_and_up() {
        let (half, up) = half(latent_shape(128), cut(1));
        // 128 tokens: down to 128 and to 128 + 128 over 256, up to 8 x 160 and to 8 x 64 over 128; norms of 256 in
        // 2 x 2 bytes a number: 131,072 bytes.
        let down = 2 * 128 * 256 * (128 + 256) / 1000;
        let ways_up = 2 * 128 * (1280 + 512) * 128 / 1000;
        assert!(picoseconds(up).abs_diff(ways_up) <= 1);
        assert!(picoseconds(half.first.forward).abs_diff(down + ways_up + 32_768) <= 2);
        assert!(picoseconds(half.first.weight_gradient).abs_diff(down + ways_up) <= 2);
        // Out of 8 x 32.
        assert_eq!(picoseconds(half.second.forward), 2 * 128 * 256 * 256 / 1000);
    }

    #[test]
    fn a_tensor_group_goes_down_by_sequence_and_up_by_heads() {
        let (whole, _) = half(latent_shape(128), cut(1));
        let (shared, up) = half(latent_shape(128), cut(2));
        // 64 tokens each, padded to 128 rows, so the way down takes as long; the way up is halved.
        let down = 2 * 128 * 256 * (128 + 256) / 1000;
        let ways_up = 128 * (1280 + 512) * 128 / 1000;
        assert!(picoseconds(up).abs_diff(ways_up) <= 1);
        assert!(picoseconds(shared.first.forward).abs_diff(down + ways_up + 16_384) <= 2);
        assert_eq!(shared.between.forward.0, whole.between.forward.0 / 2.0);
    }

    #[test]
    fn queries_can_come_from_the_residual_stream() {
        let (half, up) = half(latent_shape(0), cut(1));
        let kv_up = 2 * 128 * 512 * 128 / 1000;
        assert!(picoseconds(up).abs_diff(kv_up) <= 1);
        let matmuls = 2 * 128 * 256 * (1280 + 256) / 1000 + kv_up;
        assert!(picoseconds(half.first.weight_gradient).abs_diff(matmuls) <= 2);
    }
}

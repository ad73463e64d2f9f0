//! Core attention: scores, softmax and their product with the values.

use super::chip_rates::ChipRates;
use super::kernels::Kernels;
use super::layer::Kernel;
use super::seconds::Seconds;
use crate::training::model::{ModelShape, Window};
use crate::training::plan::{AttentionKernel, TrainingJob};

/// The attention of one layer on one chip.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Attention {
    /// Queries: tokens of the chip times its heads.
    queries: f64,
    /// Keys before a query, itself included, that count: on average over queries and layers.
    keys: f64,
    /// Keys of the whole sequence.
    all_keys: f64,
    /// Width of a key and of a value together.
    widths: f64,
}

/// Bytes that unfused attention moves for each score: scores written and read for mask, softmax and dropout, and its
/// mask of one byte; backward with their gradients. Fitted over runs of 2021 and 2022.
const UNFUSED_SCORE_BYTES: [f64; 2] = [11.0, 14.0];

/// Core attention of a layer: flash over what is not masked, unfused over everything.
pub(in crate::training) fn core_attention(job: &TrainingJob, kernels: &Kernels) -> Kernel {
    let attention = attention(job);
    match job.recipe().attention {
        AttentionKernel::Flash => flash(attention, job.parallelism().context > 1, kernels),
        AttentionKernel::Unfused => unfused(attention, kernels),
    }
}

/// Operations of core attention forward over what is not masked, and the bytes of queries, keys, values and results once,
/// with as many key heads as query heads.
pub(super) fn core_attention_work(job: &TrainingJob) -> [f64; 2] {
    let Attention { queries, keys, widths, .. } = attention(job);
    [2.0 * queries * keys * widths, 2.0 * queries * 2.0 * widths]
}

fn attention(job: &TrainingJob) -> Attention {
    let shape = job.model().shape();
    let heads = (shape.heads / job.parallelism().tensor) as f64;
    let length = job.sequence_length() as f64;
    Attention {
        queries: job.chip_tokens() as f64 * heads,
        keys: mean_keys(shape.window, length),
        all_keys: length,
        widths: head_widths(shape).iter().sum::<u64>() as f64,
    }
}

/// Widths of a key and of a value of one head.
pub(super) const fn head_widths(shape: &ModelShape) -> [u64; 2] {
    match shape.latent {
        Some(latent) => [latent.nope_dim + latent.rope_dim, latent.value_dim],
        None => [shape.head_dim; 2],
    }
}

/// Keys that a query sees on average: half of the sequence, or `W - W^2 / 2s` inside a window of W.
fn mean_keys(window: Option<Window>, length: f64) -> f64 {
    let Some(window) = window else { return length / 2.0 };
    let width = (window.width as f64).min(length);
    let full = if window.full_every == 0 { 0.0 } else { 1.0 / window.full_every as f64 };
    full * length / 2.0 + (1.0 - full) * (width - width * width / (2.0 * length))
}

/// Two matmuls forward and five backward over what is not masked, in one kernel each.
fn flash(attention: Attention, chunked: bool, kernels: &Kernels) -> Kernel {
    let rates = &kernels.rates;
    let rate = rates.peak_bf16.flops_per_second()
        * rates.attention_efficiency
        * head_factor(rates, attention.widths / 2.0);
    let chunks = if chunked { 1.0 + rates.context_chunking } else { 1.0 };
    let forward =
        Seconds::arithmetic(2.0 * attention.queries * attention.keys * attention.widths / rate * chunks);
    Kernel { forward, backward: forward * (2.5 / rates.attention_backward_relative) }
}

/// The rate at a head of this width over that at 128: wider heads do more arithmetic for each exponential.
fn head_factor(rates: &ChipRates, width: f64) -> f64 {
    let above_64 = ((width - 64.0) / 64.0).clamp(0.0, 1.0);
    rates.attention_head_64 + (1.0 - rates.attention_head_64) * above_64
}

/// Batched matmuls over all scores, two forward and four backward, and the scores' way through memory.
fn unfused(attention: Attention, kernels: &Kernels) -> Kernel {
    let rate = kernels.rate_bf16() * kernels.rates.unfused_gemm_relative;
    let scores = attention.queries * attention.all_keys;
    let matmuls = Seconds::arithmetic(2.0 * scores * attention.widths / rate);
    let [forward, backward] = UNFUSED_SCORE_BYTES.map(|bytes| kernels.memory(bytes * scores));
    Kernel { forward: matmuls + forward, backward: matmuls * 2.0 + backward }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::compute::Precision;
    use crate::training::model::{LatentAttention, Model};
    use crate::training::plan::TrainingPlan;
    use crate::training::testing::{job_of, plan, small_shape};

    fn time(rates: ChipRates, plan: TrainingPlan) -> Kernel {
        core_attention(&job_of(plan), &Kernels { rates, precision: Precision::Bf16 })
    }

    fn plan_of(shape: ModelShape) -> TrainingPlan {
        TrainingPlan { model: Model::new("test", shape).expect("the shape is legal"), ..plan([1, 1, 1]) }
    }

    #[test]
    fn flash_attention_does_the_causal_half_and_two_and_a_half_times_that_backward() {
        // 64 tokens x 4 heads x 16 keys x (16 + 16) x 2 = 262,144 operations at 1,000 TFLOP/s.
        let rates = ChipRates { attention_backward_relative: 0.5, ..ChipRates::round() };
        let kernel = time(rates, plan([1, 1, 1]));
        assert!((kernel.forward.0 / 262.144e-12 - 1.0).abs() < 1e-12);
        assert!((kernel.backward.0 / (5.0 * 262.144e-12) - 1.0).abs() < 1e-12);
        assert!((time(rates, plan([2, 1, 1])).forward.0 / 131.072e-12 - 1.0).abs() < 1e-12);
    }

    #[test]
    fn narrow_heads_are_slower() {
        let rates = ChipRates { attention_head_64: 0.75, ..ChipRates::round() };
        let factors = [16.0, 64.0, 96.0, 128.0, 160.0].map(|width| head_factor(&rates, width));
        assert_eq!(factors, [0.75, 0.75, 0.875, 1.0, 1.0]);
    }

    #[test]
    fn a_window_bounds_the_keys() {
        let window = |width, full_every| Some(Window { width, full_every });
        assert_eq!(mean_keys(None, 4096.0), 2048.0);
        assert_eq!(mean_keys(window(128, 0), 4096.0), 128.0 - 2.0);
        assert_eq!(mean_keys(window(128, 2), 4096.0), (2048.0 + 126.0) / 2.0);
        assert_eq!(mean_keys(window(8192, 4), 4096.0), 2048.0, "a window beyond the sequence is none");
    }

    #[test]
    fn latent_attention_has_keys_and_values_of_different_widths() {
        let latent = LatentAttention { query_rank: 8, kv_rank: 8, nope_dim: 16, rope_dim: 8, value_dim: 16 };
        // 64 x 4 x 16 x (24 + 16) x 2 = 327,680 operations.
        let kernel = time(ChipRates::round(), plan_of(ModelShape { latent: Some(latent), ..small_shape() }));
        assert!((kernel.forward.0 / 327.68e-12 - 1.0).abs() < 1e-12);
    }

    #[test]
    fn unfused_attention_computes_and_moves_all_scores() {
        let mut plan = plan([1, 1, 1]);
        plan.recipe.attention = AttentionKernel::Unfused;
        let rates = ChipRates { unfused_gemm_relative: 0.5, ..ChipRates::round() };
        let kernel = time(rates, plan);
        // 64 x 4 x 32 = 8,192 scores; x 32 x 2 operations at 500 TFLOP/s, and 11 and 14 bytes at 4 TB/s.
        assert!((kernel.forward.0 / (1.048_576e-9 + 22.528e-9) - 1.0).abs() < 1e-12);
        assert!((kernel.backward.0 / (2.097_152e-9 + 28.672e-9) - 1.0).abs() < 1e-12);
    }
}

//! Published figures of memory, and published runs, which fitted.

use crate::training::compute::{ChipRates, Precision};
use crate::training::memory::MemoryEstimate;
use crate::training::model::{FlopConvention, Model, ModelShape};
use crate::training::plan::{
    AttentionKernel, GradientFormat, Parallelism, Recipe, Recompute, RecomputedModules, TrainingPlan,
    ZeroStage,
};
use crate::training::testing::{job_of, small_shape};
use copperlight_core::units::Bytes;

/// A GPT: multi-head, four times as wide inside, biases, 2,048 learned positions, tied embeddings.
fn gpt([layers, hidden, heads, vocab]: [u64; 4]) -> ModelShape {
    let (kv_heads, head_dim, ffn) = (heads, hidden / heads, 4 * hidden);
    ModelShape {
        layers,
        hidden,
        heads,
        kv_heads,
        head_dim,
        ffn,
        vocab,
        learned_positions: 2048,
        ..small_shape()
    }
}

/// A Llama: grouped-query and gated, without biases, untied.
fn llama([layers, hidden, heads, kv_heads, ffn, vocab]: [u64; 6]) -> ModelShape {
    ModelShape {
        layers,
        hidden,
        heads,
        kv_heads,
        head_dim: hidden / heads,
        ffn,
        gated: true,
        vocab,
        tied_embeddings: false,
        biases: false,
        learned_positions: 0,
        ..small_shape()
    }
}

const LLAMA_8B: [u64; 6] = [32, 4096, 32, 8, 14_336, 128_256];
const LLAMA_70B: [u64; 6] = [80, 8192, 64, 8, 28_672, 128_256];
const LLAMA_405B: [u64; 6] = [126, 16_384, 128, 8, 53_248, 128_256];

fn gpt_3() -> ModelShape {
    gpt([96, 12_288, 96, 51_200])
}

/// BF16, FP32 gradients, flash attention.
fn plan(shape: ModelShape, parallelism: Parallelism, [sequence_length, batch]: [u64; 2]) -> TrainingPlan {
    TrainingPlan {
        model: Model::new("published", shape).expect("the shape is legal"),
        parallelism,
        sequence_length,
        global_batch: batch,
        precision: Precision::Bf16,
        layers_per_chunk: None,
        recipe: Recipe::default(),
        flop_convention: FlopConvention::default(),
        run_tokens: None,
        search: None,
    }
}

/// Tensor, context, pipeline and data; virtual stages and sequences of a micro-batch.
fn degrees(
    [tensor, context, pipeline, data]: [u64; 4],
    [virtual_stages, micro_batch]: [u64; 2],
) -> Parallelism {
    Parallelism {
        tensor,
        context,
        pipeline,
        data,
        virtual_stages,
        micro_batch,
        sequence_parallel: tensor > 1,
        ..Parallelism::default()
    }
}

/// A plan of 2021 and 2022: unfused attention with dropout, FP32 gradients, 2,048 tokens.
fn before_flash(shape: ModelShape, parallelism: Parallelism, global_batch: u64) -> TrainingPlan {
    let recipe = Recipe { attention: AttentionKernel::Unfused, ..Recipe::default() };
    TrainingPlan { recipe, ..plan(shape, parallelism, [2048, global_batch]) }
}

/// A tuned plan of 2024 and after, with BF16 gradients.
fn tuned(shape: ModelShape, parallelism: Parallelism, batch: [u64; 2], precision: Precision) -> TrainingPlan {
    let recipe = Recipe { gradients: GradientFormat::Bf16, ..Recipe::default() };
    TrainingPlan { recipe, precision, ..plan(shape, parallelism, batch) }
}

const FULL: Recompute = Recompute::Full { layers: None };

/// Whole layers computed again, activations not divided by sequence, nothing dealt.
fn full(parallelism: Parallelism) -> Parallelism {
    Parallelism { sequence_parallel: false, recompute: FULL, zero: ZeroStage::None, ..parallelism }
}

/// Scores computed again, nothing dealt.
fn selective(parallelism: Parallelism) -> Parallelism {
    Parallelism { recompute: Recompute::SELECTIVE, zero: ZeroStage::None, ..parallelism }
}

fn fsdp(parallelism: Parallelism) -> Parallelism {
    Parallelism { zero: ZeroStage::Parameters, ..parallelism }
}

/// MB of a GB200 as nvidia-smi shows it: 189,471 MiB, where the data sheet says 186 GB.
const GB200: u64 = 198_674;
/// MB of an H100 as nvidia-smi shows it: 81,559 MiB, where the data sheet says 80 GB.
const H100: u64 = 85_521;

/// Runs with the MB of their chips.
type Published = Vec<(&'static str, u64, TrainingPlan)>;

/// Narayanan et al. 2021 (arXiv:2104.04473), tables 1 and 2.
fn narayanan() -> Published {
    let of = |shape, degrees, batch| before_flash(shape, full(degrees), batch);
    vec![
        ("1.7B", 80_000, of(gpt([24, 2304, 24, 51_200]), degrees([1, 1, 1, 32], [1, 16]), 512)),
        ("39.1B", 80_000, of(gpt([48, 8192, 64, 51_200]), degrees([8, 1, 2, 32], [1, 4]), 1536)),
        ("145.6B", 80_000, of(gpt([80, 12_288, 96, 51_200]), degrees([8, 1, 8, 24], [2, 2]), 2304)),
        ("1T", 80_000, of(gpt([128, 25_600, 160, 51_200]), degrees([8, 1, 64, 6], [1, 1]), 3072)),
        ("174.6B, ZeRO-3", 80_000, before_flash(gpt_3(), fsdp(full(degrees([1, 1, 1, 384], [1, 4]))), 1536)),
        ("174.6B", 80_000, of(gpt_3(), degrees([8, 1, 12, 4], [1, 1]), 1536)),
    ]
}

/// Korthikanti et al. 2022 (arXiv:2205.05198), tables 3 and 5.
fn korthikanti(way: fn(Parallelism) -> Parallelism) -> Published {
    let of = |shape, degrees, batch| before_flash(shape, way(degrees), batch);
    vec![
        ("22B", 80_000, of(gpt([48, 6144, 64, 51_200]), degrees([8, 1, 1, 1], [1, 4]), 4)),
        ("175B", 80_000, of(gpt_3(), degrees([8, 1, 8, 1], [3, 1]), 64)),
        ("530B", 80_000, of(gpt([105, 20_480, 128, 51_200]), degrees([8, 1, 35, 8], [3, 1]), 2240)),
        ("1T", 80_000, of(gpt([128, 25_600, 160, 51_200]), degrees([8, 1, 64, 1], [1, 1]), 512)),
    ]
}

/// MLPerf Training v3.1 and v4.1, and NVIDIA's benchmark pages.
fn benchmarks() -> Published {
    let (bf16, fp8) = (Precision::Bf16, Precision::Fp8);
    let nemotron = ModelShape { gated: false, ..llama([96, 18_432, 96, 8, 73_728, 256_000]) };
    let part = Recompute::Full { layers: Some(5) };
    let five_layers = Parallelism { recompute: part, ..fsdp(degrees([1, 1, 1, 8], [1, 1])) };
    let [small, middle, large] = [LLAMA_8B, LLAMA_70B, LLAMA_405B].map(llama);
    vec![
        ("GPT-3", 80_000, tuned(gpt_3(), degrees([4, 1, 8, 4], [6, 1]), [2048, 256], bf16)),
        ("GPT-3 v3.1", 80_000, tuned(gpt_3(), degrees([4, 1, 8, 16], [12, 1]), [2048, 2048], fp8)),
        ("GPT-3 v4.1", 180_000, tuned(gpt_3(), degrees([4, 1, 8, 2], [6, 2]), [2048, 2048], fp8)),
        ("Nemotron-4 340B", 80_000, tuned(nemotron, degrees([8, 1, 8, 4], [12, 1]), [4096, 64], bf16)),
        ("405B", 80_000, tuned(large, degrees([8, 2, 8, 4], [8, 1]), [8192, 256], bf16)),
        ("405B, FP8", 80_000, tuned(large, degrees([8, 2, 8, 8], [8, 1]), [8192, 1536], fp8)),
        ("405B, GB200", GB200, tuned(large, degrees([4, 1, 16, 4], [4, 1]), [8192, 1536], fp8)),
        ("405B, GB300", 288_000, tuned(large, degrees([4, 1, 8, 8], [4, 1]), [8192, 1536], fp8)),
        ("405B, B200", 180_000, tuned(large, degrees([4, 2, 8, 2], [8, 1]), [8192, 64], fp8)),
        ("70B", 80_000, tuned(middle, degrees([4, 1, 8, 2], [5, 1]), [8192, 128], fp8)),
        ("70B, two a sequence", 80_000, tuned(middle, degrees([4, 2, 4, 2], [5, 1]), [8192, 128], bf16)),
        ("8B, two a sequence", 80_000, tuned(small, degrees([1, 2, 1, 4], [1, 1]), [8192, 128], bf16)),
        ("8B, FSDP", 80_000, tuned(small, five_layers, [8192, 128], fp8)),
        ("8B, GB200", GB200, tuned(small, degrees([1, 1, 1, 8], [1, 2]), [8192, 128], fp8)),
    ]
}

/// BLOOM (BigScience's log), torchtitan (arXiv:2410.06511), Llama 3 (arXiv:2407.21783, table 4).
fn papers() -> Published {
    let bloom = Parallelism { zero: ZeroStage::Optimizer, ..full(degrees([4, 1, 12, 8], [1, 2])) };
    let titan = Parallelism { recompute: FULL, ..fsdp(degrees([8, 1, 1, 32], [1, 16])) };
    let llama_3 = Parallelism { zero: ZeroStage::Gradients, ..degrees([8, 1, 16, 128], [1, 1]) };
    vec![
        ("BLOOM", 80_000, before_flash(gpt([70, 14_336, 112, 250_680]), bloom, 2048)),
        ("70B, torchtitan", 80_000, tuned(llama(LLAMA_70B), titan, [8192, 512], Precision::Bf16)),
        ("405B, Llama 3", H100, plan(llama(LLAMA_405B), llama_3, [8192, 2048])),
    ]
}

/// A tuned plan of a model of the library whose experts are shared by so many chips.
fn routed(
    name: &str,
    parallelism: Parallelism,
    [expert, global_batch]: [u64; 2],
    precision: Precision,
) -> TrainingPlan {
    let model = Model::library(name).expect("the model is in the library");
    let parallelism = Parallelism { expert, ..parallelism };
    tuned(*model.shape(), parallelism, [4096, global_batch], precision)
}

/// Megatron-Bridge's and NVIDIA's benchmark pages of models with experts.
///
/// DeepSeek-V3's own run is not among them: it keeps moments in BF16 and the inputs of activations in FP8
/// (arXiv:2412.19437, section 3.3.3), without which it takes 92 GB of the 80 that it had.
fn with_experts() -> Published {
    let modules = |recompute, parallelism: Parallelism| Parallelism {
        recompute: Recompute::Modules(recompute),
        ..parallelism
    };
    let (bf16, fp8, mxfp8) = (Precision::Bf16, Precision::Fp8, Precision::Mxfp8);
    let up = RecomputedModules::LATENT_UP_PROJECTION;
    let cheap = RecomputedModules::NORMS.with(RecomputedModules::ACTIVATION);
    let grok = Parallelism { expert_tensor: 4, ..degrees([4, 1, 1, 32], [1, 1]) };
    vec![
        (
            "DeepSeek-V3, GB200",
            GB200,
            routed("deepseek-v3", modules(up, degrees([1, 1, 4, 64], [4, 1])), [64, 4096], mxfp8),
        ),
        (
            "DeepSeek-V3, H100",
            80_000,
            routed("deepseek-v3", modules(up, degrees([2, 1, 8, 32], [1, 1])), [64, 4096], bf16),
        ),
        (
            "DeepSeek-V3, B300",
            288_000,
            routed("deepseek-v3", modules(up, degrees([1, 1, 8, 32], [1, 2])), [8, 4096], mxfp8),
        ),
        ("Qwen3-30B, H100", 80_000, routed("qwen3-30b", degrees([1, 1, 1, 16], [1, 1]), [16, 1024], fp8)),
        ("Qwen3-30B, GB200", GB200, routed("qwen3-30b", degrees([1, 1, 1, 8], [1, 4]), [8, 512], mxfp8)),
        (
            "Qwen3-235B, GB300",
            288_000,
            routed("qwen3-235b", degrees([1, 1, 4, 64], [12, 2]), [32, 8192], mxfp8),
        ),
        ("Qwen3-235B, GB200", GB200, routed("qwen3-235b", degrees([1, 1, 8, 32], [3, 1]), [32, 8192], mxfp8)),
        (
            "Qwen3-235B, H100",
            80_000,
            routed("qwen3-235b", modules(cheap, degrees([2, 1, 8, 16], [4, 1])), [32, 2048], bf16),
        ),
        (
            "GPT-OSS-120B, H100",
            80_000,
            routed("gpt-oss-120b", modules(cheap, degrees([1, 1, 4, 16], [1, 1])), [8, 1280], bf16),
        ),
        (
            "GPT-OSS-120B, GB200",
            GB200,
            routed("gpt-oss-120b", modules(cheap, degrees([1, 1, 1, 64], [1, 4])), [64, 1280], bf16),
        ),
        ("Grok-1, GB200", GB200, routed("grok-1", grok, [8, 256], bf16)),
    ]
}

fn memory(plan: &TrainingPlan, megabytes: u64) -> MemoryEstimate {
    let rates = ChipRates { hbm_capacity: Bytes::new(megabytes * 1_000_000), ..ChipRates::round() };
    job_of(plan.clone()).memory(&rates)
}

#[test]
fn published_runs_fit() {
    let runs = [narayanan(), korthikanti(selective), benchmarks(), papers(), with_experts()].concat();
    for (name, megabytes, plan) in runs {
        let estimate = memory(&plan, megabytes);
        assert!(estimate.fits(), "{name} on {megabytes} MB: {:#?}", estimate.terms);
    }
}

#[test]
fn without_recompute_and_sequence_parallelism_nothing_of_korthikanti_s_figure_1_fits() {
    let baseline = |degrees| Parallelism { recompute: Recompute::NONE, ..full(degrees) };
    for (name, megabytes, plan) in korthikanti(baseline) {
        assert!(!memory(&plan, megabytes).fits(), "{name}");
    }
}

#[test]
fn a_first_stage_keeps_what_korthikanti_s_equation_says() {
    // s b h L / t x 34 on the first stage, 1 + (p - 1)/(p v) times as much interleaved; scores of one layer again.
    let (_, _, plan) = korthikanti(selective).swap_remove(1);
    let sbh = 2048.0 * 12_288.0;
    let again = 5.0 * 96.0 * 2048.0 / 12_288.0 * sbh / 8.0;
    let job = job_of(plan);
    let stage = &job.stages()[0];
    let chunks = stage.chunks.len() as f64;
    let factor = if stage.chunks.len() > 1 { 1.0 + 7.0 / (8.0 * chunks) } else { 1.0 };
    let expected = sbh * 34.0 / 8.0 * 96.0 * factor + again;
    assert_eq!(job.stage_memory(stage).activations, Bytes::new(expected.round() as u64));
}

//! FLOP counts beside those that publishers print, by formula and by number.

use super::{FlopConvention, Model};
use FlopConvention::{Causal, Full};

/// A printed count: model, sequence length, convention, training FLOPs of a token, how far ours may be, source.
type Printed = (&'static str, u64, FlopConvention, f64, f64, &'static str);

const PRINTED: [Printed; 12] = [
    (
        "llama-3.1-405b",
        8192,
        Full,
        21_508e12 / 8192.0,
        1e-4,
        "MLPerf Training 5.0, NVIDIA: MODEL_TFLOP_PER_SAMPLE=21508",
    ),
    (
        "llama-3.1-8b",
        8192,
        Causal,
        421.59e12 / 8192.0,
        1e-3,
        "MLPerf Training 5.1, NVIDIA: MODEL_TFLOP_PER_SAMPLE=421.59",
    ),
    (
        "llama-3.1-8b",
        8192,
        Full,
        5.793e10,
        1e-3,
        "NVIDIA/NeMo, performance_summary.md: TFLOP/s over tokens/s",
    ),
    (
        "llama-3.1-70b",
        8192,
        Full,
        4.816e11,
        1e-3,
        "NVIDIA/NeMo, performance_summary.md: TFLOP/s over tokens/s",
    ),
    ("llama-2-70b", 4096, Full, 4.444e11, 1e-3, "NVIDIA/NeMo, performance_summary.md: TFLOP/s over tokens/s"),
    ("llama-2-13b", 4096, Full, 8.721e10, 1e-3, "NVIDIA/NeMo, performance_summary.md: TFLOP/s over tokens/s"),
    ("gpt-3-175b", 2048, Full, 1.0765e12, 1e-3, "NVIDIA/NeMo, performance_summary.md: TFLOP/s over tokens/s"),
    (
        "nemotron-4-340b",
        4096,
        Full,
        2.104e12,
        1e-3,
        "NVIDIA/NeMo, performance_summary.md: TFLOP/s over tokens/s",
    ),
    (
        "qwen3-235b",
        4096,
        Causal,
        1.481e11,
        5e-3,
        "NVIDIA-NeMo/Megatron-Bridge, performance-summary.md: TFLOP/s over tokens/s",
    ),
    (
        "qwen3-30b",
        4096,
        Causal,
        2.296e10,
        1e-2,
        "NVIDIA-NeMo/Megatron-Bridge, performance-summary.md: TFLOP/s over tokens/s",
    ),
    (
        "deepseek-v3",
        4096,
        Causal,
        2.60e11,
        5e-3,
        "NVIDIA-NeMo/Megatron-Bridge, performance-summary.md: TFLOP/s over tokens/s",
    ),
    (
        "gpt-oss-120b",
        4096,
        Causal,
        3.262e10,
        5e-3,
        "NVIDIA-NeMo/Megatron-Bridge, performance-summary.md: TFLOP/s over tokens/s",
    ),
];

fn named(name: &str) -> Model {
    Model::library(name).unwrap_or_else(|| panic!("{name} is in the library"))
}

#[test]
fn printed_counts_are_ours() {
    let misses = PRINTED.iter().filter_map(|&(name, length, convention, printed, within, source)| {
        let ours = named(name).flops_per_sequence_by(convention, length).count() / length as f64;
        let error = ours / printed - 1.0;
        (error.abs() > within)
            .then(|| format!("{name}: {ours:.4e} is not {printed:.4e} ({error:+.4}): {source}"))
    });
    let misses: Vec<String> = misses.collect();
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

#[test]
fn ladders_follow_the_formula_of_their_papers() {
    // Narayanan et al. 2021, equation 3, without the forward pass that it repeats, and Korthikanti et al. 2022,
    // appendix A: 72 B s l h^2 (1 + s/(6h) + V/(12 l h)), all of the scores counted.
    let ladder = ["1.7b", "3.6b", "7.5b", "18.4b", "39.1b", "76.1b", "145.6b", "174.6b", "310.1b", "529.6b"];
    let ladder = ladder.iter().map(|size| format!("narayanan-{size}"));
    for name in ladder.chain(["gpt-1t", "mt-nlg-530b", "korthikanti-22b"].map(str::to_owned)) {
        let model = named(&name);
        let shape = model.shape();
        let [s, l, h, v] = [2048, shape.layers, shape.hidden, shape.vocab].map(|count| count as f64);
        let formula = 72.0 * s * l * h * h * (1.0 + s / (6.0 * h) + v / (12.0 * l * h));
        let ratio = model.flops_per_sequence_by(Full, 2048).count() / formula;
        assert!((ratio - 1.0).abs() < 1e-12, "{name}: {ratio}");
    }
}

#[test]
fn llama_405b_took_its_published_compute() {
    // Grattafiori et al. 2024, arXiv:2407.21783: 3.8e25 FLOPs on 15.6T tokens, which is six operations for each
    // parameter and token. Matmuls alone are that but for the embedding and norms.
    let model = named("llama-3.1-405b");
    let six = 6.0 * model.parameters() as f64 * 15.6e12;
    assert!((six / 3.8e25 - 1.0).abs() < 1e-3, "{six:e}");
    let scores = model.attention_flops_of_all(8192, Full) * 3.0;
    let matmuls = (model.flops_per_sequence_by(Full, 8192).count() - scores.count()) / 8192.0 * 15.6e12;
    assert!((matmuls / 3.8e25 - 1.0).abs() < 6e-3, "{matmuls:e}");
}

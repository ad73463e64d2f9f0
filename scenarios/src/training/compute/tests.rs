//! Laws that compute times keep, and published figures that they are held against.

use super::gemm::{Gemm, GroupedGemm};
use super::layer_compute::layer;
use super::{ChipRates, FeedForward, Kernels, Precision, Seconds};
use crate::training::model::{Experts, LatentAttention, LayerKind, Model, ModelShape};
use crate::training::plan::{Parallelism, TrainingJob, TrainingPlan};
use crate::training::testing::{job_of, plan, small_shape};
use copperlight_topologies::System;
use copperlight_topologies::catalog::{self, Section, systems};
use proptest::prelude::*;

/// The chip of a preset at a precision.
fn chip(preset: &str, precision: Precision) -> Kernels {
    let system = System::preset(preset).expect("the preset is in the catalog");
    let chip = system.chip().expect("a preset has a chip");
    let rates = ChipRates::of(chip, precision).expect("the chip has the precision");
    Kernels { rates, precision }
}

/// What a matmul reaches of the peak.
fn efficiency(kernels: &Kernels, gemm: Gemm) -> f64 {
    gemm.flops() / kernels.gemm(gemm).0 / kernels.rates.peak.flops_per_second()
}

fn cube(size: u64) -> Gemm {
    Gemm { rows: size, columns: size, inner: size }
}

/// Every preset that has a chip to train on, each chip once, with the precisions it computes.
fn chips() -> Vec<(String, Kernels)> {
    let mut found: Vec<(String, Kernels)> = Vec::new();
    for entry in systems() {
        let system = System::preset(entry.name()).expect("the preset is in the catalog");
        let Some(chip) = system.chip() else { continue };
        if found.iter().any(|(name, _)| name == chip.name()) {
            continue;
        }
        let rates = Precision::ALL.into_iter().filter_map(|precision| {
            Some((chip.name().to_owned(), Kernels { rates: ChipRates::of(chip, precision)?, precision }))
        });
        found.extend(rates);
    }
    found
}

#[test]
fn no_matmul_reaches_more_than_a_measured_one() {
    // The best matmul shape that a microbenchmark found bounds what training sustains. The fit found 0.73 to 0.93 of it:
    // clocks fall in runs of days under a power limit, and most on Blackwell in FP8. Published to three digits at best.
    let mut compared = 0;
    for (name, kernels) in chips() {
        let field = match kernels.precision {
            Precision::Bf16 => "sustained_bf16",
            Precision::Fp8 => "sustained_fp8",
            _ => continue,
        };
        let entry = catalog::find(Section::Chips, &name).expect("the chip is in the catalog");
        let Some(measured) = entry.base_value(field) else { continue };
        let best = [4096, 8192, 12_288, 16_384].map(|size| efficiency(&kernels, cube(size)));
        let best = best.into_iter().fold(0.0, f64::max) * kernels.rates.peak.flops_per_second();
        let share = best / measured;
        assert!((0.68..=0.95).contains(&share), "{name} {}: {share:.3}", kernels.precision.name());
        compared += 1;
    }
    assert!(compared >= 8, "{compared}");
}

#[test]
fn efficiency_by_shape_is_that_of_the_book() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/src/models/training.md");
    let book = std::fs::read_to_string(path).expect("the book is beside the crate");
    let chips = [
        ("hgx-a100", Precision::Bf16),
        ("hgx-h100", Precision::Bf16),
        ("hgx-h100", Precision::Fp8),
        ("gb200-nvl72", Precision::Bf16),
        ("gb200-nvl72", Precision::Fp8),
        ("gb200-nvl72", Precision::Nvfp4),
    ];
    let shapes = [
        [16_384; 3],
        [8192; 3],
        [4096; 3],
        [2048; 3],
        [1024; 3],
        [8192, 8192, 512],
        [8192, 512, 8192],
        [512, 8192, 8192],
    ];
    let row = |[rows, columns, inner]: [u64; 3]| {
        let percent = chips.map(|(preset, precision)| {
            format!("{:.0}", 100.0 * efficiency(&chip(preset, precision), Gemm { rows, columns, inner }))
        });
        format!("| {rows} x {columns} x {inner} | {} |", percent.join(" | "))
    };
    let missing: Vec<String> = shapes.map(row).into_iter().filter(|row| !book.contains(row)).collect();
    assert!(missing.is_empty(), "docs/src/models/training.md lacks:\n{}", missing.join("\n"));
}

#[test]
fn every_chip_that_trains_says_whose_values_it_has() {
    for (name, _) in chips() {
        let entry = catalog::find(Section::Chips, &name).expect("the chip is in the catalog");
        let traffic = entry.value("gemm_traffic").expect("the chip trains");
        let own = !traffic.source.starts_with("borrowed from");
        assert_eq!(own, entry.text("borrowed_from").is_none(), "{name}");
    }
}

/// A model with everything: latent attention or grouped queries, experts with a shared one.
fn model(latent: bool) -> Model {
    let latent = latent.then_some(LatentAttention {
        query_rank: 96,
        kv_rank: 64,
        nope_dim: 32,
        rope_dim: 16,
        value_dim: 32,
    });
    let experts = Experts {
        experts: 16,
        top_k: 2,
        expert_ffn: 128,
        shared_ffn: 128,
        dense_layers: 1,
        every: 1,
        groups: 1,
        top_groups: 1,
    };
    let shape = ModelShape {
        hidden: 512,
        heads: 8,
        kv_heads: 8,
        head_dim: 48,
        ffn: 1024,
        gated: true,
        learned_positions: 0,
        latent,
        experts: Some(experts),
        ..small_shape()
    };
    Model::new("everything", shape).expect("the shape is legal")
}

fn job(latent: bool, micro_batch: u64, cut: Parallelism) -> TrainingJob {
    let parallelism = Parallelism { micro_batch, ..cut };
    job_of(TrainingPlan { model: model(latent), parallelism, global_batch: micro_batch, ..plan([1, 1, 1]) })
}

fn sizes() -> impl Strategy<Value = Gemm> {
    (1_u64..20_000, 1_u64..20_000, 1_u64..20_000).prop_map(|(rows, columns, inner)| Gemm {
        rows,
        columns,
        inner,
    })
}

proptest! {
    #[test]
    fn no_matmul_beats_the_share_of_its_chip(gemm in sizes()) {
        for precision in [Precision::Bf16, Precision::Fp8, Precision::Nvfp4] {
            let kernels = chip("gb200-nvl72", precision);
            prop_assert!(efficiency(&kernels, gemm) <= kernels.rates.gemm_efficiency);
        }
    }

    #[test]
    fn a_larger_matmul_is_never_faster(gemm in sizes(), more in 0_u64..2000, dimension in 0_usize..3) {
        let mut sizes = [gemm.rows, gemm.columns, gemm.inner];
        sizes[dimension] += more;
        let [rows, columns, inner] = sizes;
        let kernels = chip("hgx-h100", Precision::Fp8);
        let (less, more) = (kernels.gemm(gemm), kernels.gemm(Gemm { rows, columns, inner }));
        prop_assert!(more.0 >= less.0 * (1.0 - 1e-12), "{less:?} {more:?}");
    }

    #[test]
    fn a_matmul_in_groups_is_never_faster_than_in_fewer(
        rows in 1_u64..4000, columns in 1_u64..8000, inner in 1_u64..8000, groups in 1_u64..64,
    ) {
        let kernels = chip("hgx-h100", Precision::Bf16);
        let time = |groups: u64| {
            let sizes = [rows as f64 / groups as f64, columns as f64, inner as f64];
            kernels.grouped_gemm(GroupedGemm { groups, sizes }).0
        };
        prop_assert!(time(groups) <= time(groups + 1));
    }

    #[test]
    fn more_tokens_are_never_faster(
        micro_batch in 1_u64..64, latent: bool, experts: bool, sequence_parallel: bool,
    ) {
        let kernels = chip("gb200-nvl72", Precision::Fp8);
        let kind = if experts { LayerKind::Experts } else { LayerKind::Dense };
        // Chips of a tensor group send experts the tokens of their own part of a sequence.
        let degree = if sequence_parallel { 2 } else { 1 };
        let cut = Parallelism { tensor: degree, expert: degree, sequence_parallel, ..Parallelism::default() };
        let total = |micro_batch| layer(&job(latent, micro_batch, cut), &kernels, kind).total();
        let (less, more) = (total(micro_batch), total(micro_batch + 1));
        prop_assert!(less.forward <= more.forward && less.backward <= more.backward);
        // A micro-batch twice as large takes at most twice as long.
        prop_assert!(total(2 * micro_batch).forward.0 <= 2.0 * less.forward.0 * (1.0 + 1e-12));
    }

    #[test]
    fn chips_that_share_a_sequence_share_its_work(micro_batch in 1_u64..8, latent: bool) {
        let kernels = chip("hgx-h100", Precision::Bf16);
        let total = |context| {
            let cut = Parallelism { context, ..Parallelism::default() };
            layer(&job(latent, 64 * micro_batch, cut), &kernels, LayerKind::Dense).total().forward.0
        };
        prop_assert!(total(2) < total(1) && 2.2 * total(2) > total(1));
    }
}

#[test]
fn a_layer_with_everything_is_the_sum_of_its_parts() {
    let kernels = chip("gb200-nvl72", Precision::Mxfp8);
    let computed = layer(&job(true, 8, Parallelism::default()), &kernels, LayerKind::Experts);
    let FeedForward::Experts(half) = computed.feed_forward else { panic!("the layer has experts") };
    let shared = half.shared.expect("the layer has a shared expert");
    let attention = computed.attention;
    let forward = [
        attention.edges.forward,
        attention.first.forward,
        attention.between.forward,
        attention.second.forward,
        half.route.forward,
        half.first.forward,
        half.activation.forward,
        half.second.forward,
        half.restore.forward,
        shared.first.forward,
        shared.activation.forward,
        shared.second.forward,
    ];
    let sum: Seconds = forward.into_iter().sum();
    assert!((computed.total().forward.0 / sum.0 - 1.0).abs() < 1e-12);
    // A third of the host's time for a layer with experts is forward: so small a layer is held up by it.
    let of_host = kernels.rates.host.expert_layer.seconds() / 3.0;
    assert!((computed.host.launches.forward.0 / of_host - 1.0).abs() < 1e-3);
    assert!(computed.host.launches.forward.0 > computed.total().forward.0);
}

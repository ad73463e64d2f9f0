//! What a step time means: utilization of the chips and tokens per second.

use crate::training::compute::ChipRates;
use crate::training::flops::Flops;
use crate::training::model::{LayerKind, ModelShape};
use crate::training::plan::{Chunk, Recompute, RecomputedModules, TrainingJob};
use copperlight_core::units::Time;
use copperlight_topologies::quantity::ComputeRate;

/// Figures of merit of a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Metrics {
    /// Model FLOPs over what the chips could do in the time at the peak of the layers' precision.
    pub mfu: f64,
    /// The same over the BF16 peak.
    pub mfu_bf16: f64,
    /// Hardware FLOPs utilization: recomputed FLOPs count as well.
    pub hfu: f64,
    /// Model FLOPs per second on each chip.
    pub model_rate_per_chip: ComputeRate,
    /// Tokens trained on per second on each chip.
    pub tokens_per_second_per_chip: f64,
}

impl TrainingJob {
    /// Model FLOPs of a step, by the convention of the plan.
    pub fn model_flops(&self) -> Flops {
        let of_sequence = self.model().flops_per_sequence_by(self.flop_convention(), self.sequence_length());
        of_sequence * self.global_batch() as f64
    }

    /// FLOPs of a step that are done again by plan; what the flash kernel repeats inside itself is not counted.
    ///
    /// Norms and activations count for nothing here, as in [`Self::model_flops`].
    pub fn recomputed_flops(&self) -> Flops {
        let of_sequence = match self.parallelism().recompute {
            Recompute::Full { layers } => self.layers_flops() * self.repeated_share(layers),
            Recompute::Modules(modules) => self.module_flops(modules),
        };
        of_sequence * self.global_batch() as f64
    }

    /// Forward FLOPs of one sequence in all layers: all but the head, and the projections of layers for further tokens.
    fn layers_flops(&self) -> Flops {
        let shape = self.model().shape();
        let (hidden, further) = (shape.hidden as f64, shape.mtp_layers as f64);
        let beside = hidden * shape.vocab as f64 * (1.0 + further) + 2.0 * hidden * hidden * further;
        let length = self.sequence_length();
        self.model().forward_flops_by(self.flop_convention(), length)
            + Flops::new(-2.0 * length as f64 * beside)
    }

    /// The part of all layers that is done again when at most so many of each chunk are.
    fn repeated_share(&self, of_chunk: Option<u64>) -> f64 {
        let chunks = || self.stages().iter().flat_map(|stage| &stage.chunks).map(Chunk::layer_count);
        let most = of_chunk.unwrap_or(u64::MAX);
        chunks().map(|layers| layers.min(most)).sum::<u64>() as f64 / chunks().sum::<u64>() as f64
    }

    /// Forward FLOPs of one sequence in these modules of all layers.
    fn module_flops(&self, modules: RecomputedModules) -> Flops {
        let shape = self.model().shape();
        let layers = shape.layers + shape.mtp_layers;
        let scores = if modules.contains(RecomputedModules::CORE_ATTENTION) {
            self.model().attention_flops_of_all(self.sequence_length(), self.flop_convention())
        } else {
            Flops::default()
        };
        let matrices: u64 = (0..layers).map(|layer| repeated_matrices(shape, modules, layer)).sum();
        scores + Flops::new(2.0 * self.sequence_length() as f64 * matrices as f64)
    }

    /// What it means that a step takes `step_time` on chips of these rates.
    pub fn metrics(&self, step_time: Time, rates: &ChipRates) -> Metrics {
        let chips = self.chips() as f64;
        let per_chip = |flops: Flops| (flops * (1.0 / chips)).per(step_time);
        let model = per_chip(self.model_flops());
        let hardware = per_chip(self.model_flops() + self.recomputed_flops());
        Metrics {
            mfu: model.flops_per_second() / rates.peak.flops_per_second(),
            mfu_bf16: model.flops_per_second() / rates.peak_bf16.flops_per_second(),
            hfu: hardware.flops_per_second() / rates.peak.flops_per_second(),
            model_rate_per_chip: model,
            tokens_per_second_per_chip: self.tokens_per_step() as f64 / step_time.seconds() / chips,
        }
    }
}

/// Parameters of the matrices of one layer that these modules have and that work on a token.
fn repeated_matrices(shape: &ModelShape, modules: RecomputedModules, layer: u64) -> u64 {
    let of = |module, matrices: u64| if modules.contains(module) { matrices } else { 0 };
    let network = |ffn: u64| shape.hidden * ffn * if shape.gated { 3 } else { 2 };
    let latent_up = shape.latent.map_or(0, |latent| {
        let queries = latent.query_rank * (latent.nope_dim + latent.rope_dim);
        shape.heads * (queries + latent.kv_rank * (latent.nope_dim + latent.value_dim))
    });
    let feed_forward = match (shape.layer_kind(layer), shape.experts) {
        (LayerKind::Experts, Some(experts)) => {
            let routed = network(experts.top_k * experts.expert_ffn) + shape.hidden * experts.experts;
            of(RecomputedModules::EXPERTS, routed)
                + of(RecomputedModules::SHARED_EXPERTS, network(experts.shared_ffn))
        }
        _ => of(RecomputedModules::FEED_FORWARD, network(shape.ffn)),
    };
    of(RecomputedModules::LATENT_UP_PROJECTION, latent_up) + feed_forward
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::model::{Experts, FlopConvention, LatentAttention, Model};
    use crate::training::plan::TrainingPlan;
    use crate::training::testing::{gpt_1t_plan, job_of};
    use crate::training::testing::{plan, small_shape};

    #[test]
    fn metrics_follow_from_the_step_time() {
        let job = job_of(gpt_1t_plan());
        let rates = ChipRates { peak: ComputeRate::from_flops_per_second(2e15), ..ChipRates::round() };
        // A step in which every chip does 500 TFLOP/s of model FLOPs.
        let seconds = job.model_flops().count() / (1152.0 * 500e12);
        let metrics = job.metrics(Time::from_seconds(seconds), &rates);
        assert!((metrics.mfu - 0.25).abs() < 1e-9);
        assert!((metrics.mfu_bf16 - 0.5).abs() < 1e-9);
        assert!(metrics.hfu > metrics.mfu && metrics.hfu < metrics.mfu * 1.01);
        assert!((metrics.model_rate_per_chip.flops_per_second() / 500e12 - 1.0).abs() < 1e-9);
        let tokens = 2048.0 * 11_520.0 / seconds / 1152.0;
        assert!((metrics.tokens_per_second_per_chip / tokens - 1.0).abs() < 1e-9);
    }

    /// What is done again, over the forward FLOPs of all layers but for the head.
    fn repeated(recompute: Recompute, degrees: [u64; 3]) -> f64 {
        let mut plan = plan(degrees);
        plan.parallelism.recompute = recompute;
        let job = job_of(plan);
        job.recomputed_flops().count() / (job.layers_flops().count() * job.global_batch() as f64)
    }

    #[test]
    fn full_recompute_does_every_layer_again() {
        assert_eq!(repeated(Recompute::NONE, [1, 1, 1]), 0.0);
        assert_eq!(repeated(Recompute::Full { layers: None }, [1, 1, 1]), 1.0);
        // Of 4 layers on one stage, one; on two stages, one of each; and no more than there are.
        assert_eq!(repeated(Recompute::Full { layers: Some(1) }, [1, 1, 1]), 0.25);
        assert_eq!(repeated(Recompute::Full { layers: Some(1) }, [1, 2, 1]), 0.5);
        assert_eq!(repeated(Recompute::Full { layers: Some(9) }, [1, 2, 1]), 1.0);
        // The layers of the small model: 12 x 64^2 parameters and 2 x 32^2 x 64 operations of scores.
        let layers = job_of(plan([1, 1, 1])).layers_flops().count();
        assert_eq!(layers, 4.0 * (2.0 * 32.0 * 12.0 * 4096.0 + 2.0 * 1024.0 * 64.0));
    }

    #[test]
    fn hardware_utilization_with_full_recompute_is_four_thirds_of_the_layers() {
        let mut plan = gpt_1t_plan();
        plan.parallelism.recompute = Recompute::Full { layers: None };
        let job = job_of(plan);
        let metrics = job.metrics(Time::from_seconds(100.0), &ChipRates::round());
        let head = 6.0 * 2048.0 * 25_600.0 * 51_200.0 * 11_520.0;
        let layers = job.model_flops().count() - head;
        let expected = (layers * 4.0 / 3.0 + head) / (layers + head);
        assert!((metrics.hfu / metrics.mfu / expected - 1.0).abs() < 1e-12);
    }

    #[test]
    fn modules_that_are_done_again_count_by_their_matrices() {
        let latent = LatentAttention { query_rank: 8, kv_rank: 4, nope_dim: 16, rope_dim: 8, value_dim: 32 };
        let experts = Experts {
            experts: 8,
            top_k: 2,
            expert_ffn: 32,
            shared_ffn: 16,
            dense_layers: 1,
            every: 1,
            groups: 1,
            top_groups: 1,
        };
        let shape = ModelShape { latent: Some(latent), experts: Some(experts), gated: true, ..small_shape() };
        let matrices = |modules, layer| repeated_matrices(&shape, modules, layer);
        // 4 heads x (8 x 24 + 4 x 48); 3 x 64 x 256; 3 x 64 x 64 and a router of 64 x 8; 3 x 64 x 16.
        assert_eq!(matrices(RecomputedModules::LATENT_UP_PROJECTION, 0), 1536);
        assert_eq!([0, 1].map(|layer| matrices(RecomputedModules::FEED_FORWARD, layer)), [49_152, 0]);
        assert_eq!([0, 1].map(|layer| matrices(RecomputedModules::EXPERTS, layer)), [0, 12_288 + 512]);
        assert_eq!([0, 1].map(|layer| matrices(RecomputedModules::SHARED_EXPERTS, layer)), [0, 3072]);
        let free = RecomputedModules::NORMS.with(RecomputedModules::ACTIVATION);
        assert_eq!([0, 1].map(|layer| matrices(free, layer)), [0, 0]);
        let model = Model::new("test", shape).expect("the shape is legal");
        let mut plan = TrainingPlan { model, ..plan([1, 1, 1]) };
        plan.parallelism.recompute = Recompute::Modules(RecomputedModules::FEED_FORWARD);
        // One dense layer, 32 tokens, 8 sequences.
        assert_eq!(job_of(plan).recomputed_flops().count(), 2.0 * 32.0 * 8.0 * 49_152.0);
    }

    #[test]
    fn all_of_attention_counts_where_it_is_asked_for() {
        let mut plan = gpt_1t_plan();
        let causal = job_of(plan.clone()).model_flops().count();
        plan.flop_convention = FlopConvention::Full;
        let full = job_of(plan).model_flops().count();
        // The masked half: 3 x 2 s^2 h for each of 128 layers and 11,520 sequences.
        let masked = 6.0 * 2048.0 * 2048.0 * 25_600.0 * 128.0 * 11_520.0;
        assert!(((full - causal) / masked - 1.0).abs() < 1e-9);
    }
}

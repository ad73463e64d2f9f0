//! What a step time means: utilization of the chips and tokens per second.

use crate::training::compute::ChipRates;
use crate::training::flops::Flops;
use crate::training::model::FlopConvention;
use crate::training::plan::RecomputedModules;
use crate::training::plan::TrainingJob;
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
    /// Model FLOPs of a step, by the convention [`super::FLOP_CONVENTION`].
    pub fn model_flops(&self) -> Flops {
        self.model().flops_per_sequence(self.sequence_length()) * self.global_batch() as f64
    }

    /// FLOPs of a step that are done again by plan; what the flash kernel repeats inside itself is not counted.
    pub fn recomputed_flops(&self) -> Flops {
        if self.parallelism().recompute.has(RecomputedModules::CORE_ATTENTION) {
            let length = self.sequence_length();
            self.model().attention_flops_of_all(length, FlopConvention::Causal) * self.global_batch() as f64
        } else {
            Flops::default()
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::testing::{gpt_1t_plan, job_of};

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
}

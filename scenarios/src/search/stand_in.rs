//! A crude estimate.

use crate::training::{ChipRates, TrainingJob};
use copperlight_core::units::Time;
use copperlight_topologies::System;

pub(super) struct Estimator {
    bandwidth: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct EstimateTerms {
    compute: f64,
    tensor: f64,
    bubble: f64,
}

impl EstimateTerms {
    pub(super) const fn iter(&self) -> [(&'static str, f64); 3] {
        [("compute", self.compute), ("tensor", self.tensor), ("bubble", self.bubble)]
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct StepEstimate {
    pub(super) time: Time,
    pub(super) terms: EstimateTerms,
}

#[derive(Debug, thiserror::Error)]
#[error("no estimate")]
pub(super) struct EstimateError;

impl Estimator {
    pub(super) fn new(system: &System, _chips: usize) -> Result<Self, EstimateError> {
        Ok(Self { bandwidth: system.scale_up_bandwidth_per_chip().bytes_per_second() as f64 })
    }

    pub(super) fn step(&self, job: &TrainingJob, rates: &ChipRates) -> Result<StepEstimate, EstimateError> {
        let plan = job.parallelism();
        let flops = (job.model_flops() + job.recomputed_flops()).count();
        let longest = job.stages().iter().map(|stage| stage.layer_count()).max().unwrap_or(1);
        let uneven = (longest * plan.pipeline) as f64 / job.model().shape().layers as f64;
        let compute = flops * uneven / job.chips() as f64 / rates.peak.flops_per_second() / rates.gemm_efficiency;
        let chunks = (plan.virtual_stages * job.micro_batches()) as f64;
        let bubble = compute * (plan.pipeline - 1) as f64 / chunks;
        let shape = job.model().shape();
        let bytes = 8.0 * (job.chip_tokens() * shape.hidden * longest * job.micro_batches()) as f64;
        let tensor = if plan.tensor == 1 { 0.0 } else { bytes / self.bandwidth };
        let terms = EstimateTerms { compute, tensor, bubble };
        Ok(StepEstimate { time: Time::from_seconds(compute + tensor + bubble), terms })
    }
}

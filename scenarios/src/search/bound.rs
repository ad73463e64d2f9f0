//! A time that no step of a plan can beat, from its arithmetic alone.
//!
//! All FLOPs at the peak, spread evenly; and along a pipeline, what the last stage does, after every other stage has
//! passed a micro-batch on. Memory traffic, launches and communication take no time here.

use crate::training::{ChipRates, FlopConvention, Parallelism, Schedule, TrainingJob};

/// What bounds need of a job, whatever its plan.
pub(super) struct Bounds {
    /// Seconds of all model FLOPs on one chip at its peak.
    whole: f64,
    /// The part of them that is in layers, for each layer.
    layer: f64,
    layers: u64,
    global_batch: u64,
}

/// Of a layer's time, the share of a forward pass, without which no other stage can begin.
const FORWARD: f64 = 1.0 / 3.0;

impl Bounds {
    /// Bounds for plans of this job.
    pub(super) fn of(job: &TrainingJob, rates: &ChipRates) -> Self {
        let peak = rates.peak.flops_per_second().max(rates.peak_bf16.flops_per_second());
        let length = job.sequence_length();
        let sequence = job.model().flops_per_sequence_by(FlopConvention::Causal, length);
        let whole = sequence.count() * job.global_batch() as f64 / peak;
        let shape = job.model().shape();
        let (hidden, vocabulary) = (shape.hidden as f64, shape.vocab as f64);
        let further = 1.0 + shape.mtp_layers as f64;
        let beside = 6.0 * hidden * vocabulary * further * job.tokens_per_step() as f64 / peak;
        let thinnest = (whole - beside).max(0.0) / (shape.layers + shape.mtp_layers) as f64;
        // Layers with experts differ from dense ones: what is known of the lightest is nothing.
        let layer = if shape.experts.is_some() { 0.0 } else { thinnest };
        Self { whole, layer, layers: shape.layers, global_batch: job.global_batch() }
    }

    /// Seconds that a step of this plan takes at least, without what it computes again.
    pub(super) fn seconds(&self, plan: &Parallelism) -> f64 {
        let even = self.whole / plan.chips() as f64;
        even.max(self.of_last_stage(plan))
    }

    /// The last stage waits for a forward pass of each other, and each other's backward pass waits for it.
    fn of_last_stage(&self, plan: &Parallelism) -> f64 {
        let chunks = plan.pipeline * plan.virtual_stages;
        let least_layers = (self.layers / chunks) as f64;
        let sequences = plan.data * plan.tensor * plan.context;
        let chunk = self.layer * least_layers / sequences as f64;
        let micro_batches = (self.global_batch / (plan.micro_batch * plan.data)).max(1) as f64;
        let waits = (plan.pipeline - 1) as f64 * chunk / micro_batches;
        let share = match plan.schedule {
            Schedule::GPipe | Schedule::OneForwardOneBackward => 1.0,
            Schedule::ZeroBubble => FORWARD,
            Schedule::DualPipe => 0.0,
        };
        chunk * plan.virtual_stages as f64 + share * waits
    }
}

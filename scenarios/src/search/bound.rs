//! A time that no step of a plan can beat: its kernels, and the kernels of other stages that must come before and after.
//!
//! Of exchanges only those of the tensor group in forward passes count, at the chip's whole bandwidth, where nothing runs
//! beside them. Launches and the optimizer take no time here, and nothing is computed again. Stage `s` begins once a
//! micro-batch has passed the `s` chunks before it, and under 1F1B its last backward pass is followed by theirs.

use crate::training::{
    ChipRates, Chunk, LayerKind, Parallelism, PassSeconds, Schedule, Stage, TensorOverlap, TrainingJob,
};
use copperlight_core::units::Bandwidth;
use std::collections::BTreeMap;

/// Of what the kernels of a layer depend on.
type Widths = [u64; 6];

/// Kernels of one micro-batch.
#[derive(Debug, Clone, Copy)]
struct Passes {
    dense: PassSeconds,
    experts: PassSeconds,
    head: PassSeconds,
}

/// The bounds of plans of one job; remembers what layers take.
pub(super) struct Bounds {
    rates: ChipRates,
    bandwidth: f64,
    passes: BTreeMap<Widths, Passes>,
}

impl Bounds {
    /// Bounds on chips of these rates.
    pub(super) fn new(rates: &ChipRates, scale_up: Bandwidth) -> Self {
        let bandwidth = scale_up.bytes_per_second() as f64;
        Self { rates: *rates, bandwidth, passes: BTreeMap::new() }
    }

    /// Seconds that a step of this job takes at least, without what it computes again.
    pub(super) fn seconds(&mut self, job: &TrainingJob) -> f64 {
        let passes = self.passes(job);
        let plan = job.parallelism();
        let stages: Vec<PassSeconds> =
            job.stages().iter().map(|stage| of_stage(job, stage, &passes)).collect();
        let share = if plan.mirrors_stages() { 0.5 } else { 1.0 };
        let micro_batches = job.micro_batches() as f64 * share;
        let mut before = 0.0;
        let mut longest: f64 = 0.0;
        for (stage, passes_of_stage) in job.stages().iter().zip(&stages) {
            longest = longest.max(before + micro_batches * passes_of_stage.total());
            before += must_wait(plan.schedule, &of_chunk(job, &stage.chunks[0], &passes));
        }
        longest
    }

    /// What every micro-batch takes in one layer of each kind.
    fn passes(&mut self, job: &TrainingJob) -> Passes {
        let plan = job.parallelism();
        let key = widths(plan);
        if let Some(known) = self.passes.get(&key) {
            return *known;
        }
        let of = |kind| self.of_layer(job, kind);
        let experts = job.model().shape().experts.map(|_| of(LayerKind::Experts)).unwrap_or_default();
        let passes = Passes { dense: of(LayerKind::Dense), experts, head: job.head_seconds(&self.rates) };
        self.passes.insert(key, passes);
        passes
    }

    /// The kernels of a layer, and what its forward pass waits for: each half gathers tokens and gives them back.
    fn of_layer(&self, job: &TrainingJob, kind: LayerKind) -> PassSeconds {
        let kernels = job.layer_seconds(&self.rates, kind);
        if !waits_for_tensor(job.parallelism()) {
            return kernels;
        }
        let halves = match kind {
            LayerKind::Dense => 2.0,
            LayerKind::Experts => 1.0,
        };
        let tensor = job.parallelism().tensor as f64;
        let bytes = 2.0 * job.chip_tokens() as f64 * job.model().shape().hidden as f64 * (1.0 - 1.0 / tensor);
        PassSeconds { forward: kernels.forward + 2.0 * halves * bytes / self.bandwidth, ..kernels }
    }
}

/// Whether the chips of a tensor group wait for their exchanges.
const fn waits_for_tensor(plan: &Parallelism) -> bool {
    let paired = plan.overlap.experts || matches!(plan.schedule, Schedule::DualPipe);
    matches!(plan.overlap.tensor, TensorOverlap::Independent) && !paired
}

const fn widths(plan: &Parallelism) -> Widths {
    let waits = waits_for_tensor(plan) as u64;
    [plan.tensor, plan.context, plan.micro_batch, plan.expert, plan.expert_tensor, waits]
}

/// Kernels that the next stage waits for: both passes of a chunk, or only the one forward.
fn must_wait(schedule: Schedule, chunk: &PassSeconds) -> f64 {
    match schedule {
        Schedule::GPipe | Schedule::OneForwardOneBackward => chunk.total(),
        Schedule::ZeroBubble => chunk.forward,
        Schedule::DualPipe => 0.0,
    }
}

fn of_stage(job: &TrainingJob, stage: &Stage, passes: &Passes) -> PassSeconds {
    let chunks = stage.chunks.iter().map(|chunk| of_chunk(job, chunk, passes));
    chunks.fold(PassSeconds::default(), |sum, chunk| PassSeconds {
        forward: sum.forward + chunk.forward,
        backward: sum.backward + chunk.backward,
    })
}

fn of_chunk(job: &TrainingJob, chunk: &Chunk, passes: &Passes) -> PassSeconds {
    let shape = job.model().shape();
    let head = if chunk.is_last() { passes.head } else { PassSeconds::default() };
    chunk.layers.clone().fold(head, |sum, layer| {
        let of_layer = match shape.layer_kind(layer) {
            LayerKind::Dense => &passes.dense,
            LayerKind::Experts => &passes.experts,
        };
        PassSeconds { forward: sum.forward + of_layer.forward, backward: sum.backward + of_layer.backward }
    })
}

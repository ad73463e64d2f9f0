//! A time that a step of a plan takes at least: the passes of a stage, those of other stages that must come before and
//! after, and what ends the step.
//!
//! A pass takes what its layers take one after another: their kernels, and what these wait for, as the first chips of the
//! system exchange with nothing else on their links. Stage `s` begins once a micro-batch has passed the `s` chunks before
//! it, and under 1F1B its last backward pass is followed by theirs. Transfers between stages, gradients and parameters
//! take no time here.

use crate::estimate::{EstimateError, Estimator, LayerTimes};
use crate::training::{
    ChipRates, Chunk, LayerKind, Overlap, Parallelism, PassSeconds, Schedule, Stage, TrainingJob, ZeroStage,
};
use rustc_hash::FxHashMap;
use std::sync::{PoisonError, RwLock};

/// The bounds of plans of one job; remembers what layers take, and may be used by many threads at once.
pub(super) struct Bounds<'a> {
    estimator: &'a Estimator,
    rates: &'a ChipRates,
    known: RwLock<FxHashMap<Parallelism, LayerTimes>>,
}

impl<'a> Bounds<'a> {
    /// Bounds on chips of these rates.
    pub(super) fn new(estimator: &'a Estimator, rates: &'a ChipRates) -> Self {
        Self { estimator, rates, known: RwLock::default() }
    }

    /// Seconds that a step of this job takes at least.
    ///
    /// # Errors
    /// [`EstimateError`] when its chips cannot reach one another.
    pub(super) fn seconds(&self, job: &TrainingJob) -> Result<f64, EstimateError> {
        let times = self.times(job)?;
        let plan = job.parallelism();
        // Under DualPipe half of the micro-batches take each of two ways, over both chunks of every stage.
        let share = if plan.mirrors_stages() { 0.5 } else { 1.0 };
        let micro_batches = job.micro_batches() as f64 * share;
        let ends = |stage: &Stage| job.end_seconds(self.rates, stage);
        let first_ends = job.stages().first().map_or(0.0, ends);
        let (mut before, mut after, mut longest) = (0.0, 0.0, 0.0_f64);
        for stage in job.stages() {
            let passes = micro_batches * of_stage(job, stage, &times).total();
            let tail = ends(stage).max(after + first_ends);
            longest = longest.max(before + passes + tail);
            let chunk = of_chunk(job, &stage.chunks[0], &times);
            let [needed_before, needed_after] = needed(plan.schedule, &chunk);
            before += needed_before;
            after += needed_after;
        }
        Ok(longest)
    }

    /// What every micro-batch takes in a layer of each kind, and in the head.
    fn times(&self, job: &TrainingJob) -> Result<LayerTimes, EstimateError> {
        let plan = job.parallelism();
        // In another order of ranks, how groups lie depends on all degrees.
        let key = if self.estimator.has_usual_order() { what_layers_depend_on(plan) } else { *plan };
        if let Some(known) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(*known);
        }
        let times = self.estimator.layer_times(job, self.rates)?;
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(key, times);
        Ok(times)
    }
}

/// The plan but for what layers do not depend on.
fn what_layers_depend_on(plan: &Parallelism) -> Parallelism {
    let overlap = Overlap { gradients: false, parameters: false, pipeline: false, ..plan.overlap };
    let zero = ZeroStage::Optimizer;
    Parallelism { pipeline: 1, data: 1, virtual_stages: 1, zero, overlap, ..*plan }
}

/// What of a chunk the next stage needs before its first pass, and what the step needs after its last.
const fn needed(schedule: Schedule, chunk: &PassSeconds) -> [f64; 2] {
    match schedule {
        Schedule::GPipe | Schedule::OneForwardOneBackward => [chunk.forward, chunk.backward],
        Schedule::ZeroBubble => [chunk.forward, 0.0],
        Schedule::DualPipe => [0.0, 0.0],
    }
}

fn of_stage(job: &TrainingJob, stage: &Stage, times: &LayerTimes) -> PassSeconds {
    stage.chunks.iter().map(|chunk| of_chunk(job, chunk, times)).fold(PassSeconds::default(), sum)
}

fn of_chunk(job: &TrainingJob, chunk: &Chunk, times: &LayerTimes) -> PassSeconds {
    let shape = job.model().shape();
    let head = if chunk.is_last() { times.head } else { PassSeconds::default() };
    let of_layer = |layer| match shape.layer_kind(layer) {
        LayerKind::Dense => times.dense,
        LayerKind::Experts => times.experts,
    };
    chunk.layers.clone().map(of_layer).fold(head, sum)
}

fn sum(one: PassSeconds, other: PassSeconds) -> PassSeconds {
    PassSeconds { forward: one.forward + other.forward, backward: one.backward + other.backward }
}

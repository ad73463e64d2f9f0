//! The activations of a stage: its layers times the micro-batches in flight, its ends, and what one layer computes
//! again.

use super::in_flight::in_flight;
use super::layer_activations::{LayerActivations, chip_tokens, layer_activations};
use crate::training::model::LayerKind;
use crate::training::plan::{Chunk, Recompute, Stage, TrainingJob};

/// Bytes of a chip of one stage.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct StageActivations {
    /// Kept by layers and by the model's ends.
    pub(super) kept: f64,
    /// What the layer that runs backward has computed again.
    pub(super) again: f64,
    /// Logits and their gradient.
    pub(super) logits: f64,
}

/// The activations of a chip of `stage` when most are in flight.
pub(super) fn stage_activations(job: &TrainingJob, stage: &Stage) -> StageActivations {
    let layers = Layers {
        job,
        dense: layer_activations(job, LayerKind::Dense),
        experts: layer_activations(job, LayerKind::Experts),
    };
    let mut sum = StageActivations::default();
    for (chunk, held) in stage.chunks.iter().zip(in_flight(job, stage)) {
        let of_chunk = layers.chunk(chunk);
        sum.kept += held as f64 * of_chunk.kept;
        sum.again = sum.again.max(of_chunk.again);
        if chunk.is_last() && held > 0 {
            sum.kept += held as f64 * end_activations(job);
            sum.logits += logits(job, held);
        }
    }
    sum
}

struct Layers<'a> {
    job: &'a TrainingJob,
    dense: LayerActivations,
    experts: LayerActivations,
}

/// One micro-batch of one chunk.
struct ChunkActivations {
    kept: f64,
    again: f64,
}

impl Layers<'_> {
    fn chunk(&self, chunk: &Chunk) -> ChunkActivations {
        let shape = self.job.model().shape();
        let further = if chunk.is_last() { shape.mtp_layers } else { 0 };
        let layers = chunk.layers.clone().chain(shape.layers..shape.layers + further);
        let mut sum = ChunkActivations { kept: 0.0, again: 0.0 };
        for (place, layer) in layers.enumerate() {
            let activations = match shape.layer_kind(layer) {
                LayerKind::Dense => self.dense,
                LayerKind::Experts => self.experts,
            };
            let kept = self.kept(activations, place as u64);
            sum.kept += kept;
            sum.again = sum.again.max(activations.all - kept);
        }
        sum
    }

    /// What the layer at this place of its chunk keeps.
    fn kept(&self, layer: LayerActivations, place: u64) -> f64 {
        match self.job.parallelism().recompute {
            Recompute::Modules(_) => layer.kept,
            Recompute::Full { layers } if place < layers.unwrap_or(u64::MAX) => layer.input,
            Recompute::Full { .. } => layer.all,
        }
    }
}

/// What the last norm and the head keep of one micro-batch, and what predicts further tokens beside its layers: the
/// inputs of two norms, of a projection from both, of a norm and of the head.
fn end_activations(job: &TrainingJob) -> f64 {
    let shape = job.model().shape();
    let tensors = 2 + shape.mtp_layers * (2 + 2 + 2);
    let tokens = chip_tokens(job) / job.sequence_shards() as f64;
    2.0 * (tensors * shape.hidden) as f64 * tokens
}

/// Logits of every micro-batch in flight in FP32, and the BF16 gradient of one.
fn logits(job: &TrainingJob, held: u64) -> f64 {
    let heads = 1 + job.model().shape().mtp_layers;
    let elements = chip_tokens(job) * job.vocabulary_shard() as f64;
    elements * (4.0 * (held * heads) as f64 + 2.0)
}

//! Which layers each stage of a pipeline holds.
//!
//! A model is cut into chunks along its layers, as many as stages x virtual stages. Layers that do not divide evenly are
//! laid out as Megatron's users do: where embedding and loss each count as a layer and the sum divides, the first
//! and the last chunk hold one layer less; else the earlier chunks hold one layer more. Layers for multi-token prediction
//! sit with the loss on the last chunk, which then leaves as many layers to the others as these can take without
//! any of them growing: 61 layers over 16 chunks are fifteen times 4, and 1.

use super::error::PlanError;
use super::options::Schedule;
use super::parallelism::Parallelism;
use crate::training::model::ModelShape;
use std::ops::Range;

/// Consecutive layers that a stage passes a micro-batch through at once: a virtual stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// Its place along the whole model, from 0.
    pub index: u64,
    /// How many chunks the model has.
    pub chunks: u64,
    /// The layers that it holds.
    pub layers: Range<u64>,
}

/// One pipeline stage: what the chips of one place in the pipeline hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Its place in the pipeline, from 0.
    pub index: u64,
    /// How many stages there are.
    pub stages: u64,
    /// What it holds, in the order in which a micro-batch comes to it.
    ///
    /// Interleaved, chunk `c` of stage `s` of `p` is chunk `c p + s` of the model. Under `DualPipe` a stage holds chunks
    /// `s` and `p - 1 - s` of the model, of which another stage has copies.
    pub chunks: Vec<Chunk>,
}

impl Chunk {
    /// The number of layers that it holds.
    pub const fn layer_count(&self) -> u64 {
        self.layers.end - self.layers.start
    }

    /// Whether it has the embedding.
    pub const fn is_first(&self) -> bool {
        self.index == 0
    }

    /// Whether it has the head and the loss.
    pub const fn is_last(&self) -> bool {
        self.index + 1 == self.chunks
    }
}

impl Stage {
    /// The stages of a model's pipeline, with `layers_per_chunk` layers in each chunk along the model where that is given.
    ///
    /// # Errors
    /// [`PlanError`] when there are more chunks than layers, or `layers_per_chunk` does not fit the chunks or the layers.
    pub(in crate::training) fn lay_out(
        shape: &ModelShape,
        parallelism: &Parallelism,
        layers_per_chunk: Option<&[u64]>,
    ) -> Result<Vec<Self>, PlanError> {
        let &Parallelism { pipeline, virtual_stages, schedule, .. } = parallelism;
        let chunks = pipeline.saturating_mul(virtual_stages);
        let counts = match layers_per_chunk {
            Some(given) => checked_layout(given, shape.layers, chunks)?.to_vec(),
            None if chunks <= shape.layers => automatic_layout(shape, chunks),
            None => return Err(too_many_chunks(parallelism, shape.layers)),
        };
        Ok(match schedule {
            Schedule::DualPipe => Self::both_ways(&counts),
            _ => Self::with_chunks(&counts, pipeline, virtual_stages),
        })
    }

    /// Chunk `c` of stage `s` of `p` is chunk `c p + s` of the model.
    fn with_chunks(counts: &[u64], stages: u64, virtual_stages: u64) -> Vec<Self> {
        let chunks = chunks_of(counts);
        let held = |index: u64| {
            (0..virtual_stages).map(|turn| chunks[position(turn * stages + index)].clone()).collect()
        };
        (0..stages).map(|index| Self { index, stages, chunks: held(index) }).collect()
    }

    /// Stage `s` of `p` holds chunks `s` and `p - 1 - s` of the model.
    fn both_ways(counts: &[u64]) -> Vec<Self> {
        let chunks = chunks_of(counts);
        let stages = chunks.len() as u64;
        let pairs = chunks.iter().zip(chunks.iter().rev());
        let held = pairs.map(|(down, up)| vec![down.clone(), up.clone()]);
        (0..stages).zip(held).map(|(index, chunks)| Self { index, stages, chunks }).collect()
    }

    /// The number of layers that it holds.
    pub fn layer_count(&self) -> u64 {
        self.chunks.iter().map(Chunk::layer_count).sum()
    }

    /// Whether it has the embedding.
    pub fn has_embedding(&self) -> bool {
        self.chunks.iter().any(Chunk::is_first)
    }

    /// Whether it has the head and the loss.
    pub fn has_head(&self) -> bool {
        self.chunks.iter().any(Chunk::is_last)
    }

    /// Whether it is the first of the pipeline.
    pub const fn is_first(&self) -> bool {
        self.index == 0
    }

    /// Whether it is the last of the pipeline.
    pub const fn is_last(&self) -> bool {
        self.index + 1 == self.stages
    }

    /// Micro-batches whose activations it holds at once under 1F1B: as many as there are stages from here to the end.
    pub const fn in_flight(&self, micro_batches: u64) -> u64 {
        let bound = self.stages - self.index;
        if bound < micro_batches { bound } else { micro_batches }
    }
}

/// The chunks of these many layers each, one after another.
fn chunks_of(counts: &[u64]) -> Vec<Chunk> {
    let chunks = counts.len() as u64;
    let mut start = 0;
    let mut next = |(index, &count): (u64, &u64)| {
        let layers = start..start + count;
        start = layers.end;
        Chunk { index, chunks, layers }
    };
    (0..chunks).zip(counts).map(&mut next).collect()
}

fn position(index: u64) -> usize {
    usize::try_from(index).expect("a model has at most as many chunks as memory holds")
}

fn checked_layout(given: &[u64], layers: u64, chunks: u64) -> Result<&[u64], PlanError> {
    if given.len() as u64 != chunks {
        return Err(PlanError::LayoutLength { entries: given.len(), chunks });
    }
    let sum = given.iter().fold(0, |sum: u64, &count| sum.saturating_add(count));
    if sum != layers {
        return Err(PlanError::LayoutSum { sum, layers });
    }
    Ok(given)
}

const fn too_many_chunks(parallelism: &Parallelism, layers: u64) -> PlanError {
    let &Parallelism { pipeline, virtual_stages, .. } = parallelism;
    if virtual_stages == 1 {
        return PlanError::MoreStagesThanLayers { pipeline, layers };
    }
    let chunks = pipeline.saturating_mul(virtual_stages);
    PlanError::MoreChunksThanLayers { pipeline, virtual_stages, chunks, layers }
}

/// Layers of each chunk, along the model.
fn automatic_layout(shape: &ModelShape, chunks: u64) -> Vec<u64> {
    let layers = shape.layers;
    if layers.is_multiple_of(chunks) {
        vec![layers / chunks; position(chunks)]
    } else if shape.mtp_layers > 0 {
        room_on_the_last(layers, chunks)
    } else if (layers + 2).is_multiple_of(chunks) {
        let mut counts = vec![(layers + 2) / chunks; position(chunks)];
        counts[0] -= 1;
        counts[position(chunks - 1)] -= 1;
        counts
    } else {
        earlier_one_more(layers, chunks)
    }
}

/// No chunk holds more than an even share rounded up, and the last as few as that allows.
fn room_on_the_last(layers: u64, chunks: u64) -> Vec<u64> {
    let others = chunks - 1;
    let last = layers.saturating_sub(others * layers.div_ceil(chunks));
    let mut counts = earlier_one_more(layers - last, others);
    counts.push(last);
    counts
}

/// An even share each, and one more for the earlier chunks as far as the remainder goes: never for the last.
fn earlier_one_more(layers: u64, chunks: u64) -> Vec<u64> {
    let (each, surplus) = (layers / chunks, layers % chunks);
    (0..chunks).map(|index| each + u64::from(index < surplus)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn divide(layers: u64, stages: u64) -> Vec<Stage> {
        Stage::with_chunks(&earlier_one_more(layers, stages), stages, 1)
    }

    #[test]
    fn uneven_layers_go_to_the_earlier_stages() {
        let counts: Vec<u64> = divide(126, 16).iter().map(Stage::layer_count).collect();
        assert_eq!(counts, [8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 7, 7]);
        let stages = divide(7, 3);
        assert_eq!(
            stages.iter().map(|stage| stage.chunks[0].layers.clone()).collect::<Vec<_>>(),
            [0..3, 3..5, 5..7]
        );
    }

    #[test]
    fn earlier_stages_hold_more_micro_batches() {
        let held: Vec<u64> = divide(8, 4).iter().map(|stage| stage.in_flight(3)).collect();
        assert_eq!(held, [3, 3, 2, 1]);
    }
}

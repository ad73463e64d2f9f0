//! Which layers each stage of a pipeline holds.
//!
//! A model is cut into chunks along its layers, as many as stages x virtual stages; [`chunk_layers`] says where.

use super::chunk_layers;
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
    /// The degrees must be such as the schedule takes.
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
            Some(given) => chunk_layers::given(given, shape.layers, chunks)?,
            None if chunks <= shape.layers => chunk_layers::automatic(shape, chunks),
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

const fn too_many_chunks(parallelism: &Parallelism, layers: u64) -> PlanError {
    let &Parallelism { pipeline, virtual_stages, .. } = parallelism;
    if virtual_stages == 1 {
        return PlanError::MoreStagesThanLayers { pipeline, layers };
    }
    let chunks = pipeline.saturating_mul(virtual_stages);
    PlanError::MoreChunksThanLayers { pipeline, virtual_stages, chunks, layers }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::testing::small_shape;

    fn divide(layers: u64, stages: u64) -> Vec<Stage> {
        Stage::with_chunks(&chunk_layers::earlier_one_more(layers, stages), stages, 1)
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

    fn lay_out(
        [layers, mtp_layers]: [u64; 2],
        [pipeline, virtual_stages]: [u64; 2],
        given: Option<&[u64]>,
    ) -> Result<Vec<Stage>, PlanError> {
        let shape = ModelShape { layers, mtp_layers, ..small_shape() };
        Stage::lay_out(&shape, &Parallelism { pipeline, virtual_stages, ..Parallelism::default() }, given)
    }

    #[test]
    fn chunks_go_round_the_stages() {
        let stages = lay_out([8, 0], [2, 2], None).unwrap();
        let held = |stage: &Stage| stage.chunks.iter().map(|chunk| chunk.layers.clone()).collect::<Vec<_>>();
        assert_eq!(held(&stages[0]), [0..2, 4..6]);
        assert_eq!(held(&stages[1]), [2..4, 6..8]);
        assert!(stages[0].has_embedding() && !stages[0].has_head());
        assert!(!stages[1].has_embedding() && stages[1].has_head());
    }

    #[test]
    fn dual_pipe_stages_hold_a_chunk_of_either_end() {
        let shape = ModelShape { layers: 7, ..small_shape() };
        let plan = Parallelism { pipeline: 4, schedule: Schedule::DualPipe, ..Parallelism::default() };
        let stages = Stage::lay_out(&shape, &plan, None).unwrap();
        let held = |stage: &Stage| stage.chunks.iter().map(|chunk| chunk.layers.clone()).collect::<Vec<_>>();
        let held: Vec<_> = stages.iter().map(held).collect();
        assert_eq!(held, [[0..2, 6..7], [2..4, 4..6], [4..6, 2..4], [6..7, 0..2]]);
        assert!(stages[0].has_embedding() && stages[0].has_head() && stages[3].has_embedding());
    }

    #[test]
    fn a_layout_can_be_given() {
        let stages = lay_out([5, 0], [2, 2], Some(&[2, 0, 3, 0])).unwrap();
        let counts: Vec<_> = stages.iter().map(Stage::layer_count).collect();
        assert_eq!(counts, [5, 0]);
        assert_eq!(
            lay_out([5, 0], [2, 2], Some(&[2, 3])).unwrap_err().to_string(),
            "`layers_per_chunk` has 2 entries, and the model is cut into 4 chunks; \
             give one number of layers for each, in the order of the model"
        );
        for (given, sum) in [([2, 0, 3, 1], 6), ([u64::MAX, 2, 0, 0], u64::MAX)] {
            assert_eq!(
                lay_out([5, 0], [2, 2], Some(&given)).unwrap_err().to_string(),
                format!(
                    "`layers_per_chunk` sums to {sum} layers, and the model has 5; change its entries to sum to 5"
                )
            );
        }
    }

    #[test]
    fn every_chunk_has_a_layer() {
        assert_eq!(
            lay_out([4, 0], [5, 1], None).unwrap_err().to_string(),
            "`pipeline` = 5 exceeds the model's 4 layers; use at most 4 stages"
        );
        assert_eq!(
            lay_out([4, 0], [3, 2], None).unwrap_err().to_string(),
            "pipeline x virtual_stages = 3 x 2 = 6 exceeds the model's 4 layers; \
             use at most 4 virtual stages in all, or say in `layers_per_chunk` which of them have none"
        );
    }
}

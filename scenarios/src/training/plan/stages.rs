//! Which layers each stage of a pipeline holds.

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
    /// Divides `layers` over `stages`, one chunk each: where they do not divide evenly, the earlier stages hold one more.
    ///
    /// The last stage has the head as well, so it is never one of those with a layer more.
    pub(in crate::training) fn divide(layers: u64, stages: u64) -> Vec<Self> {
        let (each, surplus) = (layers / stages, layers % stages);
        let start = |index: u64| index * each + index.min(surplus);
        let chunk = |index: u64| Chunk { index, chunks: stages, layers: start(index)..start(index + 1) };
        (0..stages).map(|index| Self { index, stages, chunks: vec![chunk(index)] }).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uneven_layers_go_to_the_earlier_stages() {
        let counts: Vec<u64> = Stage::divide(126, 16).iter().map(Stage::layer_count).collect();
        assert_eq!(counts, [8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 7, 7]);
        let stages = Stage::divide(7, 3);
        assert_eq!(
            stages.iter().map(|stage| stage.chunks[0].layers.clone()).collect::<Vec<_>>(),
            [0..3, 3..5, 5..7]
        );
    }

    #[test]
    fn earlier_stages_hold_more_micro_batches() {
        let held: Vec<u64> = Stage::divide(8, 4).iter().map(|stage| stage.in_flight(3)).collect();
        assert_eq!(held, [3, 3, 2, 1]);
    }
}

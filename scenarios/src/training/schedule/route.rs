//! Where a chunk's input comes from, and where its output goes.

use crate::training::plan::Stage;

/// A chunk of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::training) struct ChunkPlace {
    /// The stage.
    pub(in crate::training) stage: u64,
    /// Which of its chunks, as an index into them.
    pub(in crate::training) chunk: usize,
}

/// The chunk whose activations this one takes, and that takes this one's gradients; `None` before the model's first.
pub(in crate::training) fn source(stage: &Stage, chunk: usize) -> Option<ChunkPlace> {
    let here = stage.index;
    if stage.chunks[chunk].is_first() {
        None
    } else if goes_up(stage, chunk) {
        Some(ChunkPlace { stage: here + 1, chunk })
    } else if here == 0 {
        Some(ChunkPlace { stage: stage.stages - 1, chunk: chunk - 1 })
    } else {
        Some(ChunkPlace { stage: here - 1, chunk })
    }
}

/// The chunk that takes this one's activations, and whose gradients this one takes; `None` after the model's last.
pub(in crate::training) fn target(stage: &Stage, chunk: usize) -> Option<ChunkPlace> {
    let here = stage.index;
    if stage.chunks[chunk].is_last() {
        None
    } else if goes_up(stage, chunk) {
        Some(ChunkPlace { stage: here - 1, chunk })
    } else if here + 1 == stage.stages {
        Some(ChunkPlace { stage: 0, chunk: chunk + 1 })
    } else {
        Some(ChunkPlace { stage: here + 1, chunk })
    }
}

/// Whether it is the second of two copies of the model: interleaved, the model would have more chunks than stages.
fn goes_up(stage: &Stage, chunk: usize) -> bool {
    chunk == 1 && stage.chunks[chunk].chunks == stage.stages
}

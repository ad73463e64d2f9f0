//! How many parameters each chip of a stage holds.

use crate::training::model::LayerKind;
use crate::training::plan::Stage;
use crate::training::plan::TrainingJob;

/// Parameters that one chip of `stage` holds: its share of what tensor parallelism divides, and all of the rest.
pub(in crate::training) fn held_parameters(job: &TrainingJob, stage: &Stage) -> u64 {
    let shape = job.model().shape();
    let layer = shape.layer_parameters(LayerKind::Dense);
    let layers = stage.layer_count() * (layer.divided / job.parallelism().tensor + layer.repeated);
    let positions = if stage.is_first() { shape.learned_positions * shape.hidden } else { 0 };
    let last_norm = if stage.is_last() { shape.norm_parameters() } else { 0 };
    layers + positions + last_norm + vocabulary_matrices(job, stage) * embedding_shard(job)
}

/// Parameters of one vocabulary matrix on one chip, padding included.
pub(in crate::training) fn embedding_shard(job: &TrainingJob) -> u64 {
    job.vocabulary_shard() * job.model().shape().hidden
}

/// Parameters whose optimizer state one chip owns: its part of what ZeRO-1 deals to the replicas, padded.
pub(in crate::training) fn owned_parameters(job: &TrainingJob, stage: &Stage) -> u64 {
    held_parameters(job, stage).div_ceil(job.parallelism().data)
}

/// Embedding and head; tied ones are one matrix where both are on one stage.
fn vocabulary_matrices(job: &TrainingJob, stage: &Stage) -> u64 {
    let both_here = u64::from(stage.is_first()) + u64::from(stage.is_last());
    if both_here == 2 && job.model().shape().tied_embeddings { 1 } else { both_here }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::testing::job;

    #[test]
    fn the_chips_of_one_replica_hold_the_model() {
        // 12 x 64 x 64 + 7 x 64 biases divided and 6 x 64 repeated a layer; vocabulary 512, 32 positions.
        let whole = job([1, 1, 1]);
        assert_eq!(held_parameters(&whole, &whole.stages()[0]), whole.model().parameters());
        let halved = job([2, 2, 1]);
        let held: u64 = halved.stages().iter().map(|stage| held_parameters(&halved, stage)).sum();
        let repeated = 4 * 6 * 64 + 32 * 64 + 2 * 64;
        let copy_of_embedding = 512 * 64;
        assert_eq!(2 * held, halved.model().parameters() + repeated + copy_of_embedding);
    }
}

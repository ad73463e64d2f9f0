//! How many micro-batches of each chunk a stage has gone forward with and not backward, at most.

use crate::training::plan::{Schedule, Stage, TrainingJob};

/// Micro-batches whose activations a chip of `stage` holds at the peak, for each of its chunks.
///
/// 1F1B: as many as there are stages from here to the end. Interleaved, `2 (p - s - 1) + (v - 1) p + 1` passes go
/// forward before the first goes backward, in groups of `p` for each chunk in turn (Narayanan et al. 2021,
/// arXiv:2104.04473): on the first stage `p v + p - 1`. GPipe holds all. ZB-H1 lets each stage hold as many as the first
/// under 1F1B, because weight gradients wait (Qi et al. 2023, arXiv:2401.10241). `DualPipe` holds `p + 1` over its
/// two chunks (DeepSeek-AI 2024, arXiv:2412.19437, table 2).
pub(super) fn in_flight(job: &TrainingJob, stage: &Stage) -> Vec<u64> {
    let micro_batches = job.micro_batches();
    let chunks = stage.chunks.len() as u64;
    match job.parallelism().schedule {
        Schedule::GPipe => vec![micro_batches; stage.chunks.len()],
        Schedule::OneForwardOneBackward if chunks > 1 => interleaved(stage, micro_batches),
        Schedule::OneForwardOneBackward => vec![(stage.stages - stage.index).min(micro_batches)],
        Schedule::ZeroBubble => vec![stage.stages.min(micro_batches); stage.chunks.len()],
        Schedule::DualPipe => {
            let each_way = micro_batches.div_ceil(2);
            [stage.stages - stage.index, stage.index + 1].map(|count| count.min(each_way)).to_vec()
        }
    }
}

fn interleaved(stage: &Stage, micro_batches: u64) -> Vec<u64> {
    let chunks = stage.chunks.len() as u64;
    let (stages, after) = (stage.stages, stage.stages - stage.index - 1);
    let passes = (2 * after + (chunks - 1) * stages + 1).min(micro_batches * chunks);
    let (rounds, rest) = (passes / (stages * chunks), passes % (stages * chunks));
    let of_chunk = |chunk: u64| rounds * stages + rest.saturating_sub(chunk * stages).min(stages);
    (0..chunks).map(of_chunk).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::plan::Chunk;
    use crate::training::testing::{job_of, plan};

    fn stage(index: u64, stages: u64, chunks: u64) -> Stage {
        let chunk = |place: u64| {
            let index = place * stages + index;
            Chunk { index, chunks: stages * chunks, layers: index..index + 1 }
        };
        Stage { index, stages, chunks: (0..chunks).map(chunk).collect() }
    }

    fn held(schedule: Schedule, micro_batches: u64, stages: u64) -> Vec<u64> {
        let mut plan = plan([1, stages, 1]);
        plan.global_batch = 2 * micro_batches;
        plan.parallelism.schedule = schedule;
        let job = job_of(plan);
        job.stages().iter().map(|stage| in_flight(&job, stage).into_iter().sum()).collect()
    }

    #[test]
    fn schedules_hold_what_their_papers_say() {
        assert_eq!(held(Schedule::OneForwardOneBackward, 3, 4), [3, 3, 2, 1]);
        assert_eq!(held(Schedule::OneForwardOneBackward, 8, 4), [4, 3, 2, 1]);
        assert_eq!(held(Schedule::GPipe, 8, 4), [8, 8, 8, 8]);
        assert_eq!(held(Schedule::ZeroBubble, 8, 4), [4, 4, 4, 4]);
    }

    #[test]
    fn interleaved_stages_hold_more_of_their_earlier_chunks() {
        // Korthikanti et al. 2022, equation 5 and after: L (1 + (p - 1)/(p v)) layers of L/(p v) each are p v + p - 1.
        assert_eq!(interleaved(&stage(0, 8, 3), 64), [15, 8, 8]);
        assert_eq!(interleaved(&stage(7, 8, 3), 64), [8, 8, 1]);
        assert_eq!(interleaved(&stage(3, 4, 2), 8), [4, 1]);
        assert_eq!(interleaved(&stage(0, 4, 2), 4), [4, 4], "no more than there are");
    }
}

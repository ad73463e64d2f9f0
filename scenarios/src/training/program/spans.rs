//! Which operations of a program belong to which pass, for who draws what a stage does.

use super::workload::TrainingWorkload;
use crate::training::plan::Recompute;
use crate::training::schedule::{Pass, Step, steps};
use copperlight_core::ids::RankId;
use copperlight_core::workload::Workload;

/// What a stretch of a program does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanKind {
    /// A forward pass.
    Forward,
    /// A backward pass, of both gradients or of the inputs'.
    Backward {
        /// Activations are computed again.
        recomputes: bool,
    },
    /// A pass that finds gradients of weights.
    WeightGradient,
    /// A forward pass beside a backward pass.
    ForwardAndBackward,
    /// The end of the step.
    End,
}

/// A stretch of a program, up to the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProgramSpan {
    /// The program-order index of its first operation.
    pub first: u32,
    /// What it does.
    pub kind: SpanKind,
}

impl TrainingWorkload {
    /// The passes of a rank's program in order, and the end of the step after them.
    pub fn spans(&self, rank: RankId) -> Vec<ProgramSpan> {
        let (job, program) = (self.job(), self.program(self.role(rank)));
        let plan = job.parallelism();
        let stage = &job.stages()[self.layout().stage(rank)];
        let recomputes = plan.recompute != Recompute::NONE;
        let kind = |step: &Step| match step {
            Step::Paired { .. } => SpanKind::ForwardAndBackward,
            Step::One(of) => match of.pass {
                Pass::Forward => SpanKind::Forward,
                Pass::Backward | Pass::BackwardInput => SpanKind::Backward { recomputes },
                Pass::BackwardWeight => SpanKind::WeightGradient,
            },
        };
        let steps = steps(plan.schedule, stage, job.micro_batches(), plan.overlap.experts);
        let kinds = steps.iter().map(kind).chain([SpanKind::End]);
        kinds.enumerate().map(|(n, kind)| ProgramSpan { first: program.instance(n).1, kind }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::ChipRates;
    use crate::training::testing::{gpt_1t_plan, job_of};

    #[test]
    fn every_pass_of_a_stage_is_a_span() {
        let job = job_of(gpt_1t_plan());
        let workload = job.workload(&ChipRates::round());
        for stage in [0, job.stages().len() - 1] {
            let rank = workload.layout().in_stage(RankId::new(0), stage);
            let spans = workload.spans(rank);
            let count = |wanted: fn(SpanKind) -> bool| spans.iter().filter(|span| wanted(span.kind)).count();
            let forward = count(|kind| kind == SpanKind::Forward);
            let chunks = job.stages()[stage].chunks.len();
            assert_eq!(forward, chunks * job.micro_batches() as usize, "stage {stage}");
            assert_eq!(count(|kind| matches!(kind, SpanKind::Backward { .. })), forward);
            assert_eq!(spans.last().map(|span| span.kind), Some(SpanKind::End));
            assert!(spans.windows(2).all(|pair| pair[0].first < pair[1].first), "{spans:?}");
        }
    }
}

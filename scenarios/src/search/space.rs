//! Which values each key of a plan takes, and every plan of them.
//!
//! A plan here is legal by its degrees or nearly so: [`TrainingJob::new`] has the last word.

use crate::training::{
    AttentionKernel, Dispatcher, Overlap, Parallelism, PlanKey, Recompute, RecomputedModules, Schedule,
    TensorOverlap, TrainingJob, TrainingPlan, ZeroStage,
};
use std::collections::BTreeSet;

/// The fewest tokens of a sequence that a chip of a context group is given.
const LEAST_TOKENS: u64 = 1024;
/// Chunks of a stage that are tried.
const VIRTUAL_STAGES: [u64; 6] = [1, 2, 3, 4, 6, 8];
/// Sequences of a pass that are tried.
const MICRO_BATCHES: [u64; 4] = [1, 2, 4, 8];
/// Chunks of a matmul beside its collective that are tried where overlap is free.
const TENSOR_CHUNKS: [u32; 2] = [1, 4];

/// The plans that are searched for one job on one system.
pub(super) struct Space<'a> {
    /// The plan as the scenario has it.
    pub(super) example: &'a TrainingPlan,
    /// The chips that plans divide.
    pub(super) chips: u64,
    /// Chips of a scale-up domain.
    pub(super) domain: u64,
    /// Keys that keep the value of the example.
    pub(super) fixed: &'a BTreeSet<PlanKey>,
    /// How overlap is chosen.
    pub(super) overlap: OverlapRule,
}

/// How the overlap of a plan is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverlapRule {
    /// As the scenario has it.
    Written,
    /// By the rule of `overlap = "auto"`, which depends on the schedule and on ZeRO.
    Automatic,
    /// Every choice that is recommended somewhere.
    Free,
}

impl Space<'_> {
    /// Every plan but for what it computes again, in one order.
    pub(super) fn plans(&self) -> Vec<Parallelism> {
        let chips = self.chips;
        let mut plans = Vec::new();
        for tensor in self.tensors() {
            for context in self.contexts(chips / tensor) {
                let rest = chips / tensor / context;
                for pipeline in self.pipelines(rest) {
                    let parallelism = self.example.parallelism;
                    let degrees =
                        Parallelism { tensor, context, pipeline, data: rest / pipeline, ..parallelism };
                    self.push_with_degrees(&degrees, &mut plans);
                }
            }
        }
        plans
    }

    /// What is computed again, from the least to the most; the last one holds the least.
    pub(super) fn recomputes(&self) -> Vec<Recompute> {
        if self.keeps(PlanKey::Recompute) {
            return vec![self.example.parallelism.recompute];
        }
        // The flash kernel stores no scores: computing them again saves nothing.
        let unfused = self.example.recipe.attention == AttentionKernel::Unfused;
        let selective = if unfused { Some(Recompute::SELECTIVE) } else { None };
        let cheap = RecomputedModules::NORMS.with(RecomputedModules::ACTIVATION);
        let cheap = if unfused { cheap.with(RecomputedModules::CORE_ATTENTION) } else { cheap };
        let full = Recompute::Full { layers: None };
        [Some(Recompute::NONE), selective, Some(Recompute::Modules(cheap)), Some(full)]
            .into_iter()
            .flatten()
            .collect()
    }

    /// The plan of these choices with everything else as the example has it.
    pub(super) fn plan(&self, parallelism: Parallelism) -> TrainingPlan {
        TrainingPlan { parallelism, layers_per_chunk: None, search: None, ..self.example.clone() }
    }

    /// The job of these choices, where they are legal.
    pub(super) fn job(&self, parallelism: Parallelism) -> Option<TrainingJob> {
        TrainingJob::new(self.plan(parallelism), self.chips).ok()
    }

    pub(super) fn keeps(&self, key: PlanKey) -> bool {
        self.fixed.contains(&key)
    }

    /// The value of the example where it is kept, else all of these.
    fn values<T>(&self, key: PlanKey, example: T, all: impl FnOnce() -> Vec<T>) -> Vec<T> {
        if self.keeps(key) { vec![example] } else { all() }
    }

    fn tensors(&self) -> Vec<u64> {
        let shape = self.example.model.shape();
        let legal = |tensor: &u64| {
            shape.heads.is_multiple_of(*tensor) && *tensor <= self.domain && !self.straddles(*tensor)
        };
        let all = || divisors(self.chips).into_iter().filter(legal).collect();
        self.dividing(PlanKey::Tensor, self.example.parallelism.tensor, self.chips, all)
    }

    fn contexts(&self, chips: u64) -> Vec<u64> {
        let length = self.example.sequence_length;
        let legal = |context: &u64| *context == 1 || length / context >= LEAST_TOKENS;
        let all = || divisors(chips).into_iter().filter(legal).collect();
        self.dividing(PlanKey::Context, self.example.parallelism.context, chips, all)
    }

    fn pipelines(&self, chips: u64) -> Vec<u64> {
        let layers = self.example.model.shape().layers;
        let all = || divisors(chips).into_iter().filter(|pipeline| *pipeline <= layers).collect();
        self.dividing(PlanKey::Pipeline, self.example.parallelism.pipeline, chips, all)
    }

    /// As [`Self::values`]; a kept degree that does not divide the chips has no plan.
    fn dividing(&self, key: PlanKey, example: u64, chips: u64, all: impl FnOnce() -> Vec<u64>) -> Vec<u64> {
        let mut values = self.values(key, example, all);
        values.retain(|value| chips.is_multiple_of(*value));
        values
    }

    fn push_with_degrees(&self, degrees: &Parallelism, plans: &mut Vec<Parallelism>) {
        let example = self.example.parallelism;
        let sequence_parallel =
            self.values(PlanKey::SequenceParallel, example.sequence_parallel, || vec![degrees.tensor > 1]);
        let zeros = self.values(PlanKey::Zero, example.zero, || zeros(degrees).to_vec());
        for micro_batch in self.micro_batches(degrees) {
            for (schedule, virtual_stages) in self.schedules(degrees) {
                for [expert, expert_tensor] in self.experts(degrees) {
                    for &zero in &zeros {
                        let plan = Parallelism {
                            micro_batch,
                            schedule,
                            virtual_stages,
                            expert,
                            expert_tensor,
                            zero,
                            sequence_parallel: sequence_parallel[0],
                            dispatcher: self.dispatcher(),
                            ..*degrees
                        };
                        plans.extend(self.with_overlap(plan));
                    }
                }
            }
        }
    }

    fn micro_batches(&self, degrees: &Parallelism) -> Vec<u64> {
        let example = self.example.parallelism.micro_batch;
        let of_replica = self.example.global_batch / degrees.data;
        let mut values = self.values(PlanKey::MicroBatch, example, || {
            let mut all = MICRO_BATCHES.to_vec();
            if !all.contains(&example) {
                all.push(example);
            }
            all
        });
        values.retain(|value| {
            of_replica.is_multiple_of(*value)
                && self.example.global_batch.is_multiple_of(degrees.data * *value)
                && *value <= of_replica
        });
        values
    }

    /// Schedules with the chunks that each takes; one stage needs none of them.
    fn schedules(&self, degrees: &Parallelism) -> Vec<(Schedule, u64)> {
        let example = self.example.parallelism;
        let layers = self.example.model.shape().layers;
        let order = Schedule::OneForwardOneBackward;
        let schedules = self.values(PlanKey::Schedule, example.schedule, || match degrees.pipeline {
            1 => vec![order],
            _ if self.has_experts() => vec![order, Schedule::ZeroBubble, Schedule::DualPipe],
            _ => vec![order, Schedule::ZeroBubble],
        });
        let chunks = self.values(PlanKey::VirtualStages, example.virtual_stages, || VIRTUAL_STAGES.to_vec());
        let legal = |(schedule, virtual_stages): &(Schedule, u64)| {
            *virtual_stages == 1
                || (*schedule == order && degrees.pipeline > 1 && degrees.pipeline * virtual_stages <= layers)
        };
        let pairs = schedules
            .iter()
            .flat_map(|schedule| chunks.iter().map(move |virtual_stages| (*schedule, *virtual_stages)));
        pairs.filter(legal).collect()
    }

    /// How experts are divided: `expert` and `expert_tensor`.
    fn experts(&self, degrees: &Parallelism) -> Vec<[u64; 2]> {
        let example = self.example.parallelism;
        let Some(experts) = self.example.model.shape().experts else { return vec![[1, 1]] };
        let chips = degrees.tensor * degrees.context * degrees.data;
        let wide = || if degrees.tensor == 1 { vec![1] } else { vec![1, degrees.tensor] };
        let tensors = self.values(PlanKey::ExpertTensor, example.expert_tensor, wide);
        let counts = self.values(PlanKey::Expert, example.expert, || divisors(experts.experts));
        let pairs = counts.iter().flat_map(|expert| tensors.iter().map(move |tensor| [*expert, *tensor]));
        let kept = self.keeps(PlanKey::Expert);
        let legal = |[expert, tensor]: &[u64; 2]| {
            let group = expert * tensor;
            chips.is_multiple_of(group) && (kept || !self.straddles(group))
        };
        pairs.filter(legal).collect()
    }

    /// Whether some groups of so many neighbours lie across the border of two domains and others do not.
    fn straddles(&self, group: u64) -> bool {
        let parts = group.is_multiple_of(self.domain) || self.domain.is_multiple_of(group);
        self.chips > self.domain && !parts
    }

    fn dispatcher(&self) -> Dispatcher {
        let searched = self.has_experts() && !self.keeps(PlanKey::Dispatcher);
        if searched { Dispatcher::Deduplicated } else { self.example.parallelism.dispatcher }
    }

    fn with_overlap(&self, plan: Parallelism) -> Vec<Parallelism> {
        let written = self.example.parallelism.overlap;
        let automatic = Overlap::automatic(plan.zero, plan.schedule, plan.virtual_stages > 1);
        let overlaps = match self.overlap {
            _ if self.keeps(PlanKey::Overlap) => vec![written],
            OverlapRule::Written => vec![written],
            OverlapRule::Automatic => vec![Overlap { tensor: written.tensor, ..automatic }],
            OverlapRule::Free => self.recommended(plan, automatic),
        };
        overlaps.into_iter().map(|overlap| Parallelism { overlap, ..plan }).collect()
    }

    /// The automatic choice; with collectives beside chunks of their matmuls; and with those of experts beside passes.
    fn recommended(&self, plan: Parallelism, automatic: Overlap) -> Vec<Overlap> {
        let chunked = |chunks: u32| match chunks {
            1 => automatic,
            _ => Overlap { tensor: TensorOverlap::Chunks(chunks), ..automatic },
        };
        let chunks = if plan.tensor > 1 { &TENSOR_CHUNKS[..] } else { &TENSOR_CHUNKS[..1] };
        let plain = chunks.iter().map(|chunks| chunked(*chunks));
        let pairs = self.has_experts() && plan.expert > 1 && plan.schedule != Schedule::ZeroBubble;
        let beside = pairs.then_some(Overlap { experts: true, ..automatic });
        plain.chain(beside).collect()
    }

    fn has_experts(&self) -> bool {
        self.example.model.shape().experts.is_some()
    }
}

/// The first legal plan that keeps what `plan` keeps: it stands for the job until a better one is found.
pub fn first_legal(plan: &TrainingPlan, chips: u64) -> Option<TrainingJob> {
    let search = plan.search.clone().unwrap_or_default();
    let overlap = OverlapRule::Automatic;
    let space = Space { example: plan, chips, domain: chips, fixed: &search.kept, overlap };
    let levels = space.recomputes();
    let recompute = *levels.first()?;
    let jobs = space.plans().into_iter().filter_map(|one| space.job(Parallelism { recompute, ..one }));
    let found = jobs.map(|job| job.plan().clone()).next()?;
    TrainingJob::new(TrainingPlan { search: Some(search), ..found }, chips).ok()
}

/// What replicas may divide. To divide nothing exchanges as much as to divide the optimizer, and holds more; in a pipeline
/// parameters stay whole between passes, of which a step has many.
const fn zeros(degrees: &Parallelism) -> &'static [ZeroStage] {
    match (degrees.data * degrees.context, degrees.pipeline) {
        (1, _) => &[ZeroStage::Optimizer],
        (_, 1) => &[ZeroStage::Optimizer, ZeroStage::Gradients, ZeroStage::Parameters],
        _ => &[ZeroStage::Optimizer, ZeroStage::Gradients],
    }
}

/// The divisors of a number, ascending.
pub(super) fn divisors(number: u64) -> Vec<u64> {
    let small = (1..).take_while(|divisor| divisor * divisor <= number);
    let mut all: Vec<u64> = small.filter(|divisor| number.is_multiple_of(*divisor)).collect();
    let large: Vec<u64> =
        all.iter().rev().map(|divisor| number / divisor).filter(|large| large * large > number).collect();
    all.extend(large);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divisors_ascend() {
        assert_eq!(divisors(1), [1]);
        assert_eq!(divisors(36), [1, 2, 3, 4, 6, 9, 12, 18, 36]);
        assert_eq!(divisors(72), [1, 2, 3, 4, 6, 8, 9, 12, 18, 24, 36, 72]);
    }
}

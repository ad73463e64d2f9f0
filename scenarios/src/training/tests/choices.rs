//! Plans of every kind: their programs fit together, a step ends, and the ledger of every rank adds up.

use super::simulated::{ideal, run};
use crate::training::testing::{job_of, plan, small_shape};
use crate::training::{
    ChipRates, ContextExchange, Dispatcher, Experts, LedgerEntry, Model, ModelShape, Overlap, Parallelism,
    Recipe, Recompute, RecomputedModules, Schedule, TensorOverlap, TrainingJob, TrainingPlan, ZeroStage,
};
use copperlight_core::ids::{PeerSlot, RankId};
use copperlight_core::workload::{OperationKind, Workload};
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::BTreeMap;

/// A chip so slow that kernels outweigh latencies.
pub(crate) fn rates() -> ChipRates {
    ChipRates { gemm_efficiency: 1e-3, gemm_efficiency_bf16: 1e-3, ..ChipRates::round() }
}

/// The small model with experts in all layers but the first.
fn with_experts() -> ModelShape {
    let experts = Experts {
        experts: 8,
        top_k: 2,
        expert_ffn: 64,
        shared_ffn: 64,
        dense_layers: 1,
        every: 1,
        groups: 1,
        top_groups: 1,
    };
    ModelShape { experts: Some(experts), tied_embeddings: false, ..small_shape() }
}

fn schedule() -> impl Strategy<Value = (Schedule, u64, u64)> {
    // Schedule, pipeline, virtual stages; four layers.
    let one = Schedule::OneForwardOneBackward;
    let mut choices: Vec<(Schedule, u64, u64)> = vec![(one, 2, 2), (one, 1, 1), (Schedule::DualPipe, 2, 1)];
    for pipeline in [1, 2, 4] {
        for schedule in [Schedule::GPipe, one, Schedule::ZeroBubble] {
            choices.push((schedule, pipeline, 1));
        }
    }
    choices.push((Schedule::DualPipe, 4, 1));
    select(choices)
}

fn recompute() -> impl Strategy<Value = Recompute> {
    let all = RecomputedModules::ALL.into_iter().fold(RecomputedModules::NONE, |all, (_, one)| all.with(one));
    select(vec![
        Recompute::NONE,
        Recompute::SELECTIVE,
        Recompute::Modules(all),
        Recompute::Full { layers: None },
        Recompute::Full { layers: Some(1) },
    ])
}

fn overlap() -> impl Strategy<Value = Overlap> {
    let tensor = select(vec![TensorOverlap::Independent, TensorOverlap::Chunks(2), TensorOverlap::Chunks(3)]);
    (any::<[bool; 4]>(), tensor).prop_map(|([gradients, parameters, pipeline, experts], tensor)| Overlap {
        gradients,
        parameters,
        pipeline,
        experts,
        tensor,
    })
}

/// Degrees of tensor, context, data; and of expert, shared expert.
fn degrees() -> impl Strategy<Value = ([u64; 3], [u64; 2])> {
    let degree = || select(vec![1_u64, 2]);
    ([degree(), degree(), select(vec![1, 2, 3])], select(vec![[1, 1], [2, 1], [1, 2], [2, 2], [4, 1]]))
}

prop_compose! {
    fn parallelism()(
        ([tensor, context, data], [expert, expert_tensor]) in degrees(),
        (schedule, pipeline, virtual_stages) in schedule(),
        sequence_parallel in any::<bool>(),
        recompute in recompute(),
        zero in select(ZeroStage::ALL.to_vec()),
        context_exchange in select(vec![ContextExchange::Ring, ContextExchange::AllGather]),
        dispatcher in select(vec![Dispatcher::AllToAll, Dispatcher::Deduplicated]),
        overlap in overlap(),
    ) -> Parallelism {
        Parallelism {
            tensor, context, data, pipeline, virtual_stages, expert, expert_tensor, schedule, sequence_parallel,
            recompute, zero, context_exchange, dispatcher, overlap, micro_batch: 2,
        }
    }
}

prop_compose! {
    /// Legal plans, dense or with experts, and others made legal where that is simple.
    pub(crate) fn legal_plan()(
        mut parallelism in parallelism(),
        has_experts in any::<bool>(),
        mtp_layers in 0_u64..2,
        tied in any::<bool>(),
        rounds in 2_u64..4,
        bucket in select(vec![None, Some(1), Some(30_000)]),
        imbalance in select(vec![1000_u32, 1400]),
    ) -> TrainingPlan {
        let stage = parallelism.tensor * parallelism.context * parallelism.data;
        let shape = if has_experts { with_experts() } else { ModelShape { tied_embeddings: tied, ..small_shape() } };
        let shape = ModelShape { mtp_layers, ..shape };
        if !has_experts || !stage.is_multiple_of(parallelism.expert * parallelism.expert_tensor) {
            (parallelism.expert, parallelism.expert_tensor) = (1, 1);
        }
        parallelism.sequence_parallel |= has_experts;
        let pairs = matches!(parallelism.schedule, Schedule::OneForwardOneBackward | Schedule::DualPipe);
        parallelism.overlap.experts &= has_experts && pairs;
        TrainingPlan {
            model: Model::new("small", shape).expect("the shape is legal"),
            global_batch: 2 * parallelism.data * parallelism.pipeline * rounds * 2,
            recipe: Recipe { bucket, expert_imbalance: imbalance, ..Recipe::default() },
            parallelism,
            ..plan([1, 1, 1])
        }
    }
}

/// What each rank sends to each other on each channel must be received there.
fn transfers(job: &TrainingJob) -> BTreeMap<(RankId, RankId, u16), i64> {
    let workload = job.workload(&rates());
    let mut open: BTreeMap<(RankId, RankId, u16), i64> = BTreeMap::new();
    for rank in (0..workload.ranks()).map(RankId::new) {
        let peer = |slot: PeerSlot| workload.peer(rank, slot);
        for (_, operation) in workload.program(workload.role(rank)).iter() {
            match operation.kind {
                OperationKind::Send { peer: to, channel, .. } => {
                    *open.entry((rank, peer(to), channel)).or_default() += 1;
                }
                OperationKind::Receive { peer: from, channel } => {
                    *open.entry((peer(from), rank, channel)).or_default() -= 1;
                }
                _ => {}
            }
        }
    }
    open
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_plan_runs_to_its_end_and_its_ledger_adds_up(plan in legal_plan()) {
        let job = job_of(plan);
        prop_assert!(transfers(&job).into_values().all(|open| open == 0), "sends and receives match");
        let workload = job.workload(&rates());
        let (outcome, ledger) = run(&workload, &ideal().unfolded());
        for rank in ledger.ranks() {
            prop_assert_eq!(rank.total(), outcome.end);
        }
        let (folded, folded_ledger) = run(&workload, &ideal());
        prop_assert_eq!((folded.end, folded.digest), (outcome.end, outcome.digest));
        prop_assert_eq!(folded_ledger.summary().breakdown, ledger.summary().breakdown);
        let of = |entry| ledger.summary().breakdown.seconds(entry);
        if job.parallelism().context == 1 {
            prop_assert_eq!(of(LedgerEntry::Context), 0.0);
        }
        if job.parallelism().tensor == 1 {
            prop_assert_eq!(of(LedgerEntry::Tensor), 0.0);
        }
        if job.parallelism().expert * job.parallelism().expert_tensor == 1 {
            prop_assert_eq!(of(LedgerEntry::Expert), 0.0);
        }
    }
}

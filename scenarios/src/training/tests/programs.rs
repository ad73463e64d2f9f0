//! Programs of all stages, held against one another.

use crate::training::testing::{gpt_1t_plan, job, job_of, plan, small_shape};
use crate::training::{
    COMPUTE, ChipRates, Communicator, DispatchFormat, Dispatcher, Experts, LedgerEntry, Model, ModelShape,
    TrainingJob, TrainingWorkload,
};
use copperlight_core::ids::{RankId, RoleId};
use copperlight_core::units::{Bytes, Time};
use copperlight_core::workload::{CollectiveCall, CollectiveKind, ExpertRouting, OperationKind, Workload};

fn rates() -> ChipRates {
    ChipRates { gemm_traffic: 0.5, ..ChipRates::round() }
}

fn workload(degrees: [u64; 3]) -> TrainingWorkload {
    job(degrees).workload(&rates())
}

/// The transfers of a rank, in program order: whether it sends, with whom, on which channel.
fn transfers(workload: &TrainingWorkload, rank: RankId) -> Vec<(bool, RankId, u16)> {
    let program = workload.program(workload.role(rank));
    let transfer = |kind: &OperationKind| match *kind {
        OperationKind::Send { peer, channel, .. } => Some((true, workload.peer(rank, peer), channel)),
        OperationKind::Receive { peer, channel } => Some((false, workload.peer(rank, peer), channel)),
        _ => None,
    };
    program.iter().filter_map(|(_, operation)| transfer(&operation.kind)).collect()
}

#[test]
fn every_send_has_a_receive() {
    for degrees in [[1, 2, 1], [2, 4, 2], [1, 3, 1]] {
        let workload = workload(degrees);
        let all: Vec<_> = (0..workload.ranks()).map(|rank| transfers(&workload, RankId::new(rank))).collect();
        for (rank, mine) in all.iter().enumerate() {
            for &(sends, peer, channel) in mine {
                let count =
                    |of: &[(bool, RankId, u16)], wanted| of.iter().filter(|&&found| found == wanted).count();
                let theirs = &all[peer.index()];
                let matching = (!sends, RankId::new(rank), channel);
                assert_eq!(count(mine, (sends, peer, channel)), count(theirs, matching));
            }
        }
    }
}

fn calls(workload: &TrainingWorkload, role: usize, communicator: Communicator) -> Vec<CollectiveCall> {
    let program = workload.program(RoleId::new(role));
    let call = |kind: &OperationKind| match *kind {
        OperationKind::Collective { communicator: used, call } if used == communicator.id() => Some(call),
        _ => None,
    };
    program.iter().filter_map(|(_, operation)| call(&operation.kind)).collect()
}

#[test]
fn members_of_a_group_make_the_same_calls() {
    let workload = workload([2, 2, 2]).with_slow_chip(RankId::new(3), 2.0);
    assert_eq!(workload.roles(), 3);
    for rank in (0..workload.ranks()).map(RankId::new) {
        for communicator in Communicator::ALL {
            let mine = calls(&workload, workload.role(rank).index(), communicator);
            for member in workload.members(communicator.id(), workload.group(rank, communicator.id())) {
                assert_eq!(calls(&workload, workload.role(member).index(), communicator), mine);
            }
        }
    }
}

#[test]
fn a_layer_has_four_tensor_collectives_forward_and_six_backward() {
    // Forward 2 x (gather, scatter); backward 2 x (gather the gradient, gather the input again, scatter).
    // Four layers and four micro-batches, a scatter after the embedding and its gather backward; gather and three
    // exchanges of the loss forward at the head, gather and scatter backward.
    let count = calls(&workload([2, 1, 1]), 0, Communicator::Tensor).len();
    assert_eq!(count, 4 * (4 * (4 + 6) + 2 + 4 + 2));
    let mut plan = plan([2, 1, 1]);
    plan.parallelism.sequence_parallel = false;
    let all_reduces = calls(&job_of(plan).workload(&rates()), 0, Communicator::Tensor);
    assert_eq!(all_reduces.len(), 4 * (4 * (2 + 2) + 1 + 3 + 1));
    assert!(all_reduces.iter().all(|call| call.kind == CollectiveKind::AllReduce));
}

/// Two chips that share eight experts in four groups, of which a token chooses two from two.
fn sharing_experts(dispatcher: Dispatcher, dispatch: DispatchFormat) -> Vec<CollectiveCall> {
    let experts = Experts {
        experts: 8,
        top_k: 2,
        expert_ffn: 64,
        shared_ffn: 0,
        dense_layers: 3,
        every: 1,
        groups: 4,
        top_groups: 2,
    };
    let shape = ModelShape { experts: Some(experts), ..small_shape() };
    let mut plan = plan([1, 1, 2]);
    plan.model = Model::new("small", shape).expect("the shape is legal");
    plan.parallelism.expert = 2;
    plan.parallelism.dispatcher = dispatcher;
    plan.recipe.dispatch = dispatch;
    calls(&job_of(plan).workload(&rates()), 0, Communicator::Expert)
}

#[test]
fn only_tokens_that_go_forward_are_sent_in_a_byte_a_value() {
    // 64 tokens of 64 values: 8,192 B, or 4,096 B and 32 scales of 4 B. Of four exchanges, the first goes forward.
    let bytes =
        |calls: &[CollectiveCall]| -> Vec<u64> { calls[..4].iter().map(|call| call.bytes.count()).collect() };
    let narrow = sharing_experts(Dispatcher::Deduplicated, DispatchFormat::Fp8);
    assert_eq!(narrow.len(), 4 * 4);
    assert_eq!(bytes(&narrow), [4_224, 8_192, 8_192, 8_192]);
    assert_eq!(bytes(&sharing_experts(Dispatcher::Deduplicated, DispatchFormat::Bf16)), [8_192; 4]);
    let copies = sharing_experts(Dispatcher::AllToAll, DispatchFormat::Fp8);
    assert_eq!(bytes(&copies), [8_448, 16_384, 16_384, 16_384]);
}

#[test]
fn groups_of_experts_reach_the_exchange() {
    let calls = sharing_experts(Dispatcher::Deduplicated, DispatchFormat::Bf16);
    let drawn = ExpertRouting::new(2, 1.0).drawn().within_groups(2, 4);
    assert!(calls.iter().all(|call| call.experts == drawn));
}

#[test]
fn replicas_exchange_gradients_and_parameters_once() {
    let workload = workload([1, 1, 2]);
    let held = workload.job().model().parameters();
    let expected = [
        CollectiveCall::auto(CollectiveKind::ReduceScatter, Bytes::new(4 * held)),
        CollectiveCall::auto(CollectiveKind::AllGather, Bytes::new(2 * held)),
    ];
    assert_eq!(calls(&workload, 0, Communicator::Data), expected);
}

#[test]
fn only_the_ends_of_a_pipeline_share_a_tied_embedding() {
    let workload = workload([1, 4, 1]);
    let counts: Vec<usize> =
        (0..4).map(|role| calls(&workload, role, Communicator::Embedding).len()).collect();
    assert_eq!(counts, [1, 0, 0, 1]);
    assert!(calls(&self::workload([1, 1, 1]), 0, Communicator::Embedding).is_empty());
}

fn kernel_time(job: &TrainingJob) -> Time {
    let program = job.workload(&rates()).program(RoleId::new(0));
    let duration = |kind: &OperationKind| match *kind {
        OperationKind::Compute { duration } => duration,
        _ => Time::ZERO,
    };
    program.iter().map(|(_, operation)| duration(&operation.kind)).sum()
}

#[test]
fn one_chip_takes_the_sum_of_its_kernels() {
    // GPT of 4 layers, width 64, 64 tokens a micro-batch, vocabulary 512; at 1,000 TFLOP/s and 4 TB/s (0.25 fs a byte).
    let job = job([1, 1, 1]);
    let tokens = 64.0;
    let gemm = |m: f64, n: f64, k: f64| {
        let round = |size: f64, tile: f64| (size / tile).ceil() * tile;
        2.0 * round(m, 128.0) * round(n, 128.0) * round(k, 64.0) / 1e15
            + 0.5 * 2.0 * (m * k + k * n + m * n) / 4e12
    };
    let matmuls = |n: f64, k: f64| gemm(tokens, n, k) + gemm(tokens, k, n) + gemm(k, n, tokens);
    let memory = |bytes: f64| bytes / 4e12;
    // 2 sequences of 2 x 32^2 x 64 FLOPs; forward, again, and 2.5 times backward.
    let attention = 4.5 * (2.0 * 2.0 * 32.0 * 32.0 * 64.0) / 1e15;
    let halves = 2.0 * memory(11.0 * 2.0 * tokens * 64.0) + memory(5.0 * 2.0 * tokens * 256.0);
    let layer = matmuls(192.0, 64.0) + matmuls(64.0, 64.0) + matmuls(256.0, 64.0) + matmuls(64.0, 256.0);
    let embedding = memory(14.0 * tokens * 64.0);
    let head = matmuls(512.0, 64.0) + memory(14.0 * tokens * 512.0) + memory(10.0 * tokens * 64.0);
    let optimizer = memory(34.0 * job.model().parameters() as f64);
    let step = 4.0 * (4.0 * (layer + attention + halves) + embedding + head) + optimizer;
    let rounding_of_nine_kernels = 9;
    let difference = kernel_time(&job).picoseconds().abs_diff(Time::from_seconds(step).picoseconds());
    assert!(difference <= rounding_of_nine_kernels, "{difference} ps apart");
    let program = job.workload(&rates()).program(RoleId::new(0));
    assert_eq!(program.operations(), 9, "a forward and a backward kernel a micro-batch, and the optimizer");
}

#[test]
fn a_slow_chip_has_its_own_kernels() {
    let workload = workload([2, 1, 1]).with_slow_chip(RankId::new(1), 3.0);
    let kernels = |rank: usize| -> Vec<u64> {
        let program = workload.program(workload.role(RankId::new(rank)));
        let kernels = program.iter().filter(|(_, operation)| operation.stream == COMPUTE);
        kernels
            .map(|(_, operation)| match operation.kind {
                OperationKind::Compute { duration } => duration.picoseconds(),
                _ => unreachable!("the compute stream holds kernels only"),
            })
            .collect()
    };
    for (fast, slow) in kernels(0).into_iter().zip(kernels(1)) {
        assert!((3 * fast).abs_diff(slow) <= 2, "{slow} is not three times {fast}");
    }
}

#[test]
fn a_stage_of_1280_micro_batches_stays_small() {
    let workload = job_of(gpt_1t_plan()).workload(&rates());
    let program = workload.program(RoleId::new(3));
    assert!(program.blocks().len() <= 10, "{} distinct blocks", program.blocks().len());
    assert!(program.operations() > 1280 * 8 * 18);
    let held: usize = program.blocks().iter().map(|block| block.operations().len()).sum();
    assert!(held < 300, "{held} operations are stored");
}

#[test]
fn kernels_and_the_optimizer_are_tagged() {
    let program = workload([2, 2, 2]).program(RoleId::new(0));
    let optimizers = program.iter().filter(|(_, found)| LedgerEntry::of(found.tag) == LedgerEntry::Optimizer);
    assert_eq!(optimizers.count(), 1);
    for (_, operation) in program.iter() {
        let is_kernel = matches!(operation.kind, OperationKind::Compute { .. });
        let entry = LedgerEntry::of(operation.tag);
        assert_eq!(is_kernel, matches!(entry, LedgerEntry::Compute | LedgerEntry::Optimizer));
    }
}

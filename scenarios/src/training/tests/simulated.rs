//! Small jobs on a star of ideal links, simulated, and what the ledger says of them.

use crate::training::testing::{job, job_of, plan};
use crate::training::{
    ChipRates, Ledger, LedgerEntry, Model, ModelShape, Place, RankLedger, TrainingWorkload,
};
use copperlight_core::fabric::{Fabric, FabricBuilder, Link, Scope};
use copperlight_core::ids::{RankId, RoleId};
use copperlight_core::outcome::{Outcome, StopReason};
use copperlight_core::routing::ShortestPath;
use copperlight_core::simulation::{Options, Representative, simulate};
use copperlight_core::transport::Transport;
use copperlight_core::units::{Bandwidth, Time};
use copperlight_core::workload::{OperationKind, Workload};

pub(crate) fn star(endpoints: usize) -> Fabric {
    let mut builder = FabricBuilder::new();
    let chips: Vec<_> = (0..endpoints).map(|index| builder.endpoint(format!("chip{index}"))).collect();
    let switch = builder.switch("switch");
    let tier = builder.tier("scale-up", Scope::ScaleUp);
    let medium = builder.medium("copper");
    for chip in chips {
        let capacity = Bandwidth::from_gigabytes_per_second(100.0);
        let latency = Time::from_picoseconds(250_000);
        builder.duplex(Link { from: chip.into(), to: switch, capacity, latency, tier, medium });
    }
    builder.build(Box::new(ShortestPath::default())).expect("a star is a fabric")
}

pub(crate) fn run(workload: &TrainingWorkload, options: &Options) -> (Outcome, Ledger) {
    let mut ledger = Ledger::new();
    let outcome =
        simulate(&star(workload.ranks()), workload, options, &mut ledger).expect("the job fits the star");
    assert_eq!(outcome.stop, StopReason::Completed);
    (outcome, ledger)
}

pub(crate) fn ideal() -> Options {
    Options::new(Transport::ideal())
}

fn unfolded(workload: &TrainingWorkload) -> Vec<RankLedger> {
    let (_, ledger) = run(workload, &ideal().unfolded());
    ledger.ranks().collect()
}

/// A chip so slow that kernels outweigh latencies.
fn rates() -> ChipRates {
    ChipRates { gemm_efficiency: 1e-3, gemm_efficiency_bf16: 1e-3, ..ChipRates::round() }
}

#[test]
fn entries_sum_to_the_step_time_for_every_rank() {
    for degrees in [[1, 1, 1], [2, 1, 1], [1, 2, 1], [1, 4, 1], [1, 1, 2], [2, 2, 2], [4, 3, 1], [1, 3, 2]] {
        for sequence_parallel in [true, false] {
            let mut plan = plan(degrees);
            plan.parallelism.sequence_parallel = sequence_parallel;
            let workload = job_of(plan).workload(&rates());
            let (outcome, ledger) = run(&workload, &ideal().unfolded());
            assert_eq!(ledger.ranks().count(), workload.ranks());
            for rank in ledger.ranks() {
                assert_eq!(rank.total(), outcome.end, "{degrees:?} {rank:?}");
            }
            let summary = ledger.summary();
            let sum: f64 = summary.breakdown.iter().map(|(_, seconds)| seconds).sum();
            assert!((sum / outcome.end.seconds() - 1.0).abs() < 1e-12);
        }
    }
}

#[test]
fn one_chip_computes_all_the_time() {
    let (outcome, ledger) = run(&job([1, 1, 1]).workload(&rates()), &ideal());
    let summary = ledger.summary();
    let busy =
        summary.breakdown.seconds(LedgerEntry::Compute) + summary.breakdown.seconds(LedgerEntry::Optimizer);
    assert!((busy / outcome.end.seconds() - 1.0).abs() < 1e-12);
    assert_eq!(summary.communication_share, 0.0);
    assert_eq!(summary.exposed_communication_share, 0.0);
}

#[test]
fn folded_and_unfolded_ledgers_agree() {
    for degrees in [[2, 2, 2], [4, 1, 2], [1, 4, 2]] {
        let workload = job(degrees).workload(&rates());
        let (whole, folded) = (run(&workload, &ideal().unfolded()), run(&workload, &ideal()));
        assert_eq!(whole.0.end, folded.0.end);
        assert_eq!(whole.0.digest, folded.0.digest);
        assert_eq!(whole.1.summary(), folded.1.summary());
    }
}

#[test]
fn every_degree_shows_under_its_own_entry() {
    let alone =
        |degrees, entry| run(&job(degrees).workload(&rates()), &ideal()).1.summary().breakdown.seconds(entry);
    for (degrees, entry) in [
        ([2, 1, 1], LedgerEntry::Tensor),
        ([1, 2, 1], LedgerEntry::Pipeline),
        ([1, 2, 1], LedgerEntry::Bubble),
        ([1, 1, 2], LedgerEntry::Data),
    ] {
        assert!(alone(degrees, entry) > 0.0, "{degrees:?} spends nothing on {}", entry.name());
        assert_eq!(alone([1, 1, 1], entry), 0.0);
    }
}

#[test]
fn a_slow_chip_shows_under_wait() {
    let even = job([2, 1, 2]).workload(&rates());
    for rank in unfolded(&even) {
        assert_eq!(rank.time(LedgerEntry::Wait), Time::ZERO);
    }
    let slow = RankId::new(3);
    let ranks = unfolded(&even.with_slow_chip(slow, 1.5));
    for rank in &ranks {
        let waits = rank.time(LedgerEntry::Wait) > Time::ZERO;
        assert_eq!(waits, rank.representative.rank != slow, "{rank:?}");
    }
    let partner = ranks[2];
    let lost = ranks[3].time(LedgerEntry::Compute) - partner.time(LedgerEntry::Compute);
    assert!(
        partner.time(LedgerEntry::Wait).seconds() > 0.9 * lost.seconds(),
        "the partner waits for what it lost"
    );
}

#[test]
fn a_slow_stage_shows_under_bubble() {
    // Four layers over three stages: two on the first, one on the others, which starve.
    let mut plan = plan([1, 3, 1]);
    plan.global_batch = 32;
    plan.layers_per_chunk = Some(vec![2, 1, 1]);
    let shape = ModelShape { vocab: 128, tied_embeddings: false, ..*plan.model.shape() };
    plan.model = Model::new("uneven", shape).expect("the shape is legal");
    let ranks = unfolded(&job_of(plan).workload(&rates()));
    let share =
        |stage: usize| ranks[stage].time(LedgerEntry::Bubble).seconds() / ranks[stage].total().seconds();
    assert!(share(0) < 0.2, "the slow stage hardly starves: {}", share(0));
    assert!(share(1) > 0.3 && share(2) > 0.2, "the others starve: {} {}", share(1), share(2));
}

/// The kernels of the first forward and the first backward pass of a stage, and of its optimizer.
fn kernels(workload: &TrainingWorkload, stage: usize) -> [u64; 3] {
    let program = workload.program(RoleId::new(stage));
    let kernels: Vec<u64> = program
        .iter()
        .filter_map(|(_, operation)| match operation.kind {
            OperationKind::Compute { duration } => Some(duration.picoseconds()),
            _ => None,
        })
        .collect();
    let backward = if stage == 0 { kernels[2] } else { kernels[1] };
    [kernels[0], backward, kernels[kernels.len() - 1]]
}

#[test]
fn two_stages_take_the_closed_form_of_blocking_1f1b() {
    // F0 | max(F0, F1 + B1) | (M - 2) times max(B0 + F0, F1 + B1) | max(B0, F1 + B1) | B0, with a transfer each time the
    // two meet: M + 1 of them, each two links of 250 ns and 64 x 64 x 2 bytes at 100 GB/s.
    let mut plan = plan([1, 2, 1]);
    let shape = ModelShape { tied_embeddings: false, ..*plan.model.shape() };
    plan.model = Model::new("untied", shape).expect("the shape is legal");
    plan.global_batch = 12;
    let micro_batches = 6;
    for gemm_efficiency in [1e-3, 1e-4] {
        let workload = job_of(plan.clone()).workload(&ChipRates { gemm_efficiency, ..rates() });
        let [[f0, b0, o0], [f1, b1, o1]] = [kernels(&workload, 0), kernels(&workload, 1)];
        let transfer = 2 * 250_000 + 81_920;
        let second = f0 + f0.max(f1 + b1) + (micro_batches - 2) * (b0 + f0).max(f1 + b1) + b0.max(f1 + b1);
        let last_meeting = second + (micro_batches + 1) * transfer;
        let expected = (last_meeting + b0 + o0).max(last_meeting + o1);
        let (outcome, _) = run(&workload, &ideal());
        assert_eq!(outcome.end.picoseconds(), expected);
    }
}

/// What the ranks of each replica went through: entries, communication and computation, by stage and tensor place.
fn by_replica(workload: &TrainingWorkload) -> Vec<Vec<RankLedger>> {
    let mut replicas = vec![Vec::new(); workload.job().parallelism().data as usize];
    for mut rank in unfolded(workload) {
        let place = workload.layout().place(rank.representative.rank);
        rank.representative = Representative { rank: RankId::new(0), multiplicity: 1 };
        replicas[place.data].push(rank);
    }
    replicas
}

#[test]
fn which_replica_is_slow_permutes_the_ledgers_and_nothing_else() {
    let even = job([2, 2, 3]).workload(&rates());
    let even_ledgers = by_replica(&even);
    assert!(even_ledgers.iter().all(|replica| *replica == even_ledgers[0]), "replicas are alike");
    for stage in [0, 1] {
        let slow_in = |replica: usize| {
            let rank = even.layout().rank(Place { tensor: 1, context: 0, data: replica, stage });
            by_replica(&even.clone().with_slow_chip(rank, 1.5))
        };
        let first = slow_in(0);
        assert_ne!(first[0], first[1], "the slow replica is unlike the others");
        for replica in [1, 2] {
            let mut ledgers = slow_in(replica);
            // Replicas stand in a ring, in which what follows the slow one follows it wherever it is.
            ledgers.rotate_left(replica);
            assert_eq!(ledgers, first, "replica {replica} is slow at stage {stage}");
        }
    }
}

#[test]
fn wherever_the_long_stage_is_the_others_starve() {
    let mut plan = plan([2, 3, 1]);
    plan.global_batch = 32;
    let shape = ModelShape { layers: 3, vocab: 8, tied_embeddings: false, ..*plan.model.shape() };
    plan.model = Model::new("even", shape).expect("the shape is legal");
    let even = job_of(plan).workload(&rates());
    let bubbles = |workload: &TrainingWorkload| -> Vec<f64> {
        let ranks = unfolded(workload);
        let of_stage = |stage: usize| {
            let rank = ranks[workload.layout().rank(Place { tensor: 0, context: 0, data: 0, stage }).index()];
            rank.time(LedgerEntry::Bubble).seconds() / rank.total().seconds()
        };
        [0, 1, 2].map(of_stage).to_vec()
    };
    let before = bubbles(&even);
    for long in 0..3 {
        // A stage of twice the layers: all its chips take twice as long.
        let ranks =
            [0, 1].map(|tensor| even.layout().rank(Place { tensor, context: 0, data: 0, stage: long }));
        let uneven =
            ranks.into_iter().fold(even.clone(), |workload, rank| workload.with_slow_chip(rank, 2.0));
        let after = bubbles(&uneven);
        for stage in 0..3 {
            let grows = after[stage] > before[stage];
            assert_eq!(grows, stage != long, "stage {long} is long: {before:?} became {after:?}");
        }
    }
}

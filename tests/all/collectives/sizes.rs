//! Every algorithm of every operation, over 1 to 40, 72, 96 and 384 ranks, flat and over domains, whole and partial.

use super::{named, plans, prove};
use copperlight_core::fabric::Fabric;
use copperlight_core::ids::RankId;
use copperlight_core::transport::Transport;
use copperlight_core::units::Bytes;
use copperlight_core::workload::CollectiveKind as Kind;
use copperlight_core::workload::{
    Algorithm, CollectiveCall, CollectiveKind, ExpertRouting, SingleCollective,
};
use copperlight_tests::fabrics::Domains;
use copperlight_tests::transports::costly;
use copperlight_topologies::System;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// A machine, and what it runs.
#[derive(Debug, Clone)]
struct Case {
    wiring: Wiring,
    ranks: usize,
    transport: &'static str,
    kind: CollectiveKind,
    bytes: u64,
    /// Algorithms that would take too long in a test.
    without: &'static [Algorithm],
}

/// What the ranks run on.
#[derive(Debug, Clone, Copy)]
enum Wiring {
    /// Chips around the switches of domains of so many.
    Domains(usize),
    /// A family with its parameters.
    Family(&'static str),
}

impl Case {
    fn new(ranks: usize, wiring: Wiring, kind: CollectiveKind, bytes: u64) -> Self {
        Self { wiring, ranks, transport: "ideal", kind, bytes, without: &[] }
    }

    fn fabric(&self) -> Fabric {
        match self.wiring {
            Wiring::Domains(per_domain) => {
                Domains { per_domain, uplink: 100.0, ..Domains::star(self.ranks, 50.0) }.build()
            }
            Wiring::Family(text) => {
                let table = text.parse().expect("the test writes TOML");
                let system = System::from_family(&table).unwrap_or_else(|error| panic!("{error} in {text}"));
                system.build(self.ranks).expect("the system can be built")
            }
        }
    }

    fn transport(&self) -> Transport {
        match self.transport {
            "ideal" => Transport::ideal().with_ideal_switches(),
            _ => costly().with_ideal_switches(),
        }
    }

    fn call(&self) -> CollectiveCall {
        let experts = ExpertRouting::new(2, if self.bytes.is_multiple_of(2) { 1.0 } else { 1.4 });
        CollectiveCall { experts, ..CollectiveCall::auto(self.kind, Bytes::new(self.bytes)) }
    }

    /// Proves every algorithm; gives those that ran.
    fn prove(&self) -> Vec<(CollectiveKind, Algorithm)> {
        let (fabric, transport, ranks) = (self.fabric(), self.transport(), self.ranks);
        let members: Vec<_> = (0..ranks).map(RankId::new).collect();
        let asked = SingleCollective::new(ranks, self.call());
        let mut run = Vec::new();
        for plan in plans(&fabric, &transport, (&asked, &members), self.call()) {
            let algorithm = plan.schedule.algorithm;
            if self.without.contains(&algorithm) {
                continue;
            }
            let workload = SingleCollective::new(ranks, plan.call);
            let name = || format!("{} of {self:?}", algorithm.name());
            named(name, || prove(&fabric, &workload, &members, &plan, transport));
            run.push((self.kind, algorithm));
        }
        run
    }
}

/// Sizes that no number of ranks divides, those smaller than the ranks among them.
fn bytes(ranks: usize, turn: usize) -> u64 {
    let ranks = ranks as u64;
    [1, ranks.saturating_sub(1).max(1), 4_097, (1 << 20) + 3][turn % 4]
}

/// Proves all cases; gives how often each algorithm of each operation ran.
fn prove_all(cases: &[Case]) -> BTreeMap<(Kind, Algorithm), usize> {
    let run: Vec<_> = cases.par_iter().flat_map_iter(Case::prove).collect();
    let mut counts = BTreeMap::new();
    run.into_iter().for_each(|algorithm| *counts.entry(algorithm).or_default() += 1);
    counts
}

/// Operations ran by all of these algorithms, and by no other.
fn assert_all_ran(counts: &BTreeMap<(Kind, Algorithm), usize>, expected: &[(Kind, &str)]) {
    for &(kind, algorithms) in expected {
        let ran: Vec<_> = counts.keys().filter(|ran| ran.0 == kind).map(|ran| ran.1.name()).collect();
        let expected: Vec<_> = Algorithm::ALL
            .map(Algorithm::name)
            .into_iter()
            .filter(|name| algorithms.split(' ').any(|of| of == *name))
            .collect();
        let (ran, expected): (BTreeSet<_>, BTreeSet<_>) =
            (ran.into_iter().collect(), expected.into_iter().collect());
        assert_eq!(ran, expected, "{}", kind.name());
    }
}

const TRANSPORTS: [&str; 2] = ["ideal", "costly"];

/// All collectives over all machines, with transports and sizes that take turns.
fn cases(machines: impl Iterator<Item = (usize, Wiring)>) -> Vec<Case> {
    let mut cases = Vec::new();
    for (ranks, wiring) in machines {
        for (turn, kind) in CollectiveKind::ALL.into_iter().enumerate() {
            let transport = TRANSPORTS[(ranks / 2 + turn) % 2];
            cases.push(Case { transport, ..Case::new(ranks, wiring, kind, bytes(ranks, ranks + turn)) });
        }
    }
    cases
}

#[test]
fn every_algorithm_is_right_over_1_to_40_ranks_around_a_switch() {
    let counts = prove_all(&cases((1..=40).map(|ranks| (ranks, Wiring::Domains(ranks)))));
    assert_all_ran(
        &counts,
        &[
            (Kind::AllReduce, "ring tree halving-doubling direct two-shot nvls"),
            (Kind::ReduceScatter, "ring halving-doubling direct nvls"),
            (Kind::AllGather, "ring halving-doubling direct nvls"),
            (Kind::AllToAll, "direct pairwise"),
            (Kind::Broadcast, "ring tree direct nvls"),
            (Kind::Reduce, "ring tree direct nvls"),
            (Kind::SendRecv, "ring"),
            (Kind::Barrier, "halving-doubling"),
            (Kind::EpDispatch, "direct"),
            (Kind::EpCombine, "direct"),
        ],
    );
}

/// Nodes of 2 in domains of 8 with rails between them: three tiers.
const TIERS: &str = "
    family = 'two-tier-planes'
    chips = 8
    chips_per_node = 2
    planes = 2
    uplinks = 2
    link_bandwidth = '50 GB/s'
    link_latency = '500 ns'
    [scale_out]
    family = 'rail-optimised'
    bandwidth_per_chip = '10 GB/s'
    latency = '2 us'
    rails = 4
";

/// Meshes of 4 with rails between them: what is joined directly may exchange directly.
const MESHES: &str = "
    family = 'full-mesh'
    chips = 4
    link_bandwidth = '50 GB/s'
    link_latency = '500 ns'
    [scale_out]
    family = 'rail-optimised'
    bandwidth_per_chip = '10 GB/s'
    latency = '2 us'
    rails = 4
";

#[test]
fn every_algorithm_is_right_over_domains_whole_and_partial() {
    let whole = [(8, 4), (15, 3), (24, 8), (30, 6), (36, 12), (64, 8), (72, 24)];
    let partial = [(7, 3), (9, 4), (10, 4), (20, 8), (27, 6)];
    let domains = whole.into_iter().chain(partial).map(|(ranks, inside)| (ranks, Wiring::Domains(inside)));
    let tiers = [8, 12, 16, 24, 40].map(|ranks| (ranks, Wiring::Family(TIERS)));
    let meshes = [4, 12, 14, 32].map(|ranks| (ranks, Wiring::Family(MESHES)));
    let counts = prove_all(&cases(domains.chain(tiers).chain(meshes)));
    assert_all_ran(
        &counts,
        &[
            (Kind::AllReduce, "ring tree halving-doubling direct two-shot hierarchical nvls nvls-tree"),
            (Kind::ReduceScatter, "ring halving-doubling direct hierarchical nvls"),
            (Kind::AllGather, "ring halving-doubling direct hierarchical nvls"),
            (Kind::EpDispatch, "direct hierarchical"),
            (Kind::EpCombine, "direct hierarchical"),
        ],
    );
}

#[test]
fn every_algorithm_is_right_over_72_96_and_384_ranks() {
    let flat = |ranks| (ranks, Wiring::Domains(ranks));
    let machines = [flat(72), flat(96), flat(384), (96, Wiring::Domains(8)), (384, Wiring::Domains(48))];
    let mut cases = Vec::new();
    for (turn, kind) in CollectiveKind::ALL.into_iter().enumerate() {
        for (next, (ranks, wiring)) in machines.into_iter().enumerate() {
            let without: &[Algorithm] = match (ranks, wiring) {
                (384, Wiring::Domains(384)) => match kind {
                    // Every transfer carries the whole buffer, and what returns from experts is what was sent.
                    Kind::AllReduce | Kind::EpCombine => &[Algorithm::Direct],
                    _ => &[],
                },
                // Flat algorithms are the same as around one switch, and rings have 48 channels of the same.
                (384, _) => &[Algorithm::Direct, Algorithm::TwoShot, Algorithm::Pairwise, Algorithm::Ring],
                _ => &[],
            };
            let transport = TRANSPORTS[(turn + next) % 2];
            let bytes = bytes(ranks, turn + next);
            cases.push(Case { transport, without, ..Case::new(ranks, wiring, kind, bytes) });
        }
    }
    prove_all(&cases);
}

//! Folded and replayed runs of every algorithm equal full ones; half of the cases have broken symmetry.

use super::called::{Called, LATE};
use copperlight_core::simulation::{Options, Unobserved, simulate};
use copperlight_core::transport::Transport;
use copperlight_core::units::Bytes;
use copperlight_core::workload::{Algorithm, CollectiveCall, CollectiveKind, ExpertRouting};
use copperlight_tests::cases;
use copperlight_tests::transports::costly;
use copperlight_topologies::System;
use proptest::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};

#[derive(Debug, Clone)]
struct Case {
    per_domain: usize,
    planes: usize,
    /// An entry of `degrade`.
    fault: Option<String>,
    ideal: bool,
    called: Called,
}

impl Case {
    fn system(&self) -> System {
        let Self { per_domain, planes, .. } = self;
        let text = format!(
            "
            family = 'scale-up-planes'
            chips = {per_domain}
            planes = {planes}
            link_bandwidth = '50 GB/s'
            link_latency = '500 ns'
            [scale_out]
            family = 'rail-optimised'
            bandwidth_per_chip = '10 GB/s'
            latency = '2 us'
            rails = {per_domain}
            "
        );
        let mut system = System::from_family(&text.parse().expect("the test writes TOML"))
            .unwrap_or_else(|error| panic!("{error} in {text}"));
        if let Some(fault) = &self.fault {
            let faults: toml::Table = format!("it = [{fault}]").parse().expect("the test writes TOML");
            system.set("degrade", &faults["it"]).expect("the target exists");
        }
        system
    }
}

/// Domains of planes joined by rails; half of the cases have a plane less, a slow chip, a late rank, a partial domain.
fn case() -> impl Strategy<Value = Case> {
    let machine = (1..9_usize, 1..5_usize, 1..5_usize);
    let defect = (prop::bool::ANY, 0..4_u8, 0..1_000_usize);
    let kind = prop::sample::select(CollectiveKind::ALL.to_vec());
    let algorithm = prop::sample::select(Algorithm::ALL.to_vec());
    let call = (kind, algorithm, 0..3_000_000_u64, 1.0..2.0_f64);
    (machine, defect, call, prop::bool::ANY).prop_map(|(machine, defect, call, ideal)| {
        let ((per_domain, domains, planes), (broken, which, place)) = (machine, defect);
        let missing = if broken && which == 0 { place % per_domain } else { 0 };
        let ranks = per_domain * domains - missing;
        let fault = match (broken, which) {
            (true, 1) if planes > 1 => {
                Some(format!("{{ target = 'plane:{}', capacity = 0 }}", place % planes))
            }
            (true, 2) => Some(format!("{{ target = 'chip:{}', capacity = 0.5 }}", place % ranks)),
            _ => None,
        };
        let mut late = vec![0; ranks];
        if broken && which == 3 {
            late[place % ranks] = place % LATE.len();
        }
        let (kind, algorithm, bytes, imbalance) = call;
        let call = CollectiveCall {
            algorithm: Some(algorithm),
            experts: ExpertRouting::new(2, imbalance),
            ..CollectiveCall::auto(kind, Bytes::new(bytes))
        };
        let called = Called { ranks, call, late, rotation: 0 };
        Case { per_domain, planes, fault, ideal, called }
    })
}

static CASES: AtomicU32 = AtomicU32::new(0);
static FOLDED: AtomicU32 = AtomicU32::new(0);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(250)))]

    fn every_algorithm_runs_folded_as_in_full(case in case()) {
        let fabric = case.system().build(case.called.ranks).expect("the system can be built");
        let transport = if case.ideal { Transport::ideal() } else { costly() }.with_ideal_switches();
        let workload = case.called.workload();
        let run = |fold, replay| {
            let options = Options { fold, replay, ..Options::new(transport) };
            simulate(&fabric, &workload, &options, &mut Unobserved).expect("all chips are joined")
        };
        let full = run(false, false);
        for (fold, replay) in [(true, true), (true, false), (false, true)] {
            let other = run(fold, replay);
            prop_assert_eq!(other.end, full.end, "fold {}, replay {}", fold, replay);
            prop_assert_eq!(other.digest, full.digest, "fold {}, replay {}", fold, replay);
            if fold && replay && case.called.ranks > 1 {
                CASES.fetch_add(1, Ordering::Relaxed);
                FOLDED.fetch_add(u32::from(other.work.classes < full.work.classes), Ordering::Relaxed);
            }
        }
    }
}

#[test]
fn folding_of_every_algorithm_is_exact_and_happens() {
    every_algorithm_runs_folded_as_in_full();
    let (cases, folded) = (CASES.load(Ordering::Relaxed), FOLDED.load(Ordering::Relaxed));
    assert!(4 * folded >= cases, "{folded} of {cases} cases had fewer classes than ranks");
}

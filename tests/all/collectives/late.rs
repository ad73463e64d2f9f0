//! Ranks that come late, and groups in any order: the transfers are still right.

use super::called::{Called, LATE};
use super::{named, plans, prove};
use copperlight_core::transport::Transport;
use copperlight_core::units::Bytes;
use copperlight_core::workload::{CollectiveCall, CollectiveKind, ExpertRouting};
use copperlight_tests::cases;
use copperlight_tests::fabrics::Domains;
use copperlight_tests::transports::costly;
use proptest::prelude::*;

#[derive(Debug, Clone)]
struct Case {
    domains: Domains,
    ideal: bool,
    called: Called,
}

impl Case {
    fn prove(&self) {
        let Self { domains, ideal, called } = self;
        let transport = if *ideal { Transport::ideal() } else { costly() }.with_ideal_switches();
        let (fabric, members) = (domains.build(), called.members());
        for plan in plans(&fabric, &transport, (&called.workload(), &members), called.call) {
            let called = Called { call: plan.call, ..called.clone() };
            let name = || plan.schedule.algorithm.name().to_owned();
            named(name, || prove(&fabric, &called.workload(), &members, &plan, transport));
        }
    }
}

fn case() -> impl Strategy<Value = Case> {
    let shape = (1..25_usize, 1..9_usize, 1..3_usize, 5.0..200.0_f64);
    let kind = prop::sample::select(CollectiveKind::ALL.to_vec());
    let call = (kind, prop_oneof![0..50_u64, 0..3_000_000_u64], 1..5_u32, 1.0..2.0_f64);
    let late = prop::collection::vec(0..LATE.len(), 1..25);
    (shape, call, late, prop::bool::ANY, 0..24_usize).prop_map(|(shape, call, late, ideal, rotation)| {
        let (ranks, per_domain, planes, uplink) = shape;
        let domains = Domains { per_domain, planes, uplink, ..Domains::star(ranks, 50.0) };
        let (kind, bytes, destinations, imbalance) = call;
        let experts = ExpertRouting::new(destinations, imbalance);
        let call = CollectiveCall { experts, ..CollectiveCall::auto(kind, Bytes::new(bytes)) };
        Case { domains, ideal, called: Called { ranks, call, late, rotation } }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(250)))]

    #[test]
    fn late_ranks_and_rotated_groups_change_nothing_of_the_result(case in case()) {
        case.prove();
    }
}

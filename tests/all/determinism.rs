//! The same input gives the same outcome, run after run and in every build profile.

use copperlight_core::simulation::{Options, Unobserved, simulate};
use copperlight_core::transport::Transport;
use copperlight_core::units::Bytes;
use copperlight_core::workload::{Algorithm, CollectiveCall, CollectiveKind};
use copperlight_tests::fabrics::Domains;
use copperlight_tests::workloads::{Step, Uniform};

#[test]
fn the_digest_of_a_known_run_never_changes() {
    let reduce = CollectiveCall::auto(CollectiveKind::AllReduce, Bytes::new(100_003));
    let exchange = CollectiveCall {
        algorithm: Some(Algorithm::Pairwise),
        ..CollectiveCall::auto(CollectiveKind::AllToAll, Bytes::new(50_001))
    };
    let uniform = Uniform {
        ranks: 12,
        block: 3,
        slow: vec![4],
        steps: vec![
            Step::Compute(1_000),
            Step::Background(1, exchange),
            Step::Collective(0, reduce),
            Step::Shift(20_000),
        ],
        repeat: 4,
    };
    let domains = Domains { per_domain: 6, planes: 2, uplink: 60.0, ..Domains::star(12, 50.0) };
    let run = || {
        let options = Options::new(Transport::ideal());
        simulate(&domains.build(), &uniform.workload(), &options, &mut Unobserved).expect("the workload fits")
    };
    let (first, second) = (run(), run());
    assert_eq!(first, second);
    // Written down once: debug and release builds, today and later, must agree on it.
    assert_eq!(first.digest.to_string(), "31829ebd1e7ce005b5f051510b2cd284");
}

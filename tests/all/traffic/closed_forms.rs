//! What each pattern takes on a star, by hand. A star of n chips with links of B GB/s, 250 ns each.

use copperlight::traffic::{HotSpot, Incast, Pattern, Permutation, TrafficSpec, Uniform};
use copperlight_core::simulation::Options;
use copperlight_core::traffic::{TrafficOutcome, simulate_traffic};
use copperlight_core::transport::Transport;
use copperlight_core::units::{Bandwidth, Bytes, Time};
use copperlight_tests::fabrics::Domains;
use copperlight_tests::transports::costly;

const GIGABYTES_PER_SECOND: f64 = 50.0;
const LATENCY: Time = Time::from_picoseconds(500_000);

fn run(pattern: Pattern, chips: usize, bytes: u64, transport: Transport) -> TrafficOutcome {
    let spec = TrafficSpec { pattern, size: Bytes::new(bytes), seed: Some(1) };
    let star = Domains::star(chips, GIGABYTES_PER_SECOND).build();
    simulate_traffic(&star, &spec.traffic(chips), &Options::new(transport)).expect("chips reach one another")
}

fn drain(bytes: u64) -> Time {
    Bandwidth::from_gigabytes_per_second(GIGABYTES_PER_SECOND).drain_time(Bytes::new(bytes))
}

/// Rates of shares are rounded, so that a sum of them may be a picosecond away.
fn is_nearly(time: Time, expected: Time) -> bool {
    time.picoseconds().abs_diff(expected.picoseconds()) <= 1
}

const SIZES: [u64; 3] = [1, 1_000, 16_777_216];

#[test]
fn an_incast_takes_all_bytes_through_one_link() {
    // (n - 1) S / B after the first byte; the senders share the link evenly and end together.
    for (chips, senders) in [(2, None), (3, None), (8, Some(5)), (72, None)] {
        for bytes in SIZES {
            let pattern = Pattern::Incast(Incast { target: chips - 1, senders });
            let ran = run(pattern, chips, bytes, Transport::ideal());
            let senders = senders.unwrap_or(chips - 1) as u64;
            let expected = LATENCY + drain(senders * bytes);
            assert!(is_nearly(ran.outcome.end, expected), "{} after {expected}", ran.outcome.end);
            assert!(ran.finished.iter().all(|&time| time == ran.outcome.end));
            assert_eq!(ran.finished.len() as u64, senders);
            let ended = ran.outcome.ranks.iter().filter(|rank| rank.end == ran.outcome.end).count() as u64;
            assert_eq!(ended, senders + 1, "the senders and the target end last, others have nothing to do");
        }
    }
}

#[test]
fn a_permutation_takes_one_flow() {
    // S / B after the first byte, exactly: nobody shares a link.
    for permutation in [Permutation { shift: None }, Permutation { shift: Some(1) }] {
        for chips in [2, 3, 72] {
            for bytes in SIZES {
                let ran = run(Pattern::Permutation(permutation), chips, bytes, Transport::ideal());
                assert_eq!(ran.outcome.end, LATENCY + drain(bytes), "{chips} chips, {bytes} bytes");
                assert_eq!(ran.outcome.work.flows, 1, "all flows are alike");
            }
        }
    }
}

#[test]
fn uniform_traffic_takes_all_flows_of_a_chip() {
    // (n - 1) S / B after the first byte: every link up and every link down has n - 1 flows.
    for chips in [2, 3, 9, 72] {
        for bytes in SIZES {
            let ran =
                run(Pattern::Uniform(Uniform { flows_per_chip: None }), chips, bytes, Transport::ideal());
            let expected = LATENCY + drain((chips as u64 - 1) * bytes);
            assert!(is_nearly(ran.outcome.end, expected), "{} after {expected}", ran.outcome.end);
            assert_eq!((ran.finished.len(), ran.outcome.work.flows), (chips * (chips - 1), 1));
        }
    }
}

#[test]
fn a_hot_spot_takes_what_is_sent_to_one_hot_chip() {
    // With h of k S bytes of each of n - 1 chips: (n - 1) h k S / B, when that is more than what a chip sends.
    let (chips, flows, bytes) = (17, 4, 1_000_000);
    for hot_share in [0.25, 0.5, 1.0] {
        let hot_spot = HotSpot { hot_share, hot_chips: 1, flows_per_chip: Some(flows) };
        let ran = run(Pattern::HotSpot(hot_spot), chips, bytes, Transport::ideal());
        let hot = (hot_share * (flows as u64 * bytes) as f64) as u64;
        let expected = LATENCY + drain((chips as u64 - 1) * hot);
        assert!(is_nearly(ran.outcome.end, expected), "{hot_share}: {} after {expected}", ran.outcome.end);
    }
}

#[test]
fn messages_pay_their_overhead() {
    let pattern = Pattern::Permutation(Permutation { shift: Some(1) });
    let ideal = run(pattern, 8, 0, Transport::ideal()).outcome.end;
    let with_software = run(pattern, 8, 0, costly()).outcome.end;
    assert_eq!(ideal, LATENCY);
    assert_eq!(with_software, LATENCY + costly().scale_up.message);
    assert!(costly().scale_up.message > Time::ZERO);
}

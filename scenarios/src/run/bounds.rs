//! Holds every simulated result against what no fabric can beat. A violation is a bug, never an output.
//!
//! Debug builds check, and so does every test; release builds trust.

use copperlight_core::fabric::Fabric;
use copperlight_core::outcome::{LinkOutcome, Outcome};
use copperlight_core::units::Time;
use copperlight_core::workload::{Algorithm, CollectiveCall};
use copperlight_topologies::analysis::{shortest_time, shortest_time_in_network};

/// Ends are rounded to picoseconds, half of one a transfer: a link that carried many may end a little early.
const TOLERANCE: f64 = 1e-6;
const TOLERANCE_SECONDS: f64 = 1e-8;

/// Checks that no link carried more than its capacity allows until the end.
///
/// # Panics
/// In debug builds, when one did.
pub(super) fn check_links(fabric: &Fabric, outcome: &Outcome) {
    if cfg!(debug_assertions) {
        outcome.links.iter().for_each(|link| check_link(fabric, link, outcome.end));
    }
}

fn check_link(fabric: &Fabric, link: &LinkOutcome, end: Time) {
    let bytes = link.weighted_bytes as f64 / fabric.weight_denominator() as f64;
    let capacity = fabric.link(link.link).capacity;
    assert!(
        reached(end, bytes / capacity.bytes_per_second()),
        "{} carried {bytes} B in {end}, more than its {capacity} allow",
        fabric.link_name(link.link)
    );
}

/// Checks that a collective over the first `ranks` endpoints took at least as long as bandwidth allows.
///
/// # Panics
/// In debug builds, when it was faster.
pub(super) fn check_collective(
    fabric: &Fabric,
    (call, algorithm): (&CollectiveCall, Algorithm),
    ranks: usize,
    end: Time,
) {
    if cfg!(debug_assertions) {
        let bound = match algorithm {
            Algorithm::Nvls | Algorithm::NvlsTree => shortest_time_in_network,
            _ => shortest_time,
        };
        let shortest = bound(fabric, call.kind, call.bytes, ranks);
        let name = call.kind.name();
        assert!(
            reached(end, shortest.seconds()),
            "{name} of {} over {ranks} ranks took {end}, and the links allow no less than {shortest}",
            call.bytes
        );
    }
}

/// Whether a time is at least a bound, but for rounding.
fn reached(end: Time, bound_seconds: f64) -> bool {
    end.seconds() * (1.0 + TOLERANCE) + TOLERANCE_SECONDS >= bound_seconds
}

#[cfg(test)]
mod tests {
    use super::*;
    use copperlight_core::ids::LinkId;
    use copperlight_core::units::Bytes;
    use copperlight_core::workload::CollectiveKind;
    use copperlight_topologies::System;

    fn fabric() -> Fabric {
        let system = System::preset("gb200-nvl72").expect("the preset is in the catalog");
        system.build(8).expect("the system can be built")
    }

    /// 2 x 7/8 x 9 GB over 900 GB/s are 17.5 ms.
    fn check(microseconds: u64) {
        let call = CollectiveCall::auto(CollectiveKind::AllReduce, Bytes::new(9_000_000_000));
        check_collective(
            &fabric(),
            (&call, Algorithm::Ring),
            8,
            Time::from_picoseconds(microseconds * 1_000_000),
        );
    }

    #[test]
    fn a_collective_at_its_bound_passes() {
        check(17_500);
    }

    #[test]
    #[should_panic(expected = "the links allow no less than")]
    fn a_collective_beyond_its_bound_is_a_bug() {
        check(17_400);
    }

    #[test]
    #[should_panic(expected = "more than its")]
    fn a_link_beyond_its_capacity_is_a_bug() {
        let fabric = fabric();
        // A millisecond at 50 GB/s carries 50 MB.
        let weighted_bytes = 51_000_000 * u128::from(fabric.weight_denominator());
        let link = LinkOutcome { link: LinkId::new(0), multiplicity: 1, weighted_bytes };
        check_link(&fabric, &link, Time::from_picoseconds(1_000_000_000));
    }
}

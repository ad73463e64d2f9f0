//! Bisection found in the wiring itself.

use copperlight_core::fabric::Fabric;
use copperlight_core::ids::EndpointId;
use copperlight_core::units::Bandwidth;

/// What the first half of the endpoints can send to the rest in one direction, under the best routing.
///
/// With an odd number of endpoints the first half is the smaller one. Halves are cut in the order of placement, which
/// is how a machine is divided in practice; it is not the smallest of all possible cuts.
pub fn bisection_by_maximum_flow(fabric: &Fabric) -> Bandwidth {
    let endpoints: Vec<EndpointId> = (0..fabric.endpoints()).map(EndpointId::new).collect();
    let (first, second) = endpoints.split_at(fabric.endpoints() / 2);
    fabric.maximum_flow(first, second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::System;

    fn bandwidths(system: &System, chips: usize) -> (f64, f64) {
        let fabric = system.build(chips).expect("the system can be built");
        let found = bisection_by_maximum_flow(&fabric).bytes_per_second();
        (found, system.domain_bisection(chips).bytes_per_second())
    }

    #[test]
    fn closed_forms_equal_the_maximum_flow() {
        for (name, sizes) in [("gb200-nvl72", vec![2, 5, 8, 71, 72]), ("cloudmatrix384", vec![2, 8, 16, 64])]
        {
            let system = System::preset(name).expect("the preset is in the catalog");
            for chips in sizes {
                let (found, closed) = bandwidths(&system, chips);
                assert!((found / closed - 1.0).abs() < 1e-9, "{name} {chips}: {found} and {closed}");
            }
        }
    }

    #[test]
    fn thin_uplinks_bound_the_bisection() {
        let mut system = System::preset("cloudmatrix384").expect("the preset is in the catalog");
        system.set("scale_up.uplinks", &8.into()).expect("the override is sound");
        // 4 nodes: 2 nodes x 7 planes x 8 uplinks x 28 GB/s.
        let (found, closed) = bandwidths(&system, 32);
        assert_eq!((found, closed), (3136e9, 3136e9));
    }
}

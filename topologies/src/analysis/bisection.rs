//! Bisection found in the wiring itself.

use copperlight_core::fabric::Fabric;
use copperlight_core::ids::EndpointId;
use copperlight_core::units::Bandwidth;

/// In fabrics of up to so many chips the maximum flow is found in about a second.
pub(crate) const LARGEST_FLOW: usize = 1024;

/// What the first half of the endpoints can send to the rest in one direction, under the best routing.
///
/// With an odd number of endpoints the first half is the smaller one. Halves are cut in the order of placement, which
/// is how a machine is divided in practice; it is not the smallest of all possible cuts.
pub fn bisection_by_maximum_flow(fabric: &Fabric) -> Bandwidth {
    flow_between_halves(fabric, fabric.endpoints())
}

/// The same for the first `chips` endpoints; the others may forward.
pub(crate) fn flow_between_halves(fabric: &Fabric, chips: usize) -> Bandwidth {
    let endpoints: Vec<EndpointId> = (0..chips).map(EndpointId::new).collect();
    let (first, second) = endpoints.split_at(chips / 2);
    fabric.maximum_flow(first, second)
}

#[cfg(test)]
#[path = "bisection_tests.rs"]
mod tests;

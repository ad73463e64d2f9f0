//! How far apart chips are.

use copperlight_core::fabric::{Fabric, RoutingError};
use copperlight_core::ids::EndpointId;
use copperlight_core::units::Time;

/// Up to so many endpoints every pair is looked at.
const EVERY_PAIR: usize = 1024;

/// The longest of all routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LongestRoute {
    /// Links on the way of one byte: the diameter.
    pub links: usize,
    /// The delay of the first byte.
    pub latency: Time,
}

/// The longest route by links and by latency.
///
/// Above 1,024 endpoints only routes from the first and the last of them are looked at, which is all that differs in
/// the regular families: chips lie in whole domains, and the last may be partial.
///
/// # Errors
/// [`RoutingError`] when two of the endpoints have no route.
pub fn longest_route(fabric: &Fabric) -> Result<LongestRoute, RoutingError> {
    let chips = fabric.endpoints();
    let senders: Vec<usize> = if chips <= EVERY_PAIR { (0..chips).collect() } else { vec![0, chips - 1] };
    let mut longest = LongestRoute::default();
    for from in senders {
        for to in (0..chips).filter(|&to| to != from) {
            let (from, to) = (EndpointId::new(from), EndpointId::new(to));
            let route = fabric.route(from, to)?;
            let weight: u64 = route.hops().iter().map(|hop| hop.weight * u64::from(hop.count)).sum();
            // Every way of a route has as many links as the others, so its weights add up to links x 1.
            let links = weight.div_ceil(fabric.weight_denominator()) as usize;
            longest.links = longest.links.max(links);
            longest.latency = longest.latency.max(route.latency());
        }
    }
    Ok(longest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::System;

    #[test]
    fn routes_have_the_links_of_their_tiers() {
        let longest = |name: &str, chips| {
            let system = System::preset(name).expect("the preset is in the catalog");
            let fabric = system.build(chips).expect("the system can be built");
            let longest = longest_route(&fabric).expect("all chips are joined");
            (longest.links, longest.latency.picoseconds())
        };
        assert_eq!(longest("gb200-nvl72", 72), (2, 600_000));
        assert_eq!(longest("cloudmatrix384", 8), (2, 1_200_000));
        assert_eq!(longest("cloudmatrix384", 384), (4, 2_200_000));
        // Between domains: adapter, leaf, core, leaf, adapter.
        assert_eq!(longest("gb200-nvl72", 100), (4, 1_320_000));
        assert_eq!(longest("gb200-nvl72", 1152), (4, 1_320_000));
    }
}

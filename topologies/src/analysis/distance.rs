//! How far apart chips are.

use copperlight_core::fabric::{Fabric, Route, RoutingError};
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
            longest.links = longest.links.max(links_of(fabric, &route));
            longest.latency = longest.latency.max(route.latency());
        }
    }
    Ok(longest)
}

/// The links on the way of one byte.
///
/// Every way of a route has as many links as the others, so that its weights add up to that many whole ones, but for
/// the rounding of shares that divide none: each is off by less than a half, far from one in sum.
fn links_of(fabric: &Fabric, route: &Route) -> usize {
    let whole = fabric.weight_denominator();
    let weight: u64 = route.hops().iter().map(|hop| hop.weight * u64::from(hop.count)).sum();
    ((weight + whole / 2) / whole) as usize
}

#[cfg(test)]
#[path = "distance_tests.rs"]
mod tests;

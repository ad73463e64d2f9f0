//! Routing by search: the path of least latency in any graph.

use super::costs::Costs;
use crate::fabric::{Fabric, Route, Router, RoutingError};
use crate::ids::EndpointId;

/// Routes each pair over the path of least latency; ties go to fewer links, then to lower identifiers.
///
/// Costs a search for each new destination, O(links log nodes); the latest are kept, within a bound of memory.
#[derive(Debug, Default)]
pub struct ShortestPath {
    costs: Costs,
}

impl Router for ShortestPath {
    fn route(&self, fabric: &Fabric, from: EndpointId, to: EndpointId) -> Result<Route, RoutingError> {
        let path = self.costs.towards(fabric, to).path((from, to), |_, links| links[0])?;
        Ok(Route::path(fabric, &path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fabric::{FabricBuilder, FabricError, Link, Scope};
    use crate::units::{Bandwidth, Time};

    /// Two chips joined by a short detour over two switches and by a long direct pair of links over one.
    fn fabric(second_latency: u64) -> Result<Fabric, FabricError> {
        let mut builder = FabricBuilder::new();
        let (a, b) = (builder.endpoint("a"), builder.endpoint("b"));
        let (near, far, slow) = (builder.switch("near"), builder.switch("far"), builder.switch("slow"));
        let tier = builder.tier("scale-up", Scope::ScaleUp);
        let medium = builder.medium("copper");
        let mut join = |from, to, nanoseconds| {
            let capacity = Bandwidth::from_gigabytes_per_second(50.0);
            let latency = Time::from_picoseconds(nanoseconds * 1000);
            builder.duplex(Link { from, to, capacity, latency, tier, medium });
        };
        join(a.into(), near, 100);
        join(near, far, 100);
        join(far, b.into(), 100);
        join(a.into(), slow, second_latency);
        join(slow, b.into(), second_latency);
        builder.build(Box::new(ShortestPath::default()))
    }

    #[test]
    fn the_least_latency_wins_and_ties_go_to_fewer_links() -> Result<(), FabricError> {
        let route = |latency| -> Result<(usize, Time), FabricError> {
            let fabric = fabric(latency)?;
            let route = fabric.route(EndpointId::new(0), EndpointId::new(1)).expect("the chips are joined");
            Ok((route.hops().len(), route.latency()))
        };
        assert_eq!(route(500)?, (3, Time::from_picoseconds(300_000)));
        assert_eq!(route(150)?, (2, Time::from_picoseconds(300_000)));
        Ok(())
    }
}

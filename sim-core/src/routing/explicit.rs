//! Routing by table: each pair's links as given.

use crate::fabric::{Fabric, FailedLinks, Route, Router, RoutingError, Ways};
use crate::ids::{EndpointId, LinkId};
use std::collections::BTreeMap;

/// Routes each pair over the paths of a table, split by what each can carry where there are several.
#[derive(Debug, Default)]
pub struct ExplicitRoutes {
    ways: BTreeMap<(EndpointId, EndpointId), Vec<Vec<LinkId>>>,
}

impl ExplicitRoutes {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a path for a pair; a second path for the pair makes a spray, whose shares follow [`Route::over`].
    pub fn add(&mut self, from: EndpointId, to: EndpointId, path: Vec<LinkId>) {
        self.ways.entry((from, to)).or_default().push(path);
    }
}

impl Router for ExplicitRoutes {
    fn route(&self, fabric: &Fabric, from: EndpointId, to: EndpointId) -> Result<Route, RoutingError> {
        match self.ways.get(&(from, to)) {
            Some(paths) => Route::over(fabric, &Ways::Paths(paths.clone())),
            None => Err(RoutingError::Unreachable {
                from: fabric.node_name(from.into()).to_owned(),
                to: fabric.node_name(to.into()).to_owned(),
                failed: FailedLinks::default(),
            }),
        }
    }

    fn splits_unevenly(&self, fabric: &Fabric) -> bool {
        let several = self.ways.values().filter(|paths| paths.len() > 1);
        several.cloned().any(|paths| !Ways::Paths(paths).are_even(fabric))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fabric::{FabricBuilder, Link, Scope};
    use crate::units::{Bandwidth, Time};

    /// Two chips joined by direct links of these capacities, all of which the route may take.
    fn weights(capacities: &[f64], failed: &[usize]) -> (Vec<u64>, u64) {
        let mut builder = FabricBuilder::new();
        let (from, to) = (builder.endpoint("chip0"), builder.endpoint("chip1"));
        let (tier, medium) = (builder.tier("scale-up", Scope::ScaleUp), builder.medium("copper"));
        let mut routes = ExplicitRoutes::new();
        for &gigabytes in capacities {
            let capacity = Bandwidth::from_gigabytes_per_second(gigabytes);
            let (from_node, to_node) = (from.into(), to.into());
            let link = Link { from: from_node, to: to_node, capacity, latency: Time::ZERO, tier, medium };
            routes.add(from, to, vec![builder.duplex(link)]);
        }
        failed.iter().for_each(|&way| builder.derate(LinkId::new(2 * way), 0.0));
        let fabric = builder.build(Box::new(routes)).expect("the chips are joined");
        let route = fabric.route(from, to).expect("a way is healthy");
        (route.hops().iter().map(|hop| hop.weight).collect(), fabric.weight_denominator())
    }

    #[test]
    fn paths_that_are_alike_share_evenly_over_the_usual_denominator() {
        assert_eq!(weights(&[50.0; 6], &[]), (vec![120_120; 6], 720_720));
    }

    #[test]
    fn any_number_of_paths_and_any_capacities_are_weighed() {
        let (shares, denominator) = weights(&[50.0; 17], &[]);
        assert_eq!(shares, [denominator / 17; 17]);
        let (shares, denominator) = weights(&[100.0, 50.0], &[]);
        assert_eq!(shares, [denominator / 3 * 2, denominator / 3]);
        let (shares, denominator) = weights(&[100.0, 50.0, 50.0], &[0]);
        assert_eq!(shares, [denominator / 2; 2]);
    }
}

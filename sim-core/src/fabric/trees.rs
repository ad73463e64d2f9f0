//! Trees: one sender to many receivers, or many senders to one, each link loaded once.
//!
//! Routes are static, so the routes of one sender to many receivers make a tree in each plane: they part where the
//! receivers do. A switch that copies, or that reduces, needs the data once on each link.

use super::{Fabric, Route, RoutingError};
use crate::ids::{EndpointId, LinkId};
use crate::units::Time;
use std::collections::BTreeMap;

impl Fabric {
    /// The tree by which switches copy what `root` sends to all `members`; the root itself may be one of them.
    ///
    /// Each link carries the data once: its weight is the largest that it has in the route of any member. The latency
    /// is that of the farthest member. Where degraded planes make members' routes differ in weight, links near the
    /// root carry a little more than one copy in all.
    ///
    /// # Errors
    /// [`RoutingError`] when no healthy path joins the root and a member.
    pub fn multicast(&self, root: EndpointId, members: &[EndpointId]) -> Result<Route, RoutingError> {
        self.union(members.iter().map(|&member| self.route(root, member)))
    }

    /// The tree by which switches reduce what all `members` send to `root`; the opposite of a multicast.
    ///
    /// # Errors
    /// [`RoutingError`] when no healthy path joins a member and the root.
    pub fn reduction(&self, members: &[EndpointId], root: EndpointId) -> Result<Route, RoutingError> {
        self.union(members.iter().map(|&member| self.route(member, root)))
    }

    fn union(
        &self,
        routes: impl Iterator<Item = Result<Route, RoutingError>>,
    ) -> Result<Route, RoutingError> {
        let mut weights: BTreeMap<LinkId, u64> = BTreeMap::new();
        let mut latency = Time::ZERO;
        for route in routes {
            let route = route?;
            latency = latency.max(route.latency());
            for hop in route.hops() {
                for link in hop.range().map(LinkId::new) {
                    let weight = weights.entry(link).or_default();
                    *weight = hop.weight.max(*weight);
                }
            }
        }
        Ok(Route::weighted(self, weights.into_iter().collect(), latency))
    }
}

//! Trees: one sender to many receivers, or many senders to one, each link loaded once.
//!
//! Routes are static, so the routes of one sender to many receivers make a tree in each plane: they part where the
//! receivers do. A switch that copies, or that reduces, needs the data once on each link.

use super::{Fabric, Hop, Route, RoutingError};
use crate::ids::{EndpointId, LinkId};
use crate::units::Time;
use std::cmp::Reverse;

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
        Ok(self.copies(root, members)?.route(self))
    }

    /// The tree by which switches reduce what all `members` send to `root`; the opposite of a multicast.
    ///
    /// # Errors
    /// [`RoutingError`] when no healthy path joins a member and the root.
    pub fn reduction(&self, members: &[EndpointId], root: EndpointId) -> Result<Route, RoutingError> {
        Ok(self.sums(members, root)?.route(self))
    }

    /// A multicast that gives the root, one of the members, its copy too: the switch sends it back.
    ///
    /// # Errors
    /// [`RoutingError`] when no healthy path joins the root and a member.
    pub fn multicast_and_back(
        &self,
        root: EndpointId,
        members: &[EndpointId],
    ) -> Result<Route, RoutingError> {
        let mut tree = self.copies(root, members)?;
        if let Some(other) = other_than(root, members) {
            tree.add_where(&self.route(other, root)?, |link| self.link(link).to.index() == root.index());
        }
        Ok(tree.route(self))
    }

    /// A reduction whose root, one of the members, sends its own part to the switch too.
    ///
    /// # Errors
    /// [`RoutingError`] when no healthy path joins a member and the root.
    pub fn reduction_from_all(
        &self,
        members: &[EndpointId],
        root: EndpointId,
    ) -> Result<Route, RoutingError> {
        let mut tree = self.sums(members, root)?;
        if let Some(other) = other_than(root, members) {
            tree.add_where(&self.route(root, other)?, |link| self.link(link).from.index() == root.index());
        }
        Ok(tree.route(self))
    }

    fn copies(&self, root: EndpointId, members: &[EndpointId]) -> Result<Union, RoutingError> {
        let mut tree = Union::default();
        for &member in members {
            tree.add(&self.route(root, member)?);
        }
        Ok(tree)
    }

    fn sums(&self, members: &[EndpointId], root: EndpointId) -> Result<Union, RoutingError> {
        let mut tree = Union::default();
        for &member in members {
            tree.add(&self.route(member, root)?);
        }
        Ok(tree)
    }
}

/// Another member, where the root is one of them.
fn other_than(root: EndpointId, members: &[EndpointId]) -> Option<EndpointId> {
    let among = members.contains(&root);
    members.iter().copied().find(|&member| among && member != root)
}

/// Links of several routes, each with its largest weight.
#[derive(Default)]
struct Union {
    hops: Vec<Hop>,
    latency: Time,
}

impl Union {
    fn add(&mut self, route: &Route) {
        self.latency = self.latency.max(route.latency());
        self.hops.extend(route.hops());
    }

    /// Adds the links of a route that satisfy a condition.
    fn add_where(&mut self, route: &Route, crosses: impl Fn(LinkId) -> bool) {
        self.latency = self.latency.max(route.latency());
        self.hops.extend(single_links(route.hops()).filter(|hop| crosses(hop.first)));
    }

    fn route(mut self, fabric: &Fabric) -> Route {
        // Routes that part late share their first hops as a whole.
        self.hops.sort_unstable();
        self.hops.dedup();
        if self.hops.windows(2).any(|pair| pair[0].range().end > pair[1].range().start) {
            self.hops = largest_weights(&self.hops);
        }
        Route::joined(fabric, self.hops, self.latency)
    }
}

/// The links of overlapping hops, each with its largest weight.
fn largest_weights(hops: &[Hop]) -> Vec<Hop> {
    let mut links: Vec<Hop> = single_links(hops).collect();
    // Of each link the largest weight stands first.
    links.sort_unstable_by_key(|link| (link.first, Reverse(link.weight)));
    links.dedup_by_key(|link| link.first);
    links
}

fn single_links(hops: &[Hop]) -> impl Iterator<Item = Hop> {
    hops.iter().flat_map(|hop| hop.range().map(|link| Hop { first: LinkId::new(link), count: 1, ..*hop }))
}

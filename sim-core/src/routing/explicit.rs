//! Routing by table: each pair's links as given.

use crate::fabric::{Fabric, Route, Router, RoutingError};
use crate::ids::{EndpointId, LinkId};
use std::collections::BTreeMap;

/// Routes each pair over the paths of a table, split evenly where there are several.
#[derive(Debug, Default)]
pub struct ExplicitRoutes {
    paths: BTreeMap<(EndpointId, EndpointId), Vec<Vec<LinkId>>>,
}

impl ExplicitRoutes {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a path for a pair; a second path for the pair makes a spray.
    ///
    /// The number of paths of a pair must divide the fabric's weight denominator, which its builder sets: routing
    /// panics when it does not.
    pub fn add(&mut self, from: EndpointId, to: EndpointId, path: Vec<LinkId>) {
        self.paths.entry((from, to)).or_default().push(path);
    }
}

impl Router for ExplicitRoutes {
    fn route(&self, fabric: &Fabric, from: EndpointId, to: EndpointId) -> Result<Route, RoutingError> {
        match self.paths.get(&(from, to)) {
            Some(paths) => Ok(Route::spray(fabric, paths)),
            None => Err(RoutingError::Unreachable {
                from: fabric.node_name(from.into()).to_owned(),
                to: fabric.node_name(to.into()).to_owned(),
            }),
        }
    }
}

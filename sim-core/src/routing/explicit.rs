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

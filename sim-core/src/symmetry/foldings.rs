//! Foldings of several workloads on one fabric: those that communicate alike, with whatever sizes, have one.

use super::Folding;
use super::listing::Listing;
use crate::fabric::{Fabric, RoutingError};
use crate::transport::Planner;
use crate::workload::{Roles, Workload};
use std::sync::Arc;

/// The foldings that were asked for on one fabric, by what they depend on.
#[derive(Debug, Clone, Default)]
pub struct Foldings {
    known: Vec<(Arc<Listing>, Arc<Folding>)>,
}

impl Foldings {
    /// What [`Folding::of`] gives, made once for all workloads that communicate alike.
    ///
    /// # Errors
    /// [`RoutingError`] when ranks that communicate cannot reach one another.
    pub fn of(
        &mut self,
        fabric: &Fabric,
        (workload, roles): (&dyn Workload, &Roles),
        planner: &mut Planner<'_>,
    ) -> Result<Arc<Folding>, RoutingError> {
        let listing = Listing::of((workload, roles), planner)?;
        if let Some((_, folding)) = self.known.iter().find(|known| *known.0 == listing) {
            return Ok(Arc::clone(folding));
        }
        let folding = Arc::new(Folding::of_listing(fabric, &listing)?);
        self.known.push((Arc::new(listing), Arc::clone(&folding)));
        Ok(folding)
    }
}

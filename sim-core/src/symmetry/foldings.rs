//! Foldings of several workloads on one fabric: those that communicate alike, with whatever sizes, have one.

use super::Folding;
use super::assumptions::{Assumptions, Disturbance};
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
        assumptions: &mut Assumptions,
    ) -> Result<Arc<Folding>, RoutingError> {
        loop {
            let listing = Listing::of((workload, roles), planner, assumptions)?;
            if let Some((_, folding)) = self.known.iter().find(|known| *known.0 == listing) {
                return Ok(Arc::clone(folding));
            }
            match Folding::of_listing(fabric, &listing)? {
                Ok(folding) => {
                    let folding = Arc::new(folding);
                    self.known.push((Arc::new(listing), Arc::clone(&folding)));
                    return Ok(folding);
                }
                Err(disturbed) => assumptions.give_up(disturbed, Disturbance::SharedLinks),
            }
        }
    }
}

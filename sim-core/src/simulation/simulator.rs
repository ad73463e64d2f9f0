//! Runs of several workloads on one fabric, which share what does not depend on how much they move.

use super::observer::Observer;
use super::setup::{self, SimulationError};
use super::{Options, run_folded};
use crate::fabric::Fabric;
use crate::outcome::Outcome;
use crate::symmetry::{Folding, Foldings};
use crate::transport::Planner;
use crate::workload::{Roles, Workload};
use std::sync::Arc;

/// Runs workloads on one fabric as [`simulate`](super::simulate) does, and remembers what the routes of collectives meet
/// and which ranks stand for which.
///
/// A clone has the same memories: what was prepared once can run on several threads.
#[derive(Debug, Clone)]
pub struct Simulator<'a> {
    fabric: &'a Fabric,
    options: &'a Options,
    planner: Planner<'a>,
    foldings: Foldings,
}

impl<'a> Simulator<'a> {
    /// A simulator without memories.
    pub fn new(fabric: &'a Fabric, options: &'a Options) -> Self {
        let planner = Planner::new(fabric, &options.transport);
        Self { fabric, options, planner, foldings: Foldings::default() }
    }

    /// How it simulates.
    pub fn options(&self) -> &'a Options {
        self.options
    }

    /// What plans the collectives of all runs.
    pub fn planner(&mut self) -> &mut Planner<'a> {
        &mut self.planner
    }

    /// Finds out, and remembers, what a run of `workload` begins with.
    ///
    /// # Errors
    /// [`SimulationError`] when the workload does not fit the fabric or contradicts itself.
    pub fn prepare(&mut self, workload: &dyn Workload) -> Result<(), SimulationError> {
        self.fold(workload).map(|_| ())
    }

    /// Runs `workload`.
    ///
    /// # Errors
    /// As [`simulate`](super::simulate).
    pub fn run(
        &mut self,
        workload: &dyn Workload,
        observer: &mut dyn Observer,
    ) -> Result<Outcome, SimulationError> {
        let (roles, folding) = self.fold(workload)?;
        run_folded((self.options, &mut self.planner), (workload, &roles), &folding, observer)
    }

    fn fold(&mut self, workload: &dyn Workload) -> Result<(Roles, Arc<Folding>), SimulationError> {
        let roles = setup::check(self.fabric, workload)?;
        let folding = if self.options.fold {
            self.foldings.of(self.fabric, (workload, &roles), &mut self.planner)?
        } else {
            Arc::new(Folding::identity(self.fabric, workload.ranks()))
        };
        Ok((roles, folding))
    }
}

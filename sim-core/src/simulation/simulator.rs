//! Runs of several workloads on one fabric, which share what does not depend on how much they move.

use super::observer::Observer;
use super::setup::{self, SimulationError};
use super::{Options, Run, run_folded};
use crate::fabric::Fabric;
use crate::ids::LinkId;
use crate::outcome::Outcome;
use crate::symmetry::{Assumptions, Folding, Foldings};
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

/// A workload that fits the fabric, and which of its ranks stand for which.
#[derive(Debug)]
pub struct Prepared<W> {
    workload: W,
    roles: Roles,
    folding: Arc<Folding>,
    /// Those under which it was folded.
    assumptions: Assumptions,
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

    /// Finds out what a run of `workload` begins with, and remembers it for others.
    ///
    /// # Errors
    /// [`SimulationError`] when the workload does not fit the fabric or contradicts itself.
    pub fn prepare<W: Workload>(&mut self, workload: W) -> Result<Prepared<W>, SimulationError> {
        let roles = setup::check(self.fabric, &workload)?;
        let mut assumptions = self.options.assumptions();
        let folding = if self.options.fold {
            self.foldings.of(self.fabric, (&workload, &roles), &mut self.planner, &mut assumptions)?
        } else {
            Arc::new(Folding::identity(self.fabric, workload.ranks()))
        };
        Ok(Prepared { workload, roles, folding, assumptions })
    }

    /// Runs a workload that this simulator, or one of which it is a clone, has prepared.
    ///
    /// # Errors
    /// As [`simulate`](super::simulate).
    pub fn run<W: Workload>(
        &mut self,
        prepared: &Prepared<W>,
        observer: &mut dyn Observer,
    ) -> Result<Outcome, SimulationError> {
        self.run_watching(prepared, &[], observer)
    }

    /// Runs a workload as [`Simulator::run`] does, and records what each of these links carries over time, as
    /// [`simulate_watching`](super::simulate_watching) does.
    ///
    /// # Errors
    /// As [`simulate`](super::simulate).
    pub fn run_watching<W: Workload>(
        &mut self,
        prepared: &Prepared<W>,
        watched: &[LinkId],
        observer: &mut dyn Observer,
    ) -> Result<Outcome, SimulationError> {
        let Prepared { workload, roles, folding, assumptions } = prepared;
        let folded = (&**folding, assumptions.clone());
        let run = Run { options: self.options, watched };
        run_folded((run, &mut self.planner), (workload, roles), folded, observer)
    }
}

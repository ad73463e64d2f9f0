//! What the end of a step takes on a chip of a stage, beside exchanges.

use super::stage_parameters::owned_parameters;
use crate::training::compute::{ChipRates, Kernels, edge_compute};
use crate::training::plan::{Stage, TrainingJob};

impl TrainingJob {
    /// The seconds of the optimizer, and of what a step costs however little it computes.
    pub fn end_seconds(&self, rates: &ChipRates, stage: &Stage) -> f64 {
        let kernels = Kernels { rates: *rates, precision: self.precision() };
        let optimizer = edge_compute::optimizer(owned_parameters(self, stage), &kernels);
        (edge_compute::step_overhead(self, &kernels) + optimizer).0
    }
}

//! What the kernels of a layer and of the head take for one micro-batch, for who bounds plans without programs.

use super::edge_compute::head;
use super::kernels::Kernels;
use super::layer_compute::layer;
use crate::training::compute::ChipRates;
use crate::training::model::LayerKind;
use crate::training::plan::TrainingJob;

/// Seconds of kernels for one micro-batch, without anything that is computed again.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PassSeconds {
    /// Forward.
    pub forward: f64,
    /// Backward.
    pub backward: f64,
}

impl PassSeconds {
    /// Both.
    pub fn total(&self) -> f64 {
        self.forward + self.backward
    }
}

impl TrainingJob {
    /// The kernels of a layer of this kind, all on one chip of a tensor group.
    pub fn layer_seconds(&self, rates: &ChipRates, kind: LayerKind) -> PassSeconds {
        let kernels = Kernels { rates: *rates, precision: self.precision() };
        let total = layer(self, &kernels, kind).total();
        PassSeconds { forward: total.forward.0, backward: total.backward.0 }
    }

    /// The kernels of the language-model head.
    pub fn head_seconds(&self, rates: &ChipRates) -> PassSeconds {
        let kernels = Kernels { rates: *rates, precision: self.precision() };
        let head = head(self, &kernels);
        let backward = head.loss + head.backward_input_gradient + head.backward_weight_gradient;
        PassSeconds { forward: head.forward.0, backward: backward.0 }
    }
}

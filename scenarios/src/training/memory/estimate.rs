//! Memory of every stage, and the stage that needs most.

use super::activations::stage_activations;
use super::buffers::{FRAGMENTATION_SHARE, RUNTIME_BYTES, buffers};
use super::state::state;
use super::terms::MemoryTerms;
use crate::training::compute::ChipRates;
use crate::training::plan::{Stage, TrainingJob};
use crate::training::program::{layer_held, stage_parameters};
use copperlight_core::units::Bytes;

/// Memory of the stage that needs most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MemoryEstimate {
    /// The stage, from 0; the earliest of equals.
    pub stage: u64,
    /// What a chip of it holds.
    pub terms: MemoryTerms,
    /// What a chip has.
    pub capacity: Bytes,
}

impl TrainingJob {
    /// Memory of the stage that needs most, against what a chip has.
    pub fn memory(&self, rates: &ChipRates) -> MemoryEstimate {
        let mut most = (0, MemoryTerms::default());
        for stage in self.stages() {
            let terms = self.stage_memory(stage);
            if terms.total() > most.1.total() {
                most = (stage.index, terms);
            }
        }
        MemoryEstimate { stage: most.0, terms: most.1, capacity: rates.hbm_capacity }
    }

    /// Memory of one chip of a stage.
    pub fn stage_memory(&self, stage: &Stage) -> MemoryTerms {
        let layers = stage.chunks.iter().flat_map(|chunk| chunk.layers.clone());
        let layers = layers.map(|layer| layer_held(self, layer)).sum();
        let state = state(self, stage_parameters(self, stage), layers);
        let activations = stage_activations(self, stage);
        let buffers = buffers(self, stage);
        let whole = activations.kept + activations.again;
        let fragmentation = FRAGMENTATION_SHARE * (whole + activations.logits + buffers);
        MemoryTerms {
            parameters: bytes(state.parameters),
            gradients: bytes(state.gradients),
            optimizer: bytes(state.optimizer),
            activations: bytes(whole),
            logits: bytes(activations.logits),
            buffers: bytes(buffers),
            runtime: bytes(RUNTIME_BYTES),
            fragmentation: bytes(fragmentation),
        }
    }
}

/// The nearest whole number: bytes of a checked job stay far below the largest.
fn bytes(count: f64) -> Bytes {
    Bytes::new(count.round() as u64)
}

impl MemoryEstimate {
    /// Whether the terms fit.
    pub fn fits(&self) -> bool {
        self.terms.total() <= self.capacity
    }

    /// The terms, largest first.
    pub fn largest_terms(&self) -> Vec<(&'static str, Bytes)> {
        let mut terms = self.terms.named().to_vec();
        terms.sort_by_key(|&(_, bytes)| std::cmp::Reverse(bytes));
        terms
    }
}

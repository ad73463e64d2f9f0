//! Passes through one layer, through two, and through the head, by themselves: what a longer chunk is made of.
//!
//! For who bounds plans without their programs. The passes are those of a chunk in the middle of a model.

use super::passes::{Chip, PassKind, Passes};
use super::side_by_side::side_by_side;
use super::workload::TrainingWorkload;
use crate::training::model::LayerKind;
use crate::training::plan::{Chunk, Schedule, Stage};
use crate::training::schedule::Pass;
use copperlight_core::workload::Operation;
use std::ops::Range;

/// What a sample goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sampled {
    /// The first layer of a kind.
    Layer(LayerKind),
    /// That layer and the next, where it is of the same kind.
    TwoLayers(LayerKind),
    /// That layer, which here is the model's last, and the head.
    LayerAndHead(LayerKind),
}

/// Passes of one micro-batch.
#[derive(Debug, Clone, PartialEq)]
pub enum SampledPasses {
    /// Forward, then backward, which may come in two parts.
    Apart {
        /// Forward.
        forward: Vec<Operation>,
        /// Backward.
        backward: Vec<Vec<Operation>>,
    },
    /// Both at once, of different micro-batches.
    Paired {
        /// The forward pass by itself.
        forward: Vec<Operation>,
        /// Both.
        both: Vec<Operation>,
    },
}

impl TrainingWorkload {
    /// The passes of the busiest chip of a stage; `None` where the model has no such layers.
    pub fn sample(&self, sampled: Sampled) -> Option<SampledPasses> {
        let (job, kernels) = (self.job(), self.kernels());
        let (layers, index) = layers(self, sampled)?;
        let stage = Stage { index, stages: 3, chunks: vec![Chunk { index, chunks: 3, layers }] };
        let chip = Chip { slowdown: kernels.jitter(job.chips()), load: self.busiest_load() };
        let passes = Passes::new(job, &stage, kernels, chip);
        let plan = job.parallelism();
        let paired = plan.schedule == Schedule::DualPipe || plan.overlap.experts;
        let kind = |pass| PassKind { pass, chunk: 0, is_first: false, is_last: false, paired };
        let operations = |pass| passes.operations(kind(pass));
        if paired {
            let [forward, backward] = [Pass::Forward, Pass::Backward].map(operations);
            let both = side_by_side(forward.clone(), backward);
            return Some(SampledPasses::Paired { forward, both });
        }
        let backward: &[Pass] = match plan.schedule {
            Schedule::ZeroBubble => &[Pass::BackwardInput, Pass::BackwardWeight],
            _ => &[Pass::Backward],
        };
        let backward = backward.iter().map(|pass| operations(*pass)).collect();
        Some(SampledPasses::Apart { forward: operations(Pass::Forward), backward })
    }
}

/// The layers of a sample, and the place of their chunk among three.
fn layers(workload: &TrainingWorkload, sampled: Sampled) -> Option<(Range<u64>, u64)> {
    let shape = workload.job().model().shape();
    let is = |layer: u64, kind: LayerKind| layer < shape.layers && shape.layer_kind(layer) == kind;
    let first = |kind| (0..shape.layers).find(|layer| is(*layer, kind));
    match sampled {
        Sampled::Layer(kind) => first(kind).map(|layer| (layer..layer + 1, 1)),
        Sampled::LayerAndHead(kind) => first(kind).map(|layer| (layer..layer + 1, 2)),
        Sampled::TwoLayers(kind) => {
            let two = (0..shape.layers).find(|layer| is(*layer, kind) && is(*layer + 1, kind));
            two.map(|layer| (layer..layer + 2, 1))
        }
    }
}

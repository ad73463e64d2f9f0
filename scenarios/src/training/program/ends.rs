//! The ends of the model: the embedding before its first layer, the head and the loss after its last.

use super::halves::{TensorMode, tensor};
use super::passes::{Passes, Scribe};
use crate::training::compute::Matmul;
use crate::training::plan::Chunk;
use copperlight_core::units::Bytes;
use copperlight_core::workload::CollectiveKind;
use std::ops::Range;

/// Bytes of one FP32 number a token, which the chips that share a vocabulary exchange for the loss.
const STATISTIC_BYTES: u64 = 4;
/// Exchanges of the loss over a divided vocabulary: the maximum, the target's logit, the sum of exponentials.
const LOSS_EXCHANGES: usize = 3;

impl Passes<'_> {
    pub(super) fn embed(&self, scribe: &mut Scribe) {
        self.into_sum(self.embedding.forward, scribe);
    }

    pub(super) fn embed_backward(&self, scribe: &mut Scribe) {
        // A gradient of rows that were looked up: weights only.
        if scribe.gradients.weights() {
            self.gather_into(self.embedding.backward, scribe);
        }
    }

    /// The head on every output: of the last layer, and of those that predict further tokens.
    pub(super) fn head_forward(&self, scribe: &mut Scribe) {
        self.gather_into(self.head.forward, scribe);
        if TensorMode::of(self.job) != TensorMode::Alone {
            let bytes = Bytes::new(STATISTIC_BYTES * self.job.chip_tokens());
            for _ in 0..LOSS_EXCHANGES {
                scribe.pass.blocking(tensor(scribe.track.tensor, CollectiveKind::AllReduce, bytes));
            }
        }
        scribe.pass.compute(self.head.loss);
    }

    /// Layers that predict further tokens: each joins the last output with the next token's embedding, and has the head
    /// after it (DeepSeek-AI 2024, arXiv:2412.19437, section 2.2).
    pub(super) fn further_forward(&self, scribe: &mut Scribe) {
        for layer in self.further_layers() {
            self.gather_into(self.further.edges.forward + self.further.projection.forward, scribe);
            self.layer_forward(layer, scribe);
            self.head_forward(scribe);
        }
    }

    pub(super) fn further_backward(&self, chunk: &Chunk, scribe: &mut Scribe) {
        for layer in self.further_layers().rev() {
            self.head_backward(scribe);
            self.layer_backward(chunk, layer, scribe);
            let Matmul { input_gradient, weight_gradient, .. } = self.further.projection;
            self.column_backward((input_gradient + self.further.edges.backward, weight_gradient), scribe);
        }
    }

    fn further_layers(&self) -> Range<u64> {
        let shape = self.job.model().shape();
        shape.layers..shape.layers + shape.mtp_layers
    }

    pub(super) fn head_backward(&self, scribe: &mut Scribe) {
        self.column_backward((self.head.backward_input_gradient, self.head.backward_weight_gradient), scribe);
    }
}

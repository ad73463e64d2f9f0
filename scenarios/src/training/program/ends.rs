//! The ends of the model: the embedding before its first layer, the head and the loss after its last.

use super::halves::{TensorMode, tensor};
use super::passes::{Passes, Scribe};
use copperlight_core::units::Bytes;
use copperlight_core::workload::CollectiveKind;

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

    pub(super) fn head_backward(&self, scribe: &mut Scribe) {
        self.column_backward((self.head.backward_input_gradient, self.head.backward_weight_gradient), scribe);
    }
}

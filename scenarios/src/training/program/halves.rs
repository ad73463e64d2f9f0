//! The halves of a layer whose weights the tensor group divides: attention, and a dense feed-forward network.
//!
//! Under sequence parallelism a half forward is an all-gather, its kernels, and a reduce-scatter, and backward an
//! all-gather of the output's gradient, kernels, the first matmul's input gathered again beside its input gradient,
//! and that gradient reduce-scattered beside its weight gradient (Korthikanti et al. 2022, arXiv:2205.05198; the order is
//! that of Megatron's column-divided layer). Without it, an all-reduce each way. Cut into chunks, a collective runs beside
//! the matmul that it feeds or follows.

use super::pass_writer::Exchange;
use super::passes::{Passes, Scribe};
use crate::training::LedgerEntry;
use crate::training::compute::{FeedForward, HalfLayer, Kernel, LayerCompute, Seconds};
use crate::training::plan::{Communicator, RecomputedModules, TensorOverlap, TrainingJob};
use copperlight_core::units::Bytes;
use copperlight_core::workload::{CollectiveCall, CollectiveKind, StreamId};

/// How the chips of a tensor group exchange activations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TensorMode {
    /// There is one chip.
    Alone,
    /// Whole activations are summed.
    AllReduce,
    /// Activations are divided by sequence between the halves of layers.
    SequenceParallel,
}

impl TensorMode {
    /// The mode of a job.
    pub(super) fn of(job: &TrainingJob) -> Self {
        match (job.parallelism().tensor, job.parallelism().sequence_parallel) {
            (1, _) => Self::Alone,
            (_, false) => Self::AllReduce,
            (_, true) => Self::SequenceParallel,
        }
    }
}

/// A collective of the tensor group.
pub(super) fn tensor(stream: StreamId, kind: CollectiveKind, bytes: Bytes) -> Exchange {
    let call = CollectiveCall::auto(kind, bytes);
    Exchange { stream, entry: LedgerEntry::Tensor, communicator: Communicator::Tensor, call }
}

impl Passes<'_> {
    pub(super) fn attention_forward(&self, half: &HalfLayer, scribe: &mut Scribe) {
        self.gather_into(half.edges.forward + half.first.forward, scribe);
        self.core_attention(half.between.forward, 1, scribe);
        self.into_sum(half.second.forward, scribe);
    }

    pub(super) fn feed_forward_forward(&self, half: &FeedForward, scribe: &mut Scribe) {
        match half {
            FeedForward::Dense(half) => self.dense_forward(half, scribe),
            FeedForward::Experts(half) => self.experts_forward(half, scribe),
        }
    }

    fn dense_forward(&self, half: &HalfLayer, scribe: &mut Scribe) {
        self.gather_into(half.edges.forward + half.first.forward, scribe);
        scribe.pass.compute(half.between.forward);
        self.into_sum(half.second.forward, scribe);
    }

    pub(super) fn attention_backward(&self, layer: &LayerCompute, scribe: &mut Scribe) {
        let half = &layer.attention;
        let again = self.has(RecomputedModules::CORE_ATTENTION);
        let up =
            if self.has(RecomputedModules::LATENT_UP_PROJECTION) { layer.latent_up } else { Seconds::ZERO };
        self.half_backward(&self.with_norm_again(half, layer.norm), scribe, |passes, scribe| {
            scribe.pass.compute(up);
            if again {
                passes.core_attention(half.between.forward, 1, scribe);
            }
            passes.core_attention(half.between.backward, 2, scribe);
        });
    }

    pub(super) fn feed_forward_backward(&self, layer: &LayerCompute, scribe: &mut Scribe) {
        match &layer.feed_forward {
            FeedForward::Dense(half) => {
                if self.has(RecomputedModules::FEED_FORWARD) && scribe.gradients.inputs() {
                    self.dense_forward(half, scribe);
                }
                let between = self.with_activation_again(half.between, RecomputedModules::FEED_FORWARD);
                let half = HalfLayer { between, ..self.with_norm_again(half, layer.norm) };
                self.half_backward(&half, scribe, |_, scribe| scribe.pass.compute(between.backward));
            }
            FeedForward::Experts(half) => {
                if self.has(RecomputedModules::NORMS) && scribe.gradients.inputs() {
                    scribe.pass.compute(layer.norm);
                }
                self.experts_backward(half, scribe);
            }
        }
    }

    /// Whether a part of a layer is computed again.
    pub(super) fn has(&self, modules: RecomputedModules) -> bool {
        self.job.parallelism().recompute.has(modules)
    }

    fn with_norm_again(&self, half: &HalfLayer, norm: Seconds) -> HalfLayer {
        let norm = if self.has(RecomputedModules::NORMS) { norm } else { Seconds::ZERO };
        HalfLayer { edges: Kernel { backward: half.edges.backward + norm, ..half.edges }, ..*half }
    }

    /// The activation of a module, which is computed again by itself unless all of the module is.
    pub(super) fn with_activation_again(&self, activation: Kernel, module: RecomputedModules) -> Kernel {
        let alone = self.has(RecomputedModules::ACTIVATION) && !self.has(module);
        let again = if alone { activation.forward } else { Seconds::ZERO };
        Kernel { backward: activation.backward + again, ..activation }
    }

    fn half_backward(&self, half: &HalfLayer, scribe: &mut Scribe, between: impl FnOnce(&Self, &mut Scribe)) {
        if scribe.gradients.inputs() {
            self.gather_into(half.edges.backward + half.second.input_gradient, scribe);
            if scribe.gradients.weights() {
                scribe.pass.compute(half.second.weight_gradient);
            }
            between(self, scribe);
        } else {
            self.weight_gradient(half.second.weight_gradient, false, scribe);
        }
        self.column_backward((half.first.input_gradient, half.first.weight_gradient), scribe);
    }

    /// Backward of a matmul whose columns the tensor group divides: its input's and its weights' gradient.
    ///
    /// Under sequence parallelism the input is gathered again beside the input-gradient matmul, and the gradient
    /// reduce-scattered beside the weight-gradient matmul; else the gradient is all-reduced beside the latter.
    pub(super) fn column_backward(&self, (input, weight): (Seconds, Seconds), scribe: &mut Scribe) {
        if !scribe.gradients.inputs() {
            self.weight_gradient(weight, true, scribe);
            return;
        }
        let both = scribe.gradients.weights();
        let gathers = both && TensorMode::of(self.job) == TensorMode::SequenceParallel;
        if gathers {
            let stream = scribe.track.tensor_input;
            scribe.pass.begin(tensor(stream, CollectiveKind::AllGather, self.activation_bytes()));
        }
        self.begin_sum(input, scribe);
        if gathers {
            scribe.pass.wait_for(scribe.track.tensor_input);
        }
        if both {
            scribe.pass.compute(weight);
        }
        self.end_sum(scribe);
    }

    /// A weight gradient by itself, for which a divided input must be gathered again.
    fn weight_gradient(&self, weight: Seconds, gathers: bool, scribe: &mut Scribe) {
        if gathers && TensorMode::of(self.job) == TensorMode::SequenceParallel {
            let stream = scribe.track.tensor_input;
            scribe.pass.blocking(tensor(stream, CollectiveKind::AllGather, self.activation_bytes()));
        }
        scribe.pass.compute(weight);
    }

    /// A kernel that needs the whole sequence.
    pub(super) fn gather_into(&self, kernel: Seconds, scribe: &mut Scribe) {
        if TensorMode::of(self.job) != TensorMode::SequenceParallel {
            scribe.pass.compute(kernel);
            return;
        }
        let (chunks, bytes) = self.cut(self.activation_bytes());
        let gather = tensor(scribe.track.tensor, CollectiveKind::AllGather, bytes);
        for chunk in 0..chunks {
            if chunk == 0 {
                scribe.pass.begin(gather);
            } else {
                scribe.pass.begin_freely(gather);
            }
            scribe.pass.wait_for(scribe.track.tensor);
            scribe.pass.compute(kernel * (1.0 / f64::from(chunks)));
        }
    }

    /// A matmul of which each chip finds a part of the sum, which everything after it waits for.
    #[expect(clippy::wrong_self_convention, reason = "a matmul goes into a sum; nothing is converted")]
    pub(super) fn into_sum(&self, kernel: Seconds, scribe: &mut Scribe) {
        self.begin_sum(kernel, scribe);
        self.end_sum(scribe);
    }

    /// The sum is begun after the matmul, or after each chunk of it.
    fn begin_sum(&self, kernel: Seconds, scribe: &mut Scribe) {
        let Some(kind) = self.sums_by() else {
            scribe.pass.compute(kernel);
            return;
        };
        let (chunks, bytes) = self.cut(self.activation_bytes());
        for _ in 0..chunks {
            scribe.pass.compute(kernel * (1.0 / f64::from(chunks)));
            scribe.pass.begin(tensor(scribe.track.tensor, kind, bytes));
        }
    }

    fn end_sum(&self, scribe: &mut Scribe) {
        if self.sums_by().is_some() {
            scribe.pass.wait_for(scribe.track.tensor);
        }
    }

    fn sums_by(&self) -> Option<CollectiveKind> {
        match TensorMode::of(self.job) {
            TensorMode::Alone => None,
            TensorMode::AllReduce => Some(CollectiveKind::AllReduce),
            TensorMode::SequenceParallel => Some(CollectiveKind::ReduceScatter),
        }
    }

    /// In how many chunks a collective of the tensor group is cut, and the bytes of each.
    fn cut(&self, bytes: Bytes) -> (u32, Bytes) {
        match self.job.parallelism().overlap.tensor {
            TensorOverlap::Independent => (1, bytes),
            TensorOverlap::Chunks(chunks) => (chunks, Bytes::new(bytes.count().div_ceil(u64::from(chunks)))),
        }
    }
}

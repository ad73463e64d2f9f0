//! The passes of one micro-batch through a stage, forward and backward, as operations.
//!
//! Under sequence parallelism every half layer forward is an all-gather, its kernels, and a reduce-scatter, and
//! backward an all-gather of the output's gradient, kernels, the first matmul's input gathered again beside its
//! input gradient, and that gradient reduce-scattered beside its weight gradient. Without it, an all-reduce each
//! way. The memory-bound kernels of a half are counted with its first kernels.

use super::pass_writer::{ColumnBackward, PassWriter, TensorMode};
use super::streams::{COMPUTE, between_passes};
use crate::training::compute::Kernels;
use crate::training::compute::edge_compute::{self, Embedding, Head};
use crate::training::compute::layer_compute;
use crate::training::compute::{FeedForward, HalfLayer, LayerCompute};
use crate::training::model::LayerKind;
use crate::training::plan::TrainingJob;
use crate::training::plan::{Recompute, Stage};
use copperlight_core::units::Bytes;
use copperlight_core::workload::{CollectiveKind, Operation};

/// All that the passes of one stage need to know.
#[derive(Debug)]
pub(in crate::training) struct Passes<'a> {
    stage: &'a Stage,
    halves: [HalfLayer; 2],
    embedding: Embedding,
    head: Head,
    mode: TensorMode,
    activation: Bytes,
    token_statistics: Bytes,
    slowdown: f64,
}

/// Bytes of one BF16 activation element.
const ACTIVATION_BYTES: u64 = 2;
/// Bytes of one FP32 number a token, which the chips that share a vocabulary exchange for the loss.
const STATISTIC_BYTES: u64 = 4;
/// Exchanges of the loss over a divided vocabulary: the maximum, the target's logit, the sum of exponentials.
const LOSS_EXCHANGES: usize = 3;

impl<'a> Passes<'a> {
    /// The passes of `stage`, every kernel `slowdown` times as long as the chip's rates say.
    pub(in crate::training) fn new(
        job: &TrainingJob,
        stage: &'a Stage,
        kernels: &Kernels,
        slowdown: f64,
    ) -> Self {
        let tokens = job.micro_batch_tokens();
        Self {
            stage,
            halves: halves(layer_compute::layer(job, kernels, LayerKind::Dense), job),
            embedding: edge_compute::embedding(job, kernels),
            head: edge_compute::head(job, kernels),
            mode: TensorMode::of(job),
            activation: Bytes::new(tokens * job.model().shape().hidden * ACTIVATION_BYTES),
            token_statistics: Bytes::new(tokens * STATISTIC_BYTES),
            slowdown,
        }
    }

    /// Forward: the embedding on the first stage, the layers, the head and the loss on the last.
    pub(in crate::training) fn forward(&self) -> Vec<Operation> {
        let mut pass = self.pass();
        if self.stage.is_first() {
            pass.compute(self.embedding.forward);
            self.sum(&mut pass);
        }
        for _ in 0..self.stage.layer_count() {
            for half in &self.halves {
                self.gather(&mut pass);
                pass.compute(
                    half.edges.forward + half.first.forward + half.between.forward + half.second.forward,
                );
                self.sum(&mut pass);
            }
        }
        if self.stage.is_last() {
            self.head_forward(&mut pass);
        }
        pass.finish()
    }

    /// Backward, in the opposite order.
    pub(in crate::training) fn backward(&self) -> Vec<Operation> {
        let mut pass = self.pass();
        if self.stage.is_last() {
            let (input_gradient, weight_gradient) =
                (self.head.backward_input_gradient, self.head.backward_weight_gradient);
            let matmul = ColumnBackward { input_gradient, weight_gradient, bytes: self.activation };
            pass.column_backward(matmul, self.mode);
        }
        for _ in 0..self.stage.layer_count() {
            for half in self.halves.iter().rev() {
                self.half_backward(&mut pass, half);
            }
        }
        if self.stage.is_first() {
            self.gather(&mut pass);
            pass.compute(self.embedding.backward);
        }
        pass.finish()
    }

    fn pass(&self) -> PassWriter {
        PassWriter::new(between_passes().without(COMPUTE), self.slowdown)
    }

    fn head_forward(&self, pass: &mut PassWriter) {
        self.gather(pass);
        pass.compute(self.head.forward);
        if self.mode != TensorMode::Alone {
            for _ in 0..LOSS_EXCHANGES {
                pass.tensor(CollectiveKind::AllReduce, self.token_statistics);
            }
        }
        pass.compute(self.head.loss);
    }

    fn half_backward(&self, pass: &mut PassWriter, half: &HalfLayer) {
        self.gather(pass);
        pass.compute(
            half.edges.backward
                + half.second.input_gradient
                + half.second.weight_gradient
                + half.between.backward,
        );
        let matmul = ColumnBackward {
            input_gradient: half.first.input_gradient,
            weight_gradient: half.first.weight_gradient,
            bytes: self.activation,
        };
        pass.column_backward(matmul, self.mode);
    }

    /// Before what needs the whole sequence.
    fn gather(&self, pass: &mut PassWriter) {
        if self.mode == TensorMode::SequenceParallel {
            pass.tensor(CollectiveKind::AllGather, self.activation);
        }
    }

    /// After a matmul of which each chip has a part of the sum.
    fn sum(&self, pass: &mut PassWriter) {
        match self.mode {
            TensorMode::Alone => {}
            TensorMode::AllReduce => pass.tensor(CollectiveKind::AllReduce, self.activation),
            TensorMode::SequenceParallel => pass.tensor(CollectiveKind::ReduceScatter, self.activation),
        }
    }
}

fn halves(layer: LayerCompute, job: &TrainingJob) -> [HalfLayer; 2] {
    let FeedForward::Dense(feed_forward) = layer.feed_forward else { unreachable!("layers are dense") };
    let mut attention = layer.attention;
    if job.parallelism().recompute == Recompute::SELECTIVE {
        attention.between.backward += attention.between.forward;
    }
    [attention, feed_forward]
}

impl TensorMode {
    /// The mode of a job.
    fn of(job: &TrainingJob) -> Self {
        match (job.parallelism().tensor, job.parallelism().sequence_parallel) {
            (1, _) => Self::Alone,
            (_, false) => Self::AllReduce,
            (_, true) => Self::SequenceParallel,
        }
    }
}

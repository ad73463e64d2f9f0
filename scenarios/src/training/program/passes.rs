//! The passes of one micro-batch through a chunk of layers, forward and backward, as operations.
//!
//! A pass receives, computes and exchanges layer by layer, and sends. What the halves of a layer do is in `halves`
//! and `experts`, the ends of the model in `ends`, and what replicas exchange beside passes in `replicas`. The memory-bound
//! kernels of a half are counted with its first kernels.

use super::pass_writer::PassWriter;
use super::replicas::{Buckets, Gathers};
use super::stage_parameters::{ends_held, layer_held};
use super::streams::{COMPUTE, Port, Route, Track};
use crate::training::LedgerEntry;
use crate::training::compute::edge_compute::{self, Embedding, FurtherTokens, Head};
use crate::training::compute::{Kernel, Kernels, LayerCompute, Seconds, layer_compute};
use crate::training::model::LayerKind;
use crate::training::plan::{Chunk, Recompute, Stage, TrainingJob};
use crate::training::schedule::{Pass, PassOf};
use copperlight_core::units::Bytes;
use copperlight_core::workload::{Operation, OperationKind, StreamSet};

/// Bytes of one BF16 activation element.
const ACTIVATION_BYTES: u64 = 2;

impl TrainingJob {
    /// The activations of a micro-batch between the halves of layers, over the whole tensor group: the message of its
    /// collectives.
    pub const fn activation_bytes(&self) -> Bytes {
        Bytes::new(ACTIVATION_BYTES * self.chip_tokens() * self.model().shape().hidden)
    }
}

/// What makes the programs of chips of one stage differ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Chip {
    /// How many times as long its kernels take as the chip's rates say.
    pub(super) slowdown: f64,
    /// The share of the tokens that its experts get, over the mean.
    pub(super) load: f64,
}

/// All that the passes of one stage need to know.
#[derive(Debug)]
pub(super) struct Passes<'a> {
    pub(super) job: &'a TrainingJob,
    pub(super) stage: &'a Stage,
    pub(super) chip: Chip,
    dense: LayerCompute,
    experts: LayerCompute,
    pub(super) embedding: Embedding,
    pub(super) head: Head,
    pub(super) further: FurtherTokens,
}

/// One pass, as far as its operations depend on it: passes of equal kind have equal operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PassKind {
    pub(super) pass: Pass,
    pub(super) chunk: usize,
    /// The first of its chunk and direction: parameters are gathered beside it.
    pub(super) is_first: bool,
    /// The last of its chunk and direction: gradients are complete after it.
    pub(super) is_last: bool,
    /// It runs beside a pass in the other direction.
    pub(super) paired: bool,
}

/// A pass being written, with where its exchanges go.
#[derive(Debug)]
pub(super) struct Scribe {
    pub(super) pass: PassWriter,
    pub(super) track: Track,
    pub(super) gradients: Gradients,
}

/// Which gradients a backward pass finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gradients {
    Both,
    Inputs,
    Weights,
}

impl Gradients {
    pub(super) const fn inputs(self) -> bool {
        matches!(self, Self::Both | Self::Inputs)
    }

    pub(super) const fn weights(self) -> bool {
        matches!(self, Self::Both | Self::Weights)
    }
}

impl<'a> Passes<'a> {
    /// The passes of `stage` on this chip of it.
    pub(super) fn new(job: &'a TrainingJob, stage: &'a Stage, kernels: &Kernels, chip: Chip) -> Self {
        Self {
            job,
            stage,
            chip,
            dense: layer_compute::layer(job, kernels, LayerKind::Dense),
            experts: layer_compute::layer(job, kernels, LayerKind::Experts),
            embedding: edge_compute::embedding(job, kernels),
            head: edge_compute::head(job, kernels),
            further: edge_compute::further_tokens(job, kernels),
        }
    }

    /// The operations of a pass of this kind.
    pub(super) fn operations(&self, kind: PassKind) -> Vec<Operation> {
        match kind.pass {
            Pass::Forward => self.forward(kind),
            Pass::Backward => self.backward(kind, Gradients::Both),
            Pass::BackwardInput => self.backward(kind, Gradients::Inputs),
            Pass::BackwardWeight => self.backward(kind, Gradients::Weights),
        }
    }

    /// Forward: the embedding before the first layer of the model, the head and the loss after the last.
    fn forward(&self, kind: PassKind) -> Vec<Operation> {
        let (chunk, route) = (self.chunk(kind), self.route(kind));
        let track = if kind.paired { Track::BESIDE } else { Track::MAIN };
        let received = (!chunk.is_first()).then_some(route.receive_forward);
        let mut scribe = self.scribe((track, Gradients::Both), route, received);
        let mut gathers = Gathers::new(self.job, chunk, kind);
        if chunk.is_first() {
            gathers.use_next(&mut scribe);
            self.embed(&mut scribe);
        }
        for layer in chunk.layers.clone() {
            gathers.use_next(&mut scribe);
            self.layer_forward(layer, &mut scribe);
        }
        if chunk.is_last() {
            gathers.use_next(&mut scribe);
            self.head_forward(&mut scribe);
            self.further_forward(&mut scribe);
        } else {
            self.send(&mut scribe, route.send_forward);
        }
        scribe.pass.finish()
    }

    /// Backward, in the opposite order.
    fn backward(&self, kind: PassKind, gradients: Gradients) -> Vec<Operation> {
        let (chunk, route) = (self.chunk(kind), self.route(kind));
        let receives = !chunk.is_last() && gradients.inputs();
        let received = receives.then_some(route.receive_backward);
        let mut scribe = self.scribe((Track::MAIN, gradients), route, received);
        let mut gathers = Gathers::new(self.job, chunk, kind);
        let mut buckets = Buckets::new(self.job, kind);
        let [before, after] = ends_held(self.job, chunk);
        if chunk.is_last() {
            gathers.use_next(&mut scribe);
            self.further_backward(chunk, &mut scribe);
            self.head_backward(&mut scribe);
            buckets.add(after, &mut scribe);
        }
        for layer in chunk.layers.clone().rev() {
            gathers.use_next(&mut scribe);
            self.layer_backward(chunk, layer, &mut scribe);
            buckets.add(layer_held(self.job, layer), &mut scribe);
        }
        if chunk.is_first() {
            self.embed_backward(&mut scribe);
            buckets.add(before, &mut scribe);
        } else if gradients.inputs() {
            self.send(&mut scribe, route.send_backward);
        }
        buckets.finish(&mut scribe);
        scribe.pass.finish()
    }

    pub(super) fn layer_forward(&self, layer: u64, scribe: &mut Scribe) {
        let compute = self.layer(layer);
        launch(compute, |of| of.forward, scribe);
        self.attention_forward(&compute.attention, scribe);
        self.feed_forward_forward(&compute.feed_forward, scribe);
    }

    pub(super) fn layer_backward(&self, chunk: &Chunk, layer: u64, scribe: &mut Scribe) {
        let compute = self.layer(layer);
        if scribe.gradients.inputs() {
            if self.repeats_layer(chunk, layer) {
                self.layer_forward(layer, scribe);
            }
            launch(compute, |of| of.backward, scribe);
        }
        self.feed_forward_backward(compute, scribe);
        self.attention_backward(compute, scribe);
    }

    /// Whether a layer goes forward again before it goes backward.
    fn repeats_layer(&self, chunk: &Chunk, layer: u64) -> bool {
        match self.job.parallelism().recompute {
            Recompute::Modules(_) => false,
            Recompute::Full { layers } => layers.is_none_or(|layers| layer < chunk.layers.start + layers),
        }
    }

    fn layer(&self, layer: u64) -> &LayerCompute {
        match self.job.model().shape().layer_kind(layer) {
            LayerKind::Dense => &self.dense,
            LayerKind::Experts => &self.experts,
        }
    }

    /// A pass that waits for what it receives, if anything.
    ///
    /// Transfers that run beside passes are received whenever they come. Otherwise a receive is posted when the passes
    /// before have ended, and what has been sent must have left.
    fn scribe(&self, (track, gradients): (Track, Gradients), route: Route, received: Option<Port>) -> Scribe {
        let blocking = !self.job.parallelism().overlaps_transfers();
        let sends = if blocking { route.sends() } else { StreamSet::EMPTY };
        let waits = received.map_or(sends, |port| sends.with(port.stream));
        let mut pass = PassWriter::new(waits, self.chip.slowdown);
        if let Some(Port { stream, peer, channel }) = received {
            // Around a ring of chunks, stages that waited for one another's receives could wait for ever.
            let posted_late = blocking && self.stage.chunks.len() == 1;
            let waits = if posted_late { track.streams().with(COMPUTE) } else { StreamSet::EMPTY };
            let kind = OperationKind::Receive { peer: peer.slot(), channel };
            pass.transfer(Operation { stream, waits, tag: LedgerEntry::Pipeline.tag(), kind });
        }
        Scribe { pass, track, gradients }
    }

    /// Sends what the pass has found when all of it is there.
    fn send(&self, scribe: &mut Scribe, Port { stream, peer, channel }: Port) {
        let kind = OperationKind::Send { peer: peer.slot(), bytes: self.transfer_bytes(), channel };
        let waits = scribe.track.streams().with(COMPUTE);
        scribe.pass.transfer(Operation { stream, waits, tag: LedgerEntry::Pipeline.tag(), kind });
    }

    /// Bytes that one rank sends to another stage: its part of the sequence under sequence parallelism, else all of it.
    fn transfer_bytes(&self) -> Bytes {
        let elements = self.job.chip_tokens() * self.job.model().shape().hidden / self.job.sequence_shards();
        Bytes::new(ACTIVATION_BYTES * elements)
    }

    /// As [`TrainingJob::activation_bytes`].
    pub(super) const fn activation_bytes(&self) -> Bytes {
        self.job.activation_bytes()
    }

    fn chunk(&self, kind: PassKind) -> &'a Chunk {
        &self.stage.chunks[kind.chunk]
    }

    /// Where stages hold copies of one another's chunks, the second goes through the pipeline upwards.
    fn route(&self, kind: PassKind) -> Route {
        if self.job.parallelism().mirrors_stages() && kind.chunk == 1 { Route::UP } else { Route::DOWN }
    }
}

/// The host launches a layer in one direction, as far as that can hold the chip up: kernels that take twice as long as
/// their launches never wait for them for long. For shapes that routing decides, the chip waits in any case.
fn launch(compute: &LayerCompute, direction: fn(Kernel) -> Seconds, scribe: &mut Scribe) {
    let (host, chip) = (direction(compute.host.launches), direction(compute.total()));
    if host * 2.0 > chip {
        scribe.pass.launch(host);
    }
    scribe.pass.compute(host * compute.host.always);
}

impl PassKind {
    /// The kind of a pass of which some are the first, and some the last, of their chunk and direction.
    pub(super) const fn of(PassOf { pass, chunk, .. }: PassOf, paired: bool) -> Self {
        Self { pass, chunk, is_first: false, is_last: false, paired }
    }
}

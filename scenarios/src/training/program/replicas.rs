//! What replicas exchange beside passes: gradients in buckets, parameters before they are used.
//!
//! A bucket is closed after the layer that fills it, as in Megatron's distributed optimizer and in FSDP, and its reduction
//! begins when the last gradient in it is there. Under ZeRO-2 and -3 every backward pass reduces its gradients, else the
//! last one of each chunk does. Parameters are gathered in the order of their use: under ZeRO-3 layer by layer before
//! every pass, one layer ahead of its use; else, where it is asked for, before the first pass of each chunk.

use super::pass_writer::{Exchange, PassWriter};
use super::passes::{PassKind, Scribe};
use super::stage_parameters::{HeldParameters, ends_held, layer_held};
use super::streams::{DATA, EXPERT_DATA, PARAMETERS, PARAMETERS_AHEAD};
use crate::training::LedgerEntry;
use crate::training::plan::{Chunk, Communicator, TrainingJob, ZeroStage};
use crate::training::schedule::Pass;
use copperlight_core::units::Bytes;
use copperlight_core::workload::{CollectiveCall, CollectiveKind, StreamId};

/// Bytes of one parameter as kernels read it.
pub(in crate::training) const PARAMETER_BYTES: u64 = 2;

/// A bucket holds as many parameters where nothing else is said: Megatron's 40 million, and a million a replica.
const BUCKET: u64 = 40_000_000;
const BUCKET_OF_A_REPLICA: u64 = 1_000_000;

/// Gradients on their way into buckets during one pass.
#[derive(Debug)]
pub(super) struct Buckets<'a> {
    job: &'a TrainingJob,
    is_active: bool,
    limit: u64,
    open: HeldParameters,
}

impl<'a> Buckets<'a> {
    pub(super) fn new(job: &'a TrainingJob, kind: PassKind) -> Self {
        let finds_weights = matches!(kind.pass, Pass::Backward | Pass::BackwardWeight);
        let is_active = finds_weights && overlaps_gradients(job) && (kind.is_last || !reduces_last(job));
        Self { job, is_active, limit: bucket_limit(job), open: HeldParameters::default() }
    }

    /// The gradients of a layer, or of an end of the model, are there.
    pub(super) fn add(&mut self, held: HeldParameters, scribe: &mut Scribe) {
        self.open += held;
        let is_full = self.open.dense.max(self.open.expert) >= self.limit;
        if is_full || self.job.parallelism().zero == ZeroStage::Parameters {
            self.finish(scribe);
        }
    }

    /// Closes the open bucket.
    pub(super) fn finish(&mut self, scribe: &mut Scribe) {
        let held = std::mem::take(&mut self.open);
        if self.is_active {
            for exchange in reductions(self.job, held) {
                scribe.pass.begin(exchange);
            }
        }
    }
}

/// How many parameters close a bucket.
fn bucket_limit(job: &TrainingJob) -> u64 {
    let rule = BUCKET.max(BUCKET_OF_A_REPLICA * job.parallelism().data);
    job.recipe().bucket.unwrap_or(rule)
}

/// What is used in these places, gathered where the first of each bucket is used.
fn in_buckets(uses: &[HeldParameters], limit: u64) -> Vec<HeldParameters> {
    let mut gathered = vec![HeldParameters::default(); uses.len()];
    let mut first = 0;
    for (place, &held) in uses.iter().enumerate() {
        gathered[first] += held;
        if gathered[first].dense.max(gathered[first].expert) >= limit {
            first = place + 1;
        }
    }
    gathered
}

/// Whether gradients are reduced beside backward passes.
///
/// Where two stages hold copies of a chunk, they come to its last backward pass in different orders, and reduce after it.
pub(super) fn overlaps_gradients(job: &TrainingJob) -> bool {
    let plan = job.parallelism();
    (plan.overlap.gradients || plan.zero >= ZeroStage::Gradients) && !plan.mirrors_stages()
}

/// Whether the last backward pass of a chunk does what the others do not.
pub(super) fn reduces_last(job: &TrainingJob) -> bool {
    overlaps_gradients(job) && job.parallelism().zero < ZeroStage::Gradients
}

/// Whether the first forward pass of a chunk does what the others do not.
pub(super) fn gathers_first(job: &TrainingJob) -> bool {
    let plan = job.parallelism();
    plan.overlap.parameters && matches!(plan.zero, ZeroStage::Optimizer | ZeroStage::Gradients)
}

/// The reductions of the gradients of these parameters, over those who have them.
pub(super) fn reductions(job: &TrainingJob, held: HeldParameters) -> Vec<Exchange> {
    let kind = match job.parallelism().zero {
        ZeroStage::None => CollectiveKind::AllReduce,
        _ => CollectiveKind::ReduceScatter,
    };
    of_replicas(job, held, kind, job.recipe().gradients.bytes(), [DATA, EXPERT_DATA])
}

/// The gathers of these parameters from those who own them.
pub(super) fn gathers(job: &TrainingJob, held: HeldParameters, stream: StreamId) -> Vec<Exchange> {
    of_replicas(job, held, CollectiveKind::AllGather, PARAMETER_BYTES, [stream; 2])
}

fn of_replicas(
    job: &TrainingJob,
    held: HeldParameters,
    kind: CollectiveKind,
    bytes: u64,
    [dense, expert]: [StreamId; 2],
) -> Vec<Exchange> {
    let plan = job.parallelism();
    let copies = if plan.mirrors_stages() { 2 } else { 1 };
    let of = [
        (dense, Communicator::Data, held.dense, plan.data * plan.context * copies),
        (expert, Communicator::ExpertData, held.expert, plan.expert_data() * copies),
    ];
    let wanted = of.into_iter().filter(|(.., parameters, replicas)| *parameters > 0 && *replicas > 1);
    wanted
        .map(|(stream, communicator, parameters, _)| {
            let call = CollectiveCall::auto(kind, Bytes::new(bytes * parameters));
            Exchange { stream, entry: LedgerEntry::Data, communicator, call }
        })
        .collect()
}

/// Parameters on their way to where a pass uses them.
#[derive(Debug)]
pub(super) struct Gathers<'a> {
    job: &'a TrainingJob,
    mode: GatherMode,
    /// What the pass uses, in order.
    uses: Vec<HeldParameters>,
    /// How many it has used.
    used: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GatherMode {
    /// They are here.
    Here,
    /// In this pass, as soon as may be.
    Once,
    /// In every pass, one ahead of its use.
    Ahead,
}

impl<'a> Gathers<'a> {
    /// Those of a pass through a chunk.
    pub(super) fn new(job: &'a TrainingJob, chunk: &Chunk, kind: PassKind) -> Self {
        let mode = match job.parallelism().zero {
            ZeroStage::Parameters if kind.pass != Pass::BackwardWeight => GatherMode::Ahead,
            _ if gathers_first(job) && kind.is_first => GatherMode::Once,
            _ => GatherMode::Here,
        };
        let mut uses = Vec::new();
        if mode != GatherMode::Here {
            let [before, after] = ends_held(job, chunk);
            uses.extend(chunk.is_first().then_some(before));
            uses.extend(chunk.layers.clone().map(|layer| layer_held(job, layer)));
            uses.extend(chunk.is_last().then_some(after));
            if kind.pass != Pass::Forward {
                uses.reverse();
            }
        }
        if mode == GatherMode::Once {
            uses = in_buckets(&uses, bucket_limit(job));
        }
        Self { job, mode, uses, used: 0 }
    }

    /// What is written next uses the next parameters.
    pub(super) fn use_next(&mut self, scribe: &mut Scribe) {
        let place = self.used;
        self.used += 1;
        match self.mode {
            GatherMode::Here => {}
            GatherMode::Once => {
                if self.gather(place, PARAMETERS, scribe, PassWriter::begin_freely) {
                    scribe.pass.wait_for(PARAMETERS);
                }
            }
            GatherMode::Ahead => {
                let stream =
                    |place: usize| if place.is_multiple_of(2) { PARAMETERS } else { PARAMETERS_AHEAD };
                if place == 0 {
                    self.gather(0, stream(0), scribe, PassWriter::begin_freely);
                }
                self.gather(place + 1, stream(place + 1), scribe, PassWriter::begin_behind);
                scribe.pass.wait_for(stream(place));
            }
        }
    }

    /// Gathers what is used in this place, if anything.
    fn gather(
        &self,
        place: usize,
        stream: StreamId,
        scribe: &mut Scribe,
        begin: fn(&mut PassWriter, Exchange),
    ) -> bool {
        let held = self.uses.get(place).copied().unwrap_or_default();
        let exchanges = gathers(self.job, held, stream);
        let any = !exchanges.is_empty();
        exchanges.into_iter().for_each(|exchange| begin(&mut scribe.pass, exchange));
        any
    }
}

//! The host: how long it takes to launch a layer's kernels.
//!
//! Launches are asynchronous, so that a host faster than its chip costs nothing: layers are launched one after another,
//! as far ahead of the chip as may be, and a layer whose launches are late waits for them. Routing whose shapes the host
//! must read before it can go on costs a share of the host's time whatever the chip does. Graphs launch many kernels at
//! once.

use super::kernels::Kernels;
use super::layer::Kernel;
use super::precision::cast_bytes;
use super::seconds::Seconds;
use crate::training::model::{LayerKind, ModelShape};
use crate::training::plan::{AttentionKernel, LaunchGraphs, TrainingJob};

/// What is left of the host's time when kernels are launched as graphs.
const LEFT_BY_GRAPHS: f64 = 0.05;
/// What is left of it where tokens over a capacity are dropped: shapes do not depend on routing.
const LEFT_BY_DROPPING: f64 = 0.5;
/// How much more it is where two micro-batches are launched beside one another.
const OF_TWO_MICRO_BATCHES: f64 = 2.0;
/// The part of a layer with experts that is forward, as of its kernels.
const FORWARD_SHARE: f64 = 1.0 / 3.0;

/// What the host takes for one layer and micro-batch.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(in crate::training) struct HostTime {
    /// To launch its kernels.
    pub(in crate::training) launches: Kernel,
    /// Share of that for which the chip waits however busy it is.
    pub(in crate::training) always: f64,
}

/// What the host takes for a layer of this kind.
pub(super) fn host_time(job: &TrainingJob, kernels: &Kernels, kind: LayerKind) -> HostTime {
    match kind {
        LayerKind::Dense => dense(job, kernels),
        LayerKind::Experts => experts(job, kernels),
    }
}

fn dense(job: &TrainingJob, kernels: &Kernels) -> HostTime {
    let left = if job.recipe().graphs == LaunchGraphs::None { 1.0 } else { LEFT_BY_GRAPHS };
    let [forward, backward] = launches(job, kernels)
        .map(|launches| Seconds::host(kernels.rates.host.launch.seconds() * launches as f64 * left));
    HostTime { launches: Kernel { forward, backward }, always: 0.0 }
}

/// Graphs of parts of the layer do not help: what depends on routing is most of it.
fn experts(job: &TrainingJob, kernels: &Kernels) -> HostTime {
    let host = kernels.rates.host;
    let graphs = if job.recipe().graphs == LaunchGraphs::Full { LEFT_BY_GRAPHS } else { 1.0 };
    let dropping = if job.recipe().drops_tokens { LEFT_BY_DROPPING } else { 1.0 };
    let overlap = if job.parallelism().overlap.experts { OF_TWO_MICRO_BATCHES } else { 1.0 };
    let time = Seconds::host(host.expert_layer.seconds() * graphs * dropping * overlap);
    let launches = Kernel { forward: time * FORWARD_SHARE, backward: time * (1.0 - FORWARD_SHARE) };
    HostTime { launches, always: host.expert_wait }
}

/// Kernels of a dense layer, forward and backward: a matmul is one and two, and a cast before one of each.
fn launches(job: &TrainingJob, kernels: &Kernels) -> [u64; 2] {
    let shape = job.model().shape();
    let casts = u64::from(cast_bytes(kernels.precision) > 0.0);
    let matmuls = 2 + attention_matmuls(shape);
    let others = 2 * NORM_AND_RESIDUAL
        + ACTIVATION
        + u64::from(shape.learned_positions == 0)
        + if shape.latent.is_some() { LATENT_NORMS } else { 0 };
    let [forward, backward] = match job.recipe().attention {
        AttentionKernel::Flash => FLASH,
        AttentionKernel::Unfused => UNFUSED,
    };
    [matmuls * (1 + casts) + others + forward, matmuls * (2 + casts) + others + backward]
}

/// A norm and a residual's addition.
const NORM_AND_RESIDUAL: u64 = 2;
const ACTIVATION: u64 = 1;
const LATENT_NORMS: u64 = 2;
/// Kernels of flash attention, forward and backward.
const FLASH: [u64; 2] = [1, 1];
/// Two batched matmuls, mask with softmax, dropout; four batched matmuls and the gradients of the others.
const UNFUSED: [u64; 2] = [4, 6];

/// Matmuls of an attention half: to queries, keys and values, and out; or down and up to them.
const fn attention_matmuls(shape: &ModelShape) -> u64 {
    match shape.latent {
        None => 2,
        Some(latent) if latent.query_rank == 0 => 4,
        Some(_) => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::compute::{ChipRates, Precision};
    use crate::training::model::{Experts, Model};
    use crate::training::plan::TrainingPlan;
    use crate::training::testing::{job_of, plan, small_shape};
    use copperlight_core::units::Time;
    use copperlight_topologies::HostCosts;

    fn kernels() -> Kernels {
        let host = HostCosts {
            launch: Time::from_microseconds(5.0),
            expert_layer: Time::from_microseconds(6000.0),
            expert_wait: 0.1,
        };
        Kernels { rates: ChipRates { host, ..ChipRates::round() }, precision: Precision::Bf16 }
    }

    #[test]
    fn a_dense_layer_is_launched_kernel_by_kernel() {
        // Four matmuls, two norms, two residuals, activation, attention: 10 and 14 of 5 us.
        let mut plan = plan([1, 1, 1]);
        let time = |plan: &TrainingPlan, kernels| {
            let host = host_time(&job_of(plan.clone()), &kernels, LayerKind::Dense);
            [host.launches.forward, host.launches.backward].map(|time| time.rounded().picoseconds())
        };
        assert_eq!(time(&plan, kernels()), [50_000_000, 70_000_000]);
        let narrow = Kernels { precision: Precision::Fp8, ..kernels() };
        assert_eq!(time(&plan, narrow), [70_000_000, 90_000_000]);
        plan.recipe.graphs = LaunchGraphs::Partial;
        assert_eq!(time(&plan, kernels()), [2_500_000, 3_500_000]);
        let rotary = ModelShape { learned_positions: 0, ..small_shape() };
        plan.model = Model::new("rotary", rotary).expect("the shape is legal");
        plan.recipe = crate::training::plan::Recipe {
            attention: AttentionKernel::Unfused,
            ..crate::training::plan::Recipe::default()
        };
        assert_eq!(time(&plan, kernels()), [70_000_000, 100_000_000]);
    }

    #[test]
    fn experts_keep_the_host_busy_unless_shapes_are_known() {
        let of = |change: fn(&mut TrainingPlan)| {
            let experts = Experts {
                experts: 8,
                top_k: 2,
                expert_ffn: 64,
                shared_ffn: 0,
                dense_layers: 0,
                every: 1,
                groups: 1,
                top_groups: 1,
            };
            let shape = ModelShape { experts: Some(experts), ..small_shape() };
            let model = Model::new("experts", shape).expect("the shape is legal");
            let mut plan = TrainingPlan { model, ..plan([1, 1, 1]) };
            change(&mut plan);
            let host = host_time(&job_of(plan), &kernels(), LayerKind::Experts);
            ((host.launches.forward.0 + host.launches.backward.0) * 1e6).round()
        };
        assert_eq!(of(|_| {}), 6000.0);
        assert_eq!(of(|plan| plan.recipe.graphs = LaunchGraphs::Partial), 6000.0);
        assert_eq!(of(|plan| plan.recipe.graphs = LaunchGraphs::Full), 300.0);
        assert_eq!(of(|plan| plan.recipe.drops_tokens = true), 3000.0);
        assert_eq!(of(|plan| plan.parallelism.overlap.experts = true), 12_000.0);
    }
}

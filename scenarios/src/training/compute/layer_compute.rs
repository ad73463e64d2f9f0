//! Compute times of the two halves of a layer on one chip, by what a schedule needs apart.

use super::attention_half::attention_half;
use super::expert_half::expert_half;
use super::feed_forward::feed_forward_half;
use super::host::host_time;
use super::kernels::Kernels;
use super::layer::{FeedForward, LayerCompute};
use super::norm::norm;
use crate::training::model::LayerKind;
use crate::training::plan::TrainingJob;

/// A layer of this kind, as long as the job's software takes for it. Where some layers see a window of the sequence, all
/// have the mean attention.
pub(in crate::training) fn layer(job: &TrainingJob, kernels: &Kernels, kind: LayerKind) -> LayerCompute {
    let (kind, experts) = match (kind, job.model().shape().experts) {
        (LayerKind::Experts, Some(experts)) => (LayerKind::Experts, Some(experts)),
        _ => (LayerKind::Dense, None),
    };
    let kernels = &kernels.of_layers(kind);
    let (attention, latent_up) = attention_half(job, kernels);
    let feed_forward = match experts {
        Some(experts) => FeedForward::Experts(expert_half(job, kernels, experts)),
        None => FeedForward::Dense(feed_forward_half(job, kernels)),
    };
    LayerCompute {
        attention,
        feed_forward,
        norm: norm(job, kernels).forward,
        latent_up,
        host: host_time(job, kernels, kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::compute::{ChipRates, Precision};
    use crate::training::model::{Experts, Model, ModelShape};
    use crate::training::plan::TrainingPlan;
    use crate::training::testing::{job_of, plan, small_shape};
    use copperlight_core::units::Time;
    use copperlight_topologies::{HostCosts, SoftwareFactors};

    /// Kernels of a layer forward, its launches and latent way up, in picoseconds.
    fn times(software: SoftwareFactors, kind: LayerKind) -> [u64; 2] {
        let experts = Experts {
            experts: 8,
            top_k: 2,
            expert_ffn: 128,
            shared_ffn: 64,
            dense_layers: 1,
            every: 1,
            groups: 1,
            top_groups: 1,
        };
        let model = Model::new("test", ModelShape { experts: Some(experts), ..small_shape() });
        let job = job_of(TrainingPlan { model: model.expect("the shape is legal"), ..plan([1, 1, 1]) });
        let host = HostCosts {
            launch: Time::from_microseconds(5.0),
            expert_layer: Time::from_microseconds(6000.0),
            expert_wait: 0.1,
        };
        let rates = ChipRates { host, gemm_traffic: 0.5, ..ChipRates::round() }.with_software(software);
        let layer = layer(&job, &Kernels { rates, precision: Precision::Fp8 }, kind);
        assert_eq!(layer.host.always, if kind == LayerKind::Dense { 0.0 } else { 0.1 });
        [layer.total(), layer.host.launches]
            .map(|kernel| (kernel.forward + kernel.backward).rounded().picoseconds())
    }

    #[test]
    fn software_makes_layers_of_a_kind_longer_with_all_that_launches_them() {
        let software = SoftwareFactors { dense_time: 1.5, expert_time: 1.25 };
        for (kind, factor) in [(LayerKind::Dense, 1.5), (LayerKind::Experts, 1.25)] {
            let reference = times(SoftwareFactors::NONE, kind);
            for (time, reference) in times(software, kind).into_iter().zip(reference) {
                assert!((time as f64 - reference as f64 * factor).abs() <= 2.0, "{time} {reference}");
            }
        }
    }
}

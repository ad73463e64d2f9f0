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

/// A layer of this kind. Where some layers see a window of the sequence, all have the mean attention.
pub(in crate::training) fn layer(job: &TrainingJob, kernels: &Kernels, kind: LayerKind) -> LayerCompute {
    let (attention, latent_up) = attention_half(job, kernels);
    let (kind, feed_forward) = match (kind, job.model().shape().experts) {
        (LayerKind::Experts, Some(experts)) => {
            (LayerKind::Experts, FeedForward::Experts(expert_half(job, kernels, experts)))
        }
        _ => (LayerKind::Dense, FeedForward::Dense(feed_forward_half(job, kernels))),
    };
    LayerCompute {
        attention,
        feed_forward,
        norm: norm(job, kernels).forward,
        latent_up,
        host: host_time(job, kernels, kind),
    }
}

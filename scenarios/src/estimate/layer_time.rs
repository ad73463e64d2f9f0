//! What one more layer adds to a pass, and what the head adds: the steady state of long stages, without their programs.
//!
//! Found from passes through one layer and through two. The end of the compute stream after a pass is at least so much
//! later than before it, whatever else happens; exchanges are those of the first chips, which lie best, with nothing else
//! on their links, and exchanges of replicas take no time.

use super::block::{Part, parts};
use super::estimator::{EstimateError, Estimator};
use super::exchanges::StageExchanges;
use super::lower_bound::kernels;
use crate::training::{COMPUTE, ChipRates, LayerKind, PassSeconds, Sampled, SampledPasses, TrainingJob};
use copperlight_core::workload::Operation;

/// What layers and the head add to a stage's time for one micro-batch.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LayerTimes {
    /// A dense layer.
    pub dense: PassSeconds,
    /// A layer with experts.
    pub experts: PassSeconds,
    /// The head with its loss.
    pub head: PassSeconds,
}

impl Estimator {
    /// What layers and the head of a job add.
    ///
    /// # Errors
    /// [`EstimateError`] when the job is for another number of chips, or its chips cannot reach one another.
    pub fn layer_times(&self, job: &TrainingJob, rates: &ChipRates) -> Result<LayerTimes, EstimateError> {
        let workload = self.workload(job, rates)?;
        let exchanges = StageExchanges::of_first_chips(&self.exchanges, *workload.layout());
        let share = workload.lost_speed();
        let time = |sampled| workload.sample(sampled).map(|passes| seconds(&passes, &exchanges, share));
        let of = |kind| {
            let one = time(Sampled::Layer(kind)).unwrap_or_default();
            time(Sampled::TwoLayers(kind)).map_or(one, |two| less(two, one))
        };
        let [dense, experts] = [LayerKind::Dense, LayerKind::Experts].map(of);
        // What the last layer waits for at its end, the head waits for.
        let kind = job.model().shape().layer_kind(0);
        let layer = if kind == LayerKind::Dense { dense } else { experts };
        let head = less(time(Sampled::LayerAndHead(kind)).unwrap_or_default(), layer);
        exchanges.check()?;
        Ok(LayerTimes { dense, experts, head })
    }
}

fn less(more: PassSeconds, less: PassSeconds) -> PassSeconds {
    PassSeconds { forward: more.forward - less.forward, backward: more.backward - less.backward }
}

/// How much later the compute stream ends. Of two passes at once the forward one has its kernels, the other what is left.
fn seconds(passes: &SampledPasses, exchanges: &StageExchanges<'_>, share: f64) -> PassSeconds {
    let later = |operations: &Vec<Operation>| -> f64 {
        let parts = parts(operations, exchanges, share);
        let alone = parts.iter().filter_map(|part| match part {
            Part::Alone(table) => table.distance(COMPUTE, COMPUTE),
            _ => None,
        });
        alone.sum()
    };
    match passes {
        SampledPasses::Apart { forward, backward } => {
            PassSeconds { forward: later(forward), backward: backward.iter().map(later).sum() }
        }
        SampledPasses::Paired { forward, both } => {
            let forward = kernels(forward);
            PassSeconds { forward, backward: later(both) - forward }
        }
    }
}

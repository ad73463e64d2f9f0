//! What the time of a step goes into.

use super::moment::{Spent, Term};
use copperlight_core::units::Time;

/// Seconds of a step by what the stages spend them on: the mean over stages. They sum to the time of the step.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct EstimateTerms {
    /// Kernels run.
    pub compute: f64,
    /// Kernels wait for the host that launches them.
    pub host: f64,
    /// Kernels wait for the tensor group.
    pub tensor: f64,
    /// Kernels wait for keys and values.
    pub context: f64,
    /// Kernels wait for a transfer between stages.
    pub pipeline: f64,
    /// Kernels wait for gradients or parameters.
    pub data: f64,
    /// Kernels wait for tokens on their way to experts or back.
    pub expert: f64,
    /// A stage has nothing to do: what it needs has not been sent.
    pub bubble: f64,
    /// The optimizer runs.
    pub optimizer: f64,
    /// A stage waits for others that have not come, or is done before them.
    pub wait: f64,
}

impl EstimateTerms {
    /// The terms with their names, in the order of results.
    pub const fn iter(&self) -> [(&'static str, f64); 10] {
        [
            ("compute", self.compute),
            ("host", self.host),
            ("tensor", self.tensor),
            ("context", self.context),
            ("pipeline", self.pipeline),
            ("data", self.data),
            ("expert", self.expert),
            ("bubble", self.bubble),
            ("optimizer", self.optimizer),
            ("wait", self.wait),
        ]
    }

    /// The sum of all terms.
    pub fn total(&self) -> f64 {
        self.iter().into_iter().map(|(_, seconds)| seconds).sum()
    }

    /// The mean over stages of what they spent; those that are done before the end wait for it.
    pub(super) fn mean(stages: &[Spent], end: Time) -> Self {
        let end = end.seconds();
        let mean = |term: Term| stages.iter().map(|spent| spent.of(term)).sum::<f64>() / stages.len() as f64;
        let done: f64 = stages.iter().map(Spent::total).sum::<f64>() / stages.len() as f64;
        Self {
            compute: mean(Term::Compute),
            host: mean(Term::Host),
            tensor: mean(Term::Tensor),
            context: mean(Term::Context),
            pipeline: mean(Term::Pipeline),
            data: mean(Term::Data),
            expert: mean(Term::Expert),
            bubble: mean(Term::Bubble),
            optimizer: mean(Term::Optimizer),
            // Rounding may leave less than nothing.
            wait: (mean(Term::Wait) + end - done).max(0.0),
        }
    }
}

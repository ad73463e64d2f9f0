//! Why the planner chose what ran, and its closed form beside the simulated time.

use crate::report::{Candidate, Explanation, RunnerUp, Terms};
use copperlight_core::transport::{Plan, Prediction};
use copperlight_core::units::Time;
use copperlight_core::workload::{Algorithm, Protocol};

/// Explains the choice of `chosen` among `plans`, and the time that it took.
pub(super) fn explain(plans: &[Plan], chosen: &Plan, simulated: Time) -> Explanation {
    let mut others: Vec<&Plan> = plans.iter().filter(|plan| named(plan) != named(chosen)).collect();
    others.sort_by_key(|plan| plan.prediction.total());
    let predicted = chosen.prediction.total();
    Explanation {
        candidates: std::iter::once(chosen).chain(others.iter().copied()).map(candidate).collect(),
        runner_up: others.first().map(|plan| runner_up(plan, predicted)),
        steps: chosen.schedule.steps() as u64,
        chunks: chosen.schedule.chunks() as u64,
        terms_us: terms(&chosen.prediction),
        predicted_us: predicted.microseconds(),
        simulated_minus_predicted_us: simulated.microseconds() - predicted.microseconds(),
    }
}

/// What tells plans of one call apart.
fn named(plan: &Plan) -> (Algorithm, Protocol) {
    (plan.schedule.algorithm, plan.protocol)
}

fn candidate(plan: &Plan) -> Candidate {
    Candidate {
        algorithm: plan.schedule.algorithm.name().to_owned(),
        protocol: plan.protocol.name().to_owned(),
        predicted_us: plan.prediction.total().microseconds(),
    }
}

fn runner_up(plan: &Plan, best: Time) -> RunnerUp {
    let Candidate { algorithm, protocol, .. } = candidate(plan);
    let longer = plan.prediction.total().seconds() / best.seconds() - 1.0;
    RunnerUp { algorithm, protocol, longer_by: (best > Time::ZERO).then_some(longer) }
}

fn terms(prediction: &Prediction) -> Terms {
    Terms {
        launch: prediction.launch.microseconds(),
        latency: prediction.latency.microseconds(),
        link: prediction.link.microseconds(),
        switch: prediction.switch.microseconds(),
        nic: prediction.nic.microseconds(),
        copy: prediction.copy.microseconds(),
    }
}

//! `fidelity = "analytic"`: points by closed forms, without an event.
//!
//! A collective takes what its planner predicts, alone on its links; a training step what the estimator finds; traffic
//! what its busiest link and its longest way need at least. What no closed form knows is null: what links carried, and
//! the energy that rests on it. Fabrics and what was learnt of them are kept for the next points (`surroundings`).

mod collective;
mod surroundings;
#[cfg(test)]
mod tests;
mod traffic;
mod training;

pub(super) use collective::{Asked, run_size};
pub(super) use surroundings::Surroundings;

use super::RunError;
use super::point::PointOutcome;
use crate::file::{Point, Workload};
use crate::report::{PointResult, Work};
use serde::Serialize;
use siphasher::sip128::{Hasher128, SipHasher13};
use std::hash::Hasher;

/// Finds what can be wrong with a point: its fabric is made, and kept for when the point is worked out.
pub(super) fn check(point: &Point) -> Result<(), RunError> {
    match &point.workload {
        Workload::Training(_) => surroundings::estimator_of(point).map(|_| ()),
        Workload::Collective(_) | Workload::Traffic(_) => surroundings::fabric_of(point).map(|_| ()),
    }
}

/// Works out one point.
pub(super) fn run(point: &Point) -> Result<PointOutcome, RunError> {
    match &point.workload {
        Workload::Training(job) => training::run(point, job),
        Workload::Collective(spec) => collective::run(point, spec),
        Workload::Traffic(spec) => traffic::run(point, spec),
    }
}

/// A result that no engine had to work for; its digest is a hash of what it says.
fn outcome(result: PointResult, notes: Vec<String>) -> PointOutcome {
    let digest = digest(&result);
    PointOutcome {
        result,
        work: Work::default(),
        digest,
        timelines: Vec::new(),
        notes,
        trace: None,
        stages: None,
        roofline: None,
    }
}

/// A hash of what a result says.
pub(super) fn digest(result: &impl Serialize) -> String {
    let text = serde_json::to_vec(result).expect("a result can be written as JSON");
    let mut hasher = SipHasher13::new();
    hasher.write(&text);
    format!("{:032x}", hasher.finish128().as_u128())
}

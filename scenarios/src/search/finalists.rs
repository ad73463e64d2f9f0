//! Which plans are simulated: the fastest by their estimates, no more than a few of the same degrees.

use super::screen::{Estimate, Looked};
use crate::training::Parallelism;

/// The most finalists that agree in all degrees; the others show what other degrees do.
const MOST_ALIKE: usize = 2;

/// The first `wanted` of the ranked plans, at most [`MOST_ALIKE`] with the same degrees.
pub(super) fn choose<'a>(ranked: &[(&'a Looked, Estimate)], wanted: usize) -> Vec<(&'a Looked, Estimate)> {
    let mut chosen: Vec<(&Looked, Estimate)> = Vec::new();
    for (looked, estimate) in ranked {
        let alike = chosen.iter().filter(|(other, _)| degrees(&other.plan) == degrees(&looked.plan)).count();
        if alike < MOST_ALIKE {
            chosen.push((looked, *estimate));
        }
        if chosen.len() == wanted {
            break;
        }
    }
    chosen
}

/// What makes two plans essentially different: how the chips share the model.
pub(super) const fn degrees(plan: &Parallelism) -> [u64; 6] {
    [plan.tensor, plan.context, plan.pipeline, plan.data, plan.expert, plan.expert_tensor]
}

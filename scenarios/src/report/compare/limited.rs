//! What the steps of both sides wait for along their critical paths, resource by resource.

use super::super::limits::{sentence_of, shares};
use super::super::results::PointResult;
use super::document::{ComparedLimit, ComparedLimits};

/// The resources of two points; `None` where neither was followed along its critical path.
pub(super) fn compared([a, b]: [&PointResult; 2], names: [&str; 2]) -> Option<ComparedLimits> {
    let sentence = sentence_of(&[(names[0], a), (names[1], b)])?;
    let mut resources: Vec<ComparedLimit> = Vec::new();
    for (resource, _) in shares(a).into_iter().chain(shares(b)) {
        if resources.iter().all(|known| known.resource != resource) {
            let [a, b] = [a, b].map(|point| share(point, resource));
            resources.push(ComparedLimit { resource: resource.to_owned(), a, b });
        }
    }
    let largest = |limit: &ComparedLimit| limit.a.unwrap_or(0.0).max(limit.b.unwrap_or(0.0));
    resources.sort_by(|one, other| largest(other).total_cmp(&largest(one)));
    Some(ComparedLimits { resources, sentence })
}

/// The share of a resource, which is 0 where the path never waits for it; `None` where there is no path.
fn share(point: &PointResult, resource: &str) -> Option<f64> {
    let shares = point.limited_by.as_ref()?;
    Some(shares.get(resource).copied().unwrap_or(0.0))
}

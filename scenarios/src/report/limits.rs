//! What limits points, in words: the resources that their critical paths wait for.

use super::number::{joined, percent};
use super::results::PointResult;
use crate::critical_path::Resource;

/// The resources that a sentence names of each point.
const MOST_NAMED: usize = 2;

/// The resources that a point waits for and their shares, the largest first.
pub(super) fn shares(point: &PointResult) -> Vec<(&str, f64)> {
    let limits = point.limited_by.iter().flatten();
    let mut shares: Vec<(&str, f64)> = limits.map(|(key, share)| (key.as_str(), *share)).collect();
    shares.sort_by(|one, other| other.1.total_cmp(&one.1));
    shares
}

/// What the steps of these points wait for most; nothing where that is not known.
pub(super) fn sentence(points: &[&PointResult]) -> Option<String> {
    let named: Vec<(&str, &PointResult)> =
        points.iter().map(|point| (point.system.as_str(), *point)).collect();
    sentence_of(&named)
}

/// The same of points that go by other names than their systems.
pub(super) fn sentence_of(points: &[(&str, &PointResult)]) -> Option<String> {
    let of = |(name, point): &(&str, &PointResult)| {
        let named = shares(point).into_iter().take(MOST_NAMED);
        let named: Vec<String> =
            named.map(|(key, share)| format!("{} % for {}", percent(share), words(key))).collect();
        (!named.is_empty()).then(|| format!("{name} waits {}", named.join(" and ")))
    };
    let waits: Vec<String> = points.iter().filter_map(of).collect();
    (!waits.is_empty()).then(|| format!("Along the critical path of its step {}.", joined(&waits)))
}

/// A resource in words; a key that is none stays as it is.
pub(super) fn words(key: &str) -> &str {
    let resource = Resource::ALL.into_iter().find(|resource| resource.name() == key);
    resource.map_or(key, |resource| resource.words())
}

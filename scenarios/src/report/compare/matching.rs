//! Which points of two sides meet: those with the same number of chips and the same swept values.
//!
//! Values of keys that only one side sweeps tell nothing apart. Sides that share no number of chips meet where their
//! other values leave no choice.

use super::super::number::{chips, grouped, joined};
use super::super::results::PointResult;
use super::error::CompareError;
use super::side::{Compared, Kind};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Points by their places in both sides.
pub(super) struct Meetings<'a> {
    pub(super) pairs: Vec<(&'a PointResult, &'a PointResult)>,
    pub(super) only_a: Vec<&'a PointResult>,
    pub(super) only_b: Vec<&'a PointResult>,
}

/// Finds all pairs.
///
/// # Errors
/// [`CompareError::NoCounterpart`] and [`CompareError::NothingInCommon`].
pub(super) fn meetings<'a>(
    a: &Compared<'a>,
    b: &Compared<'a>,
    kind: Kind,
) -> Result<Meetings<'a>, CompareError> {
    let by_name = pairs_by_name(a, b)?;
    let (points, others) = (a.points(), b.points());
    let shared: Vec<&str> = swept(&points, kind).intersection(&swept(&others, kind)).copied().collect();
    let key = |point: &PointResult| setting_key(point, &shared, (by_name, kind));
    let mut found = paired(&points, &others, |point| Some((point.chips, key(point))));
    if found.is_empty() {
        // Sizes differ: no choice is left where every setting is there once on each side.
        let once = |points: &[&PointResult]| {
            points.iter().map(|point| key(point)).collect::<BTreeSet<_>>().len() == points.len()
        };
        if once(&points) && once(&others) {
            found = paired(&points, &others, |point| Some((0, key(point))));
        }
    }
    if found.is_empty() {
        return Err(CompareError::NothingInCommon {
            a: a.words(),
            a_points: in_words(&points),
            b: b.words(),
            b_points: in_words(&others),
        });
    }
    let left = |taken: BTreeSet<usize>, points: &[&'a PointResult]| {
        let left = points.iter().enumerate().filter(|(index, _)| !taken.contains(index));
        left.map(|(_, point)| *point).collect()
    };
    Ok(Meetings {
        only_a: left(found.iter().map(|pair| pair.0).collect(), &points),
        only_b: left(found.iter().map(|pair| pair.1).collect(), &others),
        pairs: found.into_iter().map(|(one, other)| (points[one], others[other])).collect(),
    })
}

/// Whether systems meet those of the same name; one system on each side meets the other whatever their names.
fn pairs_by_name(a: &Compared<'_>, b: &Compared<'_>) -> Result<bool, CompareError> {
    let (ours, theirs) = (a.systems(), b.systems());
    if ours.len() <= 1 && theirs.len() <= 1 {
        return Ok(false);
    }
    if ours.iter().any(|system| theirs.contains(system)) {
        return Ok(true);
    }
    let quoted = |names: &[&str]| joined(&names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>());
    Err(CompareError::NoCounterpart {
        a: a.words(),
        a_systems: quoted(&ours),
        b: b.words(),
        b_systems: quoted(&theirs),
        example: format!("{}#{}", a.source.name, ours.first().copied().unwrap_or_default()),
    })
}

/// The swept keys of some points, without those of sizes that points state themselves.
fn swept<'a>(points: &[&'a PointResult], kind: Kind) -> BTreeSet<&'a str> {
    let keys = points.iter().flat_map(|point| point.point.keys().map(String::as_str));
    keys.filter(|key| {
        let last = key.rsplit('.').next().unwrap_or(key);
        let is_chips = last == "chips" && key.starts_with("systems");
        !is_chips && (kind == Kind::Training || last != "size")
    })
    .collect()
}

fn setting_key(point: &PointResult, shared: &[&str], (by_name, kind): (bool, Kind)) -> String {
    let values: Vec<Option<&Value>> = shared.iter().map(|key| point.point.get(*key)).collect();
    let system = by_name.then_some(point.system.as_str());
    let size = match kind {
        Kind::Training => None,
        Kind::Collective => point.collective.as_ref().map(|row| row.size_bytes),
        Kind::Traffic => point.traffic.as_ref().map(|row| row.size_bytes),
    };
    serde_json::to_string(&(values, system, size)).expect("names and swept values are JSON")
}

/// Pairs of indices with the same key, in the order of the first list.
fn paired<K: Ord>(
    points: &[&PointResult],
    others: &[&PointResult],
    key: impl Fn(&PointResult) -> Option<K>,
) -> Vec<(usize, usize)> {
    let mut places: BTreeMap<K, Vec<usize>> = BTreeMap::new();
    for (index, other) in others.iter().enumerate() {
        if let Some(key) = key(other) {
            places.entry(key).or_default().push(index);
        }
    }
    let meet = |(index, point): (usize, &&PointResult)| {
        let found = key(point).and_then(|key| places.get(&key)).cloned().unwrap_or_default();
        found.into_iter().map(move |other| (index, other))
    };
    points.iter().enumerate().flat_map(meet).collect()
}

/// `4 points on 72 and 144 chips`.
fn in_words(points: &[&PointResult]) -> String {
    let counts: BTreeSet<u64> = points.iter().map(|point| point.chips).collect();
    let sizes = match counts.iter().collect::<Vec<_>>()[..] {
        [only] => chips(*only),
        _ => {
            let counts: Vec<String> = counts.iter().copied().map(grouped).collect();
            format!("{} chips", joined(&counts))
        }
    };
    let keys: BTreeSet<&str> =
        points.iter().flat_map(|point| point.point.keys().map(String::as_str)).collect();
    let keys = if keys.is_empty() {
        String::new()
    } else {
        format!(", sweeping {}", joined(&keys.into_iter().map(str::to_owned).collect::<Vec<_>>()))
    };
    let number = points.len();
    format!("{} {} on {sizes}{keys}", grouped(number as u64), if number == 1 { "point" } else { "points" })
}

//! Collectives and traffic of two sides by size, and between which sizes the faster one changes.

use super::super::comparison::winner;
use super::super::results::PointResult;
use super::document::{ComparedSize, Crossover, Place};

/// Holds two points beside each other; `None` where one has no time.
pub(super) fn compared([a, b]: [&PointResult; 2], place: Place) -> Option<ComparedSize> {
    let (ours, theirs) = (Timed::of(a)?, Timed::of(b)?);
    let ratio = |b: f64, a: f64| Some(b / a).filter(|ratio| ratio.is_finite());
    Some(ComparedSize {
        place,
        size_bytes: ours.size_bytes,
        a_time_us: ours.time_us,
        b_time_us: theirs.time_us,
        time_b_over_a: ratio(theirs.time_us, ours.time_us),
        a_gb_per_s: ours.gb_per_s,
        b_gb_per_s: theirs.gb_per_s,
        bandwidth_b_over_a: theirs.gb_per_s.zip(ours.gb_per_s).and_then(|(b, a)| ratio(b, a)),
        a_algorithm: ours.algorithm,
        b_algorithm: theirs.algorithm,
    })
}

/// What a collective and traffic have in common.
struct Timed {
    size_bytes: u64,
    time_us: f64,
    gb_per_s: Option<f64>,
    algorithm: Option<String>,
}

impl Timed {
    fn of(point: &PointResult) -> Option<Self> {
        if let Some(row) = &point.collective {
            return Some(Self {
                size_bytes: row.size_bytes,
                time_us: row.time_us,
                gb_per_s: row.busbw_gb_per_s,
                algorithm: Some(format!("{} {}", row.algorithm, row.protocol)),
            });
        }
        let row = point.traffic.as_ref()?;
        Some(Self {
            size_bytes: row.size_bytes,
            time_us: row.time_us,
            gb_per_s: Some(row.throughput_gb_per_s_per_chip),
            algorithm: None,
        })
    }
}

/// Changes of the faster side along rows that differ in nothing but their size; ties between two sides are passed over.
pub(super) fn crossovers(sizes: &[ComparedSize], names: [&str; 2]) -> Vec<Crossover> {
    let mut found = Vec::new();
    for (setting, mut rows) in curves(sizes) {
        rows.sort_by_key(|row| row.size_bytes);
        let mut last: Option<(u64, bool)> = None;
        for row in rows {
            // The first side is faster where the second takes more time.
            let Some(first) = row.time_b_over_a.and_then(winner) else { continue };
            if let Some((after, before)) = last.filter(|(_, before)| *before != first) {
                found.push(Crossover {
                    after_bytes: after,
                    until_bytes: row.size_bytes,
                    before: names[usize::from(!before)].to_owned(),
                    setting: setting.clone(),
                });
            }
            last = Some((row.size_bytes, first));
        }
    }
    found
}

/// The rows of each setting, in the order of the first.
pub(super) fn curves(sizes: &[ComparedSize]) -> Vec<(String, Vec<&ComparedSize>)> {
    let mut curves: Vec<(String, Vec<&ComparedSize>)> = Vec::new();
    for row in sizes {
        let setting = row.place.setting();
        match curves.iter_mut().find(|(known, _)| *known == setting) {
            Some((_, rows)) => rows.push(row),
            None => curves.push((setting, vec![row])),
        }
    }
    curves
}

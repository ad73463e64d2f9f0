//! What curves of bus bandwidth against size say, in words.

use super::answer::Answer;
use super::number::{chips, joined, rounded, size};
use super::results::CollectiveRow;
use super::scenario_report::BusbwCurve;

/// Answers a scenario whose points are collectives.
pub(super) fn from_curves(curves: &[BusbwCurve]) -> Answer {
    let ends = shared_sizes(curves).into_iter().flatten();
    let mut sentences: Vec<String> = ends.filter_map(|bytes| comparison(curves, bytes)).collect();
    sentences.dedup();
    let mut details: Vec<String> = curves.iter().filter_map(peak).collect();
    if curves.len() == 1 && !details.is_empty() {
        return Answer { summary: details.remove(0), details };
    }
    if sentences.is_empty() {
        let summary = "There is no size at which two systems can be compared.".to_owned();
        return Answer { summary, details };
    }
    Answer { summary: sentences.join(" "), details }
}

/// One sentence on the largest all-reduce inside one domain of each system.
pub(super) fn domain_sentence(curves: &[BusbwCurve]) -> Option<String> {
    let [_, bytes] = shared_sizes(curves)?;
    let reached: Vec<String> = curves
        .iter()
        .filter_map(|curve| {
            let row = row_of(curve, bytes)?;
            Some(format!("{} GB/s on {}", rounded(row.busbw_gb_per_s?), name(curve)))
        })
        .collect();
    (!reached.is_empty()).then(|| {
        format!(
            "Inside one domain, an all-reduce of {} has a bus bandwidth of {}.",
            size(bytes),
            joined(&reached)
        )
    })
}

/// The smallest and the largest size that every curve has.
fn shared_sizes(curves: &[BusbwCurve]) -> Option<[u64; 2]> {
    let sizes = curves.first()?.rows.iter().map(|row| row.size_bytes);
    let shared: Vec<u64> =
        sizes.filter(|bytes| curves.iter().all(|curve| row_of(curve, *bytes).is_some())).collect();
    Some([*shared.iter().min()?, *shared.iter().max()?])
}

fn row_of(curve: &BusbwCurve, bytes: u64) -> Option<&CollectiveRow> {
    curve.rows.iter().find(|row| row.size_bytes == bytes)
}

/// Who is faster at one size, by the time that the collective takes.
fn comparison(curves: &[BusbwCurve], bytes: u64) -> Option<String> {
    let mut runs: Vec<(&BusbwCurve, f64)> =
        curves.iter().filter_map(|curve| Some((curve, row_of(curve, bytes)?.time_us))).collect();
    runs.sort_by(|a, b| a.1.total_cmp(&b.1));
    let [(best, time), rest @ ..] = &runs[..] else { return None };
    let (_, next) = rest.first()?;
    let others: Vec<_> =
        rest.iter().map(|(curve, us)| format!("{} µs on {}", rounded(*us), name(curve))).collect();
    let lead = if next / time - 1.0 <= 1e-3 { "ties with the next" } else { "is fastest" };
    Some(format!(
        "At {}, {} {lead}: {} µs against {}.",
        size(bytes),
        name(best),
        rounded(*time),
        joined(&others)
    ))
}

fn peak(curve: &BusbwCurve) -> Option<String> {
    let known = curve.rows.iter().filter_map(|row| Some((row, row.busbw_gb_per_s?)));
    let (best, busbw) = known.max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(format!(
        "{} reaches at most {} GB/s of bus bandwidth, at {} ({}).",
        name(curve),
        rounded(busbw),
        size(best.size_bytes),
        best.algorithm
    ))
}

fn name(curve: &BusbwCurve) -> String {
    format!("{} ({})", curve.name(), chips(curve.chips))
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn both_ends_of_the_curve_are_compared() {
        let answer = from_curves(&example::busbw_curves());
        assert!(answer.summary.contains("At 1 KiB, NVL72 copper (72 chips) is fastest"), "{answer:?}");
        assert!(answer.summary.contains("At 16 GiB, "), "{answer:?}");
        assert_eq!(answer.details.len(), 2);
    }

    #[test]
    fn curves_without_a_shared_size_are_not_compared() {
        let mut curves = example::busbw_curves();
        curves[1].rows.clear();
        assert!(from_curves(&curves).summary.starts_with("There is no size"));
        assert_eq!(domain_sentence(&[]), None);
    }

    #[test]
    fn one_curve_says_what_it_reaches() {
        let answer = from_curves(&example::busbw_curves()[..1]);
        assert!(answer.summary.starts_with("NVL72 copper (72 chips) reaches at most"), "{answer:?}");
        assert_eq!(answer.details.len(), 0);
    }
}

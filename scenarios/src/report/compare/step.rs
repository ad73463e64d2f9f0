//! Two training steps beside each other: figures, and rates at an equal number of chips, FLOP/s, watts or dollars.

use super::super::comparison::{Output, Per};
use super::super::headline::does_not_fit;
use super::super::metrics::{Metrics, unit_of};
use super::super::results::PointResult;
use super::document::{ComparedMetric, ComparedRate, ComparedStep, Place};
use super::{ledger, limited};
use copperlight_topologies::Interval;
use serde_json::Value;

/// The figures that are shown, by their paths.
pub(super) const METRICS: [(&str, &str); 14] = [
    ("step_time_s", "step time"),
    ("tokens_per_second_per_chip", "tokens/s per chip"),
    ("mfu", "MFU"),
    ("model_tflops_per_chip", "model TFLOPS per chip"),
    ("peak_tflops_per_chip", "peak TFLOPS per chip"),
    ("exposed_communication_share", "exposed communication"),
    ("communication_share", "communication, overlapped or not"),
    ("energy_j_per_token", "energy per token"),
    ("memory_gb.total", "memory of the fullest chip"),
    ("memory_gb.capacity", "memory of a chip"),
    ("domain_power_w.value", "published power"),
    ("domain_price_usd.value", "published price"),
    ("run_total.days", "days of the whole run"),
    ("run_total.energy_mwh.value", "energy of the whole run"),
];

/// Holds two points beside each other; `names` are those of the sides.
pub(super) fn compared([a, b]: [&PointResult; 2], place: Place, per: Per, names: [&str; 2]) -> ComparedStep {
    let problems = [(a, names[0]), (b, names[1])].into_iter().filter_map(|(point, name)| {
        let why = match &point.error {
            Some(error) => format!("failed: {error}"),
            None if !point.fits => format!("does not run: it {}", does_not_fit(point)),
            None => return None,
        };
        Some(format!("{name} {why}"))
    });
    ComparedStep {
        place,
        rate: rate([a, b], per),
        metrics: metrics(a, b),
        ledger: ledger::difference([a, b], per, names),
        limited_by: limited::compared([a, b], names),
        problems: problems.collect(),
    }
}

/// Tokens per second of each, counted per what was asked for.
fn rate([a, b]: [&PointResult; 2], per: Per) -> ComparedRate {
    let [a, b] = [a, b].map(|point| rate_of(point, per));
    let over = |b: Interval, a: Interval| Interval {
        value: b.value / a.value,
        low: b.low / a.high,
        high: b.high / a.low,
    };
    let finite = |ratio: &Interval| [ratio.value, ratio.low, ratio.high].iter().all(|end| end.is_finite());
    ComparedRate { a, b, b_over_a: b.zip(a).map(|(b, a)| over(b, a)).filter(finite) }
}

fn rate_of(point: &PointResult, per: Per) -> Option<Interval> {
    let output = Output::of(point);
    let at = |watts: Option<f64>, usd: Option<f64>| Output { watts, usd, ..output }.per(per);
    let end = |pick: fn(&Interval) -> f64| {
        at(point.domain_power_w.as_ref().map(pick), point.domain_price_usd.as_ref().map(pick))
    };
    // Most watts or dollars make the lowest rate.
    Some(Interval { value: output.per(per)?, low: end(|one| one.high)?, high: end(|one| one.low)? })
}

fn metrics(a: &PointResult, b: &PointResult) -> Vec<ComparedMetric> {
    let (ours, theirs) = (Metrics::of(a), Metrics::of(b));
    let number = |metrics: &Metrics, path: &str| metrics.values().get(path).and_then(Value::as_f64);
    let compared = METRICS.iter().map(|(path, _)| {
        let (a, b) = (number(&ours, path), number(&theirs, path));
        let b_over_a = b.zip(a).map(|(b, a)| b / a).filter(|ratio| ratio.is_finite());
        ComparedMetric { metric: (*path).to_owned(), unit: unit_of(path).to_owned(), a, b, b_over_a }
    });
    compared.filter(|metric| metric.a.is_some() || metric.b.is_some()).collect()
}

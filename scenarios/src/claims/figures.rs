//! Metrics of a point with the envelope of what sources say, among them some that follow from others.

use crate::report::{Metrics, Output, Per, PointResult, unit_of};
use copperlight_topologies::Interval;

/// Name and unit of a metric, and how it follows from a point.
type Derived = (&'static str, &'static str, fn(&PointResult) -> Option<Interval>);

/// What follows from the results of a training point.
const DERIVED: [Derived; 6] = [
    ("tokens_per_second", "1/s", |point| rate(point, Per::System)),
    ("tokens_per_second_per_peak_tflops", "1/s", |point| rate(point, Per::PeakFlop)),
    ("tokens_per_second_per_watt", "1/J", |point| rate(point, Per::Watt)),
    ("tokens_per_second_per_usd", "1/s/USD", |point| rate(point, Per::Usd)),
    ("communication_over_compute", "1", communication_over_compute),
    ("exposed_communication_over_compute", "1", exposed_over_compute),
];

/// The metric whose ends stand with its parts.
const ENERGY: (&str, &str) = ("energy_j_per_token", "energy_breakdown_j_per_token.total");

/// The names of metrics that follow from others.
pub(crate) fn derived() -> impl Iterator<Item = &'static str> + Clone {
    DERIVED.iter().map(|(name, ..)| *name)
}

/// A metric of a point; `None` where it is not known.
pub(super) fn metric(point: &PointResult, name: &str) -> Option<Interval> {
    let figure = match DERIVED.iter().find(|(known, ..)| *known == name) {
        Some((_, _, of)) => of(point),
        None => plain(&Metrics::of(point), name),
    };
    figure.filter(|figure| [figure.value, figure.low, figure.high].iter().all(|end| end.is_finite()))
}

/// The unit of a metric.
pub(super) fn unit(name: &str) -> &'static str {
    DERIVED.iter().find(|(known, ..)| *known == name).map_or_else(|| unit_of(name), |(_, unit, _)| unit)
}

fn plain(metrics: &Metrics, name: &str) -> Option<Interval> {
    let value = metrics.number(name)?;
    let whole = if name == ENERGY.0 { ENERGY.1 } else { name };
    let end = |end: &str| metrics.number(&format!("{whole}.{end}")).unwrap_or(value);
    Some(Interval { value, low: end("low"), high: end("high") })
}

/// Tokens per second for each of something that may have a range.
fn rate(point: &PointResult, per: Per) -> Option<Interval> {
    let rate = Output::of(point).per(Per::System)?;
    let divisor = match per {
        Per::System => Interval::exact(1.0),
        Per::Chip => Interval::exact(point.chips as f64),
        Per::PeakFlop => Interval::exact(point.peak_tflops_per_chip? * point.chips as f64),
        Per::Watt => point.domain_power_w?,
        Per::Usd => point.domain_price_usd?,
    };
    Some(Interval::exact(rate) / divisor)
}

/// Time of communication over time of compute, overlapped or not: `communication_share` is C / (C + K), this C / K.
fn communication_over_compute(point: &PointResult) -> Option<Interval> {
    let share = point.communication_share?;
    Some(Interval::exact(share / (1.0 - share)))
}

/// Time in which ranks wait for communication over time in which they compute.
fn exposed_over_compute(point: &PointResult) -> Option<Interval> {
    let exposed = point.exposed_communication_share? * point.step_time_s?;
    Some(Interval::exact(exposed / point.breakdown_s?.compute?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Breakdown;

    fn point() -> PointResult {
        PointResult {
            chips: 10,
            fits: true,
            step_time_s: Some(10.0),
            tokens_per_second_per_chip: Some(3.0),
            peak_tflops_per_chip: Some(600.0),
            communication_share: Some(0.25),
            exposed_communication_share: Some(0.1),
            breakdown_s: Some(Breakdown { compute: Some(4.0), ..Breakdown::default() }),
            domain_power_w: Some(Interval { value: 60.0, low: 30.0, high: 120.0 }),
            ..PointResult::default()
        }
    }

    #[test]
    fn what_follows_is_what_its_arithmetic_gives() {
        let value = |name| metric(&point(), name).map(|figure| figure.value);
        // 10 chips of 3 tokens/s, 6,000 TFLOPS and 60 W in all.
        assert_eq!(value("tokens_per_second"), Some(30.0));
        assert_eq!(value("tokens_per_second_per_peak_tflops"), Some(0.005));
        // A quarter of what ranks do is communication: a third of the other three quarters.
        assert_eq!(value("communication_over_compute"), Some(1.0 / 3.0));
        // 1 s of 10 s is exposed, and 4 s are compute.
        assert_eq!(value("exposed_communication_over_compute"), Some(0.25));
        assert_eq!(value("tokens_per_second_per_usd"), None);
        assert_eq!(value("mfu"), None);
    }

    #[test]
    fn the_ends_of_a_range_are_kept() {
        let per_watt = metric(&point(), "tokens_per_second_per_watt");
        assert_eq!(per_watt, Some(Interval { value: 0.5, low: 0.25, high: 1.0 }));
        let power = metric(&point(), "domain_power_w");
        assert_eq!(power, Some(Interval { value: 60.0, low: 30.0, high: 120.0 }));
        assert_eq!(metric(&point(), "step_time_s"), Some(Interval::exact(10.0)));
    }
}

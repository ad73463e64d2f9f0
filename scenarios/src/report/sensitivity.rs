//! What ranges of the catalog mean for the points of a scenario, as types: serialised, the JSON of `sensitivity`.
//!
//! An interval here is an envelope of runs. It is no confidence interval: nothing is known of how likely a value
//! inside a range is.

use super::compared::ComparedPair;
use copperlight_topologies::End;
use serde::Serialize;
use std::collections::BTreeMap;

/// What every interval of a sensitivity report is.
pub const ENVELOPE: &str = "envelope, not confidence";

/// The runs that put every value at one end, in [`FailedVariant::key`].
pub const ALL_VALUES: &str = "all";

/// The run in which every value is as it is, in [`FailedVariant::key`].
pub const BASE: &str = "base";

/// The sensitivity of every point of one scenario.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SensitivityReport {
    /// The version of this layout: [`SCHEMA`](super::SCHEMA).
    pub schema: u32,
    /// The scenario's name.
    pub scenario: String,
    /// [`ENVELOPE`].
    pub label: &'static str,
    /// One per system and point, in the order of the scenario.
    pub points: Vec<SensitivityPoint>,
    /// The first system beside each other one, where several train.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub comparisons: Vec<ComparedPair>,
    /// What a reader should know about the systems.
    #[serde(skip)]
    pub warnings: Vec<String>,
    /// What a reader should know about the runs.
    #[serde(skip)]
    pub notes: Vec<String>,
}

impl SensitivityReport {
    /// Whether no run of any point fits in memory, or every one failed.
    pub fn is_empty(&self) -> bool {
        self.points.iter().all(|point| point.time.low.is_none())
    }
}

/// The time that is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeMetric {
    /// Microseconds of a collective, or of traffic.
    TimeUs,
    /// Seconds of a training step.
    StepTimeS,
}

/// The figure of merit that belongs to a [`TimeMetric`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RateMetric {
    /// Bus bandwidth of a collective in GB/s.
    BusbwGbPerS,
    /// Bytes of all flows of traffic over its time, in GB/s.
    ThroughputGbPerS,
    /// Model FLOPs utilization of a training step.
    Mfu,
}

/// One figure over all runs of a point; `None` where the runs have none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Envelope<M> {
    /// Which figure.
    pub metric: M,
    /// With every value as it is.
    pub base: Option<f64>,
    /// The lowest of all runs.
    pub low: Option<f64>,
    /// The highest of all runs.
    pub high: Option<f64>,
    /// With every value at the low end of its range.
    pub all_low: Option<f64>,
    /// With every value at the high end of its range.
    pub all_high: Option<f64>,
}

/// One system at one point of the sweep.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SensitivityPoint {
    /// The system's name.
    pub system: String,
    /// The number of chips.
    pub chips: u64,
    /// The swept parameters and their values at this point.
    pub point: BTreeMap<String, serde_json::Value>,
    /// The time, by which values are sorted.
    #[serde(flatten)]
    pub time: Envelope<TimeMetric>,
    /// What the time means as a rate.
    pub rate: Envelope<RateMetric>,
    /// Every value with a range: one that makes a run fail first, then by swing, then by key.
    pub values: Vec<SensitivityValue>,
    /// The runs that gave nothing.
    pub failures: Vec<FailedVariant>,
}

/// One value with a range, and what its ends do while every other value is as it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SensitivityValue {
    /// The dotted key, such as `scale_up.link_bandwidth` or `transport.scale_out.step_ll`.
    pub key: String,
    /// The value in effect, in `unit`.
    pub value: f64,
    /// The run at the low end.
    pub low: SensitivityEnd,
    /// The run at the high end.
    pub high: SensitivityEnd,
    /// The unit of the value and of both ends.
    pub unit: String,
    /// Who says so.
    pub source: String,
}

/// One end of a range and what the run there has shown.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SensitivityEnd {
    /// The end, in the unit of the value.
    pub value: f64,
    /// The time there; `None` when the run failed.
    pub metric: Option<f64>,
    /// The rate there.
    pub rate: Option<f64>,
}

/// A run that gave nothing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FailedVariant {
    /// The value that was not as it is; [`ALL_VALUES`] for all, [`BASE`] for none.
    pub key: String,
    /// The end it was at: `low` or `high`; `None` for [`BASE`].
    pub end: Option<&'static str>,
    /// Why.
    pub reason: String,
}

impl FailedVariant {
    /// The run at an end of one value or, for [`ALL_VALUES`], of all.
    pub fn at(key: impl Into<String>, end: End, reason: String) -> Self {
        let end = if end == End::Low { "low" } else { "high" };
        Self { key: key.into(), end: Some(end), reason }
    }

    /// The run in words.
    pub fn what(&self) -> String {
        match (self.key.as_str(), self.end) {
            (ALL_VALUES, Some(end)) => format!("every value at its {end} end"),
            (key, Some(end)) => format!("{key} at its {end} end"),
            (_, None) => "every value as it is".to_owned(),
        }
    }
}

impl SensitivityValue {
    /// The distance between the slowest and the fastest of the base run and the runs at both ends; `None` when one
    /// of the three failed.
    pub fn swing(&self, base: Option<f64>) -> Option<f64> {
        swing(base, [self.low.metric, self.high.metric])
    }

    /// Whether an end changes time or rate, if only by a bit.
    pub fn has_effect(&self, time: Option<f64>, rate: Option<f64>) -> bool {
        [&self.low, &self.high].iter().any(|end| end.metric != time || end.rate != rate)
    }
}

/// The distance between the slowest and the fastest of three times; `None` when one of them is not known.
pub(super) fn swing(base: Option<f64>, [low, high]: [Option<f64>; 2]) -> Option<f64> {
    let [base, low, high] = [base?, low?, high?];
    Some(base.max(low).max(high) - base.min(low).min(high))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn envelope<M>(metric: M) -> Envelope<M> {
        Envelope {
            metric,
            base: Some(1.0),
            low: Some(1.0),
            high: Some(2.0),
            all_low: None,
            all_high: Some(2.0),
        }
    }

    #[test]
    fn the_document_has_the_keys_of_the_contract() {
        let end = SensitivityEnd { value: 25.0, metric: Some(2.0), rate: None };
        let point = SensitivityPoint {
            system: "s".to_owned(),
            chips: 8,
            point: BTreeMap::new(),
            time: envelope(TimeMetric::TimeUs),
            rate: envelope(RateMetric::BusbwGbPerS),
            values: vec![SensitivityValue {
                key: "scale_up.link_bandwidth".to_owned(),
                value: 28.0,
                low: end,
                high: end,
                unit: "GB/s".to_owned(),
                source: "a page".to_owned(),
            }],
            failures: vec![FailedVariant::at(ALL_VALUES, End::Low, "too long".to_owned())],
        };
        let expected = json!({
            "system": "s", "chips": 8, "point": {}, "metric": "time_us",
            "base": 1.0, "low": 1.0, "high": 2.0, "all_low": null, "all_high": 2.0,
            "rate": {
                "metric": "busbw_gb_per_s",
                "base": 1.0, "low": 1.0, "high": 2.0, "all_low": null, "all_high": 2.0
            },
            "values": [{
                "key": "scale_up.link_bandwidth", "value": 28.0, "unit": "GB/s", "source": "a page",
                "low": { "value": 25.0, "metric": 2.0, "rate": null },
                "high": { "value": 25.0, "metric": 2.0, "rate": null }
            }],
            "failures": [{ "key": "all", "end": "low", "reason": "too long" }]
        });
        assert_eq!(json!(point), expected);
    }

    #[test]
    fn swing_spans_the_base_too() {
        let end = |metric| SensitivityEnd { value: 1.0, metric, rate: None };
        let value = |low, high| SensitivityValue {
            key: "k".to_owned(),
            value: 1.0,
            low: end(low),
            high: end(high),
            unit: "us".to_owned(),
            source: "a page".to_owned(),
        };
        assert_eq!(value(Some(3.0), Some(2.0)).swing(Some(1.0)), Some(2.0));
        assert_eq!(value(Some(3.0), None).swing(Some(1.0)), None);
        assert!(value(Some(3.0), None).has_effect(Some(3.0), None));
        assert!(!value(Some(3.0), Some(3.0)).has_effect(Some(3.0), None));
    }
}

//! A metric of training points against what the sweep varies, sorted into series.

use crate::report::number::grouped;
use crate::report::{PointResult, distinct_systems, label_setting, varying_parameters};

/// What a point has to show.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Shown {
    /// The metric's value.
    Value(f64),
    /// The point does not fit in memory.
    DoesNotFit,
}

/// The points of one system and one setting of the other parameters.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SweepSeries {
    pub(super) label: String,
    /// By ascending position.
    pub(super) points: Vec<(f64, Shown)>,
}

/// A metric against one parameter.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sweep {
    /// The parameter's name.
    pub(super) x_title: String,
    /// The positions with their labels, ascending.
    pub(super) positions: Vec<(f64, String)>,
    pub(super) series: Vec<SweepSeries>,
}

impl Sweep {
    /// What varies, as the end of a title.
    pub(super) fn parameter(&self) -> String {
        if self.x_title == CHIPS { format!("the {CHIPS}") } else { self.x_title.clone() }
    }

    /// A position in words: `1,152 chips`, or `micro_batch = 2`.
    pub(super) fn place(&self, label: &str) -> String {
        let unit = if label == "1" { "chip" } else { "chips" };
        if self.x_title == CHIPS { format!("{label} {unit}") } else { format!("{} = {label}", self.x_title) }
    }
}

const CHIPS: &str = "number of chips";

/// Sorts the metric of all points into series against the number of chips; against the first other numeric
/// parameter that varies where the number of chips does not. `None` when no point has a value.
pub(super) fn sweep(points: &[PointResult], metric: &dyn Fn(&PointResult) -> Option<f64>) -> Option<Sweep> {
    let parameters = varying_parameters(points);
    let horizontal = horizontal(points, &parameters);
    let others: Vec<String> =
        parameters.iter().filter(|name| Some(*name) != horizontal.as_ref()).cloned().collect();
    let mut sweep = Sweep {
        x_title: horizontal.clone().unwrap_or_else(|| CHIPS.to_owned()),
        positions: Vec::new(),
        series: Vec::new(),
    };
    for point in points {
        let shown = match metric(point) {
            Some(value) if value.is_finite() => Shown::Value(value),
            _ if !point.fits && point.error.is_none() => Shown::DoesNotFit,
            _ => continue,
        };
        let (at, label) = position(point, horizontal.as_deref());
        if !sweep.positions.iter().any(|(known, _)| *known == at) {
            sweep.positions.push((at, label));
        }
        let label = [point.system.clone(), label_setting(point, &others)].join(" ").trim_end().to_owned();
        match sweep.series.iter_mut().find(|series| series.label == label) {
            Some(series) => series.points.push((at, shown)),
            None => sweep.series.push(SweepSeries { label, points: vec![(at, shown)] }),
        }
    }
    sweep.positions.sort_by(|a, b| a.0.total_cmp(&b.0));
    for series in &mut sweep.series {
        series.points.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    let values = sweep.series.iter().flat_map(|series| &series.points);
    values.into_iter().any(|(_, shown)| matches!(shown, Shown::Value(_))).then_some(sweep)
}

/// The parameter on the horizontal axis; `None` is the number of chips.
fn horizontal(points: &[PointResult], parameters: &[String]) -> Option<String> {
    let of_first_system =
        |point: &&PointResult| Some(&point.system.as_str()) == distinct_systems(points).first();
    let mut chips: Vec<u64> = points.iter().filter(of_first_system).map(|point| point.chips).collect();
    chips.dedup();
    if chips.len() > 1 {
        return None;
    }
    let numeric = |name: &&String| {
        points.iter().all(|point| point.point.get(*name).is_some_and(serde_json::Value::is_number))
    };
    parameters.iter().find(numeric).cloned()
}

fn position(point: &PointResult, horizontal: Option<&str>) -> (f64, String) {
    let value = horizontal.and_then(|name| point.point.get(name)).and_then(serde_json::Value::as_f64);
    match value {
        Some(value) => (value, super::axis::number_label(value)),
        None => (point.chips as f64, grouped(point.chips)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example;

    #[test]
    fn each_system_is_a_series_over_chips() {
        let points = example::two_systems(10).results.results;
        let sweep = sweep(&points, &|point| point.mfu).expect("the example has values");
        assert_eq!(sweep.series.len(), 2);
        assert_eq!(sweep.positions.len(), 10);
        assert_eq!(sweep.positions[0].1, "1,152");
    }

    #[test]
    fn another_parameter_takes_the_axis_when_chips_stay() {
        let mut points = example::two_systems(3).results.results;
        for (index, point) in points.iter_mut().enumerate() {
            point.chips = 1152;
            point.point = [("workload.micro_batch".to_owned(), (1 << (index / 2)).into())].into();
        }
        let sweep = sweep(&points, &|point| point.mfu).expect("the example has values");
        assert_eq!(sweep.x_title, "workload.micro_batch");
        assert_eq!(sweep.series.len(), 2);
        assert_eq!(sweep.positions.len(), 3);
    }

    #[test]
    fn points_that_do_not_fit_are_kept_and_alone_are_nothing() {
        let mut points = example::two_systems(1).results.results;
        example::make_too_large(&mut points[1]);
        let kept = sweep(&points, &|point| point.mfu).expect("one point has a value");
        assert_eq!(kept.series[1].points, [(1152.0, Shown::DoesNotFit)]);
        example::make_too_large(&mut points[0]);
        assert_eq!(sweep(&points, &|point| point.mfu), None);
    }
}

//! A metric of training points against what the sweep varies, sorted into series.

use crate::report::number::{grouped, rounded, size};
use crate::report::{
    PointEnvelope, PointResult, ScenarioReport, distinct_systems, label_setting, varying_parameters,
};
use crate::training::Model;
use copperlight_core::units::Bytes;

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
    /// The lowest and the highest value where inputs are uncertain, by ascending position.
    pub(super) band: Vec<(f64, [f64; 2])>,
}

/// A figure of points.
pub(super) struct Metric<'a> {
    pub(super) value: &'a dyn Fn(&PointResult) -> Option<f64>,
    /// Its lowest and its highest value with ranged values of the catalog at their ends, where these were run.
    pub(super) band: &'a dyn Fn(&PointEnvelope) -> Option<[f64; 2]>,
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
        match self.x_title.as_str() {
            CHIPS => format!("the {CHIPS}"),
            MODEL_SIZE => "the size of the model".to_owned(),
            MESSAGE_SIZE => "the size of messages".to_owned(),
            name => name.to_owned(),
        }
    }

    /// A position in words: `1,152 chips`, or `micro_batch = 2`.
    pub(super) fn place(&self, label: &str) -> String {
        let unit = if label == "1" { "chip" } else { "chips" };
        match self.x_title.as_str() {
            CHIPS => format!("{label} {unit}"),
            MODEL_SIZE => format!("{label} parameters"),
            MESSAGE_SIZE => format!("messages of {label}"),
            name => format!("{name} = {label}"),
        }
    }
}

const CHIPS: &str = "number of chips";
const MODEL_SIZE: &str = "model size (parameters)";
const MESSAGE_SIZE: &str = "message size (activations of a micro-batch)";
/// Parameters that are nothing but the size of messages to communication.
const SIZES_OF_MESSAGES: [&str; 2] = ["sequence_length", "micro_batch"];

/// Sorts the metric of all points into series against the number of chips; against the first other numeric
/// parameter that varies where the number of chips does not. `None` when no point has a value.
pub(super) fn sweep(points: &[PointResult], metric: &Metric<'_>) -> Option<Sweep> {
    let place = |_: usize, point: &PointResult, horizontal: Option<&str>| position(point, horizontal);
    sweep_at(points, metric, (None, &place))
}

/// As [`sweep`], for what depends on the size of messages: where that is all that changes from point to point, they stand
/// at it.
pub(super) fn communication_sweep(report: &ScenarioReport, metric: &Metric<'_>) -> Option<Sweep> {
    let points = &report.results.results;
    let horizontal = horizontal(points, &varying_parameters(points));
    let is_message = |name: &str| SIZES_OF_MESSAGES.iter().any(|last| name.rsplit('.').next() == Some(last));
    let bytes: Option<Vec<u64>> = report.message_bytes.iter().copied().collect();
    match bytes {
        Some(bytes) if bytes.len() == points.len() && horizontal.as_deref().is_some_and(is_message) => {
            let place =
                |index: usize, _: &PointResult, _: Option<&str>| (bytes[index] as f64, size(bytes[index]));
            sweep_at(points, metric, (Some(MESSAGE_SIZE), &place))
        }
        _ => sweep(points, metric),
    }
}

/// Where a point stands on the horizontal axis, by its number, itself, and the parameter of the axis.
type PlaceOf<'a> = &'a dyn Fn(usize, &PointResult, Option<&str>) -> (f64, String);

fn sweep_at(
    points: &[PointResult],
    metric: &Metric<'_>,
    (title, place): (Option<&str>, PlaceOf<'_>),
) -> Option<Sweep> {
    let parameters = varying_parameters(points);
    let horizontal = horizontal(points, &parameters);
    let others: Vec<String> =
        parameters.iter().filter(|name| Some(*name) != horizontal.as_ref()).cloned().collect();
    let x_title = match (title, &horizontal) {
        (Some(title), _) => title.to_owned(),
        (None, Some(name)) if is_model(name) => MODEL_SIZE.to_owned(),
        (None, Some(name)) => name.clone(),
        (None, None) => CHIPS.to_owned(),
    };
    let mut sweep = Sweep { x_title, positions: Vec::new(), series: Vec::new() };
    for (index, point) in points.iter().enumerate() {
        let shown = match (metric.value)(point) {
            Some(value) if value.is_finite() => Shown::Value(value),
            _ if !point.fits && point.error.is_none() => Shown::DoesNotFit,
            _ => continue,
        };
        let (at, label) = place(index, point, horizontal.as_deref());
        if !sweep.positions.iter().any(|(known, _)| *known == at) {
            sweep.positions.push((at, label));
        }
        let label = [point.system.clone(), label_setting(point, &others)].join(" ").trim_end().to_owned();
        let band = point.envelope.as_ref().and_then(metric.band).map(|ends| (at, ends));
        match sweep.series.iter_mut().find(|series| series.label == label) {
            Some(series) => {
                series.points.push((at, shown));
                series.band.extend(band);
            }
            None => {
                let band = band.into_iter().collect();
                sweep.series.push(SweepSeries { label, points: vec![(at, shown)], band });
            }
        }
    }
    sweep.positions.sort_by(|a, b| a.0.total_cmp(&b.0));
    for series in &mut sweep.series {
        series.points.sort_by(|a, b| a.0.total_cmp(&b.0));
        series.band.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    let values = sweep.series.iter().flat_map(|series| &series.points);
    values.into_iter().any(|(_, shown)| matches!(shown, Shown::Value(_))).then_some(sweep)
}

/// The parameter on the horizontal axis; `None` is the number of chips.
pub(super) fn horizontal(points: &[PointResult], parameters: &[String]) -> Option<String> {
    let of_first_system =
        |point: &&PointResult| Some(&point.system.as_str()) == distinct_systems(points).first();
    let mut chips: Vec<u64> = points.iter().filter(of_first_system).map(|point| point.chips).collect();
    chips.dedup();
    if chips.len() > 1 {
        return None;
    }
    let measurable =
        |name: &&String| points.iter().all(|point| swept_value(name, point.point.get(*name)).is_some());
    parameters.iter().find(measurable).cloned()
}

/// Where a point stands on the horizontal axis, and the label of that place.
pub(super) fn position(point: &PointResult, horizontal: Option<&str>) -> (f64, String) {
    let swept = horizontal.and_then(|name| swept_value(name, point.point.get(name)));
    swept.unwrap_or_else(|| (point.chips as f64, grouped(point.chips)))
}

/// A swept value as a number with its label: a number, a size in bytes, or a library model by its parameters.
fn swept_value(name: &str, value: Option<&serde_json::Value>) -> Option<(f64, String)> {
    let value = value?;
    if let Some(number) = value.as_f64() {
        return Some((number, super::axis::number_label(number)));
    }
    let text = value.as_str()?;
    if is_model(name) {
        let parameters = Model::library(text)?.parameters();
        return Some((parameters as f64, count_label(parameters as f64)));
    }
    let bytes: Bytes = text.parse().ok()?;
    Some((bytes.count() as f64, size(bytes.count())))
}

fn is_model(name: &str) -> bool {
    name.ends_with("workload.model")
}

/// A large count: `70.6 billion`.
fn count_label(count: f64) -> String {
    let units = [(1e12, "trillion"), (1e9, "billion"), (1e6, "million")];
    match units.into_iter().find(|(scale, _)| count >= *scale) {
        Some((scale, unit)) => format!("{} {unit}", rounded(count / scale)),
        None => rounded(count),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example;

    const MFU: Metric<'static> = Metric { value: &|point| point.mfu, band: &|envelope| envelope.mfu };

    #[test]
    fn each_system_is_a_series_over_chips() {
        let points = example::two_systems(10).results.results;
        let sweep = sweep(&points, &MFU).expect("the example has values");
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
        let sweep = sweep(&points, &MFU).expect("the example has values");
        assert_eq!(sweep.x_title, "workload.micro_batch");
        assert_eq!(sweep.series.len(), 2);
        assert_eq!(sweep.positions.len(), 3);
    }

    #[test]
    fn communication_stands_at_the_size_of_its_messages() {
        let mut report = example::two_systems(3);
        for (index, point) in report.results.results.iter_mut().enumerate() {
            point.chips = 1152;
            point.point = [("workload.micro_batch".to_owned(), (1 << (index / 2)).into())].into();
            point.envelope = Some(PointEnvelope { mfu: Some([0.1, 0.5]), ..PointEnvelope::default() });
        }
        let by_parameter = communication_sweep(&report, &MFU).expect("the example has values");
        assert_eq!(by_parameter.x_title, "workload.micro_batch");
        report.message_bytes = (0..6).map(|index| Some(64 << 20 << (index / 2))).collect();
        let sweep = communication_sweep(&report, &MFU).expect("the example has values");
        let labels: Vec<&str> = sweep.positions.iter().map(|(_, label)| label.as_str()).collect();
        assert_eq!((sweep.x_title.as_str(), labels), (MESSAGE_SIZE, vec!["64 MiB", "128 MiB", "256 MiB"]));
        assert_eq!(sweep.place("64 MiB"), "messages of 64 MiB");
        assert_eq!((sweep.series.len(), sweep.series[1].band.len()), (2, 3));
        // The number of chips takes the axis where it varies too.
        report.results.results[0].chips = 2304;
        report.results.results[4].point.clear();
        assert_eq!(communication_sweep(&report, &MFU).expect("the example has values").x_title, CHIPS);
    }

    #[test]
    fn models_stand_at_their_parameters_and_sizes_at_their_bytes() {
        let model = swept_value("workload.model", Some(&"llama-3.1-70b".into())).expect("a library model");
        assert_eq!(model.1, "70.6 billion");
        assert!((model.0 - 70.55e9).abs() < 0.1e9, "{model:?}");
        assert_eq!(swept_value("workload.model", Some(&"my-model".into())), None);
        let size = swept_value("workload.recipe.bucket", Some(&"64 MiB".into()));
        assert_eq!(size, Some((f64::from(64 << 20), "64 MiB".to_owned())));
        assert_eq!(swept_value("workload.parallelism.schedule", Some(&"1f1b".into())), None);
    }

    #[test]
    fn points_that_do_not_fit_are_kept_and_alone_are_nothing() {
        let mut points = example::two_systems(1).results.results;
        example::make_too_large(&mut points[1]);
        let kept = sweep(&points, &MFU).expect("one point has a value");
        assert_eq!(kept.series[1].points, [(1152.0, Shown::DoesNotFit)]);
        example::make_too_large(&mut points[0]);
        assert_eq!(sweep(&points, &MFU), None);
    }
}

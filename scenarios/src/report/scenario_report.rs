//! The results of a scenario with everything that its page and its figures show besides them.

use super::figure_form::{FigureForm, MeasuredRates};
use super::points::{label_values, values_of, varying_parameters};
use super::results::{CollectiveRow, ScenarioResults};
use super::roofline::Roofline;
use super::stage_timeline::StageTimeline;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// A figure that a scenario may ask for under `[report] curves`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CurveKind {
    /// Model FLOPs utilization against the number of chips.
    Mfu,
    /// Communication share, total and exposed, against what the sweep varies.
    CommunicationShare,
    /// Exposed communication share against the number of chips.
    ExposedCommunicationShare,
    /// Utilization of each tier's links over one step.
    LinkUtilization,
    /// Bus bandwidth of an all-reduce against its size, inside one domain of each system.
    Busbw,
    /// Where the time of a step goes, by system and point.
    Ledger,
    /// What the fullest chip holds, by system and point.
    Memory,
    /// What each stage of a pipeline does over one step.
    PipelineTimeline,
    /// Kernels of a step below the roofs of the chip.
    Roofline,
    /// The headline of every point of a sweep over two parameters.
    HeatMap,
    /// Energy per token by what draws it.
    Energy,
    /// Price of a token: electricity, and what wears off.
    Cost,
    /// The busiest links by name.
    BusiestLinks,
    /// How utilization spreads over the links of each tier.
    LinkHistogram,
}

impl CurveKind {
    /// Every kind, in the order in which figures are drawn.
    pub const ALL: [Self; 14] = [
        Self::Mfu,
        Self::CommunicationShare,
        Self::ExposedCommunicationShare,
        Self::Ledger,
        Self::Memory,
        Self::PipelineTimeline,
        Self::LinkUtilization,
        Self::BusiestLinks,
        Self::LinkHistogram,
        Self::Busbw,
        Self::Roofline,
        Self::HeatMap,
        Self::Energy,
        Self::Cost,
    ];

    /// The name in scenario files and of the figure's files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mfu => "mfu",
            Self::CommunicationShare => "communication_share",
            Self::ExposedCommunicationShare => "exposed_communication_share",
            Self::LinkUtilization => "link_utilization",
            Self::Busbw => "busbw",
            Self::Ledger => "ledger",
            Self::Memory => "memory",
            Self::PipelineTimeline => "pipeline_timeline",
            Self::Roofline => "roofline",
            Self::HeatMap => "heat_map",
            Self::Energy => "energy",
            Self::Cost => "cost",
            Self::BusiestLinks => "busiest_links",
            Self::LinkHistogram => "link_histogram",
        }
    }
}

/// Mean utilization of one tier's links in equal time bins over one step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UtilizationTimeline {
    /// The system's name.
    pub system: String,
    /// The number of chips.
    pub chips: u64,
    /// The other swept values that tell the point from others; empty where none varies.
    pub setting: String,
    /// The tier's name.
    pub tier: String,
    /// The width of a bin, in seconds.
    pub bin_seconds: f64,
    /// Share of the tier's capacity in use, one value a bin.
    pub utilization: Vec<f64>,
}

/// Bus bandwidth of a collective against its size, on one system.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct BusbwCurve {
    /// The system's name.
    pub system: String,
    /// The number of ranks.
    pub chips: u64,
    /// The swept values that tell it from other curves of the system.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub setting: BTreeMap<String, Value>,
    /// One row per size, ascending.
    pub rows: Vec<CollectiveRow>,
}

impl BusbwCurve {
    /// The system, and what tells the curve from others of it: `NVL72 with operation = all-gather`.
    pub fn name(&self) -> String {
        let parameters: Vec<String> = self.setting.keys().cloned().collect();
        match label_values(&self.setting, &parameters) {
            setting if setting.is_empty() => self.system.clone(),
            setting => format!("{} with {setting}", self.system),
        }
    }
}

/// One value that the results rest on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assumption {
    /// What the value is.
    pub what: String,
    /// The value with its unit.
    pub value: String,
    /// Where it comes from.
    pub source: String,
}

/// The points that could not be simulated, or not to their end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FailedPoints {
    /// How many.
    pub points: usize,
    /// How many of them were begun and could not finish.
    pub unfinished: usize,
    /// Whether an all-reduce curve beside the points could not finish.
    pub curves_unfinished: bool,
    /// The first of them, in the order of the scenario.
    pub first: Option<FirstFailure>,
}

/// Why the first failed point failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstFailure {
    /// What is wrong.
    pub message: String,
    /// Whether it was begun.
    pub unfinished: bool,
}

impl FailedPoints {
    /// Counts one more.
    pub fn count(&mut self, message: &str, unfinished: bool) {
        self.points += 1;
        self.unfinished += usize::from(unfinished);
        self.first.get_or_insert_with(|| FirstFailure { message: message.to_owned(), unfinished });
    }
}

/// One scenario, run.
#[derive(Debug, Clone, PartialEq)]
pub struct ScenarioReport {
    /// What `--format json` prints; of a scenario with too many points to show, the best of each system.
    pub results: ScenarioResults,
    /// The number of points, shown or not.
    pub points: usize,
    /// The points that failed.
    pub failed: FailedPoints,
    /// The scenario's question, which may be empty.
    pub question: String,
    /// Link utilization over one step.
    pub timelines: Vec<UtilizationTimeline>,
    /// The bytes of the activations that layers exchange, of each point that trains with a plan of its own; none where the
    /// results are a selection.
    pub message_bytes: Vec<Option<u64>>,
    /// All-reduce bus bandwidth inside one domain of each system.
    pub busbw: Vec<BusbwCurve>,
    /// What was measured of the collectives that were simulated.
    pub measured: Vec<MeasuredRates>,
    /// What the stages of pipelines do over a step, of one point of each system.
    pub stage_timelines: Vec<StageTimeline>,
    /// Kernels of the step, of one point of each system.
    pub rooflines: Vec<Roofline>,
    /// What a reader should know before trusting the numbers.
    pub warnings: Vec<String>,
    /// What happened at single points, such as that one does not fit in memory.
    pub notes: Vec<String>,
    /// The values the results rest on.
    pub assumptions: Vec<Assumption>,
    /// The command that makes these results again.
    pub reproduce: String,
    /// The scenario with every default filled in.
    pub resolved_toml: String,
    /// The figures to draw.
    pub curves: Vec<CurveKind>,
    /// How they are drawn.
    pub figures: FigureForm,
}

impl ScenarioReport {
    /// Whether the results are a selection of the points, because there are too many.
    pub fn is_selection(&self) -> bool {
        self.results.results.len() < self.points
    }

    /// Whether no point fits in memory, so that nothing was simulated.
    pub fn nothing_fits(&self) -> bool {
        self.results.results.iter().all(|point| !point.fits)
    }

    /// The bus-bandwidth curves: those simulated beside the scenario, else those of its own collective points, one for each
    /// operation and whatever else is swept besides sizes.
    pub fn busbw_curves(&self) -> Vec<BusbwCurve> {
        if !self.busbw.is_empty() {
            return self.busbw.clone();
        }
        let varying = varying_parameters(&self.results.results);
        let mut curves: Vec<BusbwCurve> = Vec::new();
        for point in &self.results.results {
            let Some(row) = &point.collective else { continue };
            let (system, chips, setting) = (&point.system, point.chips, values_of(point, &varying));
            let is_of = |curve: &&mut BusbwCurve| {
                (&curve.system, curve.chips, &curve.setting) == (system, chips, &setting)
            };
            match curves.iter_mut().find(is_of) {
                Some(curve) => curve.rows.push(row.clone()),
                None => {
                    let (system, rows) = (system.clone(), vec![row.clone()]);
                    curves.push(BusbwCurve { system, chips, setting, rows });
                }
            }
        }
        for curve in &mut curves {
            curve.rows.sort_by_key(|row| row.size_bytes);
        }
        curves
    }
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;
    use crate::report::PointResult;

    #[test]
    fn collectives_that_differ_in_more_than_size_are_curves_apart() {
        let mut report = example::two_systems(1);
        report.busbw.clear();
        let point = |operation: &str, size_bytes: u64| {
            let row = CollectiveRow { size_bytes, ..CollectiveRow::default() };
            let swept = [("workload.operation", operation), ("workload.size", "any")];
            let swept = swept.map(|(name, value)| (name.to_owned(), value.into()));
            PointResult { point: swept.into(), ..PointResult::of_collective("star", 8, row) }
        };
        let points = [("all-reduce", 2), ("all-gather", 2), ("all-reduce", 1)];
        report.results.results = points.map(|(operation, size)| point(operation, size)).to_vec();
        let curves = report.busbw_curves();
        let names: Vec<String> = curves.iter().map(BusbwCurve::name).collect();
        assert_eq!(names, ["star with operation = all-reduce", "star with operation = all-gather"]);
        let sizes: Vec<u64> = curves[0].rows.iter().map(|row| row.size_bytes).collect();
        assert_eq!((sizes, curves[1].rows.len()), (vec![1, 2], 1));
        report.results.results.truncate(1);
        assert_eq!(report.busbw_curves()[0].name(), "star");
    }
}

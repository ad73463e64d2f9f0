//! What a run says and every form in which it is written.
//!
//! | file | idea |
//! |---|---|
//! | `results.rs` | the JSON contract of `run` and `collective`, as types |
//! | `explanation.rs` | why a collective ran as it did |
//! | `step_explanation.rs`, `step_explanation_text.rs` | what the headlines of a point are made of and rest on: types, text |
//! | `scenario_report.rs` | the results and what a page about them needs besides |
//! | `sensitivity.rs`, `sensitivity_table.rs`, `sensitivity_csv.rs` | what ranges of the catalog mean: types, tables, CSV |
//! | `compared.rs`, `compared_table.rs` | what they mean for who wins, and where the winner changes: types, tables |
//! | `plan.rs`, `plan_reasons.rs`, `plan_table.rs`, `plan_csv.rs` | found plans: types, the reasons, tables, CSV |
//! | `validation.rs`, `validation_table.rs`, `validation_csv.rs` | the model beside measurements: types, tables, CSV |
//! | `calibration.rs`, `calibration_table.rs` | fitted parameters: types, tables and TOML |
//! | `pairs.rs` | published runs that differ in one thing |
//! | `chip_calibration.rs`, `chip_calibration_table.rs` | the same of chips and software |
//! | `check_report.rs`, `check_table.rs`, `check_junit.rs`, `check_github.rs` | what was held against expectations and a baseline: types, tables, JUnit XML, annotations |
//! | `whole_file.rs` | a file that is there completely or not at all |
//! | `evidence.rs`, `validation_page.rs` | sources and growth beside measurements, and the page of the book about them |
//! | `training_page/` | the part of that page about training runs |
//! | `figure.rs`, `chart.rs` | a drawn figure, whoever drew it; its numbers, for pages that draw by script |
//! | `metrics.rs` | every number of a result by its stable path |
//! | `points.rs` | what tells the points of a sweep apart |
//! | `answer.rs`, `collective_answer.rs`, `traffic_answer.rs` | the sentence that answers the scenario's question |
//! | `comparison.rs` | tokens per second of one system over those of another: in all, per chip, FLOP, watt and dollar |
//! | `number.rs` | how numbers are rounded for people |
//! | `sheet.rs`, `headline.rs` | tables of text, and the ones that show results |
//! | `energy.rs` | energy per token and per run, its table |
//! | `cost.rs` | the price of a token |
//! | `stage_timeline.rs`, `roofline.rs` | what a figure of stages over time, and of kernels below their roofs, shows |
//! | `traffic.rs` | the figures of traffic, their table |
//! | `listing.rs` | rows one after the other, in memory or not |
//! | `compare/` | two sides beside each other: what meets, what differs, and what the difference is made of |
//! | `page.rs`, `layout.rs` | how wide text is and whether it may draw; tables that fit |
//! | `terminal_chart.rs` | curves of a sweep for a terminal |
//! | `fitted_markdown.rs` | Markdown that a comment takes |
//! | `nccl_remarks.rs` | what stands below the rows of a collective on a narrow page |
//! | `table.rs`, `nccl_table.rs`, `markdown.rs`, `json.rs`, `jsonl.rs`, `csv.rs` | one writer each |
//! | `json_schema.rs`, `results_schema.rs` | JSON Schemas of what is written, and the reference page about results |
//! | `html/` | the page for a browser, one file for each section |
//! | `csv_columns.rs` | which columns results have, found in a pass before |
//! | `files.rs`, `partial.rs` | the output folder; a file that is complete or absent |
//!
//! Nothing here simulates, and nothing here draws: figures come from `plot`.

pub mod answer;
mod calibration;
pub mod calibration_table;
mod chart;
pub mod check_github;
pub mod check_junit;
mod check_report;
pub mod check_table;
mod chip_calibration;
pub mod chip_calibration_table;
mod collective_answer;
pub mod compare;
mod compared;
mod compared_table;
mod comparison;
mod cost;
pub mod csv;
mod csv_columns;
mod energy;
mod evidence;
mod explanation;
mod figure;
mod figure_form;
pub mod files;
mod fitted_markdown;
mod headline;
pub mod html;
pub mod json;
mod json_schema;
pub mod jsonl;
mod layout;
mod limits;
mod links;
mod listing;
pub mod markdown;
mod metrics;
mod nccl_remarks;
pub mod nccl_table;
pub mod number;
mod page;
mod pairs;
mod partial;
mod plan;
pub mod plan_csv;
pub mod plan_reasons;
pub mod plan_table;
mod point_envelope;
mod points;
mod results;
pub mod results_schema;
mod roofline;
mod scenario_report;
mod sensitivity;
pub mod sensitivity_csv;
pub mod sensitivity_table;
mod sheet;
mod stage_timeline;
mod step_explanation;
pub mod step_explanation_text;
pub mod table;
mod terminal_chart;
mod traffic;
mod traffic_answer;
pub(crate) mod training_page;
mod validation;
pub mod validation_csv;
pub mod validation_page;
pub mod validation_table;
mod whole_file;

#[cfg(test)]
pub(crate) mod example;

pub use calibration::{CalibratedParameter, CalibrationErrors, CalibrationGroup, CalibrationReport, HeldOut};
pub use chart::{
    Chart, ChartAxis, ChartBand, ChartColor, ChartMarker, ChartPlace, ChartQuantity, ChartSeries, ChartShape,
    ChartView,
};
pub use check_report::{Against, CheckCase, CheckReport, CheckedPoint, CheckedScenario, Finding};
pub(crate) use check_report::{plain_percent, with_unit};
pub use chip_calibration::{ChipCalibrationReport, ChipClass, ChipErrors, ChipParameter};
pub use compared::{BreakEven, ComparedPair, RatioEnvelope, RatioValue};
pub use comparison::{Comparison, Output, Per, Ratios, Side, meeting_pairs};
pub use cost::{CostPerToken, NoCost};
pub use energy::{EnergyPerToken, RunTotals};
pub use evidence::{Evidence, Growth, GrowthPoint, TableSource, TrainingSource};
pub use explanation::{Candidate, Explanation, RunnerUp, Terms};
pub use figure::{Drawn, Figure, VectorFigure};
pub use figure_form::{FigureForm, FigureSize, FigureTheme, MeasuredRates};
pub use links::{BINS, BusyLink, LinkReport, LinkTimeline, TierLinks};
pub use listing::{Listing, Points};
pub use metrics::{Metrics, ResultKind, unit_of};
pub use page::{Page, TextStyle};
pub use pairs::{PairCount, PairEffect, PairReport, Verdict};
pub use plan::{EntryLoss, EstimatorError, PlanReport, PlanRow, SystemPlan};
pub use point_envelope::PointEnvelope;
pub use points::{distinct_systems, label_setting, values_of, varying_parameters};
pub(crate) use points::{short_name, value_text};
pub use results::{
    Breakdown, CollectiveReport, CollectiveRow, GroupSpread, MEMORY_CAPACITY, MEMORY_TOTAL, Placement,
    PointResult, SCHEMA, ScenarioResults, TierUtilization, Work,
};
pub use roofline::{Roofline, RooflineKernel};
pub use scenario_report::{
    Assumption, BusbwCurve, CurveKind, FailedPoints, FirstFailure, ScenarioReport, UtilizationTimeline,
};
pub use sensitivity::{
    ALL_VALUES, BASE, ENVELOPE, Envelope, FailedVariant, RateMetric, SensitivityEnd, SensitivityPoint,
    SensitivityReport, SensitivityValue, TimeMetric,
};
pub use sheet::{Align, Column, Sheet};
pub use stage_timeline::{StageBlock, StageRow, StageState, StageTimeline};
pub use step_explanation::{
    ExplainedExchange, ExplainedMatmul, ExplainedPart, Headline, PointExplanation, RestsOn, StepExplanation,
    TrafficExplanation, UsedDefault,
};
pub use traffic::TrafficRow;
pub use training_page::{LeftOut, LeftOutErrors};
pub use validation::{
    ErrorSummary, GroupMean, MeanSummary, PlanTime, RowKind, TrainingErrors, TrainingFigures,
    ValidationGroup, ValidationReport, ValidationRow, WorstRow,
};
pub use whole_file::{can_be_written, write_whole};

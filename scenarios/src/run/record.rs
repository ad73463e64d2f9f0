//! What the parts of a scenario have shown, as it is kept until the report is put together.
//!
//! A part is a point, or the bus-bandwidth curve of a system: parts are numbered, points first. Records serialise, so
//! that they can be kept in a file; what is read back gives the same report to the byte.

use super::point::PointOutcome;
use crate::report::{BusbwCurve, PointResult, Points, Roofline, StageTimeline, UtilizationTimeline, Work};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::io;
use std::sync::Arc;

/// What one part has shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartRecord {
    /// A point.
    Point(Box<PointRecord>),
    /// The bus-bandwidth curve of a system.
    Curve(Box<CurveRecord>),
}

/// What one point has shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PointRecord {
    /// Its row.
    pub result: PointResult,
    /// What was simulated.
    pub work: Work,
    /// A hash of the outcome, or a word where there is none.
    pub digest: String,
    /// What a reader should know about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Link utilization over the step, where a figure shows it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timelines: Vec<UtilizationTimeline>,
    /// What the stages of its pipeline do over the step, where a figure shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stages: Option<Box<StageTimeline>>,
    /// Its kernels below the roofs of the chip, where a figure shows them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roofline: Option<Box<Roofline>>,
    /// The bytes of the activations that its layers exchange, where it trains with a plan of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_bytes: Option<u64>,
    /// Why there is no outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<PartFailure>,
}

/// The bus-bandwidth curve of a system, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CurveRecord {
    /// The curve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub curve: Option<BusbwCurve>,
    /// Why there is no curve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<PartFailure>,
}

/// Why a part has no outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartFailure {
    /// What is wrong.
    pub message: String,
    /// Whether it was simulated and could not finish; else it could not be simulated at all.
    pub unfinished: bool,
}

impl PartRecord {
    /// Why the part has no outcome.
    pub fn failure(&self) -> Option<&PartFailure> {
        match self {
            Self::Point(point) => point.failure.as_ref(),
            Self::Curve(curve) => curve.failure.as_ref(),
        }
    }
}

impl From<PointOutcome> for PointRecord {
    fn from(outcome: PointOutcome) -> Self {
        let PointOutcome { result, work, digest, timelines, notes, trace: _, stages, roofline } = outcome;
        let (stages, roofline) = (stages.map(Box::new), roofline.map(Box::new));
        Self { result, work, digest, notes, timelines, stages, roofline, message_bytes: None, failure: None }
    }
}

/// Records of all parts of a scenario, wherever they are kept.
pub trait Records {
    /// The record of a part.
    ///
    /// # Errors
    /// When it cannot be read, or there is none.
    fn read(&self, part: usize) -> io::Result<Cow<'_, PartRecord>>;
}

impl<R: Records> Records for Arc<R> {
    fn read(&self, part: usize) -> io::Result<Cow<'_, PartRecord>> {
        R::read(self, part)
    }
}

/// The rows of the first so many records, one after the other.
pub struct PointsOf<'a> {
    /// The records.
    pub records: &'a dyn Records,
    /// The number of points.
    pub points: usize,
}

impl Points for PointsOf<'_> {
    fn visit(&self, visit: &mut dyn FnMut(&PointResult) -> io::Result<()>) -> io::Result<()> {
        (0..self.points).try_for_each(|part| match &*self.records.read(part)? {
            PartRecord::Point(point) => visit(&point.result),
            PartRecord::Curve(_) => Err(io::Error::other(format!("part {part} is no point"))),
        })
    }
}

/// Records in memory, by the number of their part.
#[derive(Debug, Clone, Default)]
pub struct HeldRecords {
    records: Vec<Option<PartRecord>>,
}

impl HeldRecords {
    /// Room for the records of so many parts.
    pub fn new(parts: usize) -> Self {
        Self { records: vec![None; parts] }
    }

    /// Keeps the record of a part.
    pub fn put(&mut self, part: usize, record: PartRecord) {
        self.records[part] = Some(record);
    }
}

impl Records for HeldRecords {
    fn read(&self, part: usize) -> io::Result<Cow<'_, PartRecord>> {
        let record = self.records.get(part).and_then(Option::as_ref);
        record.map(Cow::Borrowed).ok_or_else(|| io::Error::other(format!("part {part} was not run")))
    }
}

//! Everything that a report says besides what its points have shown.
//!
//! A frame is known before anything runs, and serialises: who has it and the records of all parts can put the report
//! together without the scenario.

use super::{assumptions, busbw};
use crate::file::{Scenario, SystemEntry};
use crate::report::{Assumption, CurveKind, FigureForm, MeasuredRates};
use serde::{Deserialize, Serialize};

/// A report without its points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// The scenario's name.
    pub scenario: String,
    /// The version of this program.
    pub version: String,
    /// A hash of the scenario with every default and override in it.
    pub input_hash: String,
    /// The seed of its random streams.
    pub seed: u64,
    /// The level of detail.
    pub fidelity: String,
    /// The number of points.
    pub points: usize,
    /// The number of bus-bandwidth curves that are simulated beside the points.
    pub busbw: usize,
    /// The systems, in the order of the scenario.
    pub systems: Vec<FrameSystem>,
    /// The scenario's question, which may be empty.
    pub question: String,
    /// What a reader should know before trusting the numbers.
    pub warnings: Vec<String>,
    /// The values the results rest on.
    pub assumptions: Vec<Assumption>,
    /// The scenario with every default filled in.
    pub resolved_toml: String,
    /// The figures to draw.
    pub curves: Vec<CurveKind>,
    /// How they are drawn.
    #[serde(default)]
    pub figures: FigureForm,
    /// What was measured of the collectives that are simulated.
    #[serde(default)]
    pub measured: Vec<MeasuredRates>,
}

/// A system of a frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameSystem {
    /// The name in tables and figures.
    pub name: String,
    /// Its first point that can be made, by number.
    pub first_point: Option<usize>,
}

impl Frame {
    /// The frame of a scenario's report.
    pub fn of(scenario: &Scenario) -> Self {
        Self {
            scenario: scenario.name.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            input_hash: format!("{:032x}", scenario.hash()),
            seed: scenario.seed,
            fidelity: scenario.fidelity.name().to_owned(),
            points: scenario.point_count(),
            busbw: if busbw::is_wanted(scenario) { scenario.systems.len() } else { 0 },
            systems: systems(scenario),
            question: scenario.question.clone().unwrap_or_default(),
            warnings: assumptions::warnings(scenario),
            assumptions: assumptions::of(scenario),
            resolved_toml: scenario.resolved_text(),
            curves: scenario.report.curves.clone(),
            figures: scenario.report.figures,
            measured: busbw::measured(scenario),
        }
    }

    /// The number of parts: points, and curves after them.
    pub const fn parts(&self) -> usize {
        self.points.saturating_add(self.busbw)
    }

    /// Whether there are too many points for tables and figures of all of them.
    pub const fn is_large(&self) -> bool {
        self.points > super::MOST_HELD
    }
}

fn systems(scenario: &Scenario) -> Vec<FrameSystem> {
    let system = |(index, entry): (usize, &SystemEntry)| FrameSystem {
        name: entry.name.clone(),
        first_point: scenario.survey().first_point(index),
    };
    scenario.systems.iter().enumerate().map(system).collect()
}

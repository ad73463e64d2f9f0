//! What is compared: the results of a source, all of its systems or one of them.

use super::super::points::distinct_systems;
use super::super::results::{PointResult, ScenarioResults};
use super::error::CompareError;
use crate::file::suggestion;

/// The results of one source.
#[derive(Debug, Clone, PartialEq)]
pub struct ComparedSource {
    /// What was asked for.
    pub name: String,
    /// What it has shown.
    pub results: ScenarioResults,
    /// The operation, where all points are collectives and it is known.
    pub operation: Option<String>,
}

/// One side: a source, and the system of it that was asked for.
#[derive(Debug, Clone, Copy)]
pub struct Compared<'a> {
    /// The source.
    pub source: &'a ComparedSource,
    /// Its system; `None` for all of them.
    pub system: Option<&'a str>,
}

/// What the points of a side run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Training,
    Collective,
    Traffic,
}

impl Kind {
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Training => "training",
            Self::Collective => "collectives",
            Self::Traffic => "traffic",
        }
    }
}

impl<'a> Compared<'a> {
    /// Its points, in the order of the source.
    pub(super) fn points(&self) -> Vec<&'a PointResult> {
        let wanted = |point: &&PointResult| self.system.is_none_or(|system| point.system == system);
        self.source.results.results.iter().filter(wanted).collect()
    }

    /// The names of its systems.
    pub(super) fn systems(&self) -> Vec<&'a str> {
        match self.system {
            Some(one) => vec![one],
            None => distinct_systems(&self.source.results.results),
        }
    }

    /// What was asked for, as a command line names it.
    pub(super) fn words(&self) -> String {
        match self.system {
            Some(system) => format!("{}#{system}", self.source.name),
            None => self.source.name.clone(),
        }
    }

    /// What its points run; that of training where all have failed.
    pub(super) fn kind(&self) -> Kind {
        let points = self.points();
        if points.iter().any(|point| point.collective.is_some()) {
            Kind::Collective
        } else if points.iter().any(|point| point.traffic.is_some()) {
            Kind::Traffic
        } else {
            Kind::Training
        }
    }

    /// Checks that the source has the system.
    pub(super) fn check_system(&self) -> Result<(), CompareError> {
        let known = distinct_systems(&self.source.results.results);
        let Some(system) = self.system.filter(|system| !known.contains(system)) else { return Ok(()) };
        let remedy = suggestion::remedy(system, &known);
        let (source_name, system) = (self.source.name.clone(), system.to_owned());
        Err(CompareError::UnknownSystem { source_name, system, remedy })
    }
}

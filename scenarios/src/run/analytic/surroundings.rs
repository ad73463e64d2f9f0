//! Fabrics of the points before, and what was learnt of them: points of a sweep often share theirs.

use crate::estimate::{EstimateError, Estimator};
use crate::file::Point;
use crate::run::RunError;
use crate::run::fabric::build;
use copperlight_core::fabric::Fabric;
use copperlight_core::transport::Surveys;
use copperlight_core::units::Bandwidth;
use copperlight_topologies::System;
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

/// So many are kept by each thread.
const MOST: usize = 16;

/// So many chips, in all that a thread keeps.
const MOST_CHIPS: usize = 1 << 18;

/// A fabric, and what its planners have seen.
pub(in crate::run) struct Surroundings {
    pub(super) fabric: Fabric,
    pub(super) seen: RefCell<Surveys>,
    /// What the links of its weakest chip carry.
    pub(super) line_rate: OnceCell<Bandwidth>,
}

impl Surroundings {
    /// A fabric of which nothing is known yet.
    pub(in crate::run) fn new(fabric: Fabric) -> Self {
        Self { fabric, seen: RefCell::default(), line_rate: OnceCell::new() }
    }
}

/// What was made for a system of so many chips.
struct Kept<T> {
    system: System,
    chips: usize,
    made: Rc<T>,
}

/// The latest first.
type Recent<T> = RefCell<Vec<Kept<T>>>;

thread_local! {
    static FABRICS: Recent<Surroundings> = const { RefCell::new(Vec::new()) };
    static ESTIMATORS: Recent<Estimator> = const { RefCell::new(Vec::new()) };
}

/// The fabric of a point.
pub(super) fn fabric_of(point: &Point) -> Result<Rc<Surroundings>, RunError> {
    FABRICS.with(|recent| {
        recall(recent, point, || {
            let fabric = build(&point.system, &point.system_name, point.chips)?;
            Ok(Surroundings::new(fabric))
        })
    })
}

/// The estimator of a point.
pub(super) fn estimator_of(point: &Point) -> Result<Rc<Estimator>, RunError> {
    let refused = |error| refused(&point.system_name, error);
    ESTIMATORS
        .with(|recent| recall(recent, point, || Estimator::new(&point.system, point.chips).map_err(refused)))
}

/// The error in the words of a run.
pub(super) fn refused(system: &str, error: EstimateError) -> RunError {
    let system = system.to_owned();
    match error {
        EstimateError::Build { source, .. } => RunError::Build { system, source },
        EstimateError::Routing(source) => RunError::Routing { system, source },
        stopped @ (EstimateError::Chips { .. } | EstimateError::Stuck { .. }) => {
            RunError::Unfinished { system, reason: stopped.to_string() }
        }
    }
}

/// What was made for the system of a point, or is made now.
fn recall<T>(
    recent: &Recent<T>,
    point: &Point,
    make: impl FnOnce() -> Result<T, RunError>,
) -> Result<Rc<T>, RunError> {
    let mut recent = recent.borrow_mut();
    let same = |kept: &Kept<T>| kept.chips == point.chips && kept.system.is_wired_like(&point.system);
    if let Some(place) = recent.iter().position(same) {
        recent[..=place].rotate_right(1);
        return Ok(Rc::clone(&recent[0].made));
    }
    let made = Rc::new(make()?);
    recent.insert(0, Kept { system: point.system.clone(), chips: point.chips, made: Rc::clone(&made) });
    let mut chips = 0;
    recent.truncate(MOST);
    recent.retain(|kept| {
        chips += kept.chips;
        chips <= MOST_CHIPS
    });
    Ok(made)
}

//! What a calibration of chips is asked for, and its report.

use super::fit::{Fitted, Problem};
use super::left_out::left_out;
use super::pairs::pairs;
use super::rows::{Observation, observations};
use super::slots::{Owner, Slot, Slots};
use super::steps::Steps;
use crate::report::{ChipCalibrationReport, ChipClass, ChipErrors, ChipParameter, SCHEMA};
use crate::run::{RunError, in_pool};
use crate::validate::Table;
use copperlight_topologies::Chip;
use copperlight_topologies::catalog::{self, ARCHITECTURES, Section};
use std::collections::BTreeSet;
use thiserror::Error;

/// The name of all GPUs together.
pub const CHIPS: &str = "chips";

/// The classes of runs.
const CLASSES: [&str; 3] = ["dense-A", "dense-B", "moe"];

/// Simulated over estimated times that moved by more than this on average ask for another fit.
const MOVED: f64 = 2e-3;

/// A factor of software is fitted where at least so many runs of so many models hold it.
pub(super) const FEWEST_RUNS: usize = 5;
pub(super) const FEWEST_MODELS: usize = 2;

/// The most fits.
const MOST_FITS: usize = 3;

/// What to fit to what.
#[derive(Debug, Clone)]
pub struct CalibrateChipsRequest {
    /// The measurements.
    pub tables: Vec<Table>,
    /// An architecture, or [`CHIPS`] for all.
    pub family: String,
    /// Whether to fit once more without each source and each chip, and predict it.
    pub leave_one_out: bool,
    /// The number of threads, or all cores.
    pub threads: Option<usize>,
}

/// Why nothing can be fitted.
#[derive(Debug, Error)]
pub enum CalibrateChipsError {
    /// No run to fit to.
    #[error(
        "no training run of the tables has a complete plan and a chip of {family}; name a table that has one"
    )]
    NoRows {
        /// The family.
        family: String,
    },
    /// A step could not be simulated.
    #[error("a published run could not be simulated: {0}")]
    Step(String),
    /// No threads.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// Whether a family is one of chips: an architecture, or all of them.
pub fn is_of_chips(family: &str) -> bool {
    family == CHIPS || ARCHITECTURES.contains(&family)
}

/// Fits the parameters of chips and software, from their shipped values.
///
/// # Errors
/// [`CalibrateChipsError`] when there is nothing to fit to.
pub fn calibrate_chips(
    request: &CalibrateChipsRequest,
) -> Result<ChipCalibrationReport, CalibrateChipsError> {
    let slots = Slots::of_catalog();
    in_pool(request.threads, || {
        let is_wanted = |chip: &Chip| request.family == CHIPS || chip.architecture() == Some(&request.family);
        let (rows, steps) = observations(&request.tables, &slots, is_wanted);
        if rows.is_empty() {
            return Err(CalibrateChipsError::NoRows { family: request.family.clone() });
        }
        Calibration { request, slots: &slots, rows: &rows, steps: &steps }.report()
    })?
}

fn architecture(chip: &str) -> Option<&'static str> {
    catalog::find(Section::Chips, chip).ok()?.text("architecture")
}

/// A request with its rows.
struct Calibration<'a> {
    request: &'a CalibrateChipsRequest,
    slots: &'a Slots,
    rows: &'a [Observation],
    steps: &'a Steps,
}

impl Calibration<'_> {
    fn report(&self) -> Result<ChipCalibrationReport, CalibrateChipsError> {
        let pairs = pairs(self.rows);
        let open: Vec<bool> = (0..self.slots.all.len()).map(|slot| self.is_open(slot)).collect();
        let seen = vec![true; self.rows.len()];
        let shipped = self.slots.shipped();
        let before = self.simulated(&shipped)?;
        let mut ratios = self.ratios(&shipped, &before);
        let mut values = shipped;
        for fit in 1.. {
            let (slots, rows, steps) = (self.slots, self.rows, self.steps);
            let problem =
                Problem { slots, rows, pairs: &pairs, steps, ratios: &ratios, open: &open, seen: &seen };
            let fitted = problem.fit(&values);
            let after = self.simulated(&fitted.values)?;
            let moved = self.ratios(&fitted.values, &after);
            let off = moved.iter().zip(&ratios).map(|(one, other)| (one - other).abs());
            let mean = off.sum::<f64>() / ratios.len() as f64;
            if mean > MOVED && fit < MOST_FITS {
                (ratios, values) = (moved, fitted.values);
                continue;
            }
            let left_out = self.request.leave_one_out.then(|| left_out(&problem, &fitted));
            return Ok(ChipCalibrationReport {
                schema: SCHEMA,
                family: self.request.family.clone(),
                loss: fitted.loss,
                rounds: fitted.rounds as u64,
                rows: self.rows.len() as u64,
                pairs: pairs.len() as u64,
                parameters: self.parameters(&fitted, &open),
                classes: self.classes(&before, &after),
                left_out,
            });
        }
        unreachable!("the last fit returns")
    }

    /// Of one architecture only its own parameters are fitted; what all share stays as shipped. So does the factor of a
    /// release that too few runs hold.
    fn is_open(&self, index: usize) -> bool {
        let family = self.request.family.as_str();
        let slot = &self.slots.all[index];
        match slot.owner {
            Owner::Software(..) if self.rows_of(index).count() < FEWEST_RUNS => false,
            Owner::Software(..) if self.models_of(index) < FEWEST_MODELS => false,
            _ if family == CHIPS => true,
            Owner::All | Owner::Hosts(_) => false,
            Owner::Chip(chip) => architecture(chip) == Some(family),
            Owner::Software(_, of) => of == family,
        }
    }

    /// The logarithms of simulated times by step.
    fn simulated(&self, values: &[f64]) -> Result<Vec<f64>, CalibrateChipsError> {
        self.steps.simulated(self.slots, values).map_err(CalibrateChipsError::Step)
    }

    /// Simulated over estimated times by step, as logarithms.
    fn ratios(&self, values: &[f64], simulated: &[f64]) -> Vec<f64> {
        let estimated = self.steps.log_times(self.slots, values);
        simulated.iter().zip(estimated).map(|(simulated, estimated)| simulated - estimated).collect()
    }

    /// The runs that tell the value of a slot.
    fn rows_of(&self, slot: usize) -> impl Iterator<Item = &Observation> {
        let field = self.slots.all[slot].field;
        let depends = move |row: &&Observation| self.steps.all[row.step].slots.contains(&slot);
        self.rows.iter().filter(depends).filter(move |row| row.tells(field))
    }

    /// Of how many models they are.
    fn models_of(&self, slot: usize) -> usize {
        self.rows_of(slot).map(|row| &row.model).collect::<BTreeSet<_>>().len()
    }

    fn parameters(&self, found: &Fitted, open: &[bool]) -> Vec<ChipParameter> {
        let parameter = |(index, slot): (usize, &Slot)| {
            let (unit, scale) = slot.field.unit();
            ChipParameter {
                owner: slot.owner.name().to_owned(),
                name: slot.owner.key(slot.field),
                unit,
                shipped: slot.shipped * scale,
                refitted: found.values[index] * scale,
                rows: self.rows_of(index).count() as u64,
                models: self.models_of(index) as u64,
            }
        };
        let fitted = self.slots.all.iter().enumerate().filter(|(index, _)| open[*index]);
        fitted.map(parameter).filter(|parameter| parameter.rows > 0).collect()
    }

    fn classes(&self, before: &[f64], after: &[f64]) -> Vec<ChipClass> {
        let errors = |class: &str, times: &[f64]| {
            let own = self.rows.iter().filter(|row| row.class == class);
            ChipErrors::of(&own.map(|row| times[row.step].exp() / row.measured - 1.0).collect::<Vec<f64>>())
        };
        let class = |name: &str| ChipClass {
            name: name.to_owned(),
            rows: self.rows.iter().filter(|row| row.class == name).count() as u64,
            shipped: errors(name, before),
            refitted: errors(name, after),
        };
        CLASSES.into_iter().map(class).filter(|class| class.rows > 0).collect()
    }
}

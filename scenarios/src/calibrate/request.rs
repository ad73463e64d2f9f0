//! What `calibrate` is asked for, and its report.

use super::fit::{Fitted, Problem};
use super::observations::{Observation, Observations};
use super::slots::{Slot, Slots};
use crate::report::{
    CalibratedParameter, CalibrationErrors, CalibrationGroup, CalibrationReport, HeldOut, SCHEMA,
};
use crate::run::{RunError, in_pool};
use crate::validate::Table;
use rayon::prelude::*;
use thiserror::Error;

/// The name of all families together.
pub(super) const ALL: &str = "all";

/// What to fit to what.
#[derive(Debug, Clone)]
pub struct CalibrateRequest {
    /// The measurements.
    pub tables: Vec<Table>,
    /// A transport family, or `all`.
    pub family: String,
    /// Whether to fit once more without each group of rows, and predict it.
    pub leave_one_out: bool,
    /// Rows of so many chips are not fitted but predicted.
    pub hold_out: Vec<usize>,
    /// The number of threads, or all cores.
    pub threads: Option<usize>,
}

/// Why nothing can be fitted.
#[derive(Debug, Error)]
pub enum CalibrateError {
    /// No such family.
    #[error(
        "`{name}` is no transport family; write {ALL} or one of {known}; or for chips one of chips, ampere, hopper, blackwell"
    )]
    Family {
        /// What was asked for.
        name: String,
        /// The families.
        known: String,
    },
    /// No parameter is fitted in this family.
    #[error("no parameter of {name} is fitted: no public table measures it; write {ALL} or one of {known}")]
    NothingFitted {
        /// The family.
        name: String,
        /// The families with parameters that are.
        known: String,
    },
    /// No row to fit to.
    #[error("no row of the tables runs over {name}; name a table that does, or --family {ALL}")]
    NoRows {
        /// The family.
        name: String,
    },
    /// Rows that are held out are none or all.
    #[error(
        "--hold-out {chips} holds out {which} of the rows; name numbers of chips that some of the rows have"
    )]
    HoldOut {
        /// The numbers of chips.
        chips: String,
        /// Which of the rows these are.
        which: &'static str,
    },
    /// No threads.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// Fits parameters from rough guesses.
///
/// # Errors
/// [`CalibrateError`] when there is nothing to fit, or nothing to fit to.
pub fn calibrate(request: &CalibrateRequest) -> Result<CalibrationReport, CalibrateError> {
    let slots = Slots::of_catalog();
    check_family(&slots, &request.family)?;
    in_pool(request.threads, || {
        let mut observations = Observations::of_tables(&request.tables);
        observations.keep(|batch| request.family == ALL || batch.family == request.family);
        if observations.batches.is_empty() {
            return Err(CalibrateError::NoRows { name: request.family.clone() });
        }
        check_held_out(&observations, &request.hold_out)?;
        Ok(Calibration::new(&slots, &observations, request).report())
    })?
}

fn check_family(slots: &Slots, name: &str) -> Result<(), CalibrateError> {
    let fitted = |family: &&str| slots.all.iter().any(|slot| slot.is_of(family) && !slot.owner.is_empty());
    let known = |families: Vec<&str>| families.join(", ");
    let with_slots = || known(slots.families().filter(fitted).collect());
    if name == ALL || slots.families().filter(fitted).any(|family| family == name) {
        return Ok(());
    }
    let name = name.to_owned();
    if slots.families().any(|family| family == name) {
        return Err(CalibrateError::NothingFitted { name, known: with_slots() });
    }
    Err(CalibrateError::Family { name, known: with_slots() })
}

/// Of the rows some must be held out, and some stay to be fitted to.
fn check_held_out(observations: &Observations, hold_out: &[usize]) -> Result<(), CalibrateError> {
    let mut rows = observations.batches.iter().flat_map(|batch| &batch.rows);
    let held = |row: &Observation| hold_out.contains(&row.chips);
    let which = match (rows.clone().any(held), rows.all(held)) {
        _ if hold_out.is_empty() => return Ok(()),
        (false, _) => "none",
        (true, true) => "all",
        (true, false) => return Ok(()),
    };
    let chips = hold_out.iter().map(usize::to_string).collect::<Vec<_>>().join(",");
    Err(CalibrateError::HoldOut { chips, which })
}

/// A request on its fabrics.
struct Calibration<'a> {
    request: &'a CalibrateRequest,
    problem: Problem<'a>,
    shipped: Vec<f64>,
}

impl<'a> Calibration<'a> {
    /// Of a single family only its own slots are fitted; what it shares with others stays as shipped.
    fn new(slots: &'a Slots, observations: &'a Observations, request: &'a CalibrateRequest) -> Self {
        let shipped = slots.shipped();
        let is_open =
            |slot: &Slot| request.family == ALL || (!slot.owner.is_empty() && slot.is_of(&request.family));
        let open: Vec<bool> = slots.all.iter().map(is_open).collect();
        let start = |(index, slot): (usize, &Slot)| match open[index] {
            true => slot.parameter.guess,
            false => shipped[index],
        };
        let start = slots.all.iter().enumerate().map(start).collect();
        Self { request, problem: Problem { slots, observations, open, start }, shipped }
    }

    fn is_held_out(&self, row: &Observation) -> bool {
        self.request.hold_out.contains(&row.chips)
    }

    fn report(&self) -> CalibrationReport {
        let found = self.problem.fit(&|row| !self.is_held_out(row));
        let refitted = self.problem.errors(&found.values);
        let shipped = self.problem.errors(&self.shipped);
        let names = &self.problem.observations.groups;
        let group = |group: usize| {
            let of_group = |row: &Observation| row.group == group;
            CalibrationGroup {
                name: names[group].clone(),
                rows: self.count(&of_group),
                shipped: self.summary(&shipped, &of_group),
                refitted: self.summary(&refitted, &of_group),
                left_out: self.request.leave_one_out.then(|| self.left_out(group)),
            }
        };
        let mut groups: Vec<CalibrationGroup> = (0..names.len()).into_par_iter().map(group).collect();
        groups.retain(|group| group.rows > 0);
        let held = |row: &Observation| self.is_held_out(row);
        let held_out = (!self.request.hold_out.is_empty()).then(|| HeldOut {
            chips: self.request.hold_out.clone(),
            rows: self.count(&held),
            errors: self.summary(&refitted, &held),
        });
        CalibrationReport {
            schema: SCHEMA,
            family: self.request.family.clone(),
            loss: found.loss,
            rounds: found.rounds as u64,
            parameters: self.parameters(&found),
            groups,
            held_out,
        }
    }

    /// The errors of a group of rows under a fit that has not seen it.
    fn left_out(&self, group: usize) -> CalibrationErrors {
        let found = self.problem.fit(&|row| row.group != group && !self.is_held_out(row));
        self.summary(&self.problem.errors(&found.values), &|row| row.group == group)
    }

    fn parameters(&self, found: &Fitted) -> Vec<CalibratedParameter> {
        let slots = self.problem.slots.all.iter().enumerate().filter(|(index, _)| self.problem.open[*index]);
        let parameter = |(index, slot): (usize, &Slot)| CalibratedParameter {
            name: slot.parameter.name.to_owned(),
            owner: (!slot.owner.is_empty()).then(|| slot.owner.to_owned()),
            unit: slot.parameter.unit.to_owned(),
            shipped: self.shipped[index],
            refitted: found.fitted[index].then(|| found.values[index]),
        };
        slots.map(parameter).collect()
    }

    fn count(&self, of: &dyn Fn(&Observation) -> bool) -> u64 {
        self.problem.observations.rows().filter(|(_, row)| of(row)).count() as u64
    }

    fn summary(&self, errors: &[Vec<f64>], of: &dyn Fn(&Observation) -> bool) -> CalibrationErrors {
        let rows = self.problem.observations.rows().zip(errors.iter().flatten());
        let found: Vec<(bool, f64)> = rows
            .filter(|((_, row), _)| of(row))
            .map(|((_, row), error)| (row.large, error.exp() - 1.0))
            .collect();
        let mean =
            |values: Vec<f64>| (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64);
        CalibrationErrors {
            all: mean(found.iter().map(|(_, error)| error.abs()).collect()),
            bias: mean(found.iter().map(|(_, error)| *error).collect()),
            large: mean(found.iter().filter(|(large, _)| *large).map(|(_, error)| error.abs()).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::{TableKind, built_in_tables};

    fn request(family: &str, hold_out: &[usize]) -> CalibrateRequest {
        CalibrateRequest {
            tables: built_in_tables(TableKind::Collectives),
            family: family.to_owned(),
            leave_one_out: false,
            hold_out: hold_out.to_vec(),
            threads: None,
        }
    }

    #[test]
    fn a_cold_fit_to_the_built_in_tables_gives_the_shipped_values() {
        let report = calibrate(&request(ALL, &[])).expect("the built-in tables can be fitted");
        let mut fitted = 0;
        for CalibratedParameter { name, owner, shipped, refitted, .. } in &report.parameters {
            let Some(refitted) = refitted else { continue };
            fitted += 1;
            // Shipped values have three digits.
            assert!((refitted / shipped - 1.0).abs() < 0.01, "{owner:?} {name}: {shipped}, {refitted}");
        }
        assert!(fitted > 35, "only {fitted} were fitted");
        for group in &report.groups {
            let off = (group.refitted.all, group.shipped.all);
            let (Some(refitted), Some(shipped)) = off else { panic!("{} has rows", group.name) };
            assert!((refitted - shipped).abs() < 0.005, "{}: {refitted}, {shipped}", group.name);
        }
    }

    #[test]
    fn two_racks_are_predicted_by_a_fit_that_has_not_seen_a_rack() {
        let report = calibrate(&request(ALL, &[72, 144])).expect("the built-in tables can be fitted");
        let held = report.held_out.expect("rows were held out");
        assert!(held.rows >= 9, "{held:?}");
        assert!(held.errors.all.is_some_and(|error| error < 0.12), "{held:?}");
    }

    #[test]
    fn of_one_family_only_its_own_parameters_are_fitted() {
        let report = calibrate(&request("nvlink4-tcpxo", &[])).expect("there is a table of this family");
        assert!(report.parameters.iter().all(|parameter| parameter.owner.is_some()));
        let network = |name: &str| {
            let of_network = |found: &&CalibratedParameter| found.owner.as_deref() == Some("tcpxo");
            report
                .parameters
                .iter()
                .filter(of_network)
                .find(|found| found.name == name)
                .and_then(|found| found.refitted)
        };
        assert!(network("scale_out.efficiency").is_some_and(|share| share > 0.85 && share < 1.0));
        assert!(network("scale_out.step_ll").is_some_and(|step| step > 40.0 && step < 80.0));
    }
}

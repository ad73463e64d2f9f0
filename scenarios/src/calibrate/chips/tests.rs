//! The shipped values are those of the fit, and factors of software are held by enough runs.

use super::request::{CalibrateChipsRequest, FEWEST_MODELS, FEWEST_RUNS, calibrate_chips};
use super::rows::{Observation, observations};
use super::slots::{Owner, Slots};
use crate::validate::{TableKind, built_in_tables};
use std::collections::BTreeSet;

#[test]
fn a_fit_of_ampere_gives_what_is_shipped() {
    let report = calibrate_chips(&CalibrateChipsRequest {
        tables: built_in_tables(TableKind::Training),
        family: "ampere".to_owned(),
        leave_one_out: false,
        threads: None,
    });
    let report = report.expect("the built-in runs are simulated");
    assert!(report.parameters.len() > 3);
    for parameter in report.parameters {
        let moved = parameter.refitted / parameter.shipped - 1.0;
        assert!(moved.abs() < 0.01, "{parameter:?}");
    }
}

#[test]
fn factors_of_software_are_held_by_enough_runs() {
    let slots = Slots::of_catalog();
    let (rows, steps) = observations(&built_in_tables(TableKind::Training), &slots, |_| true);
    for (index, slot) in slots.all.iter().enumerate() {
        let depends = |row: &&Observation| steps.all[row.step].slots.contains(&index);
        let own = || rows.iter().filter(depends).filter(|row| row.tells(slot.field));
        let models: BTreeSet<&str> = own().map(|row| row.model.as_str()).collect();
        let is_held = own().count() >= FEWEST_RUNS && models.len() >= FEWEST_MODELS;
        if matches!(slot.owner, Owner::Software(..)) && !is_held {
            assert!((slot.shipped - 1.0).abs() < 1e-9, "{slot:?}");
        }
    }
}

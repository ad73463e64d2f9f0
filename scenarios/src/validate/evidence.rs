//! What a page about measurements shows besides errors: the sources of tables, and the growth with the number of chips.

use super::embedded;
use super::modelled::collectives;
use super::row::{Measured, MeasuredOperation, MeasuredRun};
use super::setup::Setup;
use super::table::{Table, TableKind};
use crate::report::{Evidence, Growth, GrowthPoint, LeftOut, TableSource, TrainingSource};
use crate::run::{RunError, in_pool};
use copperlight_core::units::Bytes;
use copperlight_core::workload::CollectiveKind;
use copperlight_topologies::System;
use std::collections::BTreeMap;

/// The machine whose all-reduce was measured in one domain and in two.
const SYSTEM: &str = "gb200-nvl72";

/// Machines with the same chips and links, whose measurements stand beside it.
const ALIKE: [&str; 2] = ["hgx-b200", SYSTEM];

/// Two sizes that were measured on few chips and on many.
const SIZES: [u64; 2] = [512 << 20, 8 << 30];

/// One domain, two, and as many as a large job has.
const CHIPS: [usize; 9] = [2, 4, 8, 16, 36, 72, 144, 288, 576];

/// The sources of the tables, and the growth of an all-reduce with the number of chips, on so many threads.
///
/// # Errors
/// [`RunError`] when there are no threads.
pub fn evidence(tables: &[Table], threads: Option<usize>) -> Result<Evidence, RunError> {
    let growth = in_pool(threads, || SIZES.map(Bytes::new).map(|size| growth(tables, size)))?;
    let collectives = tables.iter().filter(|table| table.kind == TableKind::Collectives);
    Ok(Evidence {
        sources: collectives.map(source).collect(),
        growth: growth.into(),
        runs: runs(tables),
        left_out: left_out(),
    })
}

fn source(table: &Table) -> TableSource {
    let harness = &table.harness;
    TableSource {
        table: table.name.clone(),
        source: harness.source.clone(),
        url: harness.url.clone(),
        licence: harness.licence.clone(),
        notes: harness.notes.clone(),
    }
}

/// Errors of training runs that were left out of the fit, as they were last written down.
pub fn left_out() -> LeftOut {
    serde_json::from_str(embedded::LEFT_OUT).expect("the built-in errors are well-formed")
}

/// The sources of training runs, in the order of their names.
fn runs(tables: &[Table]) -> Vec<TrainingSource> {
    let mut known: BTreeMap<&str, TrainingSource> = BTreeMap::new();
    let published =
        tables.iter().flat_map(|table| &table.rows).filter_map(|row| row.training.as_ref()?.as_ref().ok());
    for run in published {
        let blank = || TrainingSource { family: run.family().to_owned(), rows: 0, published: Vec::new() };
        let source = known.entry(run.family()).or_insert_with(blank);
        source.rows += 1;
        if !source.published.contains(&run.source) {
            source.published.push(run.source.clone());
        }
    }
    known.into_values().collect()
}

fn growth(tables: &[Table], size: Bytes) -> Growth {
    let runs = tables.iter().flat_map(|table| &table.rows).filter_map(|row| row.run.as_ref().ok());
    Growth {
        size_bytes: size.count(),
        measured: runs.filter_map(|run| measured(run, size)).collect(),
        modelled: CHIPS.into_iter().filter_map(|chips| modelled(chips, size)).collect(),
    }
}

/// The rate of a run, if it is an all-reduce of that size on whole domains, with an algorithm of the library's choice.
fn measured(run: &MeasuredRun, size: Bytes) -> Option<GrowthPoint> {
    let wanted = MeasuredOperation::Collective { kind: CollectiveKind::AllReduce, algorithm: None, size };
    let setup = &run.setup;
    let is_cut = || {
        let domain = System::preset(&setup.preset).map_or(0, |system| system.domain_size());
        setup.chips_per_domain.is_some_and(|chips| setup.chips > chips && chips != domain)
    };
    if run.operation != wanted || !ALIKE.contains(&setup.preset.as_str()) || is_cut() {
        return None;
    }
    let busbw_gb_per_s = match run.measured {
        Measured::BusbwGbPerS(rate) => rate,
        Measured::TimeUs(time) => {
            let factor = CollectiveKind::AllReduce.bus_factor(setup.chips);
            size.count() as f64 * factor / time * 1e-3
        }
    };
    Some(GrowthPoint { system: setup.preset.clone(), chips: setup.chips as u64, busbw_gb_per_s })
}

/// What the model says of so many chips; nothing where it says nothing.
fn modelled(chips: usize, size: Bytes) -> Option<GrowthPoint> {
    let system = System::preset(SYSTEM).expect("the catalog has the machine");
    let preset = SYSTEM.to_owned();
    let setup = Setup { preset, chips, chips_per_domain: None, scale_out: None, network: None };
    let answers = collectives((&setup, &system), (CollectiveKind::AllReduce, None), &[size]);
    let answer = answers.into_iter().next()?.ok()?;
    let busbw_gb_per_s = answer.busbw_gb_per_s?;
    Some(GrowthPoint { system: SYSTEM.to_owned(), chips: chips as u64, busbw_gb_per_s })
}

#[cfg(test)]
mod tests {
    use super::super::measured_tables;
    use super::*;

    #[test]
    fn one_domain_and_two_were_measured_at_both_sizes() {
        let tables = measured_tables(None).expect("the built-in tables can be read");
        for size in SIZES.map(Bytes::new) {
            let runs = tables.iter().flat_map(|table| &table.rows).filter_map(|row| row.run.as_ref().ok());
            let chips: Vec<u64> = runs.filter_map(|run| Some(measured(run, size)?.chips)).collect();
            assert!([8, 72, 144].iter().all(|count| chips.contains(count)), "{size:?}: {chips:?}");
            // Partitions of four on several racks are another machine.
            assert!(!chips.contains(&12) && !chips.contains(&24), "{chips:?}");
        }
    }
}

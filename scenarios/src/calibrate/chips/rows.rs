//! Published runs with complete plans, each with its step.

use super::field::Field;
use super::slots::{Kind, Slots};
use super::steps::Steps;
use crate::training::ChipRates;
use crate::validate::{Published, ReadyRun, Table, ready_run};
use copperlight_topologies::{Chip, Software};
use std::collections::BTreeMap;

/// The width from which heads are as fast as attention is.
const HEADS: u64 = 128;

/// How weights fall with the number of runs of one plan: less for mixtures of experts, of which few plans are published.
const OF_DENSE: f64 = -0.5;
const OF_MIXTURES: f64 = -0.25;

/// A published run that is fitted to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Observation {
    /// Its source.
    pub(super) family: String,
    /// `dense-A`, `dense-B` or `moe`.
    pub(super) class: &'static str,
    pub(super) chip: String,
    pub(super) architecture: String,
    pub(super) chips: u64,
    /// What it shares with runs of the same plan, whatever their number of chips.
    pub(super) likeness: String,
    pub(super) generation: Option<&'static str>,
    pub(super) model: String,
    /// The place of its step.
    pub(super) step: usize,
    /// The step time that was measured, in seconds.
    pub(super) measured: f64,
    /// How much it counts: less where the same plan was published often.
    pub(super) weight: f64,
}

impl Observation {
    /// Whether it can tell the value of a slot that its step depends on: of dense layers, runs with experts do not.
    pub(super) fn tells(&self, field: Field) -> bool {
        field != Field::DenseTime || self.class != "moe"
    }
}

/// The runs of all tables whose plans are complete and whose chips have slots, and their steps.
pub(super) fn observations(
    tables: &[Table],
    slots: &Slots,
    is_wanted: impl Fn(&Chip) -> bool,
) -> (Vec<Observation>, Steps) {
    let published = || tables.iter().flat_map(|table| &table.rows).filter_map(|row| row.training.as_ref());
    let readable: Vec<&Published> = published().filter_map(|row| row.as_deref().ok()).collect();
    let mut steps = Steps::default();
    let runs = readable.iter().filter_map(|row| ready_run(row, &readable));
    let wanted = runs.filter(|run| run.system.chip().is_some_and(&is_wanted));
    let mut rows: Vec<Observation> = wanted.filter_map(|run| observation(&run, slots, &mut steps)).collect();
    let mut sizes: BTreeMap<String, f64> = BTreeMap::new();
    let cluster = |row: &Observation| format!("{} {}", row.family_stem(), row.likeness);
    rows.iter().for_each(|row| *sizes.entry(cluster(row)).or_default() += 1.0);
    rows.iter_mut().for_each(|row| {
        let exponent = if row.class == "moe" { OF_MIXTURES } else { OF_DENSE };
        row.weight = sizes[&cluster(row)].powf(exponent);
    });
    (rows, steps)
}

impl Observation {
    /// The source, whatever its release: what stands before the first digit.
    fn family_stem(&self) -> &str {
        self.family.split(|letter: char| letter.is_ascii_digit()).next().unwrap_or_default()
    }
}

fn observation(run: &ReadyRun, slots: &Slots, steps: &mut Steps) -> Option<Observation> {
    let chip = run.system.chip()?;
    let job = &run.job;
    let software = job.recipe().software.map(Software::name);
    let has_experts = job.model().shape().experts.is_some();
    let kind = Kind {
        chip: chip.name(),
        architecture: chip.architecture(),
        precision: job.precision(),
        software,
        has_experts,
        has_small_heads: job.model().shape().head_dim < HEADS,
    };
    let own = slots.of(&kind)?;
    let rates = ChipRates::of(chip, job.precision())?;
    let rates = match job.recipe().software {
        Some(software) => rates.with_software(software.factors(chip)),
        None => rates,
    };
    let parallelism = job.parallelism();
    let likeness = format!(
        "{} {} {} {} {}",
        job.model().name(),
        chip.name(),
        job.precision().name(),
        parallelism.tensor,
        parallelism.pipeline
    );
    Some(Observation {
        family: run.family.clone(),
        class: run.class,
        chip: chip.name().to_owned(),
        architecture: chip.architecture().unwrap_or_default().to_owned(),
        chips: job.chips(),
        likeness,
        generation: software,
        model: job.model().name().to_owned(),
        step: steps.place(run, rates, own),
        measured: run.measured,
        weight: 1.0,
    })
}

//! `[workload]` with `kind = "training"`: model, batch, precision, parallelism.

use super::choice::Choice;
use super::document::Place;
use super::error::ScenarioError;
use super::limits::{MOST_SEQUENCES, MOST_TOKENS, WIDEST};
use super::parallelism::Cut;
use super::section::{Placed, Section};
use super::{model, parallelism, recipe};
use crate::training::{
    FlopConvention, Model, Parallelism, PlanError, Precision, Recipe, TrainingJob, TrainingPlan,
};

/// Precisions that a scenario may ask for one day; those that are built count first.
const LATER_PRECISIONS: [&str; 1] = ["fp4"];

const FLOP_CONVENTION: Choice<'static, FlopConvention> = Choice {
    what: "FLOP convention",
    available: &[("causal", FlopConvention::Causal), ("full", FlopConvention::Full)],
    later: &[],
};

/// How many sequences a step has: stated in all, or as micro-batches of each replica.
#[derive(Clone, Copy)]
enum Batch {
    Global(Placed<usize>),
    MicroBatches(Placed<usize>),
}

/// The keys of a training workload, each right by itself.
struct Keys {
    model: Model,
    sequence_length: usize,
    micro_batch: usize,
    batch: Batch,
    precision: Precision,
    flop_convention: FlopConvention,
    run_tokens: Option<u64>,
    cut: Cut,
    recipe: Recipe,
}

/// Reads the keys of a training workload and holds the plan against `chips`.
pub(super) fn read(section: &Section<'_>, chips: Option<Placed<usize>>) -> Option<TrainingJob> {
    let (keys, chips) = (read_keys(section), chips?);
    let keys = keys?;
    let made = plan(&keys, chips.value as u64).and_then(|plan| TrainingJob::new(plan, chips.value as u64));
    match made {
        Ok(job) => Some(job),
        Err(error) => {
            let place = place_of(section, &error, &chips);
            section.error(place, ScenarioError::IllegalPlan { problem: error.to_string() });
            None
        }
    }
}

fn read_keys(section: &Section<'_>) -> Option<Keys> {
    section.refuse_later(&["plan"], "write the degrees into [workload.parallelism]");
    let model = model::read(section);
    if section.entry("sequence_length").is_none() {
        section.missing("sequence_length", "sequence_length = 2048");
    }
    let sequence_length = section.whole("sequence_length", 1..=WIDEST);
    let micro_batch = section.whole_or("micro_batch", 1..=MOST_SEQUENCES, 1).value;
    let batch = read_batch(section);
    let precision = read_precision(section);
    let flop_convention = FLOP_CONVENTION.read_or(section, "flop_convention", "causal");
    let run_tokens = read_tokens(section);
    if section.entry("parallelism").is_none() {
        section.missing("parallelism", "[workload.parallelism] with tensor = 8 and pipeline = 16");
    }
    let cut = section.section("parallelism").map(|table| parallelism::read(&table));
    let recipe = recipe::read(section);
    section.finish();
    Some(Keys {
        model: model?,
        sequence_length: sequence_length?.value,
        micro_batch,
        batch: batch?,
        precision,
        flop_convention,
        run_tokens: run_tokens?,
        cut: cut?,
        recipe,
    })
}

fn read_precision(section: &Section<'_>) -> Precision {
    let available = Precision::ALL.map(|precision| (precision.name(), precision));
    let choice = Choice { what: "precision", available: &available, later: &LATER_PRECISIONS };
    choice.read_or(section, "precision", Precision::Bf16.name())
}

fn plan(keys: &Keys, chips: u64) -> Result<TrainingPlan, PlanError> {
    let Cut { parallelism, micro_batch, data, layers_per_chunk } = &keys.cut;
    let micro_batch = micro_batch.unwrap_or(keys.micro_batch) as u64;
    let data = match data {
        Some(data) => *data,
        None => {
            parallelism.check_widths(keys.model.shape())?;
            parallelism.replicas(chips)?
        }
    };
    let global_batch = match keys.batch {
        Batch::Global(batch) => batch.value as u64,
        Batch::MicroBatches(batch) => (batch.value as u64).saturating_mul(micro_batch).saturating_mul(data),
    };
    let parallelism = Parallelism { data, micro_batch, ..*parallelism };
    let (model, precision, sequence_length) =
        (keys.model.clone(), keys.precision, keys.sequence_length as u64);
    let (run_tokens, flop_convention) = (keys.run_tokens, keys.flop_convention);
    Ok(TrainingPlan {
        model,
        parallelism,
        sequence_length,
        global_batch,
        precision,
        layers_per_chunk: layers_per_chunk.clone(),
        recipe: keys.recipe,
        flop_convention,
        run_tokens,
    })
}

/// The tokens of the whole run; `Some(None)` where none are given, `None` where they cannot be.
fn read_tokens(section: &Section<'_>) -> Option<Option<u64>> {
    if section.entry("tokens").is_none() {
        return Some(None);
    }
    let tokens = section.number("tokens")?;
    if (1.0..=MOST_TOKENS).contains(&tokens.value) && tokens.value.fract() == 0.0 {
        return Some(Some(tokens.value as u64));
    }
    let (key, value) = ("tokens".to_owned(), tokens.value.to_string());
    let bound = "a whole number from 1 to 1e18, the tokens of the whole run".to_owned();
    section.error(tokens.place, ScenarioError::OutOfRange { key, value, bound });
    None
}

/// Where the value that a plan's error names was written.
fn place_of(section: &Section<'_>, error: &PlanError, chips: &Placed<usize>) -> Option<Place> {
    if matches!(error, PlanError::ChipsIndivisible { .. }) {
        return chips.place;
    }
    let in_section = |section: &Section<'_>, key: &str| section.entry(key).map(|entry| entry.node.place);
    let found = match error.key() {
        "chips" => chips.place,
        "parallelism.micro_batch" => {
            let of_plan = section.section("parallelism").and_then(|table| in_section(&table, "micro_batch"));
            of_plan.or(in_section(section, "micro_batch"))
        }
        "global_batch" => in_section(section, "global_batch").or(in_section(section, "micro_batches")),
        key => match key.split_once('.') {
            Some((table, key)) => {
                section.section(table).and_then(|table| in_section(&table, key).or(table.place()))
            }
            None => in_section(section, key),
        },
    };
    found.or(section.place())
}

fn read_batch(section: &Section<'_>) -> Option<Batch> {
    let global = section.entry("global_batch");
    let micro = section.entry("micro_batches");
    let (place, found) = match (global, micro) {
        (Some(_), None) => return section.whole("global_batch", 1..=MOST_SEQUENCES).map(Batch::Global),
        (None, Some(_)) => {
            return section.whole("micro_batches", 1..=MOST_SEQUENCES).map(Batch::MicroBatches);
        }
        (Some(_), Some(second)) => (Some(second.place), "both are here"),
        (None, None) => (section.place(), "neither is here"),
    };
    let (first, second) = ("global_batch", "micro_batches");
    section.error(place, ScenarioError::EitherOr { table: section.title(), first, second, found });
    None
}

//! `[workload]` with `kind = "training"`: model, batch, precision, parallelism.

use super::choice::Choice;
use super::document::Place;
use super::error::ScenarioError;
use super::key::{Form, Key, KeyTable};
use super::limits::{MOST_SEQUENCES, MOST_TOKENS, WIDEST};
use super::parallelism::Cut;
use super::section::{Placed, Section};
use super::{idle, model, model_keys, parallelism, recipe, workload};
use crate::search::first_legal;
use crate::training::{
    FlopConvention, Model, Parallelism, PlanError, PlanKey, Precision, Recipe, Recompute, TrainingJob,
    TrainingPlan,
};

/// The keys of `[workload]` with `kind = "training"`.
pub(super) const KEYS: KeyTable = KeyTable::new(
    "[workload]",
    &[
        workload::kind("\"training\""),
        Key::required(
            "model",
            MODEL,
            "A library model, the path of a `config.json`, or a table of dimensions",
            "\"gpt-1t\"",
        ),
        Key::required("sequence_length", Form::Whole(1, WIDEST), "Tokens of a sequence", "2048"),
        Key::optional("global_batch", Form::Whole(1, MOST_SEQUENCES), "Sequences of a step", "11520"),
        Key::optional(
            "micro_batches",
            Form::Whole(1, MOST_SEQUENCES),
            "Micro-batches of each replica, instead of `global_batch`: more chips then train larger batches",
            "64",
        ),
        Key::optional("micro_batch", Form::Whole(1, MOST_SEQUENCES), "Sequences of a micro-batch", "1")
            .or("1"),
        Key::optional("precision", Form::Name(precisions), "Format of the layers' matmuls", "\"fp8\"")
            .or("\"bf16\""),
        Key::optional(
            "flop_convention",
            Form::Name(|| FLOP_CONVENTION.names()),
            "What counts of attention: \"causal\", the scores that are not masked; \"full\", all of them",
            "\"full\"",
        )
        .or("\"causal\""),
        Key::optional(
            "tokens",
            Form::Number(1.0, MOST_TOKENS, "a whole number from 1 to 1e18, the tokens of the whole run"),
            "Tokens of a whole run, for its days, energy and price",
            "10e12",
        ),
        Key::optional("parallelism", Form::Table(|| &parallelism::KEYS), "How a step is cut", ""),
        Key::optional("recipe", Form::Table(|| &recipe::KEYS), "What software does with the plan", ""),
        Key::elsewhere("plan", "write plan = \"auto\" into [workload.parallelism]"),
    ],
)
.with_either(&[["global_batch", "micro_batches"]]);

const MODEL: Form =
    Form::Either(&[Form::Name(model::library), Form::Text, Form::Table(|| &model_keys::KEYS)]);

fn precisions() -> Vec<&'static str> {
    Precision::ALL.map(Precision::name).to_vec()
}

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
#[derive(Clone)]
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
    check_recomputed_layers(section, &keys)?;
    if keys.cut.search.is_some() {
        return searched(section, &keys, chips);
    }
    let made = plan(&keys, chips.value as u64).and_then(|plan| TrainingJob::new(plan, chips.value as u64));
    match made {
        Ok(job) => {
            idle::note(section, &job);
            Some(job)
        }
        Err(error) => {
            let place = place_of(section, &error, &chips);
            section.error(place, ScenarioError::IllegalPlan { problem: error.to_string() });
            None
        }
    }
}

/// A job whose plan is found when it runs; until then the first legal one stands for it.
fn searched(section: &Section<'_>, keys: &Keys, chips: Placed<usize>) -> Option<TrainingJob> {
    if let Batch::MicroBatches(batch) = keys.batch {
        let (key, context) = ("micro_batches".to_owned(), "`plan = \"auto\"`".to_owned());
        let remedy = "write global_batch: how many replicas share it is searched".to_owned();
        section.error(batch.place, ScenarioError::Inapplicable { key, context, remedy });
        return None;
    }
    let whole = Cut { data: Some(1), ..keys.cut.clone() };
    let plan = plan(&Keys { cut: whole, ..keys.clone() }, chips.value as u64).ok()?;
    let found = first_legal(&plan, chips.value as u64);
    if found.is_none() {
        let kept = keys.cut.search.iter().flat_map(|search| &search.kept);
        let kept: Vec<String> = kept.map(|key| format!("`{}`", key.name())).collect();
        let free =
            if kept.is_empty() { String::new() } else { format!(" with {} as written", kept.join(", ")) };
        let problem = format!(
            "`plan = \"auto\"` finds no legal plan that divides {} chips and {} sequences{free}; change `global_batch` or \
             the number of chips{}",
            chips.value,
            plan.global_batch,
            if kept.is_empty() { "" } else { ", or leave keys out" },
        );
        section.error(chips.place, ScenarioError::IllegalPlan { problem });
    }
    found
}

/// The micro-batch of the workload is a key of the plan, wherever it is written.
fn keep_micro_batch(section: &Section<'_>, mut cut: Cut) -> Cut {
    let Some(search) = &mut cut.search else { return cut };
    match section.entry("micro_batch") {
        Some(_) => drop(search.kept.insert(PlanKey::MicroBatch)),
        None => section.leave_open("micro_batch"),
    }
    cut
}

/// Refuses to compute more layers again than there are.
fn check_recomputed_layers(section: &Section<'_>, keys: &Keys) -> Option<()> {
    let Recompute::Full { layers: Some(recomputed) } = keys.cut.parallelism.recompute else {
        return Some(());
    };
    let layers = keys.model.shape().layers;
    if recomputed <= layers {
        return Some(());
    }
    let table = section.section_if_there("parallelism");
    let entry = table.as_ref().and_then(|table| table.entry("recompute_layers"));
    let (key, context) = (format!("recompute_layers = {recomputed}"), format!("a model of {layers} layers"));
    let remedy = format!("write at most {layers}, or leave it out for all layers");
    let place = entry.map(|entry| entry.node.place).or(section.place());
    section.error(place, ScenarioError::Inapplicable { key, context, remedy });
    None
}

fn read_keys(section: &Section<'_>) -> Option<Keys> {
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
    let cut = parallelism::read(section).map(|cut| keep_micro_batch(section, cut));
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
    let Cut { parallelism, micro_batch, data, layers_per_chunk, .. } = &keys.cut;
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
        search: keys.cut.search.clone(),
    })
}

/// The tokens of the whole run; `Some(None)` where none are given, `None` where they cannot be.
fn read_tokens(section: &Section<'_>) -> Option<Option<u64>> {
    if section.entry("tokens").is_none() {
        return Some(None);
    }
    let tokens = section.number("tokens")?;
    if tokens.value.fract() == 0.0 {
        return Some(Some(tokens.value as u64));
    }
    let (key, value) = ("tokens".to_owned(), tokens.value.to_string());
    let bound = section.number_range("tokens").map_or("whole", |(.., words)| words).to_owned();
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

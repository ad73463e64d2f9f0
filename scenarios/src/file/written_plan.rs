//! A plan as the keys of `[systems.parallelism]`, and a scenario with such tables in it.

use super::error::{ScenarioError, ScenarioErrors};
use super::findings::Findings;
use super::load::{check, parse};
use super::parallelism::{self, Cut};
use super::point_place::PointPlace;
use super::scenario::{Scenario, Workload};
use super::section::Section;
use super::source::SourceText;
use crate::training::{
    ContextExchange, Dispatcher, Overlap, Parallelism, Recompute, RecomputedModules, Schedule, TensorOverlap,
    TrainingJob, TrainingPlan,
};
use toml::{Table, Value};

/// The keys of a plan as `[systems.parallelism]` takes them.
pub fn parallelism_table(job: &TrainingJob) -> Table {
    let plan = job.parallelism();
    let number =
        |value: u64| Value::Integer(i64::try_from(value).expect("degrees of a checked plan are small"));
    let mut table = Table::new();
    for (key, value) in [
        ("tensor", plan.tensor),
        ("context", plan.context),
        ("pipeline", plan.pipeline),
        ("data", plan.data),
        ("virtual_stages", plan.virtual_stages),
        ("micro_batch", plan.micro_batch),
        ("zero", plan.zero as u64),
        ("expert", plan.expert),
        ("expert_tensor", plan.expert_tensor),
    ] {
        table.insert(key.to_owned(), number(value));
    }
    table.insert("sequence_parallel".to_owned(), plan.sequence_parallel.into());
    for (key, name) in [
        ("schedule", schedule(plan.schedule, plan.virtual_stages)),
        ("context_exchange", context_exchange(plan.context_exchange)),
        ("dispatcher", dispatcher(plan.dispatcher)),
    ] {
        table.insert(key.to_owned(), name.into());
    }
    put_recompute(&mut table, plan.recompute);
    put_overlap(&mut table, &plan.overlap);
    if let Some(layers) = &job.plan().layers_per_chunk {
        let layers = layers.iter().map(|layers| number(*layers)).collect();
        table.insert("layers_per_chunk".to_owned(), Value::Array(layers));
    }
    table
}

/// The job of `example` with the plan of such a table; `None` where it is no legal plan of that job.
pub fn job_of_table(example: &TrainingJob, table: &Table) -> Option<TrainingJob> {
    let document = parse(&SourceText::new("plan", toml::to_string(table).ok()?)).ok()?;
    let findings = Findings::default();
    let section = Section::new(&document, "plan", None, &findings);
    section.describe(&parallelism::KEYS);
    let Cut { parallelism, micro_batch, data, layers_per_chunk, .. } = parallelism::read_table(&section);
    let parallelism = Parallelism { data: data?, micro_batch: micro_batch? as u64, ..parallelism };
    let plan = TrainingPlan { parallelism, layers_per_chunk, search: None, ..example.plan().clone() };
    (!findings.any()).then(|| TrainingJob::new(plan, example.chips()).ok())?
}

const fn schedule(schedule: Schedule, virtual_stages: u64) -> &'static str {
    match schedule {
        Schedule::OneForwardOneBackward if virtual_stages > 1 => "interleaved-1f1b",
        Schedule::OneForwardOneBackward => "1f1b",
        Schedule::GPipe => "gpipe",
        Schedule::ZeroBubble => "zero-bubble",
        Schedule::DualPipe => "dualpipe",
    }
}

const fn context_exchange(exchange: ContextExchange) -> &'static str {
    match exchange {
        ContextExchange::Ring => "ring",
        ContextExchange::AllGather => "all-gather",
    }
}

const fn dispatcher(dispatcher: Dispatcher) -> &'static str {
    match dispatcher {
        Dispatcher::AllToAll => "all-to-all",
        Dispatcher::Deduplicated => "deduplicated",
    }
}

fn put_recompute(table: &mut Table, recompute: Recompute) {
    let words: Value = match recompute {
        Recompute::Full { layers } => {
            let layers = layers.and_then(|layers| i64::try_from(layers).ok());
            table.extend(layers.map(|layers| ("recompute_layers".to_owned(), layers.into())));
            "full".into()
        }
        Recompute::NONE => "none".into(),
        Recompute::SELECTIVE => "selective".into(),
        Recompute::Modules(modules) => {
            let named = RecomputedModules::ALL.into_iter().filter(|(_, one)| modules.contains(*one));
            Value::Array(named.map(|(name, _)| name.into()).collect())
        }
    };
    table.insert("recompute".to_owned(), words);
}

fn put_overlap(table: &mut Table, overlap: &Overlap) {
    let named = [
        ("gradients", overlap.gradients),
        ("parameters", overlap.parameters),
        ("pipeline", overlap.pipeline),
        ("experts", overlap.experts),
    ];
    let names: Vec<Value> = named.iter().filter(|(_, on)| *on).map(|(name, _)| (*name).into()).collect();
    let words = if names.is_empty() { "none".into() } else { Value::Array(names) };
    table.insert("overlap".to_owned(), words);
    if let TensorOverlap::Chunks(chunks) = overlap.tensor {
        table.insert("tensor_chunks".to_owned(), i64::from(chunks).into());
    }
}

/// The scenario with one point for each of these systems, each with a plan of its own: no sweeps, everything written out.
///
/// # Errors
/// What would be wrong with that scenario: systems whose batches differ cannot share one file.
pub fn with_plans(
    scenario: &Scenario,
    plans: &[(PointPlace, &TrainingJob)],
) -> Result<Scenario, ScenarioErrors> {
    let mut table = scenario.resolved.clone();
    let batches: Vec<u64> = plans.iter().map(|(_, job)| job.global_batch()).collect();
    state_batch(&mut table, &batches).map_err(|error| ScenarioErrors::whole(&scenario.name, error))?;
    let text = toml::to_string(&table).expect("a table of plain values can be written as TOML");
    let mut settings = vec!["sweep=[]".to_owned()];
    for (place, job) in plans {
        settings.extend(place.values.iter().map(|(path, value)| format!("{path}={value}")));
        let mut keys = parallelism_table(job);
        keys.insert("data".to_owned(), "auto".into());
        if scenario.point(place.index).is_ok_and(|point| is_searched(&point.workload)) {
            // Else the keys of the workload would count too, its `plan` among them.
            keys.insert("plan".to_owned(), "written".into());
        }
        let (index, keys) = (place.system_index, Value::Table(keys));
        settings.push(format!("systems[{index}].parallelism={keys}"));
    }
    check(SourceText::new(scenario.name.clone(), text), &settings)
}

fn is_searched(workload: &Workload) -> bool {
    matches!(workload, Workload::Training(job) if job.search().is_some())
}

/// Writes the sequences of a step as one number, and layouts of chunks nowhere: they belong to one plan.
fn state_batch(table: &mut Table, batches: &[u64]) -> Result<(), ScenarioError> {
    let Some(workload) = table.get_mut("workload").and_then(Value::as_table_mut) else { return Ok(()) };
    if let Some(parallelism) = workload.get_mut("parallelism").and_then(Value::as_table_mut) {
        parallelism.remove("layers_per_chunk");
    }
    if workload.remove("micro_batches").is_none() {
        return Ok(());
    }
    let [first, others @ ..] = batches else { return Ok(()) };
    if let Some(other) = others.iter().find(|other| *other != first) {
        let problem = format!(
            "`micro_batches` gives the systems steps of {first} and of {other} sequences, which no one file can hold \
             with plans of their own; write `global_batch`, or give all systems as many chips"
        );
        return Err(ScenarioError::IllegalPlan { problem });
    }
    workload.insert("global_batch".to_owned(), Value::Integer(i64::try_from(*first).unwrap_or(i64::MAX)));
    Ok(())
}

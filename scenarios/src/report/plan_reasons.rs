//! Why a plan is the best: sentences computed from the ledger, the memory and the neighbours of the best plan.

use super::number::{duration, grouped, joined, percent, rounded};
use super::plan::{EntryLoss, PlanRow, SystemPlan};
use super::results::MEMORY_CAPACITY;
use crate::search::{Neighbour, Verdict};

/// Entries of a ledger below this share of the step are left out.
const LEAST_SHARE: f64 = 0.005;

/// The reasons for the best plan, one sentence each.
pub fn reasons(plan: &SystemPlan) -> Vec<String> {
    let Some(best) = &plan.best else { return plan.reason.iter().cloned().collect() };
    let mut sentences = vec![ledger(best)];
    sentences.extend(bubble(best));
    sentences.extend(memory(best));
    sentences.extend(plan.neighbours.iter().map(neighbour));
    sentences.extend(plan.runner_up.as_ref().map(|row| against("the runner-up", row)));
    sentences.extend(example(plan, best));
    sentences.extend(given_up(plan, best));
    sentences.extend(counts(plan));
    sentences
}

/// What each entry of the ledger takes.
fn ledger(best: &PlanRow) -> String {
    let step = best.step_time_s.unwrap_or(0.0);
    let terms = best.breakdown_s.map(|breakdown| breakdown.terms()).into_iter().flatten();
    let mut terms: Vec<(&str, f64)> = terms
        .filter_map(|(name, seconds)| Some((name, seconds?)))
        .filter(|(_, seconds)| *seconds >= LEAST_SHARE * step)
        .collect();
    terms.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    let told = |(name, seconds): &(&str, f64)| {
        format!("{} {} ({} %)", entry_in_words(name), duration(*seconds), percent(seconds / step))
    };
    let told: Vec<String> = terms.iter().map(told).collect();
    format!("where the time goes: of {} a step, {}", duration(step), joined(&told))
}

fn entry_in_words(name: &str) -> &str {
    match name {
        "compute" => "compute",
        "tensor" => "exposed tensor communication",
        "context" => "exposed context communication",
        "pipeline" => "exposed transfers between stages",
        "data" => "exposed gradients and parameters",
        "expert" => "exposed expert communication",
        "bubble" => "pipeline bubble",
        "host" => "waiting for launches",
        "optimizer" => "optimizer",
        "wait" => "waiting for other ranks",
        other => other,
    }
}

/// The bubble that the schedule must have, from its degrees.
fn bubble(best: &PlanRow) -> Option<String> {
    let number = |key: &str| best.parallelism.get(key)?.as_integer().map(|value| value as f64);
    let (stages, chunks) = (number("pipeline")?, number("virtual_stages")?);
    let micro_batches = best.micro_batches as f64;
    let schedule = best.parallelism.get("schedule")?.as_str()?;
    let plain = matches!(schedule, "1f1b" | "interleaved-1f1b" | "gpipe");
    (plain && stages > 1.0).then(|| {
        let share = (stages - 1.0) / (chunks * micro_batches);
        format!(
            "the bubble of {stages} stages with {chunks} virtual stages and {micro_batches} micro-batches is \
             (pipeline - 1) / (virtual_stages x micro-batches) = {} % of compute",
            percent(share)
        )
    })
}

/// What fills the fullest chip.
fn memory(best: &PlanRow) -> Option<String> {
    let [total, capacity] = best.memory()?;
    let terms = best.memory_gb.as_ref()?;
    let mut named: Vec<(&String, f64)> =
        terms.iter().map(|(name, gb)| (name, *gb)).filter(|(name, _)| !is_whole(name)).collect();
    named.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    let told: Vec<String> =
        named.into_iter().take(3).map(|(name, gb)| format!("{name} {} GB", rounded(gb))).collect();
    Some(format!(
        "the fullest chip holds {} of {} GB ({} %): {}",
        rounded(total),
        rounded(capacity),
        percent(total / capacity),
        joined(&told)
    ))
}

fn is_whole(name: &str) -> bool {
    name == MEMORY_CAPACITY || name == super::MEMORY_TOTAL
}

/// What another value of one degree would do.
fn neighbour(neighbour: &Neighbour) -> String {
    let Neighbour { key, value, other, verdict } = neighbour;
    let start = format!("`{key} = {other}` in place of {value}");
    match verdict {
        Verdict::DoesNotFit { least_gb, capacity_gb, largest_term, largest_term_gb } => format!(
            "{start} does not fit: the smallest such plan needs {} of {} GB ({largest_term} {} GB)",
            rounded(*least_gb),
            rounded(*capacity_gb),
            rounded(*largest_term_gb)
        ),
        Verdict::Estimated { slower, grows, grows_s, .. } if *slower > 0.0 => format!(
            "{start}, with all else free, is estimated {} % slower: {} + {}",
            percent(*slower),
            entry_in_words(grows),
            duration(*grows_s)
        ),
        Verdict::Estimated { slower, .. } => {
            format!("{start}, with all else free, is as fast by its estimate ({} %)", percent(*slower))
        }
        Verdict::Bounded { seconds } => {
            format!("{start} cannot win: passes and bubble alone take {}", duration(*seconds))
        }
    }
}

/// What a plan loses against the best, and where.
fn against(name: &str, row: &PlanRow) -> String {
    let (words, slower) = (&row.words, row.slower.unwrap_or(0.0));
    let told = |loss: &EntryLoss| {
        let sign = if loss.seconds < 0.0 { "-" } else { "+" };
        format!("{} {sign}{}", entry_in_words(loss.entry), duration(loss.seconds.abs()))
    };
    let step = row.step_time_s.unwrap_or(0.0);
    let large = row.loses.iter().filter(|loss| loss.seconds.abs() >= LEAST_SHARE / 5.0 * step);
    let told: Vec<String> = large.map(told).collect();
    let entries = if told.is_empty() { String::new() } else { format!(": {}", joined(&told)) };
    format!("{name} ({words}) is {} % slower{entries}", percent(slower))
}

fn example(plan: &SystemPlan, best: &PlanRow) -> Option<String> {
    match &plan.example {
        None if plan.is_open => None,
        None => Some("the plan of the scenario does not fit in memory".to_owned()),
        Some(example) if example.words == best.words && example.slower == Some(0.0) => {
            Some("no plan was found that is faster than that of the scenario".to_owned())
        }
        Some(example) if example.step_time_s.is_none() => None,
        Some(example) => Some(against("the plan of the scenario", example)),
    }
}

/// Plans that would be faster than the answer by their estimates, and were not simulated to their ends.
fn given_up(plan: &SystemPlan, best: &PlanRow) -> Option<String> {
    let time = |row: &PlanRow| row.step_time_s.or(row.estimated_s).unwrap_or(f64::INFINITY);
    let unknown = |row: &&PlanRow| row.problem.is_some() && time(row) < time(best);
    let unknown: Vec<&PlanRow> = plan.finalists.iter().filter(unknown).collect();
    let first = unknown.iter().min_by(|a, b| time(a).total_cmp(&time(b)))?;
    Some(format!(
        "not known: {} of the plans were given up and would be faster by their estimates, the fastest of them in {} \
         ({}): {}",
        unknown.len(),
        duration(time(first)),
        first.words,
        first.problem.as_deref().unwrap_or_default()
    ))
}

/// What became of all plans.
fn counts(plan: &SystemPlan) -> Option<String> {
    let counts = &plan.counts;
    let parts = [
        ("illegal", counts.illegal),
        ("too large for the memory", counts.does_not_fit),
        ("the same as another with more recomputed", counts.dominated),
        ("out by their bounds", counts.bounded_out),
        ("estimated", counts.estimated),
        ("without an estimate", counts.not_estimated),
    ];
    let told = parts.into_iter().filter(|(what, count)| *count > 0 || *what != "without an estimate");
    let told: Vec<String> = told.map(|(what, count)| format!("{} {what}", grouped(count))).collect();
    let error = plan.estimator_error.map_or_else(String::new, |error| {
        let sign = if error.worst < 0.0 { "" } else { "+" };
        format!(
            "; estimates of these are {} % off on average, {sign}{} % at worst",
            percent(error.mean),
            percent(error.worst)
        )
    });
    Some(format!(
        "of {} plans, {}; {} simulated{error}",
        grouped(counts.possible),
        joined(&told),
        grouped(counts.simulated)
    ))
}

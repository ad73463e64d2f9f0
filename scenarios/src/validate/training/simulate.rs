//! Every distinct step of the rows once, side by side, and what each row is told.

use super::cases::{self, Ready};
use super::published::Published;
use super::recompute;
use crate::report::{PlanTime, TrainingFigures};
use crate::run::{EngineOptions, ProgressEvent, RunError, SimulatedStep, in_pool, simulate_step};
use crate::training::{LedgerEntry, TrainingJob};
use copperlight_topologies::System;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// What the model says of a row.
#[derive(Debug, Clone)]
pub(in crate::validate) struct Answered {
    /// In the unit of what was measured.
    pub(in crate::validate) value: f64,
    /// Modelled time over measured time, less one.
    pub(in crate::validate) error: f64,
    pub(in crate::validate) figures: TrainingFigures,
}

/// A step that some rows share.
struct Step<'a> {
    system: &'a System,
    chips: usize,
    job: &'a TrainingJob,
}

/// The answers to all rows; `others` have flags that rows without flags follow.
///
/// # Errors
/// [`RunError`] when there are no threads. A row that cannot run has a reason instead.
pub(in crate::validate) fn answer(
    rows: &[&Published],
    others: &[&Published],
    threads: Option<usize>,
    progress: &(dyn Fn(ProgressEvent) + Sync),
) -> Result<Vec<Result<Answered, String>>, RunError> {
    let ready: Vec<Result<Ready, String>> = rows.iter().map(|row| cases::ready(row, others)).collect();
    let (steps, places) = distinct(&ready);
    let mut order: Vec<usize> = (0..steps.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(effort(steps[*index].job)));
    progress(ProgressEvent::Started { parts: steps.len() });
    let simulate = |index: usize| {
        let Step { system, chips, job } = &steps[index];
        let answer = simulate_step(system, system.name(), *chips, job, EngineOptions::default());
        let what = format!("{} on {chips} chips of {}", job.model().name(), system.name());
        progress(ProgressEvent::Finished { what });
        (index, answer.map_err(|error| error.to_string()))
    };
    let answers: Vec<(usize, Result<SimulatedStep, String>)> =
        in_pool(threads, || order.into_par_iter().with_max_len(1).map(simulate).collect())?;
    let answers: BTreeMap<usize, Result<SimulatedStep, String>> = answers.into_iter().collect();
    let told = rows.iter().zip(&ready).zip(&places).map(|((row, ready), places)| {
        let ready = ready.as_ref().map_err(String::clone)?;
        let steps: Result<Vec<&SimulatedStep>, String> =
            places.iter().map(|place| answers[place].as_ref().map_err(String::clone)).collect();
        Ok(tell(row, ready, &steps?))
    });
    Ok(told.collect())
}

/// Every distinct step, and for each row the places of its own.
fn distinct(ready: &[Result<Ready, String>]) -> (Vec<Step<'_>>, Vec<Vec<usize>>) {
    let (mut steps, mut known, mut places) = (Vec::new(), BTreeMap::new(), Vec::new());
    for row in ready {
        let Ok(row) = row else {
            places.push(Vec::new());
            continue;
        };
        let mut place = |job| {
            // What is simulated is the same where machine and plan are, whatever the model is called.
            let key = format!("{:?} {job:?}", row.setup);
            *known.entry(key).or_insert_with(|| {
                steps.push(Step { system: &row.system, chips: row.setup.chips, job });
                steps.len() - 1
            })
        };
        places.push(row.jobs.iter().map(&mut place).collect());
    }
    (steps, places)
}

/// A guess of how long a step takes to simulate, so that the longest begin first.
fn effort(job: &TrainingJob) -> u64 {
    let parallelism = job.parallelism();
    let layers = job.model().shape().layers;
    let experts = if job.model().shape().experts.is_some() { 8 * parallelism.expert } else { 1 };
    let overlap = if parallelism.overlap.experts { 8 } else { 1 };
    job.micro_batches() * layers * experts * overlap
}

/// What a row is told. Several plans make a range, whose middle is the geometric mean of its ends.
fn tell(row: &Published, ready: &Ready, steps: &[&SimulatedStep]) -> Answered {
    let seconds = |step: &&SimulatedStep| step.time.seconds();
    let shortest = steps.iter().map(seconds).fold(f64::INFINITY, f64::min);
    let longest = steps.iter().map(seconds).fold(0.0, f64::max);
    let step_time = if steps.len() == 1 { shortest } else { (shortest * longest).sqrt() };
    let ends = [ready.measured.of_step(shortest), ready.measured.of_step(longest)];
    let range = (steps.len() > 1).then(|| [ends[0].min(ends[1]), ends[0].max(ends[1])]);
    let measured = ready.measured.step_time();
    let job = &ready.jobs[0];
    let figures = TrainingFigures {
        class: cases::class(row, ready.tier),
        family: row.family().to_owned(),
        generation: ready.generation,
        model: job.model().name().to_owned(),
        chip: ready.system.chip().map_or_else(String::new, |chip| chip.name().to_owned()),
        precision: job.precision().name(),
        modelled_range: range,
        plans: plans(ready, steps),
        step_time_s: step_time,
        measured_step_time_s: measured,
        measured_mfu: ready.measured_mfu,
        breakdown: shares(steps),
        assumed: ready.assumed.clone(),
    };
    Answered { value: ready.measured.of_step(step_time), error: step_time / measured - 1.0, figures }
}

/// The plans of a range, each with its time; nothing where there is one plan.
fn plans(ready: &Ready, steps: &[&SimulatedStep]) -> Vec<PlanTime> {
    let plan = |(job, step): (&TrainingJob, &&SimulatedStep)| PlanTime {
        micro_batch: job.parallelism().micro_batch,
        virtual_stages: job.parallelism().virtual_stages,
        recompute: recompute::name(job.parallelism().recompute).to_owned(),
        step_time_s: step.time.seconds(),
    };
    if steps.len() < 2 { Vec::new() } else { ready.jobs.iter().zip(steps).map(plan).collect() }
}

/// What the time of a step goes into, as shares of it; the mean over all plans of a range.
fn shares(steps: &[&SimulatedStep]) -> BTreeMap<&'static str, f64> {
    let share = |entry: LedgerEntry| {
        let of = |step: &&SimulatedStep| step.summary.breakdown.seconds(entry) / step.time.seconds();
        steps.iter().map(of).sum::<f64>() / steps.len() as f64
    };
    LedgerEntry::ALL
        .into_iter()
        .map(|entry| (entry.name(), share(entry)))
        .filter(|(_, share)| *share > 0.0)
        .collect()
}

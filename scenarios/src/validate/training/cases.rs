//! A row made ready: its machine, and every job that it can mean.

use super::flags::{self, Flags};
use super::measure::{self, Measured};
use super::notes::Tier;
use super::plan::{self, Outline};
use super::published::Published;
use super::{generation, machine, model, recompute};
use crate::training::{ChipRates, Recompute, TrainingJob};
use crate::validate::setup::Setup;
use copperlight_core::units::Bytes;
use copperlight_topologies::System;

/// A row that can be simulated.
#[derive(Debug, Clone)]
pub(super) struct Ready {
    pub(super) setup: Setup,
    pub(super) system: System,
    /// The jobs that the row can mean: one where everything that matters was published.
    pub(super) jobs: Vec<TrainingJob>,
    pub(super) measured: Measured,
    /// The MFU that was measured, by the causal half of attention and the peak of the precision.
    pub(super) measured_mfu: f64,
    pub(super) tier: Tier,
    pub(super) generation: Option<&'static str>,
    /// What had to be assumed, in sentences.
    pub(super) assumed: Vec<String>,
}

/// A run whose plan is complete, ready to be simulated, for those who fit to it.
#[derive(Debug, Clone)]
pub(crate) struct ReadyRun {
    /// The source.
    pub(crate) family: String,
    /// `dense-A`, `dense-B` or `moe`.
    pub(crate) class: &'static str,
    pub(crate) setup: Setup,
    pub(crate) system: System,
    pub(crate) job: TrainingJob,
    /// The step time that was measured, in seconds.
    pub(crate) measured: f64,
}

/// A run made ready; `None` where it cannot be compared, or its plan is not complete.
pub(crate) fn ready_run(row: &Published, others: &[&Published]) -> Option<ReadyRun> {
    let Ready { setup, system, mut jobs, measured, tier, .. } = ready(row, others).ok()?;
    let job = jobs.pop().filter(|_| jobs.is_empty())?;
    let (family, class) = (row.family().to_owned(), class(row, tier));
    Some(ReadyRun { family, class, setup, system, job, measured: measured.step_time() })
}

/// What rows of a kind are held against.
pub(super) const fn class(row: &Published, tier: Tier) -> &'static str {
    match tier {
        _ if row.has_experts() => "moe",
        Tier::A => "dense-A",
        Tier::B | Tier::C => "dense-B",
    }
}

/// Makes a row ready, with the flags of `others` to follow where it has none.
///
/// # Errors
/// Why it cannot be compared, in a sentence.
pub(super) fn ready(row: &Published, others: &[&Published]) -> Result<Ready, String> {
    let tier = match row.notes().tier() {
        Some(Tier::C) => return Err("tier C: the source is not good enough to compare with".to_owned()),
        Some(tier) => tier,
        None => return Err("the notes name no tier; write tier=A, tier=B or tier=C".to_owned()),
    };
    if measure::primary(row).is_none() {
        return Err("no measured value was published, so there is nothing to compare".to_owned());
    }
    if let Some(changes) = row.notes().changes() {
        return Err(format!("the model lacks what the run changed: {changes}"));
    }
    let mut assumed = Vec::new();
    let flags = flags::of(row, others);
    if let Some(followed) = flags.followed {
        assumed.push(format!("flags as in {followed}"));
    }
    let model = model::of(row, &mut assumed)?;
    let outline = plan::outline(row, model, &flags, &mut assumed)?;
    let (setup, system) = machine::of(row, &mut assumed)?;
    let chip = system.chip().ok_or("the system has no chip")?;
    let precision = outline.plan().precision;
    let none = || format!("no {} rate is known for {}", precision.name(), chip.name());
    let rates = ChipRates::of(chip, precision).ok_or_else(none)?;
    let jobs = jobs(row, &flags, &outline, &rates, &mut assumed)?;
    let measured = measure::measured(row, &jobs[0], &rates)?;
    let flops = jobs[0].model_flops().count() / jobs[0].chips() as f64;
    let measured_mfu = flops / measured.step_time() / rates.peak.flops_per_second();
    let generation = generation::name(row);
    Ok(Ready { setup, system, jobs, measured, measured_mfu, tier, generation, assumed })
}

/// Every job that the row can mean. Those that do not fit in memory are left out where others do.
fn jobs(
    row: &Published,
    flags: &Flags<'_>,
    outline: &Outline,
    rates: &ChipRates,
    assumed: &mut Vec<String>,
) -> Result<Vec<TrainingJob>, String> {
    let published = recompute::published(flags.recompute)?;
    let chips = row.chips.unwrap_or(0);
    let (mut fitting, mut others, mut problem) = (Vec::new(), Vec::new(), None);
    for (micro_batch, stages) in choices(outline) {
        let job = |recompute| TrainingJob::new(outline.with(micro_batch, stages, recompute), chips);
        let ladder = published.map_or_else(|| ladder(row, outline, stages), |recompute| vec![recompute]);
        match ladder.into_iter().map(job).collect::<Result<Vec<TrainingJob>, _>>() {
            Err(error) => problem = problem.or(Some(error.to_string())),
            Ok(tried) => match tried.iter().find(|job| job.memory(rates).fits()) {
                Some(job) => fitting.push(job.clone()),
                None => others.extend(tried.into_iter().next()),
            },
        }
    }
    let jobs = if fitting.is_empty() { others } else { fitting };
    let Some(first) = jobs.first() else { return Err(problem.expect("a choice is legal or not")) };
    if published.is_none() {
        let name = recompute::name(first.parallelism().recompute);
        assumed.push(format!("recompute {name}: not published, and the least that fits in memory"));
    }
    assumed.extend(ran_though_too_large(first, rates));
    if jobs.len() > 1 {
        assumed.push(format!("{} plans: micro-batch or virtual stages were not published", jobs.len()));
    }
    Ok(jobs)
}

/// What may have been recomputed with so many virtual stages, the least first.
fn ladder(row: &Published, outline: &Outline, stages: u64) -> Vec<Recompute> {
    let plan = outline.plan();
    let layers = plan.model.shape().layers / (plan.parallelism.pipeline * stages).max(1);
    recompute::ladder(plan.recipe.attention, row.has_experts(), layers)
}

/// Says so where a job ran that the model of memory refuses.
fn ran_though_too_large(job: &TrainingJob, rates: &ChipRates) -> Option<String> {
    let memory = job.memory(rates);
    let gigabytes = |bytes: Bytes| bytes.count() as f64 / 1e9;
    let (needed, capacity) = (gigabytes(memory.terms.total()), gigabytes(rates.hbm_capacity));
    (!memory.fits())
        .then(|| format!("it takes {needed:.0} GB of {capacity:.0} GB by the model of memory, and ran"))
}

fn choices(outline: &Outline) -> impl Iterator<Item = (u64, u64)> {
    let stages = &outline.virtual_stages;
    outline.micro_batches.iter().flat_map(move |micro| stages.iter().map(move |stages| (*micro, *stages)))
}

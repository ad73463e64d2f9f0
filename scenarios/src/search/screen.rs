//! Plans by their bound: whether they fit, and what the estimator says of those that do.
//!
//! The plan with the lowest bound is looked at first. Once the bounds of all that is left are above the best estimate, by
//! more than estimates are off, nothing of it can win. A plan that fits is not tried with computing more again: it would
//! do the same and more.

use super::bound::Bounds;
use super::space::Space;
use crate::estimate::{EstimateTerms, Estimator};
use crate::training::{ChipRates, MemoryEstimate, Parallelism, PlanKey, Recompute, TrainingJob, ZeroStage};
use copperlight_core::units::Bytes;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Plans that are looked at before the bounds of the rest are held against what was found.
const BATCH: usize = 64;
/// How far the simulation of the best plan may be above its estimate, as a share.
const BAND: f64 = 0.05;

/// How many plans met which end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Plans of the space.
    pub possible: u64,
    /// Those that break a rule.
    pub illegal: u64,
    /// Those that need more memory than a chip has.
    pub does_not_fit: u64,
    /// Those that do what another plan does, and more.
    pub dominated: u64,
    /// Those whose bound is above what others take.
    pub bounded_out: u64,
    /// Those that were estimated.
    pub estimated: u64,
    /// Those that fit and could not be estimated.
    pub not_estimated: u64,
    /// Those that were simulated, the plan of the scenario included.
    pub simulated: u64,
}

/// What is known of a plan that was looked at.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Looked {
    pub(super) plan: Parallelism,
    pub(super) memory: MemoryEstimate,
    /// The estimate, where it fits.
    pub(super) estimate: Option<Estimate>,
}

/// What the estimator says of a plan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Estimate {
    pub(super) seconds: f64,
    pub(super) terms: EstimateTerms,
}

/// Every plan that was looked at, and what became of the others.
pub(super) struct Screened {
    /// In the order in which they were looked at.
    pub(super) looked: Vec<Looked>,
    /// Legal plans that were not looked at, with their bounds in seconds.
    pub(super) bounded: Vec<(Parallelism, f64)>,
    pub(super) counts: Counts,
}

impl Screened {
    /// Plans with an estimate, the fastest first; among equals the one that was looked at first.
    pub(super) fn ranked(&self) -> Vec<(&Looked, Estimate)> {
        let estimated = self.looked.iter().filter_map(|looked| Some((looked, looked.estimate?)));
        let mut ranked: Vec<(&Looked, Estimate)> = estimated.collect();
        ranked.sort_by(|(_, a), (_, b)| a.seconds.total_cmp(&b.seconds));
        ranked
    }

    /// The plan that needs the least memory.
    pub(super) fn smallest(&self) -> Option<&Looked> {
        self.looked.iter().min_by_key(|looked| looked.memory.terms.total())
    }
}

/// What plans are held against.
pub(super) struct Screen<'a> {
    pub(super) space: &'a Space<'a>,
    /// The job as the scenario has it.
    pub(super) example: &'a TrainingJob,
    pub(super) rates: &'a ChipRates,
    pub(super) estimator: &'a Estimator,
    pub(super) bounds: Bounds<'a>,
}

/// One plan but for what it computes again, and how it came out at each level that was tried.
#[derive(Default)]
struct Tried {
    looked: Option<Looked>,
    /// The plan with its bound, where that is too high.
    bounded: Option<(Parallelism, f64)>,
    /// How many plans are out by it.
    out: u64,
    does_not_fit: u64,
    dominated: u64,
    illegal: u64,
    not_estimated: u64,
}

impl Screen<'_> {
    /// Looks at the plans of the space.
    pub(super) fn run(&self) -> Screened {
        let plans = self.space.plans();
        let levels = self.space.recomputes();
        let of_each = levels.len() as u64;
        let mut counts = Counts { possible: plans.len() as u64 * of_each, ..Counts::default() };
        let legal = self.legal(&plans);
        counts.illegal = (plans.len() - legal.len()) as u64 * of_each;
        let (mut looked, mut bounded) = (Vec::new(), Vec::new());
        let (mut best, mut next) = (f64::INFINITY, 0);
        while next < legal.len() && legal[next].1 <= best * (1.0 + BAND) {
            let batch = &legal[next..legal.len().min(next + BATCH)];
            next += batch.len();
            let bar = best * (1.0 + BAND);
            let tried: Vec<Tried> = batch.par_iter().map(|one| self.look(*one, (&levels, bar))).collect();
            for one in tried {
                counts.illegal += one.illegal;
                counts.does_not_fit += one.does_not_fit;
                counts.dominated += one.dominated;
                counts.bounded_out += one.out;
                counts.not_estimated += one.not_estimated;
                counts.estimated += u64::from(one.looked.as_ref().is_some_and(|one| one.estimate.is_some()));
                let estimate = one.looked.as_ref().and_then(|one| one.estimate);
                best = estimate.map_or(best, |estimate| estimate.seconds.min(best));
                looked.extend(one.looked);
                bounded.extend(one.bounded);
            }
        }
        counts.bounded_out += (legal.len() - next) as u64 * of_each;
        bounded.extend_from_slice(&legal[next..]);
        Screened { looked, bounded, counts }
    }

    /// The legal plans with their bounds, the lowest first; among equals in the order of the space.
    fn legal(&self, plans: &[Parallelism]) -> Vec<(Parallelism, f64)> {
        let bounded = plans.par_iter().filter_map(|plan| Some((*plan, self.bound(&self.job(*plan)?))));
        let mut legal: Vec<(Parallelism, f64)> = bounded.collect();
        legal.sort_by(|(_, a), (_, b)| a.total_cmp(b));
        legal
    }

    /// The bound of a job; none where it cannot be found, so that the estimate decides.
    fn bound(&self, job: &TrainingJob) -> f64 {
        self.bounds.seconds(job).unwrap_or(0.0)
    }

    /// What the estimator says of a job; `None` where it cannot say anything.
    pub(super) fn estimate(&self, job: &TrainingJob) -> Option<Estimate> {
        let step = self.estimator.step(job, self.rates).ok()?;
        Some(Estimate { seconds: step.time.seconds(), terms: step.terms })
    }

    fn job(&self, plan: Parallelism) -> Option<TrainingJob> {
        self.space.job(plan)
    }

    /// The least of what can be computed again with which the plan fits, and its estimate unless it cannot win.
    fn look(&self, (plan, bound): (Parallelism, f64), (levels, bar): (&[Recompute], f64)) -> Tried {
        let last = levels.len() - 1;
        let mut tried = Tried::default();
        let at = |level: usize| self.job(Parallelism { recompute: levels[level], ..plan });
        if plan.pipeline > 1
            && plan.zero == ZeroStage::Gradients
            && self.fits_without_dividing_gradients(plan)
        {
            tried.dominated = levels.len() as u64;
            return tried;
        }
        // What does not fit with everything computed again fits with nothing less.
        if let Some(job) = at(last)
            && let Some(memory) = self.first_stage_overflows(&job)
        {
            tried.does_not_fit = levels.len() as u64;
            tried.looked = Some(Looked { plan: *job.parallelism(), memory, estimate: None });
            return tried;
        }
        for level in 0..levels.len() {
            let Some(job) = at(level) else {
                tried.illegal += 1;
                continue;
            };
            let bound = if level == 0 { bound } else { self.bound(&job) };
            if bound > bar {
                // What computes more again has no lower bound.
                tried.bounded = Some((*job.parallelism(), bound));
                tried.out = (levels.len() - level) as u64;
                return tried;
            }
            let memory = self.first_stage_overflows(&job).unwrap_or_else(|| job.memory(self.rates));
            if memory.fits() {
                let estimate = self.estimate(&job);
                tried.dominated = (last - level) as u64;
                tried.not_estimated = u64::from(estimate.is_none());
                tried.looked = Some(Looked { plan: *job.parallelism(), memory, estimate });
                return tried;
            }
            tried.does_not_fit += 1;
            if level == last {
                tried.looked = Some(Looked { plan: *job.parallelism(), memory, estimate: None });
            }
        }
        tried
    }

    /// In a pipeline gradients that are dealt out are exchanged in every pass: a remedy for what does not fit else.
    fn fits_without_dividing_gradients(&self, plan: Parallelism) -> bool {
        let whole = self.job(Parallelism { zero: ZeroStage::Optimizer, ..plan });
        !self.space.keeps(PlanKey::Zero)
            && whole.is_some_and(|job| {
                self.first_stage_overflows(&job).is_none() && job.memory(self.rates).fits()
            })
    }

    /// What a chip of the first stage needs, where that is more than it has.
    ///
    /// It holds the activations of the most micro-batches; to count all stages takes much longer.
    fn first_stage_overflows(&self, job: &TrainingJob) -> Option<MemoryEstimate> {
        let stage = job.stages().first()?;
        let terms = job.stage_memory(stage);
        let memory = MemoryEstimate { stage: stage.index, terms, capacity: self.rates.hbm_capacity };
        (!memory.fits()).then_some(memory)
    }
}

/// Gigabytes.
pub(super) fn gigabytes(bytes: Bytes) -> f64 {
    bytes.count() as f64 / 1e9
}

//! Plans by their bound: whether they fit, and what the estimator says of those that do.
//!
//! The plan with the lowest bound is looked at first. Once as many estimates as there will be finalists lie below the
//! bounds of all that is left, by more than the estimator may err, nothing of it can win. A plan that fits without
//! computing anything again is not tried with computing more: it would do the same and more.

use super::bound::Bounds;
use super::space::Space;
use super::stand_in::{EstimateTerms, Estimator};
use crate::training::{ChipRates, MemoryEstimate, Parallelism, TrainingJob};
use copperlight_core::units::Bytes;
use rayon::prelude::*;
use serde::Serialize;

/// Plans that are looked at before the bounds of the rest are held against what was found.
const BATCH: usize = 512;
/// By how much an estimate may be above what a simulation shows, as a share: bounds are trusted beyond it only.
const BAND: f64 = 0.1;
/// How far above the best estimate of all a plan may stand and be simulated.
const MOST_ESTIMATES: u64 = 20_000;

/// How many plans met which end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
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
    pub(super) rates: &'a ChipRates,
    pub(super) estimator: &'a Estimator,
    /// How many plans will be simulated.
    pub(super) finalists: usize,
}

/// One plan but for what it computes again, and how it came out at each level that was tried.
struct Tried {
    looked: Option<Looked>,
    does_not_fit: u64,
    dominated: u64,
    illegal: u64,
}

impl Screen<'_> {
    /// Looks at the plans of the space.
    pub(super) fn run(&self) -> Screened {
        let plans = self.space.plans();
        let levels = self.space.recomputes().len() as u64;
        let mut counts = Counts { possible: plans.len() as u64 * levels, ..Counts::default() };
        let legal = self.legal(&plans);
        counts.illegal = (plans.len() - legal.len()) as u64 * levels;
        let mut looked = Vec::new();
        let mut best = Best::new(self.finalists);
        let mut next = 0;
        while next < legal.len() && legal[next].1 <= best.bar() && counts.estimated < MOST_ESTIMATES {
            let batch = &legal[next..legal.len().min(next + BATCH)];
            next += batch.len();
            let tried: Vec<Tried> = batch.par_iter().map(|(plan, _)| self.look(*plan)).collect();
            for one in tried {
                counts.illegal += one.illegal;
                counts.does_not_fit += one.does_not_fit;
                counts.dominated += one.dominated;
                counts.estimated += u64::from(one.looked.as_ref().is_some_and(|one| one.estimate.is_some()));
                best.add(one.looked.as_ref().and_then(|one| one.estimate));
                looked.extend(one.looked);
            }
        }
        counts.bounded_out = (legal.len() - next) as u64 * levels;
        Screened { looked, bounded: legal[next..].to_vec(), counts }
    }

    /// The legal plans with their bounds, the lowest first; among equals in the order of the space.
    fn legal(&self, plans: &[Parallelism]) -> Vec<(Parallelism, f64)> {
        let bounds = Bounds::of(self.space.example, self.rates);
        let check = |plan: &Parallelism| self.job(*plan).map(|_| (*plan, bounds.seconds(plan)));
        let mut legal: Vec<(Parallelism, f64)> =
            plans.par_iter().map(check).collect::<Vec<_>>().into_iter().flatten().collect();
        legal.sort_by(|(_, a), (_, b)| a.total_cmp(b));
        legal
    }

    fn job(&self, plan: Parallelism) -> Option<TrainingJob> {
        TrainingJob::new(self.space.plan(plan), self.space.example.chips()).ok()
    }

    /// The least of what can be computed again with which the plan fits.
    fn look(&self, plan: Parallelism) -> Tried {
        let levels = self.space.recomputes();
        let last = levels.len() - 1;
        let mut tried = Tried { looked: None, does_not_fit: 0, dominated: 0, illegal: 0 };
        // What does not fit with everything computed again fits with nothing less.
        let order = std::iter::once(0).chain((last > 0).then_some(last)).chain(1..last);
        let mut whole: Option<(TrainingJob, MemoryEstimate)> = None;
        for level in order {
            let Some(job) = self.job(Parallelism { recompute: levels[level], ..plan }) else {
                tried.illegal += 1;
                continue;
            };
            let memory = job.memory(self.rates);
            if memory.fits() && level < last || last == 0 {
                tried.dominated = (last - level) as u64;
                return self.estimated(tried, &job, memory);
            }
            let fits = memory.fits();
            tried.does_not_fit += u64::from(!fits);
            if level == last {
                if !fits {
                    tried.does_not_fit = last as u64 + 1 - tried.illegal;
                    tried.looked = Some(Looked { plan: *job.parallelism(), memory, estimate: None });
                    return tried;
                }
                whole = Some((job, memory));
            }
        }
        match whole {
            Some((job, memory)) => self.estimated(tried, &job, memory),
            None => tried,
        }
    }

    fn estimated(&self, tried: Tried, job: &TrainingJob, memory: MemoryEstimate) -> Tried {
        let step = memory.fits().then(|| self.estimator.step(job, self.rates).ok()).flatten();
        let estimate = step.map(|step| Estimate { seconds: step.time.seconds(), terms: step.terms });
        let does_not_fit = tried.does_not_fit + u64::from(!memory.fits() && tried.does_not_fit == 0);
        let looked = Some(Looked { plan: *job.parallelism(), memory, estimate });
        Tried { looked, does_not_fit, ..tried }
    }
}

/// The lowest estimates so far.
struct Best {
    lowest: Vec<f64>,
    wanted: usize,
}

impl Best {
    fn new(wanted: usize) -> Self {
        Self { lowest: Vec::new(), wanted: wanted.max(1) }
    }

    fn add(&mut self, estimate: Option<Estimate>) {
        let Some(estimate) = estimate else { return };
        let place = self.lowest.partition_point(|other| *other <= estimate.seconds);
        self.lowest.insert(place, estimate.seconds);
        self.lowest.truncate(self.wanted);
    }

    /// The bound above which nothing can win.
    fn bar(&self) -> f64 {
        if self.lowest.len() < self.wanted {
            return f64::INFINITY;
        }
        self.lowest[self.wanted - 1] * (1.0 + BAND)
    }
}

/// Gigabytes.
pub(super) fn gigabytes(bytes: Bytes) -> f64 {
    bytes.count() as f64 / 1e9
}

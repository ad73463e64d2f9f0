//! What the next smaller and the next larger degree would do, with every other choice free.

use super::screen::{Looked, Screened, gigabytes};
use crate::training::Parallelism;
use serde::Serialize;

/// Another value of one degree, and what becomes of a step with it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Neighbour {
    /// The key of the degree.
    pub key: &'static str,
    /// Its value in the best plan.
    pub value: u64,
    /// The other value.
    pub other: u64,
    /// What becomes of it.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// What becomes of a step with another value of one degree.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing fits.
    DoesNotFit {
        /// What the smallest plan needs, in GB.
        least_gb: f64,
        /// What a chip has, in GB.
        capacity_gb: f64,
        /// Its largest term.
        largest_term: &'static str,
        /// That term in GB.
        largest_term_gb: f64,
    },
    /// The fastest such plan by its estimate.
    Estimated {
        /// The estimate in seconds.
        seconds: f64,
        /// Above the estimate of the best plan, as a share; negative where the simulation preferred another.
        slower: f64,
        /// The term of the estimate that grows most.
        grows: &'static str,
        /// By so many seconds.
        grows_s: f64,
    },
    /// No such plan can be faster than this, which is above what others take.
    Bounded {
        /// The lowest bound in seconds.
        seconds: f64,
    },
}

/// A degree by its key.
type Degree = (&'static str, fn(&Parallelism) -> u64);

const DEGREES: [Degree; 5] = [
    ("tensor", |plan| plan.tensor),
    ("context", |plan| plan.context),
    ("pipeline", |plan| plan.pipeline),
    ("expert", |plan| plan.expert),
    ("micro_batch", |plan| plan.micro_batch),
];

/// For each degree the next smaller and the next larger value that was searched.
pub(super) fn of(best: &Looked, screened: &Screened) -> Vec<Neighbour> {
    let mut neighbours = Vec::new();
    for (key, degree) in DEGREES {
        let value = degree(&best.plan);
        let looked = screened.looked.iter().map(|one| degree(&one.plan));
        let all = || looked.clone().chain(screened.bounded.iter().map(|(plan, _)| degree(plan)));
        let smaller = all().filter(|other| *other < value).max();
        let larger = all().filter(|other| *other > value).min();
        for other in smaller.into_iter().chain(larger) {
            let verdict = verdict(best, screened, |plan| degree(plan) == other);
            neighbours.extend(verdict.map(|verdict| Neighbour { key, value, other, verdict }));
        }
    }
    neighbours
}

fn verdict(best: &Looked, screened: &Screened, is_one: impl Fn(&Parallelism) -> bool) -> Option<Verdict> {
    let looked: Vec<&Looked> = screened.looked.iter().filter(|one| is_one(&one.plan)).collect();
    let estimates = looked.iter().filter_map(|one| one.estimate);
    let fastest = estimates.min_by(|a, b| a.seconds.total_cmp(&b.seconds));
    let bounds = screened.bounded.iter().filter(|(plan, _)| is_one(plan)).map(|(_, bound)| *bound);
    let lowest = bounds.reduce(f64::min);
    // Of plans that were not estimated nothing is known but that they are no faster than their bounds.
    if let Some(seconds) = lowest.filter(|lowest| fastest.is_none_or(|fastest| *lowest < fastest.seconds)) {
        return Some(Verdict::Bounded { seconds });
    }
    if let Some(fastest) = fastest {
        let own = best.estimate?;
        let growth = fastest.terms.iter().into_iter().zip(own.terms.iter());
        let growth = growth.map(|((name, other), (_, own))| (name, other - own));
        let (grows, grows_s) = growth.max_by(|(_, a), (_, b)| a.total_cmp(b))?;
        let slower = fastest.seconds / own.seconds - 1.0;
        return Some(Verdict::Estimated { seconds: fastest.seconds, slower, grows, grows_s });
    }
    let smallest = looked.into_iter().min_by_key(|one| one.memory.terms.total())?;
    let &(largest_term, bytes) = smallest.memory.largest_terms().first()?;
    Some(Verdict::DoesNotFit {
        least_gb: gigabytes(smallest.memory.terms.total()),
        capacity_gb: gigabytes(smallest.memory.capacity),
        largest_term,
        largest_term_gb: gigabytes(bytes),
    })
}

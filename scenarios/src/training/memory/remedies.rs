//! What would make a plan fit: changed plans, each checked and estimated like the plan itself.
//!
//! Remedies come by what they cost a step: what costs nothing, computing again, dealing more to the replicas, smaller
//! micro-batches, then other degrees on the same chips. Of each kind only the least change that fits is named. Where
//! no single change does, all that needs no other degrees is taken together and then degrees are raised; where that
//! does not do either, on more chips.

use super::estimate::MemoryEstimate;
use super::remedy_candidates::{families, most_saving, on_more_chips, raised_degrees};
use super::remedy_text::changes;
use crate::training::compute::ChipRates;
use crate::training::plan::{TrainingJob, TrainingPlan};
use copperlight_core::units::Bytes;

/// The most remedies that are named.
const MOST_NAMED: usize = 3;

/// A change of a plan after which it fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    /// The keys to write, such as `recompute = "full"`.
    pub change: String,
    /// The chips that the changed plan takes.
    pub chips: u64,
    /// What the fullest chip then needs.
    pub total: Bytes,
}

/// What would make a plan fit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Remedies {
    /// Changes on the same chips, the cheapest first; at most three.
    pub fitting: Vec<Remedy>,
    /// Where there is none: the fewest chips that were found to do, among doublings of the plan's.
    pub more_chips: Option<Remedy>,
}

impl TrainingJob {
    /// What would make this job fit; nothing when it does.
    pub fn remedies(&self, rates: &ChipRates) -> Remedies {
        if self.memory(rates).fits() {
            return Remedies::default();
        }
        let search = Search { job: self, rates };
        let single = families(self).into_iter().filter_map(|plans| search.first(plans));
        let fitting: Vec<Remedy> = single.take(MOST_NAMED).collect();
        if !fitting.is_empty() {
            return Remedies { fitting, more_chips: None };
        }
        let base = search.legal(most_saving(self.plan()));
        let together = std::iter::once(vec![base.clone()]).chain(raised_degrees(&base));
        let fitting: Vec<Remedy> =
            together.filter_map(|plans| search.first(plans)).take(MOST_NAMED).collect();
        let more_chips = if fitting.is_empty() { search.first(on_more_chips(&base)) } else { None };
        Remedies { fitting, more_chips }
    }
}

struct Search<'a> {
    job: &'a TrainingJob,
    rates: &'a ChipRates,
}

impl Search<'_> {
    /// The first of these plans that is legal and fits.
    fn first(&self, plans: Vec<TrainingPlan>) -> Option<Remedy> {
        plans.into_iter().find_map(|plan| self.fitting(plan))
    }

    fn fitting(&self, plan: TrainingPlan) -> Option<Remedy> {
        let chips = plan.parallelism.chips();
        let job = TrainingJob::new(plan, chips).ok()?;
        let estimate: MemoryEstimate = job.memory(self.rates);
        let change = changes(self.job.plan(), job.plan());
        estimate.fits().then(|| Remedy { change, chips, total: estimate.terms.total() })
    }

    /// The first of these plans that is legal; the plan itself is the last resort.
    fn legal(&self, plans: Vec<TrainingPlan>) -> TrainingPlan {
        let legal = |plan: &TrainingPlan| TrainingJob::new(plan.clone(), plan.parallelism.chips()).is_ok();
        plans.into_iter().find(legal).unwrap_or_else(|| self.job.plan().clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::plan::ZeroStage;
    use crate::training::testing::{gpt_1t_plan, job_of};

    fn remedies(gigabytes: u64, change: impl FnOnce(&mut TrainingPlan)) -> Vec<(String, u64)> {
        let mut plan = gpt_1t_plan();
        change(&mut plan);
        let rates = ChipRates { hbm_capacity: Bytes::new(gigabytes * 1_000_000_000), ..ChipRates::round() };
        let remedies = job_of(plan).remedies(&rates);
        let found = remedies.fitting.into_iter().chain(remedies.more_chips);
        found.map(|remedy| (remedy.change, remedy.total.count() / 1_000_000_000)).collect()
    }

    #[test]
    fn what_fits_needs_no_remedy() {
        assert_eq!(remedies(192, |_| {}), []);
    }

    #[test]
    fn the_cheapest_changes_that_fit_are_named() {
        // 58 GB of state, 27 of activations, 3 of buffers and runtime: norms and activations computed again drop 12/32
        // of the activations, the FFN's first matmul as well 20/32.
        let found = remedies(80, |_| {});
        let norms = "`recompute = [\"core-attention\", \"norms\", \"activation\"]`";
        let deeper = "`pipeline = 48` and `data = 3`";
        assert_eq!(found[0].0, norms);
        assert_eq!(found[1].0, deeper);
        let found = remedies(68, |_| {});
        assert_eq!(found[0].0, "`recompute = \"full\"` and `recompute_layers = 7`");
        assert_eq!(found[1].0, deeper);
    }

    #[test]
    fn what_costs_nothing_comes_first() {
        let found = remedies(96, |plan| plan.parallelism.sequence_parallel = false);
        assert_eq!(found[0].0, "`sequence_parallel = true`");
        let found = remedies(160, |plan| plan.parallelism.zero = ZeroStage::None);
        assert_eq!(found[0].0, "`zero = 1`");
    }

    #[test]
    fn dealing_in_every_pass_of_a_pipeline_is_the_dearest() {
        let found = remedies(60, |_| {});
        assert_eq!(found.last().map(|(change, _)| change.as_str()), Some("`zero = 3`"));
    }

    #[test]
    fn changes_are_combined_where_one_is_not_enough() {
        let found = remedies(40, |_| {});
        assert_eq!(found[0].0, "`recompute = \"full\"`, `pipeline = 48` and `data = 3`");
    }

    #[test]
    fn more_chips_are_the_last_resort() {
        let found = remedies(30, |_| {});
        assert_eq!(found, [("`recompute = \"full\"` and `pipeline = 64`".to_owned(), 20)]);
        assert_eq!(remedies(2, |_| {}), [], "the runtime alone takes most of it");
    }

    #[test]
    fn every_remedy_is_what_it_says() {
        for gigabytes in [30, 50, 60, 70, 80] {
            let capacity = Bytes::new(gigabytes * 1_000_000_000);
            let rates = ChipRates { hbm_capacity: capacity, ..ChipRates::round() };
            let remedies = job_of(gpt_1t_plan()).remedies(&rates);
            assert!(remedies.fitting.iter().all(|remedy| remedy.total <= capacity && remedy.chips == 1152));
            assert_eq!(remedies.fitting.is_empty(), remedies.more_chips.is_some());
        }
    }
}

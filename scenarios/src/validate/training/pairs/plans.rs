//! The plans of two rows of which something was not published, matched.
//!
//! What both rows leave open was the same in both runs: a sweep does not change its micro-batch on the way. What one of
//! them has published says nothing of the other.

use super::effect::{Range, effect};
use crate::report::{PlanTime, TrainingFigures};

/// A part of a plan that a row can leave open: whether it is the same in two plans.
type Part = fn(&PlanTime, &PlanTime) -> bool;

const PARTS: [Part; 3] = [
    |one, other| one.micro_batch == other.micro_batch,
    |one, other| one.virtual_stages == other.virtual_stages,
    |one, other| one.recompute == other.recompute,
];

/// The modelled effect over all plans that both rows can mean, where `scale` turns step times into what is compared.
pub(super) fn modelled(variant: &TrainingFigures, baseline: &TrainingFigures, scale: f64) -> Range {
    let (variants, baselines) = (plans(variant), plans(baseline));
    let over = |parts: &[Part]| {
        let alike = |one: &PlanTime, other: &PlanTime| parts.iter().all(|is_same| is_same(one, other));
        let of_pair = |one: &PlanTime, other: &PlanTime| effect(one.step_time_s * scale, other.step_time_s);
        Range::of(variants.iter().flat_map(|one| {
            baselines.iter().filter(|other| alike(one, other)).map(|other| of_pair(one, other))
        }))
    };
    let open_in_both: Vec<Part> =
        PARTS.into_iter().filter(|part| is_open(&variants, *part) && is_open(&baselines, *part)).collect();
    // Rows on unlike numbers of chips may have no plan in common.
    over(&open_in_both).or_else(|| over(&[])).expect("a row that ran has a plan")
}

fn plans(figures: &TrainingFigures) -> Vec<PlanTime> {
    if figures.plans.is_empty() {
        let step_time_s = figures.step_time_s;
        let recompute = String::new();
        return vec![PlanTime { micro_batch: 0, virtual_stages: 0, recompute, step_time_s }];
    }
    figures.plans.clone()
}

fn is_open(plans: &[PlanTime], part: Part) -> bool {
    plans.iter().any(|plan| !part(plan, &plans[0]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example;

    fn figures(plans: &[(u64, u64, f64)]) -> TrainingFigures {
        let plan = |&(micro_batch, virtual_stages, step_time_s)| PlanTime {
            micro_batch,
            virtual_stages,
            recompute: "none".to_owned(),
            step_time_s,
        };
        TrainingFigures {
            plans: plans.iter().map(plan).collect(),
            ..example::training_figures("dense-A", 1.0)
        }
    }

    #[test]
    fn what_both_leave_open_is_the_same_in_both() {
        let baseline = figures(&[(1, 1, 10.0), (2, 1, 20.0)]);
        let variant = figures(&[(1, 2, 9.0), (1, 4, 8.0), (2, 2, 18.0), (2, 4, 16.0)]);
        // Micro-batches are matched; stages are open in one row only.
        let range = modelled(&variant, &baseline, 1.0);
        assert_eq!((range.least, range.most), ((0.8_f64).ln(), (0.9_f64).ln()));
    }

    #[test]
    fn rows_without_a_common_plan_have_all_of_them() {
        let (one, other) = (figures(&[(1, 1, 2.0), (2, 1, 4.0)]), figures(&[(4, 1, 8.0), (8, 1, 16.0)]));
        let range = modelled(&other, &one, 1.0);
        assert_eq!((range.least, range.most), ((2.0_f64).ln(), (8.0_f64).ln()));
    }

    #[test]
    fn published_plans_have_one_effect() {
        let range = modelled(&figures(&[]), &figures(&[]), 2.0);
        assert_eq!((range.least, range.is_open()), ((2.0_f64).ln(), false));
    }
}

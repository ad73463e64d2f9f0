//! Distinct steps of the observed runs: what they take by the estimate, and by the simulation.

use super::slots::Slots;
use crate::estimate::Estimator;
use crate::run::{EngineOptions, Machine, simulate_step_at};
use crate::training::{ChipRates, TrainingJob};
use crate::validate::ReadyRun;
use copperlight_topologies::System;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// By how much a slot is varied to see what it does to a step.
const NUDGE: f64 = 0.02;

/// Distinct steps.
#[derive(Debug, Default)]
pub(super) struct Steps {
    pub(super) all: Vec<Step>,
    known: BTreeMap<String, usize>,
    estimators: Vec<Estimator>,
    estimator_of: BTreeMap<String, usize>,
}

/// A step that some runs share.
#[derive(Debug)]
pub(super) struct Step {
    system: System,
    job: TrainingJob,
    /// As shipped.
    rates: ChipRates,
    /// The slots that it depends on.
    pub(super) slots: Vec<usize>,
    estimator: usize,
}

/// The logarithm of a step's time, and how it changes with those of its slots.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Slope {
    pub(super) log_time: f64,
    pub(super) by_slot: Vec<(usize, f64)>,
}

impl Steps {
    /// The place of a run's step.
    pub(super) fn place(&mut self, run: &ReadyRun, rates: ChipRates, slots: Vec<usize>) -> usize {
        let machine = format!("{:?}", run.setup);
        let key = format!("{machine} {:?} {rates:?} {slots:?}", without_software(&run.job));
        if let Some(place) = self.known.get(&key) {
            return *place;
        }
        let estimator = match self.estimator_of.get(&machine) {
            Some(place) => *place,
            None => {
                let made = Estimator::new(&run.system, run.setup.chips);
                self.estimators.push(made.expect("a machine that a run was made ready for can be built"));
                self.estimator_of.insert(machine, self.estimators.len() - 1);
                self.estimators.len() - 1
            }
        };
        let system = run.system.clone();
        self.all.push(Step { system, job: run.job.clone(), rates, slots, estimator });
        self.known.insert(key, self.all.len() - 1);
        self.all.len() - 1
    }

    /// Estimated seconds of a step where slots have these values.
    fn estimated(&self, step: &Step, slots: &Slots, value: impl Fn(usize) -> f64) -> f64 {
        let rates = slots.rates((&step.rates, step.job.precision()), &step.slots, value);
        let estimate = self.estimators[step.estimator].step(&step.job, &rates);
        estimate.expect("a step that was made ready can be estimated").time.seconds()
    }

    /// The logarithms of all steps' estimated times where slots have these values.
    pub(super) fn log_times(&self, slots: &Slots, values: &[f64]) -> Vec<f64> {
        let of_step = |step: &Step| self.estimated(step, slots, |slot| values[slot]).ln();
        self.all.par_iter().with_max_len(1).map(of_step).collect()
    }

    /// The slopes of all steps, in the slots that are open.
    pub(super) fn slopes(&self, slots: &Slots, values: &[f64], open: &[bool]) -> Vec<Slope> {
        let of_step = |step: &Step| {
            let log_time = self.estimated(step, slots, |slot| values[slot]).ln();
            let slope = |slot: usize| {
                let nudged = |other: usize| values[other] * if other == slot { 1.0 + NUDGE } else { 1.0 };
                (slot, (self.estimated(step, slots, nudged).ln() - log_time) / (1.0 + NUDGE).ln())
            };
            let by_slot = step.slots.iter().copied().filter(|slot| open[*slot]).map(slope).collect();
            Slope { log_time, by_slot }
        };
        self.all.par_iter().with_max_len(1).map(of_step).collect()
    }

    /// The logarithms of all steps' simulated times where slots have these values.
    pub(super) fn simulated(&self, slots: &Slots, values: &[f64]) -> Result<Vec<f64>, String> {
        let of_step = |step: &Step| {
            let rates = slots.rates((&step.rates, step.job.precision()), &step.slots, |slot| values[slot]);
            let chips = usize::try_from(step.job.chips()).expect("a million fits");
            let machine = Machine { system: &step.system, name: step.system.name(), chips };
            let answer = simulate_step_at(machine, &step.job, &rates, EngineOptions::default());
            answer.map(|step| step.time.seconds().ln()).map_err(|error| error.to_string())
        };
        self.all.par_iter().with_max_len(1).map(of_step).collect()
    }
}

/// A job but for its software, whose factors are in the rates.
fn without_software(job: &TrainingJob) -> String {
    let software = format!("{:?}", job.recipe().software);
    format!("{job:?}").replace(&software, "")
}

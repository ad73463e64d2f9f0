//! How much a step time depends on each catalog value: by the closed form of the step, with the value a little larger and
//! a little smaller.
//!
//! Whatever has a unit of time, or of a rate, is a part of the step or divides one: their elasticities sum to 1, with the
//! sign of rates turned. Counts are left out, for there is no hundredth of a chip.

use crate::estimate::Estimator;
use crate::file::Point;
use crate::report::RestsOn;
use crate::run::rates::rates;
use crate::training::{ChipRates, TrainingJob};
use copperlight_topologies::catalog::Sourced;
use copperlight_topologies::{SoftwareFactors, System};
use rayon::prelude::*;

/// How far values are moved, both ways.
const STEP: f64 = 0.01;
/// Below this nobody asks who says so.
const LEAST: f64 = 1e-4;

/// The values that matter, those that matter most first.
pub(super) fn rests_on(point: &Point, job: &TrainingJob, estimator: &Estimator) -> Vec<RestsOn> {
    let Ok(base) = rates(&point.system, &point.system_name, job) else { return Vec::new() };
    let twin = Twin { point, job, estimator, base };
    let of_system: Vec<(String, &Sourced)> =
        point.system.simulated_values().filter(|(_, value)| value.unit != "count").collect();
    let moved = of_system.par_iter().map(|(key, value)| twin.rests_on_value(key, value));
    let mut values: Vec<RestsOn> = moved.flatten().collect();
    values.extend(twin.software());
    values.retain(|value| value.elasticity.abs() >= LEAST);
    values.sort_by(|a, b| b.elasticity.abs().total_cmp(&a.elasticity.abs()));
    values
}

/// The closed form of a point's step.
struct Twin<'a> {
    point: &'a Point,
    job: &'a TrainingJob,
    estimator: &'a Estimator,
    base: ChipRates,
}

impl Twin<'_> {
    fn rests_on_value(&self, key: &str, sourced: &Sourced) -> Option<RestsOn> {
        let at = |value: f64| {
            let system = self.point.system.at_value(key, value)?;
            self.seconds_on(key, &system)
        };
        Some(told(key.to_owned(), sourced, elasticity(sourced.value, at)?))
    }

    /// The factors of the job's software, which are no values of the system.
    fn software(&self) -> Vec<RestsOn> {
        let (Some(software), Some(chip)) = (self.job.recipe().software, self.point.system.chip()) else {
            return Vec::new();
        };
        let one = |(key, sourced): (&'static str, &Sourced)| {
            let at = |value: f64| {
                let factors = self.base.software;
                let factors = match key {
                    "dense_time" => SoftwareFactors { dense_time: value, ..factors },
                    _ => SoftwareFactors { expert_time: value, ..factors },
                };
                self.seconds(self.estimator, &self.base.with_software(factors))
            };
            let key = format!("software {}: {key}", software.name());
            Some(told(key, sourced, elasticity(sourced.value, at)?))
        };
        software.values(chip).filter_map(one).collect()
    }

    /// The step on a system with another value of this key; `None` where that cannot be estimated.
    fn seconds_on(&self, key: &str, system: &System) -> Option<f64> {
        if key.starts_with("chip.") {
            let rates = rates(system, &self.point.system_name, self.job).ok()?;
            return if rates == self.base { None } else { self.seconds(self.estimator, &rates) };
        }
        if key.starts_with("transport.") {
            let transport = system.transport();
            return (transport != self.point.system.transport())
                .then(|| self.seconds(&self.estimator.with_transport(transport), &self.base))?;
        }
        self.seconds(&Estimator::new(system, self.point.chips).ok()?, &self.base)
    }

    fn seconds(&self, estimator: &Estimator, rates: &ChipRates) -> Option<f64> {
        Some(estimator.step(self.job, rates).ok()?.time.seconds())
    }
}

/// The relative change of `seconds` over that of a value; one-sided where only one side is possible.
fn elasticity(value: f64, seconds: impl Fn(f64) -> Option<f64>) -> Option<f64> {
    let [less, more] = [1.0 / (1.0 + STEP), 1.0 + STEP];
    let [below, above] = [less, more].map(|times| Some((times.ln(), seconds(value * times)?.ln())));
    let unmoved = || Some((0.0, seconds(value)?.ln()));
    let (below, above) = (below.or_else(unmoved)?, above.or_else(unmoved)?);
    let moved = above.0 - below.0;
    (moved > 0.0).then(|| (above.1 - below.1) / moved)
}

fn told(key: String, sourced: &Sourced, elasticity: f64) -> RestsOn {
    RestsOn {
        key,
        value: sourced.value,
        unit: sourced.unit.clone(),
        source: sourced.source.clone(),
        confidence: sourced.confidence.to_string(),
        elasticity,
    }
}

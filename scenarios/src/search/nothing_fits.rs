//! Why no plan fits, and on how many chips one does.

use super::screen::{Looked, Screened, gigabytes};
use super::words::words;
use crate::training::{ChipRates, TrainingJob, TrainingPlan};

/// Says what the plan that needs the least memory needs, and where more chips would do.
pub(super) fn sentence(example: &TrainingJob, screened: &Screened, rates: &ChipRates) -> String {
    let Some(smallest) = screened.smallest() else {
        return "no legal plan divides these chips; change their number, or free the keys that are kept"
            .to_owned();
    };
    let largest = smallest.memory.largest_terms().into_iter().take(2);
    let terms: Vec<String> =
        largest.map(|(name, bytes)| format!("{name} {:.1} GB", gigabytes(bytes))).collect();
    format!(
        "no plan fits in memory: the smallest ({}) needs {:.1} GB of {:.1} ({}); {}",
        words(&smallest.plan),
        gigabytes(smallest.memory.terms.total()),
        gigabytes(smallest.memory.capacity),
        terms.join(", "),
        remedy(example, smallest, rates),
    )
}

fn remedy(example: &TrainingJob, smallest: &Looked, rates: &ChipRates) -> String {
    let plan = TrainingPlan { parallelism: smallest.plan, layers_per_chunk: None, ..example.plan().clone() };
    let job = TrainingJob::new(plan, example.chips());
    let more = job.ok().and_then(|job| job.remedies(rates).more_chips);
    match more {
        Some(remedy) => format!("on {} chips it fits with {}", remedy.chips, remedy.change),
        None => {
            "no number of chips was found on which it does; use a smaller model or chips with more memory"
                .to_owned()
        }
    }
}

//! A point whose plan does not fit in memory: its terms, and what would make it fit.

use super::point::{PointOutcome, place};
use crate::file::{Point, Workload, parallelism_table};
use crate::report::{MEMORY_CAPACITY, MEMORY_TOTAL, PointResult, Work};
use crate::training::{ChipRates, MemoryEstimate, Remedies, Remedy, TrainingJob};
use copperlight_core::units::Bytes;
use std::collections::BTreeMap;

/// The outcome of a point that does not fit: no times, and a note with the largest terms and the cheapest remedies.
pub(super) fn outcome(point: &Point, job: &TrainingJob, rates: &ChipRates) -> PointOutcome {
    let memory = job.memory(rates);
    let note = format!("{}; {}", in_short(point, &memory), remedies(&job.remedies(rates)));
    PointOutcome {
        result: unsimulated(point, &memory, rates),
        work: Work::default(),
        digest: "does not fit".to_owned(),
        timelines: Vec::new(),
        trace: None,
        stages: None,
        roofline: None,
        notes: vec![note],
    }
}

/// How far a point does not fit, and its largest terms.
pub(super) fn in_short(point: &Point, memory: &MemoryEstimate) -> String {
    let largest = memory.largest_terms().into_iter().take(3);
    let terms: Vec<String> = largest.map(|(name, bytes)| format!("{name} {}", gigabytes_of(bytes))).collect();
    format!(
        "{} does not fit in memory: {} of {} ({})",
        place(point),
        gigabytes_of(memory.terms.total()),
        gigabytes_of(memory.capacity),
        terms.join(", "),
    )
}

/// What is known of a point without a simulation.
pub(super) fn unsimulated(point: &Point, memory: &MemoryEstimate, rates: &ChipRates) -> PointResult {
    PointResult {
        system: point.system_name.clone(),
        chips: point.chips as u64,
        fits: memory.fits(),
        peak_tflops_per_chip: Some(rates.peak.flops_per_second() / 1e12),
        memory_gb: Some(memory_terms(memory)),
        plan: plan_of(point),
        domain_power_w: point.system.domain_power(point.chips),
        domain_price_usd: point.system.price(point.chips),
        ..PointResult::default()
    }
}

/// The keys of the plan of a point.
fn plan_of(point: &Point) -> Option<BTreeMap<String, serde_json::Value>> {
    let Workload::Training(job) = &point.workload else { return None };
    let table = parallelism_table(job).into_iter();
    let json = |value: toml::Value| serde_json::to_value(value).expect("a TOML value is a JSON value");
    Some(table.map(|(key, value)| (key, json(value))).collect())
}

/// The remedies in a sentence.
fn remedies(remedies: &Remedies) -> String {
    let one = |remedy: &Remedy| format!("{} ({})", remedy.change, gigabytes_of(remedy.total));
    if !remedies.fitting.is_empty() {
        let named: Vec<String> = remedies.fitting.iter().map(one).collect();
        return format!("it fits with {}", named.join(", or with "));
    }
    match &remedies.more_chips {
        Some(remedy) => {
            let chips = remedy.chips;
            format!("no change that was tried fits on so few chips; on {chips} it fits with {}", one(remedy))
        }
        None => "no change of the plan was found that fits".to_owned(),
    }
}

fn memory_terms(memory: &MemoryEstimate) -> BTreeMap<String, f64> {
    let named = memory.terms.named().map(|(name, bytes)| (name.to_owned(), gigabytes(bytes)));
    let whole = [(MEMORY_TOTAL, memory.terms.total()), (MEMORY_CAPACITY, memory.capacity)];
    named.into_iter().chain(whole.map(|(name, bytes)| (name.to_owned(), gigabytes(bytes)))).collect()
}

fn gigabytes(bytes: Bytes) -> f64 {
    bytes.count() as f64 / 1e9
}

fn gigabytes_of(bytes: Bytes) -> String {
    format!("{:.1} GB", gigabytes(bytes))
}

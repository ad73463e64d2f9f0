//! The headlines of a step, and what each is made of.

use crate::report::{
    ExplainedExchange, ExplainedPart, Headline, MEMORY_CAPACITY, MEMORY_TOTAL, PointResult, number,
};
use crate::training::{ChipRates, LedgerEntry, TrainingJob};
use copperlight_topologies::System;

/// The headlines of a simulated step; `kernels` are the parts of compute.
pub(super) fn headlines(
    (system, job, rates): (&System, &TrainingJob, &ChipRates),
    (result, step_time): (&PointResult, f64),
    kernels: Vec<ExplainedPart>,
    exchanges: &[ExplainedExchange],
) -> Vec<Headline> {
    let terms = terms(result, exchanges);
    let made_of = |part: &ExplainedPart| match part.name.as_str() {
        "compute" => part.clone().made_of(kernels.clone()),
        _ => part.clone(),
    };
    let time = Headline::of_parts("step_time_s", (step_time, "s"), terms.iter().map(made_of).collect());
    let mut headlines = vec![time];
    headlines.extend(utilization((system, job, rates), (result, step_time), &terms));
    headlines.extend(tokens(job, result, step_time));
    headlines.extend(exposed(result, step_time, &terms));
    headlines.extend(headlines_of_memory(system, result));
    headlines.extend(energy(system, result));
    headlines
}

/// The terms of the ledger that took time, each with what decides it.
fn terms(result: &PointResult, exchanges: &[ExplainedExchange]) -> Vec<ExplainedPart> {
    let terms = result.breakdown_s.unwrap_or_default().terms();
    let some = terms.into_iter().filter_map(|(name, seconds)| Some((name, seconds.filter(|s| *s > 0.0)?)));
    let part = |(name, seconds): (&str, f64)| {
        let part = ExplainedPart::new(name, seconds);
        match bound(name, exchanges) {
            Some(bound) => part.bound_by(bound),
            None => part,
        }
    };
    some.map(part).collect()
}

/// What decides a term of the ledger.
fn bound(name: &str, exchanges: &[ExplainedExchange]) -> Option<String> {
    match name {
        "optimizer" => Some("memory bandwidth".to_owned()),
        "bubble" => Some("stages without a micro-batch".to_owned()),
        "wait" => Some("chips that are done at different times".to_owned()),
        _ => {
            let longest = exchanges.iter().find(|exchange| exchange.entry == name)?;
            Some(format!("{} bound by {}", longest.operation, longest.bound_by))
        }
    }
}

/// Model FLOPs utilization: the peak, less what every loss takes of it.
fn utilization(
    (system, job, rates): (&System, &TrainingJob, &ChipRates),
    (result, step_time): (&PointResult, f64),
    terms: &[ExplainedPart],
) -> Option<Headline> {
    let (mfu, hfu) = (result.mfu?, result.hfu?);
    let mut parts = vec![ExplainedPart::new("the dense peak, all the time", 1.0)];
    for term in terms {
        let share = term.value / step_time;
        if term.name != "compute" {
            parts.push(ExplainedPart { value: -share, ..term.clone() });
            continue;
        }
        let slower = ExplainedPart::new("kernels slower than the peak", hfu - share);
        parts.push(slower.bound_by("what compute is made of"));
        parts.push(ExplainedPart::new("FLOPs done again", mfu - hfu).bound_by("recompute"));
    }
    parts.retain(|part| part.value != 0.0);
    let because = format!(
        "{} PFLOP of the model on each chip in {}, at a dense peak of {} TFLOP/s{}; it moves against the step time, and a \
         higher peak counts against it",
        number::rounded(job.model_flops().count() / job.chips() as f64 / 1e15),
        number::duration(step_time),
        number::rounded(rates.peak.flops_per_second() / 1e12),
        cited(system, &format!("chip.{}", job.precision().peak_field())),
    );
    Some(Headline::of_parts("mfu", (mfu, ""), parts).because(because))
}

/// A value of the catalog with who says so, in brackets; nothing where the system has no such value.
fn cited(system: &System, key: &str) -> String {
    let found = system.facts().find(|(known, _)| *known == key);
    found.map_or_else(String::new, |(_, value)| {
        format!(" ({key} = {value}, {}: {})", value.confidence, value.source)
    })
}

/// Tokens over time and chips: no sum, and so without parts.
fn tokens(job: &TrainingJob, result: &PointResult, step_time: f64) -> Option<Headline> {
    let because = format!(
        "{} tokens a step, over {} and {}; it moves against the step time",
        number::grouped(job.tokens_per_step()),
        number::duration(step_time),
        number::chips(job.chips()),
    );
    let value = (result.tokens_per_second_per_chip?, "tokens/s");
    Some(Headline::of_parts("tokens_per_second_per_chip", value, Vec::new()).because(because))
}

/// Exposed communication by what waits for it.
fn exposed(result: &PointResult, step_time: f64, terms: &[ExplainedPart]) -> Option<Headline> {
    let names = LedgerEntry::ALL.into_iter().filter(|entry| entry.is_communication());
    let names: Vec<&str> = names.map(LedgerEntry::name).collect();
    let exposed = terms.iter().filter(|term| names.contains(&term.name.as_str()));
    let parts = exposed.map(|term| ExplainedPart { value: term.value / step_time, ..term.clone() }).collect();
    let value = (result.exposed_communication_share?, "");
    Some(Headline::of_parts("exposed_communication_share", value, parts))
}

/// The memory of the fullest chip.
pub(super) fn headlines_of_memory(system: &System, result: &PointResult) -> Vec<Headline> {
    let Some((terms, total)) = result.memory_gb.as_ref().zip(result.memory_needed_gb()) else {
        return Vec::new();
    };
    let named = |name: &&String| ![MEMORY_TOTAL, MEMORY_CAPACITY].contains(&name.as_str());
    let parts = terms.keys().filter(named).filter(|name| terms[*name] > 0.0);
    let parts = parts.map(|name| ExplainedPart::new(name, terms[name])).collect();
    let headline = Headline::of_parts("memory_gb", (total, "GB"), parts);
    let capacity = terms.get(MEMORY_CAPACITY);
    let of = |capacity: &f64| {
        let fits = if result.fits { "so it fits" } else { "so it does not fit" };
        let cited = cited(system, "chip.hbm_capacity");
        format!("on the fullest chip, which has {} GB{cited}, {fits}", number::rounded(*capacity))
    };
    let because = capacity.map(of).unwrap_or_default();
    vec![headline.because(because)]
}

/// Energy per token by what draws it.
fn energy(system: &System, result: &PointResult) -> Option<Headline> {
    let energy = result.energy_breakdown_j_per_token.as_ref()?;
    let mut parts = vec![
        ExplainedPart::new("chips", energy.chips.value)
            .bound_by("their limit, and the share of time they compute"),
        ExplainedPart::new("facility", energy.facility.value).bound_by("cooling and distribution"),
    ];
    parts.extend(energy.hosts.map(|hosts| ExplainedPart::new("hosts", hosts.value)));
    let tiers = energy.tiers.iter().filter(|(_, joules)| joules.value > 0.0);
    parts.extend(
        tiers.map(|(tier, joules)| ExplainedPart::new(format!("{tier} links and switches"), joules.value)),
    );
    let powers = ["chip.power", "facts.power"].map(|key| cited(system, key));
    let because = format!("from power published{}, times the step time", powers.join(""));
    Some(Headline::of_parts("energy_j_per_token", (energy.total.value, "J"), parts).because(because))
}

//! The tables `[[expect]]`: bounds that results must keep. Only their shape is checked here.

use super::error::ScenarioError;
use super::limits::MOST_CHIPS;
use super::scenario::Expectation;
use super::section::Section;
use super::suggestion;

/// The results that can be bounded.
const METRICS: [&str; 13] = [
    "step_time_s",
    "mfu",
    "mfu_bf16",
    "hfu",
    "model_tflops_per_chip",
    "tokens_per_second_per_chip",
    "communication_share",
    "exposed_communication_share",
    "energy_j_per_token",
    "time_us",
    "algbw_gb_per_s",
    "busbw_gb_per_s",
    "wire_bytes_per_chip",
];

/// Reads every `[[expect]]`; `systems` are the names that may be selected.
pub(super) fn read(document: &Section<'_>, systems: &[String]) -> Vec<Expectation> {
    document.sections("expect").iter().filter_map(|section| read_one(section, systems)).collect()
}

fn read_one(section: &Section<'_>, systems: &[String]) -> Option<Expectation> {
    let system = read_system(section, systems);
    let chips = section.whole("chips", 1..=MOST_CHIPS).map(|chips| chips.value);
    let metric = read_metric(section);
    let min = section.number("min");
    let max = section.number("max");
    if section.entry("min").is_none() && section.entry("max").is_none() {
        section.missing("min", "min = 0.30, or max = 0.50");
    }
    if let (Some(min), Some(max)) = (min, max)
        && min.value > max.value
    {
        let bound = format!("at most max, which is {}", max.value);
        let value = min.value.to_string();
        section.error(min.place, ScenarioError::OutOfRange { key: "min".to_owned(), value, bound });
    }
    section.finish();
    let (min, max) = (min.map(|number| number.value), max.map(|number| number.value));
    Some(Expectation { system, chips, metric: metric?, min, max, place: section.place() })
}

fn read_system(section: &Section<'_>, systems: &[String]) -> Option<String> {
    let written = section.text("system")?;
    if !systems.iter().any(|name| name == written.value) {
        let known: Vec<&str> = systems.iter().map(String::as_str).collect();
        let remedy = suggestion::remedy(written.value, &known);
        let name = written.value.to_owned();
        section.error(
            written.place,
            ScenarioError::UnknownName { what: "system of this scenario", name, remedy },
        );
    }
    Some(written.value.to_owned())
}

fn read_metric(section: &Section<'_>) -> Option<String> {
    if section.entry("metric").is_none() {
        section.missing("metric", "metric = \"mfu\"");
    }
    let written = section.text("metric")?;
    if METRICS.contains(&written.value) {
        return Some(written.value.to_owned());
    }
    let remedy = suggestion::remedy(written.value, &METRICS);
    section.error(
        written.place,
        ScenarioError::UnknownName { what: "metric", name: written.value.to_owned(), remedy },
    );
    None
}

//! `[workload.recipe]`: what software does with a training plan.

use super::choice::Choice;
use super::collective::MOST_IMBALANCE;
use super::document::{Table, Value};
use super::error::ScenarioError;
use super::findings::Findings;
use super::parallelism::or_auto;
use super::section::Section;
use crate::training::{AttentionKernel, DispatchFormat, GradientFormat, LaunchGraphs, Recipe};
use copperlight_topologies::Software;
use std::ops::RangeInclusive;

const GRAPHS: Choice<'static, LaunchGraphs> = Choice {
    what: "use of graphs",
    available: &[
        ("none", LaunchGraphs::None),
        ("partial", LaunchGraphs::Partial),
        ("full", LaunchGraphs::Full),
    ],
    later: &[],
};

const ATTENTION: Choice<'static, AttentionKernel> = Choice {
    what: "attention kernel",
    available: &[("flash", AttentionKernel::Flash), ("unfused", AttentionKernel::Unfused)],
    later: &[],
};

const GRADIENTS: Choice<'static, GradientFormat> = Choice {
    what: "gradient format",
    available: &[("fp32", GradientFormat::Fp32), ("bf16", GradientFormat::Bf16)],
    later: &[],
};

const DISPATCH: Choice<'static, DispatchFormat> = Choice {
    what: "dispatch format",
    available: &[("bf16", DispatchFormat::Bf16), ("fp8", DispatchFormat::Fp8)],
    later: &[],
};

/// The most parameters of a bucket.
const MOST_PARAMETERS: i64 = 1 << 40;
/// The reference, whatever the chip.
const NO_SOFTWARE: &str = "none";
/// The most speed that compute loses to communication.
const MOST_INTERFERENCE: f64 = 0.9;

/// A table without keys, for a recipe that nobody wrote.
static NOTHING: Table = Table { entries: Vec::new() };

/// Reads the table `recipe` of `[workload]`; where there is none, every default is noted.
pub(super) fn read(workload: &Section<'_>) -> Recipe {
    if workload.entry("recipe").is_none() {
        return read_table(&nothing(workload.findings()));
    }
    workload.section("recipe").map_or_else(Recipe::default, |section| read_table(&section))
}

fn nothing(findings: &Findings) -> Section<'_> {
    Section::new(&NOTHING, "workload.recipe", None, findings)
}

fn read_table(section: &Section<'_>) -> Recipe {
    let recipe = Recipe {
        graphs: GRAPHS.read_or(section, "graphs", "none"),
        attention: ATTENTION.read_or(section, "attention", "flash"),
        gradients: GRADIENTS.read_or(section, "gradients", "fp32"),
        bucket: or_auto(section, "bucket_parameters", MOST_PARAMETERS),
        expert_imbalance: thousandths(section, "expert_imbalance", 1.0..=MOST_IMBALANCE, 1.0),
        dispatch: DISPATCH.read_or(section, "dispatch", "bf16"),
        interference: interference(section),
        drops_tokens: section.boolean_or("drops_tokens", false),
        software: software(section),
    };
    section.finish();
    recipe
}

/// A share, or that of the chip.
fn interference(section: &Section<'_>) -> Option<u32> {
    const KEY: &str = "interference";
    match section.entry(KEY).map(|entry| &entry.node.value) {
        None => {
            section.default(KEY, "auto");
            None
        }
        Some(Value::Text(text)) if text == "auto" => None,
        Some(_) => Some(thousandths(section, KEY, 0.0..=MOST_INTERFERENCE, 0.0)),
    }
}

/// A generation of the catalog.
fn software(section: &Section<'_>) -> Option<Software> {
    let named = Software::all().map(|software| (software.name(), Some(software)));
    let available: Vec<_> = std::iter::once((NO_SOFTWARE, None)).chain(named).collect();
    let choice = Choice { what: "software generation", available: &available, later: &[] };
    choice.read_or(section, "software", NO_SOFTWARE)
}

/// A number with at most three decimals, in thousandths.
fn thousandths(section: &Section<'_>, key: &str, bounds: RangeInclusive<f64>, default: f64) -> u32 {
    if section.entry(key).is_none() {
        section.default(key, default);
    }
    let whole = |number: f64| (number * 1000.0).round();
    let Some(number) = section.number(key) else { return whole(default) as u32 };
    let value = number.value;
    let is_whole = (value * 1000.0 - whole(value)).abs() <= 1e-6 * value.max(1.0);
    if bounds.contains(&value) && is_whole {
        return whole(value) as u32;
    }
    let (least, most) = (bounds.start(), bounds.end());
    let bound = format!("a number from {least} to {most} with at most three decimals");
    section.error(
        number.place,
        ScenarioError::OutOfRange { key: key.to_owned(), value: value.to_string(), bound },
    );
    whole(default) as u32
}

//! `[workload.recipe]`: what software does with a training plan.

use super::choice::Choice;
use super::collective::MOST_IMBALANCE;
use super::document::{Table, Value};
use super::error::ScenarioError;
use super::findings::Findings;
use super::key::{Form, Key, KeyTable};
use super::limits::AUTO;
use super::parallelism::or_auto;
use super::section::Section;
use crate::training::{AttentionKernel, DispatchFormat, GradientFormat, LaunchGraphs, Recipe};
use copperlight_topologies::Software;

/// The keys of `[workload.recipe]`.
pub(super) const KEYS: KeyTable = KeyTable::new(
    "[workload.recipe]",
    &[
        Key::optional("graphs", Form::Name(|| GRAPHS.names()), "Kernels launched one by one, or as graphs", "\"full\"")
            .or("\"none\""),
        Key::optional(
            "attention",
            Form::Name(|| ATTENTION.names()),
            "Attention as one kernel, or \"unfused\", which stores scores",
            "\"unfused\"",
        )
        .or("\"flash\""),
        Key::optional(
            "gradients",
            Form::Name(|| GRADIENTS.names()),
            "The format in which gradients are accumulated and reduced",
            "\"bf16\"",
        )
        .or("\"fp32\""),
        Key::optional(
            "bucket_parameters",
            Form::Either(&[Form::Whole(1, MOST_PARAMETERS), Form::OneOf(AUTO)]),
            "Parameters of a gradient bucket; \"auto\" is the larger of 40 million and a million a replica",
            "40000000",
        )
        .or("\"auto\""),
        Key::optional(
            "expert_imbalance",
            Form::Number(1.0, MOST_IMBALANCE, "a number from 1 to 1000000 with at most three decimals"),
            "What the chip with the busiest experts gets, over the mean",
            "1.2",
        )
        .or("1.0"),
        Key::optional(
            "dispatch",
            Form::Name(|| DISPATCH.names()),
            "The format in which tokens go to experts, forward; \"fp8\" has a scale of 4 bytes for each 128 values",
            "\"fp8\"",
        )
        .or("\"bf16\""),
        Key::optional(
            "interference",
            Form::Either(&[
                Form::Number(0.0, MOST_INTERFERENCE, "a number from 0 to 0.9 with at most three decimals"),
                Form::OneOf(AUTO),
            ]),
            "Share of its speed that compute loses while the chip communicates; \"auto\" is the chip's \
             `communication_slowing`",
            "0.1",
        )
        .or("\"auto\""),
        Key::optional(
            "drops_tokens",
            Form::Boolean,
            "Whether tokens over a capacity are dropped, so that the host need not wait for routing",
            "true",
        )
        .or("false"),
        Key::optional(
            "software",
            Form::Name(generations),
            "A software generation, whose factors on the chip multiply the time of layers",
            "\"megatron-bridge-25.09\"",
        )
        .or("\"none\""),
    ],
);

fn generations() -> Vec<&'static str> {
    std::iter::once(NO_SOFTWARE).chain(Software::all().map(Software::name)).collect()
}

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
    section.describe(&KEYS);
    let recipe = Recipe {
        graphs: GRAPHS.read_or(section, "graphs", "none"),
        attention: ATTENTION.read_or(section, "attention", "flash"),
        gradients: GRADIENTS.read_or(section, "gradients", "fp32"),
        bucket: or_auto(section, "bucket_parameters", MOST_PARAMETERS),
        expert_imbalance: thousandths(section, "expert_imbalance", 1.0),
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
        Some(_) => Some(thousandths(section, KEY, 0.0)),
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
fn thousandths(section: &Section<'_>, key: &str, default: f64) -> u32 {
    if section.entry(key).is_none() {
        section.default(key, default);
    }
    let whole = |number: f64| (number * 1000.0).round();
    let Some(number) = section.number(key) else { return whole(default) as u32 };
    let value = number.value;
    let is_whole = (value * 1000.0 - whole(value)).abs() <= 1e-6 * value.max(1.0);
    if is_whole {
        return whole(value) as u32;
    }
    let bound = section.number_range(key).map_or("a number", |(.., words)| words).to_owned();
    section.error(
        number.place,
        ScenarioError::OutOfRange { key: key.to_owned(), value: value.to_string(), bound },
    );
    whole(default) as u32
}

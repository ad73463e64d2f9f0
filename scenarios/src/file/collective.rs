//! `[workload]` with `kind = "collective"`: one collective over all chips.
//!
//! Exchanges with experts have keys of their own, which no other operation takes.

use super::choice::Choice;
use super::error::ScenarioError;
use super::expert_tokens::{DEFAULT_ELEMENT, ExpertTokens, element_named, element_names};
use super::key::{Form, Key, KeyTable};
use super::scenario::CollectiveSpec;
use super::section::Section;
use super::workload;
use copperlight_core::units::Bytes;
use copperlight_core::workload::{Algorithm, CollectiveKind, ExpertRouting, Protocol};
use copperlight_topologies::quantity::Dimension;

/// The keys of `[workload]` with `kind = "collective"`.
pub(super) const KEYS: KeyTable = KeyTable::new(
    "[workload]",
    &[
        workload::kind("\"collective\""),
        Key::required(
            "operation",
            Form::Name(|| OPERATION.names()),
            "What all chips do together",
            "\"all-reduce\"",
        ),
        Key::optional(
            "size",
            Form::Quantity(Dimension::Data, "from 0 to 2^53 bytes"),
            "The buffer by the conventions of nccl-tests; required but for a barrier and beside `tokens`",
            "\"1 GiB\"",
        ),
        Key::optional(
            "algorithm",
            Form::Name(|| ALGORITHM.names()),
            "How it is done; \"auto\" by predicted time",
            "\"ring\"",
        )
        .or("\"auto\""),
        Key::optional(
            "protocol",
            Form::Name(|| PROTOCOL.names()),
            "How chunks are handed over; \"auto\" by predicted time",
            "\"simple\"",
        )
        .or("\"auto\""),
        Key::optional(
            "tokens",
            Form::Whole(1, MOST_TOKENS),
            "For exchanges with experts, instead of `size`: tokens of each rank",
            "4096",
        ),
        Key::optional(
            "hidden",
            Form::Whole(1, MOST_HIDDEN),
            "Beside `tokens`: dimensions of a token",
            "7168",
        ),
        Key::optional(
            "element",
            Form::Name(element_names),
            "Beside `tokens`: the format of a dimension",
            "\"fp8\"",
        )
        .or("\"bf16\""),
        Key::optional(
            "top_k",
            Form::Whole(1, MOST_TOP_K as i64),
            "For exchanges with experts: experts of a token",
            "8",
        )
        .or("8"),
        Key::optional(
            "imbalance",
            Form::Number(1.0, MOST_IMBALANCE, "from 1 to 1000000: the busiest rank's share over the mean"),
            "For exchanges with experts: what the busiest rank gets over the mean",
            "1.5",
        )
        .or("1.0"),
        Key::optional(
            "expert_groups",
            Form::Whole(1, MOST_GROUPS as i64),
            "For exchanges with experts: groups of experts",
            "8",
        )
        .or("1"),
        Key::optional(
            "top_groups",
            Form::Whole(1, MOST_GROUPS as i64),
            "In how many of these groups all experts of a token are",
            "4",
        )
        .or_else("`expert_groups`"),
    ],
);

/// The experts of a token where nobody says how many.
pub const DEFAULT_TOP_K: u32 = 8;
/// The most experts of a token.
pub const MOST_TOP_K: u32 = 1024;
/// The most groups of experts.
pub const MOST_GROUPS: u32 = 1024;
/// The most that the busiest rank may get, over the mean.
pub const MOST_IMBALANCE: f64 = 1e6;
/// The most tokens of a rank.
pub const MOST_TOKENS: i64 = 1 << 30;
/// The most dimensions of a token.
pub const MOST_HIDDEN: i64 = 1 << 20;

const OPERATION: Choice<'static, CollectiveKind> = Choice {
    what: "collective operation",
    available: &[
        ("all-reduce", CollectiveKind::AllReduce),
        ("reduce-scatter", CollectiveKind::ReduceScatter),
        ("all-gather", CollectiveKind::AllGather),
        ("all-to-all", CollectiveKind::AllToAll),
        ("broadcast", CollectiveKind::Broadcast),
        ("reduce", CollectiveKind::Reduce),
        ("send-recv", CollectiveKind::SendRecv),
        ("barrier", CollectiveKind::Barrier),
        ("ep-dispatch", CollectiveKind::EpDispatch),
        ("ep-combine", CollectiveKind::EpCombine),
    ],
    later: &[],
};

const ALGORITHM: Choice<'static, Option<Algorithm>> = Choice {
    what: "algorithm",
    available: &[
        ("auto", None),
        ("ring", Some(Algorithm::Ring)),
        ("direct", Some(Algorithm::Direct)),
        ("hierarchical", Some(Algorithm::Hierarchical)),
        ("pairwise", Some(Algorithm::Pairwise)),
        ("tree", Some(Algorithm::Tree)),
        ("halving-doubling", Some(Algorithm::HalvingDoubling)),
        ("two-shot", Some(Algorithm::TwoShot)),
        ("nvls", Some(Algorithm::Nvls)),
        ("nvls-tree", Some(Algorithm::NvlsTree)),
    ],
    later: &["sharp", "pat", "bruck"],
};

const PROTOCOL: Choice<'static, Option<Protocol>> = Choice {
    what: "protocol",
    available: &[
        ("auto", None),
        ("simple", Some(Protocol::Simple)),
        ("ll", Some(Protocol::Ll)),
        ("ll128", Some(Protocol::Ll128)),
    ],
    later: &[],
};

/// The collective of this name.
///
/// # Errors
/// [`ScenarioError`] when nothing has this name, or it is not available yet.
pub fn operation_named(name: &str) -> Result<CollectiveKind, ScenarioError> {
    OPERATION.find(name)
}

/// The algorithm of this name; `None` for `auto`.
///
/// # Errors
/// As [`operation_named`].
pub fn algorithm_named(name: &str) -> Result<Option<Algorithm>, ScenarioError> {
    ALGORITHM.find(name)
}

/// The protocol of this name; `None` for `auto`.
///
/// # Errors
/// As [`operation_named`].
pub fn protocol_named(name: &str) -> Result<Option<Protocol>, ScenarioError> {
    PROTOCOL.find(name)
}

/// Checks that an algorithm runs an operation; `None` chooses one that does.
///
/// # Errors
/// [`ScenarioError`] names the algorithms that do.
pub fn check_algorithm(operation: CollectiveKind, algorithm: Option<Algorithm>) -> Result<(), ScenarioError> {
    let suitable: &[Algorithm] = match operation {
        CollectiveKind::AllReduce => &[
            Algorithm::Ring,
            Algorithm::Tree,
            Algorithm::HalvingDoubling,
            Algorithm::Direct,
            Algorithm::TwoShot,
            Algorithm::Hierarchical,
            Algorithm::Nvls,
            Algorithm::NvlsTree,
        ],
        CollectiveKind::ReduceScatter | CollectiveKind::AllGather => &[
            Algorithm::Ring,
            Algorithm::HalvingDoubling,
            Algorithm::Direct,
            Algorithm::Hierarchical,
            Algorithm::Nvls,
        ],
        CollectiveKind::Broadcast | CollectiveKind::Reduce => {
            &[Algorithm::Ring, Algorithm::Tree, Algorithm::Direct, Algorithm::Nvls]
        }
        CollectiveKind::AllToAll => &[Algorithm::Direct, Algorithm::Pairwise],
        CollectiveKind::SendRecv => &[Algorithm::Ring],
        CollectiveKind::Barrier => &[Algorithm::HalvingDoubling],
        CollectiveKind::EpDispatch | CollectiveKind::EpCombine => {
            &[Algorithm::Direct, Algorithm::Hierarchical]
        }
    };
    match algorithm {
        Some(algorithm) if !suitable.contains(&algorithm) => Err(ScenarioError::UnsuitableAlgorithm {
            algorithm: algorithm.name(),
            operation: operation.name(),
            suitable: format!(
                "auto, {}",
                suitable.iter().map(|one| one.name()).collect::<Vec<_>>().join(", ")
            ),
        }),
        _ => Ok(()),
    }
}

/// Reads the keys of a collective.
pub(super) fn read(section: &Section<'_>) -> Option<CollectiveSpec> {
    if section.entry("operation").is_none() {
        section.missing("operation", "operation = \"all-reduce\"");
    }
    let operation = OPERATION.read(section, "operation").map(|operation| operation.value);
    let (size, experts) = match operation {
        Some(kind @ (CollectiveKind::EpDispatch | CollectiveKind::EpCombine)) => {
            (size_of_tokens(section, kind), routing(section))
        }
        _ => (size_of_buffer(section, operation), without_experts(section, operation)),
    };
    let algorithm = ALGORITHM.read_or(section, "algorithm", "auto");
    let protocol = PROTOCOL.read_or(section, "protocol", "auto");
    section.finish();
    let operation = operation?;
    if let Err(error) = check_algorithm(operation, algorithm) {
        section.error(section.entry("algorithm").map(|entry| entry.node.place), error);
        return None;
    }
    Some(CollectiveSpec { operation, size: size?, algorithm, protocol, experts: experts? })
}

/// The buffer; a barrier needs none.
fn size_of_buffer(section: &Section<'_>, operation: Option<CollectiveKind>) -> Option<Bytes> {
    if section.entry("size").is_some() {
        return section.size("size").map(|size| size.value);
    }
    if operation == Some(CollectiveKind::Barrier) {
        return Some(Bytes::ZERO);
    }
    section.missing("size", "size = \"1 GiB\"");
    None
}

/// The keys that only exchanges with experts have.
const OF_EXPERTS: [&str; 7] =
    ["top_k", "imbalance", "expert_groups", "top_groups", "tokens", "hidden", "element"];

/// Refuses the keys of exchanges with experts.
fn without_experts(section: &Section<'_>, operation: Option<CollectiveKind>) -> Option<ExpertRouting> {
    let mut found = Some(ExpertRouting::default());
    for key in OF_EXPERTS {
        // An operation that is unknown may be one of experts.
        if let (Some(entry), Some(operation)) = (section.entry(key), operation) {
            let error = ScenarioError::Inapplicable {
                key: key.to_owned(),
                context: operation.name().to_owned(),
                remedy: "leave it out; it is for ep-dispatch and ep-combine".to_owned(),
            };
            section.error(Some(entry.place), error);
            found = None;
        }
    }
    found
}

/// The bytes of a rank's tokens, as `size` or as their number and their dimensions.
fn size_of_tokens(section: &Section<'_>, kind: CollectiveKind) -> Option<Bytes> {
    let either =
        |found| ScenarioError::EitherOr { table: section.title(), first: "size", second: "tokens", found };
    match (section.entry("size"), section.entry("tokens")) {
        (Some(_), Some(tokens)) => section.error(Some(tokens.place), either("both are here")),
        (None, None) => section.error(section.place(), either("neither is here")),
        (Some(_), None) => return beside_size(section).and(section.size("size")).map(|size| size.value),
        (None, Some(_)) => return counted(section, kind),
    }
    section.entry("hidden");
    section.entry("element");
    None
}

/// Refuses what only goes with `tokens`.
fn beside_size(section: &Section<'_>) -> Option<()> {
    let mut found = Some(());
    for entry in ["hidden", "element"].into_iter().filter_map(|key| section.entry(key)) {
        let error = ScenarioError::Inapplicable {
            key: entry.key.clone(),
            context: "a given `size`".to_owned(),
            remedy: "leave it out, or write `tokens` in the place of `size`".to_owned(),
        };
        section.error(Some(entry.place), error);
        found = None;
    }
    found
}

fn counted(section: &Section<'_>, kind: CollectiveKind) -> Option<Bytes> {
    if section.entry("hidden").is_none() {
        section.missing("hidden", "hidden = 7168");
    }
    let tokens = section.whole("tokens", 1..=MOST_TOKENS);
    let hidden = section.whole("hidden", 1..=MOST_HIDDEN);
    let bytes_per_element = if section.entry("element").is_some() {
        let written = section.text("element")?;
        match element_named(written.value) {
            Ok(bytes) => bytes,
            Err(error) => {
                section.error(written.place, error);
                return None;
            }
        }
    } else {
        section.default("element", DEFAULT_ELEMENT);
        element_named(DEFAULT_ELEMENT).expect("the default is a known element")
    };
    let (tokens, hidden) = (tokens?.value as u64, hidden?.value as u64);
    Some(ExpertTokens { tokens, hidden, bytes_per_element }.bytes(kind))
}

/// How tokens spread over the ranks of experts.
fn routing(section: &Section<'_>) -> Option<ExpertRouting> {
    let top_k = section.whole_or("top_k", 1..=i64::from(MOST_TOP_K), DEFAULT_TOP_K as usize).value;
    let within = groups(section);
    if section.entry("imbalance").is_none() {
        section.default("imbalance", 1.0);
        let (chosen, groups) = within?;
        return Some(ExpertRouting::new(top_k as u32, 1.0).within_groups(chosen, groups));
    }
    let imbalance = section.number("imbalance")?;
    let (chosen, groups) = within?;
    Some(ExpertRouting::new(top_k as u32, imbalance.value).within_groups(chosen, groups))
}

/// In how many groups of experts all choices of a token are, and how many there are.
fn groups(section: &Section<'_>) -> Option<(u32, u32)> {
    let bounds = 1..=i64::from(MOST_GROUPS);
    let groups = section.whole_or("expert_groups", bounds.clone(), 1).value;
    let chosen = section.whole_or("top_groups", bounds, groups);
    if chosen.value <= groups {
        return Some((chosen.value as u32, groups as u32));
    }
    let bound = format!("from 1 to `expert_groups`, {groups}");
    let (key, value) = ("top_groups".to_owned(), chosen.value.to_string());
    section.error(chosen.place, ScenarioError::OutOfRange { key, value, bound });
    None
}

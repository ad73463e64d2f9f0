//! `[workload]` with `kind = "collective"`: one collective over all chips.

use super::choice::Choice;
use super::error::ScenarioError;
use super::scenario::CollectiveSpec;
use super::section::Section;
use copperlight_core::workload::{Algorithm, CollectiveKind, Protocol};

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
        CollectiveKind::EpDispatch | CollectiveKind::EpCombine => &[Algorithm::Direct],
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
    if section.entry("size").is_none() {
        section.missing("size", "size = \"1 GiB\"");
    }
    let operation = OPERATION.read(section, "operation");
    let size = section.size("size");
    let algorithm = ALGORITHM.read_or(section, "algorithm", "auto");
    let protocol = PROTOCOL.read_or(section, "protocol", "auto");
    section.finish();
    let operation = operation?.value;
    if let Err(error) = check_algorithm(operation, algorithm) {
        section.error(section.entry("algorithm").map(|entry| entry.node.place), error);
        return None;
    }
    Some(CollectiveSpec { operation, size: size?.value, algorithm, protocol })
}

//! The scenarios that are built into the binary.

use super::{library_claims, suggestion};

/// Name and text of every library scenario.
const SCENARIOS: [(&str, &str); 35] = [
    ("nvl72-vs-cm384", include_str!("../../library/scenarios/nvl72-vs-cm384.toml")),
    ("nvl72-vs-cm384-equal", include_str!("../../library/scenarios/nvl72-vs-cm384-equal.toml")),
    ("nvl72-vs-cm384-moe", include_str!("../../library/scenarios/nvl72-vs-cm384-moe.toml")),
    ("nvl72-vs-cm384-best-plans", include_str!("../../library/scenarios/nvl72-vs-cm384-best-plans.toml")),
    (
        "nvl72-vs-cm384-moe-best-plans",
        include_str!("../../library/scenarios/nvl72-vs-cm384-moe-best-plans.toml"),
    ),
    ("incast-and-hot-spot", include_str!("../../library/scenarios/incast-and-hot-spot.toml")),
    ("nccl-tests-ampere", include_str!("../../library/scenarios/nccl-tests-ampere.toml")),
    ("nccl-tests-hopper", include_str!("../../library/scenarios/nccl-tests-hopper.toml")),
    ("nccl-tests-blackwell", include_str!("../../library/scenarios/nccl-tests-blackwell.toml")),
    ("nccl-tests-amd", include_str!("../../library/scenarios/nccl-tests-amd.toml")),
    ("nccl-tests-ascend", include_str!("../../library/scenarios/nccl-tests-ascend.toml")),
    ("nccl-tests-tpu", include_str!("../../library/scenarios/nccl-tests-tpu.toml")),
    ("nccl-tests-nodes", include_str!("../../library/scenarios/nccl-tests-nodes.toml")),
    ("domain-size-dense", include_str!("../../library/scenarios/domain-size-dense.toml")),
    ("domain-size-experts", include_str!("../../library/scenarios/domain-size-experts.toml")),
    ("bandwidth-dense", include_str!("../../library/scenarios/bandwidth-dense.toml")),
    ("bandwidth-experts", include_str!("../../library/scenarios/bandwidth-experts.toml")),
    ("bandwidth-collectives", include_str!("../../library/scenarios/bandwidth-collectives.toml")),
    ("latency-dense", include_str!("../../library/scenarios/latency-dense.toml")),
    ("latency-experts", include_str!("../../library/scenarios/latency-experts.toml")),
    ("latency-collectives", include_str!("../../library/scenarios/latency-collectives.toml")),
    ("copper-or-optics-dense", include_str!("../../library/scenarios/copper-or-optics-dense.toml")),
    ("copper-or-optics-experts", include_str!("../../library/scenarios/copper-or-optics-experts.toml")),
    (
        "copper-or-optics-collectives",
        include_str!("../../library/scenarios/copper-or-optics-collectives.toml"),
    ),
    ("straggler", include_str!("../../library/scenarios/straggler.toml")),
    ("dead-plane", include_str!("../../library/scenarios/dead-plane.toml")),
    ("dead-plane-training", include_str!("../../library/scenarios/dead-plane-training.toml")),
    ("oversubscription-dense", include_str!("../../library/scenarios/oversubscription-dense.toml")),
    ("oversubscription-experts", include_str!("../../library/scenarios/oversubscription-experts.toml")),
    (
        "oversubscription-collectives",
        include_str!("../../library/scenarios/oversubscription-collectives.toml"),
    ),
    ("export-chips-dense", include_str!("../../library/scenarios/export-chips-dense.toml")),
    ("export-chips-experts", include_str!("../../library/scenarios/export-chips-experts.toml")),
    ("export-chips-all-reduce", include_str!("../../library/scenarios/export-chips-all-reduce.toml")),
    ("hopper-to-blackwell-dense", include_str!("../../library/scenarios/hopper-to-blackwell-dense.toml")),
    ("hopper-to-blackwell-experts", include_str!("../../library/scenarios/hopper-to-blackwell-experts.toml")),
];

/// The names of the library scenarios that judge no claim.
pub fn scenario_names() -> impl Iterator<Item = &'static str> + Clone {
    SCENARIOS.iter().map(|(name, _)| *name)
}

/// The text of a library scenario, whether it judges a claim or not.
pub fn scenario(name: &str) -> Option<&'static str> {
    let listed = SCENARIOS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
    listed.or_else(|| library_claims::text(name))
}

/// The library scenario whose name is most like `name`, when one is.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    suggestion::nearest(name, scenario_names().chain(library_claims::names()))
}

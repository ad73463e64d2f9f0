//! The scenarios that are built into the binary.

use super::suggestion;

/// Name and text of every library scenario.
const SCENARIOS: [(&str, &str); 6] = [
    ("nvl72-vs-cm384", include_str!("../../library/scenarios/nvl72-vs-cm384.toml")),
    ("nvl72-vs-cm384-equal", include_str!("../../library/scenarios/nvl72-vs-cm384-equal.toml")),
    ("nvl72-vs-cm384-moe", include_str!("../../library/scenarios/nvl72-vs-cm384-moe.toml")),
    ("nvl72-vs-cm384-best-plans", include_str!("../../library/scenarios/nvl72-vs-cm384-best-plans.toml")),
    (
        "nvl72-vs-cm384-moe-best-plans",
        include_str!("../../library/scenarios/nvl72-vs-cm384-moe-best-plans.toml"),
    ),
    ("incast-and-hot-spot", include_str!("../../library/scenarios/incast-and-hot-spot.toml")),
];

/// The names of the library scenarios.
pub fn scenario_names() -> impl Iterator<Item = &'static str> + Clone {
    SCENARIOS.iter().map(|(name, _)| *name)
}

/// The text of a library scenario.
pub fn scenario(name: &str) -> Option<&'static str> {
    SCENARIOS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// The library scenario whose name is most like `name`, when one is.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    suggestion::nearest(name, scenario_names())
}

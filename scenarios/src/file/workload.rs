//! The table `[workload]`, by its kind.

use super::choice::Choice;
use super::scenario::Workload;
use super::section::{Placed, Section};
use super::{collective, traffic, training};

#[derive(Clone, Copy)]
enum Kind {
    Training,
    Collective,
    Traffic,
}

const KIND: Choice<'static, Kind> = Choice {
    what: "workload kind",
    available: &[("training", Kind::Training), ("collective", Kind::Collective), ("traffic", Kind::Traffic)],
    later: &["flows"],
};

/// Reads `[workload]` for a point of `chips` chips.
pub(super) fn read(section: &Section<'_>, chips: Option<Placed<usize>>) -> Option<Workload> {
    if section.entry("kind").is_none() {
        section.missing("kind", "kind = \"training\"");
        return None;
    }
    match KIND.read(section, "kind")?.value {
        Kind::Training => training::read(section, chips).map(|job| Workload::Training(Box::new(job))),
        Kind::Collective => collective::read(section).map(Workload::Collective),
        Kind::Traffic => traffic::read(section, chips).map(Workload::Traffic),
    }
}

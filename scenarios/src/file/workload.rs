//! The table `[workload]`, by its kind.

use super::choice::Choice;
use super::key::{Form, Key, KeyTable};
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

/// The key on which all others depend.
const KIND_ALONE: KeyTable = KeyTable::new("[workload]", &[kind("\"training\"")]);

/// The key `kind` in the table of one kind.
pub(super) const fn kind(example: &'static str) -> Key {
    Key::required("kind", Form::Name(|| KIND.names()), "What kind of work it is", example)
}

/// Reads `[workload]` for a point of `chips` chips.
pub(super) fn read(section: &Section<'_>, chips: Option<Placed<usize>>) -> Option<Workload> {
    section.describe(&KIND_ALONE);
    if section.entry("kind").is_none() {
        section.missing("kind", "kind = \"training\"");
        return None;
    }
    let kind = KIND.read(section, "kind")?.value;
    section.describe(match kind {
        Kind::Training => &training::KEYS,
        Kind::Collective => &collective::KEYS,
        Kind::Traffic => &traffic::KEYS,
    });
    match kind {
        Kind::Training => training::read(section, chips).map(|job| Workload::Training(Box::new(job))),
        Kind::Collective => collective::read(section).map(Workload::Collective),
        Kind::Traffic => traffic::read(section, chips).map(Workload::Traffic),
    }
}

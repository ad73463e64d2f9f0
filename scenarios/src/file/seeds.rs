//! The seeds of points: functions of what the scenario says and of the setting of the point.
//!
//! A scenario without sweeps draws from its seed. With sweeps each setting draws from a seed of its own, the same for
//! every system, whatever machine, thread or share of the scenario the point is run by. A swept `scenario.seed` is
//! the seed of its points as it stands.

use super::sweep::SweepPlan;
use siphasher::sip128::{Hasher128, SipHasher13};
use std::collections::BTreeMap;
use std::hash::Hasher;

/// The hash of a scenario: 128 bits of all that its points depend on.
pub type ScenarioHash = u128;

/// Where the seeds of points come from.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Seeds {
    /// The seed that the file states for all.
    #[default]
    Stated,
    /// Each setting has its own.
    OfSettings(ScenarioHash),
}

impl Seeds {
    /// Those of the points of a scenario with these sweeps.
    pub(super) fn of(sweeps: &[SweepPlan], hash: ScenarioHash) -> Self {
        let sweeps_seed = sweeps.iter().any(|sweep| sweep.parameter == "scenario.seed");
        if sweeps.is_empty() || sweeps_seed { Self::Stated } else { Self::OfSettings(hash) }
    }

    /// The seed of a point whose header states `stated`.
    pub(super) fn of_point(self, stated: u64, setting: impl FnOnce() -> u64) -> u64 {
        match self {
            Self::Stated => stated,
            Self::OfSettings(hash) => point_seed(hash, setting()),
        }
    }
}

/// The seed of the points at a setting of a scenario: 63 bits, so that every one can be written into a file.
pub fn point_seed(scenario: ScenarioHash, setting: u64) -> u64 {
    let mut hasher = SipHasher13::new();
    hasher.write(&scenario.to_le_bytes());
    hasher.write(&setting.to_le_bytes());
    hasher.finish128().h1 >> 1
}

/// The hash of a resolved scenario, without what only names, judges or draws its results, and of the files that it names.
pub(super) fn scenario_hash(resolved: &toml::Table, files: &BTreeMap<String, u128>) -> ScenarioHash {
    let mut kept = resolved.clone();
    for key in ["expect", "claim", "report"] {
        kept.remove(key);
    }
    if let Some(toml::Value::Table(header)) = kept.get_mut("scenario") {
        header.remove("question");
    }
    let text = toml::to_string(&kept).expect("a table of plain values can be written as TOML");
    let mut hasher = SipHasher13::new();
    hasher.write(text.as_bytes());
    for (name, hash) in files {
        hasher.write(name.as_bytes());
        hasher.write(&hash.to_le_bytes());
    }
    hasher.finish128().as_u128()
}

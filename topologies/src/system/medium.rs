//! What links are made of: the keys that choose a medium, and what another medium than the preset's changes.
//!
//! The catalog's latencies hold for the preset's media. Another medium changes the latency of each link of a tier by
//! the difference of two ends, error correction and metres (of the tier's longest cable); a latency that the user set
//! is taken as it is. Traces on boards stay traces: no cable or module can replace them.

use super::description::System;
use super::overrides::{OverrideError, wrong_type};
use super::wiring;
use crate::catalog::{self, Confidence, Entry, Section, Sourced};
use crate::families::MAXIMUM_CHIPS;
use crate::physical::{Length, Medium, Physical, ReachError, Source, TierCables, check_reach};
use std::borrow::Cow;
use thiserror::Error;

const SCALE_UP: &str = "scale_up.medium";
const UPLINK: &str = "scale_up.uplink_medium";
const SCALE_OUT: &str = "scale_out.medium";

/// A key that chooses a medium, the key of the latency that depends on it, and the links whose sum that latency is.
struct MediumKey {
    key: &'static str,
    latency: &'static str,
    links: fn(&Physical) -> Vec<&TierCables>,
}

const KEYS: [MediumKey; 3] = [
    MediumKey {
        key: SCALE_UP,
        latency: "scale_up.link_latency",
        links: |physical| of_key(physical, SCALE_UP),
    },
    MediumKey { key: UPLINK, latency: "scale_up.uplink_latency", links: |physical| of_key(physical, UPLINK) },
    MediumKey {
        key: SCALE_OUT,
        latency: "scale_out.latency",
        // A route crosses each tier twice.
        links: |physical| [of_key(physical, SCALE_OUT), of_key(physical, SCALE_OUT)].concat(),
    },
];

/// Why the physical layer of a system cannot be laid out.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum PhysicalError {
    /// No chip, or more than can be simulated.
    #[error("chips is {chips}; it must be 1 to {MAXIMUM_CHIPS}")]
    Chips {
        /// What was asked for.
        chips: usize,
    },
    /// The catalog does not say where the racks and switches of this system stand.
    #[error(
        "no layout of `{system}` is known, so nothing says where its racks stand; ask for one of {known} or of a system \
         whose domain is one node, or ask for the links of this one: --analysis"
    )]
    NoLayout {
        /// The system.
        system: String,
        /// The systems that have a layout of their own.
        known: String,
    },
    /// A cable that is longer than its medium reaches.
    #[error(transparent)]
    Reach(#[from] ReachError),
}

/// Whether a key chooses a medium.
pub(super) fn is_key(key: &str) -> bool {
    KEYS.iter().any(|known| known.key == key)
}

impl System {
    /// Where the parts of a system of `chips` chips stand, and every cable, with its length, by groups.
    ///
    /// The share of a single domain in the fabric between domains is in it. Costs O(nodes x switches of a domain)
    /// and O(nodes).
    ///
    /// # Errors
    /// [`PhysicalError`] when no layout is known, or a cable is longer than its medium reaches.
    pub fn physical(&self, chips: usize) -> Result<Physical, PhysicalError> {
        if !(1..=MAXIMUM_CHIPS).contains(&chips) {
            return Err(PhysicalError::Chips { chips });
        }
        let physical = self.laid_out(&self.entry_with_media(), chips);
        let physical = physical.ok_or_else(|| self.no_layout())?;
        check_reach(&physical)?;
        Ok(physical)
    }

    /// Holds every cable of a system of `chips` chips against the reach of its medium; nothing is held where no
    /// layout is known.
    ///
    /// # Errors
    /// [`ReachError`] names the longest link of the first tier that is too long, and the media that would do.
    pub fn check_reach(&self, chips: usize) -> Result<(), ReachError> {
        let physical = self.laid_out(&self.entry_with_media(), chips);
        physical.map_or(Ok(()), |physical| check_reach(&physical))
    }

    /// The system with the media and latencies of the catalog's preset.
    pub(crate) fn with_preset_media(&self) -> Self {
        let mut system = self.clone();
        for MediumKey { key, .. } in KEYS {
            if let Some(medium) = preset_medium(&self.entry, key) {
                system.entry.set_text(key, medium);
            }
            system.overridden.remove(key);
        }
        system
    }

    /// Whether the user set this key.
    pub(crate) fn is_overridden(&self, key: &str) -> bool {
        self.overridden.contains(key)
    }

    /// Whether the user set a key that begins like this.
    pub(crate) fn is_any_overridden(&self, prefix: &str) -> bool {
        self.overridden.iter().any(|key| key.starts_with(prefix))
    }

    fn no_layout(&self) -> PhysicalError {
        let own = catalog::layouts().iter().map(Entry::name);
        let known = own.filter(|name| catalog::find(Section::Systems, name).is_ok());
        let known = known.collect::<Vec<_>>().join(", ");
        PhysicalError::NoLayout { system: self.name().to_owned(), known }
    }

    fn laid_out(&self, entry: &Entry, chips: usize) -> Option<Physical> {
        if self.graph.is_some() {
            return None;
        }
        let machine = wiring::machine(&self.entry, chips, self.chips_per_domain);
        let source = Source { entry, machine: &machine, domain_size: self.domain_size() };
        Physical::lay_out(source, chips)
    }

    /// Sets the medium of a tier; that of all scale-up links where uplinks were not given their own.
    pub(super) fn set_medium(&mut self, key: &str, value: &toml::Value) -> Result<(), OverrideError> {
        if self.entry.text(key).is_none() {
            return Err(OverrideError::NotOfThisSystem {
                key: key.to_owned(),
                system: self.name().to_owned(),
            });
        }
        let name = value.as_str().ok_or_else(|| wrong_type(key, value, "a text", "\"copper\""))?;
        let wrong = |error| OverrideError::Medium { key: key.to_owned(), error };
        let medium = Medium::find(name).map_err(wrong)?;
        let with_uplinks = key == SCALE_UP && self.entry.text(UPLINK).is_some();
        if with_uplinks && !self.overridden.contains(UPLINK) {
            self.entry.set_text(UPLINK, medium.name());
        }
        self.entry.set_text(key, medium.name());
        self.overridden.insert(key.to_owned());
        Ok(())
    }

    /// The values that the wiring takes: with the latencies of the media that the user chose.
    pub(crate) fn entry_with_media(&self) -> Cow<'_, Entry> {
        if !KEYS.iter().any(|known| self.overridden.contains(known.key)) {
            return Cow::Borrowed(&self.entry);
        }
        let mut changed = self.entry.clone();
        let physical = self.laid_out(&self.entry, self.domain_size().min(MAXIMUM_CHIPS));
        for known in KEYS {
            change(&mut changed, &known, physical.as_ref(), self.has_own_latency(&known));
        }
        Cow::Owned(changed)
    }

    /// Whether the user set the latency that a medium would change.
    fn has_own_latency(&self, known: &MediumKey) -> bool {
        let of_all_links = known.key == UPLINK && self.overridden.contains(KEYS[0].latency);
        of_all_links || self.overridden.contains(known.latency)
    }

    /// Says so where a medium was chosen for links that are traces on boards.
    pub fn medium_warnings(&self) -> Vec<String> {
        let chosen = self.overridden.contains(SCALE_UP) && self.entry.text(UPLINK).is_none();
        let physical = if chosen { self.laid_out(&self.entry, self.domain_size()) } else { None };
        let only_traces = physical
            .is_some_and(|physical| of_key(&physical, SCALE_UP).iter().all(|tier| tier.cabled_links() == 0));
        let warning = || {
            let name = self.name();
            format!("{name}: its scale-up links are traces on boards, so {SCALE_UP} changes nothing")
        };
        only_traces.then(warning).into_iter().collect()
    }
}

/// Puts medium and latency of one key into the values of a system.
fn change(entry: &mut Entry, known: &MediumKey, physical: Option<&Physical>, has_own_latency: bool) {
    let Some((old, new)) = media(entry, known.key).filter(|(old, new)| old != new) else { return };
    let lengths: Vec<Length> = match physical {
        Some(physical) => (known.links)(physical).iter().map(|tier| longest(tier)).collect(),
        None => vec![Length::ZERO],
    };
    if physical.is_some() && lengths.iter().all(|length| *length == Length::ZERO) {
        entry.set_text(known.key, old.name());
        return;
    }
    let Some(latency) = entry.base_value(known.latency).filter(|_| !has_own_latency) else { return };
    let extra: f64 = lengths.iter().map(|length| new.seconds_beyond(&old, *length)).sum();
    let nanoseconds = ((latency + extra).max(0.0) * 1e12).round() / 1e3;
    entry.replace(
        known.latency,
        Sourced {
            value: nanoseconds,
            unit: "ns".to_owned(),
            source: format!(
                "the catalog's latency with {}, and what {} takes beyond it",
                old.name(),
                new.name()
            ),
            confidence: Confidence::Inferred,
            range: None,
            note: None,
        },
    );
}

/// The medium of the preset and the one in effect.
fn media(entry: &Entry, key: &str) -> Option<(Medium, Medium)> {
    let of_preset = preset_medium(entry, key)?;
    Some((Medium::find(of_preset).ok()?, Medium::find(entry.text(key)?).ok()?))
}

fn preset_medium(entry: &Entry, key: &str) -> Option<&'static str> {
    catalog::find(Section::Systems, entry.name()).ok()?.text(key)
}

fn of_key<'a>(physical: &'a Physical, key: &str) -> Vec<&'a TierCables> {
    physical.tiers.iter().filter(|tier| tier.kind.medium_key == key).collect()
}

fn longest(tier: &TierCables) -> Length {
    tier.longest().map_or(Length::ZERO, |longest| longest.length)
}

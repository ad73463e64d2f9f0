//! Values on which sources disagree: which ones a system rests on, and the system at an end of one's range.

use crate::catalog::{Section, Sourced, dimension_of};
use crate::chip::Chip;
use crate::system::System;
use copperlight_core::units::UnitError;
use std::fmt;
use thiserror::Error;

/// The prefixes of the keys that simulations read; `facts.*` are published and never used.
const READ: [&str; 3] = ["chip.", "scale_up.", "scale_out."];

/// What stands before the keys of the transport family in effect.
const TRANSPORT: &str = "transport.";

/// An end of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// The lowest figure found.
    Low,
    /// The highest figure found.
    High,
}

impl End {
    /// Both ends.
    pub const BOTH: [Self; 2] = [Self::Low, Self::High];
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Low => "low",
            Self::High => "high",
        })
    }
}

/// A value of a system that has a range.
#[derive(Debug, Clone, PartialEq)]
pub struct RangedValue {
    key: String,
    value: Sourced,
    range: [f64; 2],
}

impl RangedValue {
    fn new(key: String, value: &Sourced) -> Option<Self> {
        Some(Self { key, value: value.clone(), range: value.range? })
    }

    /// The dotted key, such as `scale_up.link_bandwidth` or `transport.scale_out.step_ll`.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The value in effect.
    pub fn value(&self) -> &Sourced {
        &self.value
    }

    /// The value at an end of its range: of the same source, with a note that says so, and without a range.
    pub fn at(&self, end: End) -> Sourced {
        let [low, high] = self.range;
        let value = if end == End::Low { low } else { high };
        let note = format!("the {end} end of its range; otherwise {}", self.value);
        Sourced { value, range: None, note: Some(note), ..self.value.clone() }
    }
}

/// Why a system cannot have a value at an end of its range.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum RangeError {
    /// The system has no such value, or nobody disagrees about it.
    #[error("`{key}` of `{system}` has no range; it has {known}")]
    NoRange {
        /// The key asked for.
        key: String,
        /// The system.
        system: String,
        /// The keys that have one.
        known: String,
    },
    /// The end is no quantity of the value's kind.
    #[error(
        "the {end} end of the range of `{key}` cannot be used: {error}; set `{key}` to leave its range out"
    )]
    Unit {
        /// The key.
        key: String,
        /// Which end.
        end: End,
        /// What is wrong with it.
        error: UnitError,
    },
}

impl System {
    /// The [facts](System::facts) that simulations read: those of the chip and of both fabrics, sorted by key.
    pub fn simulated_facts(&self) -> impl Iterator<Item = (&str, &Sourced)> {
        self.facts().filter(|(key, _)| READ.iter().any(|prefix| key.starts_with(prefix)))
    }

    /// Every value with a range that simulations read: of the chip, of both fabrics, and as `transport.*` of the
    /// transport family in effect; sorted by key. What the user set has no range.
    pub fn ranged(&self) -> Vec<RangedValue> {
        let own = self.simulated_facts();
        let own = own.filter_map(|(key, value)| RangedValue::new(key.to_owned(), value));
        let software = self
            .transport_values()
            .filter_map(|(key, value)| RangedValue::new(format!("{TRANSPORT}{key}"), value));
        own.chain(software).collect()
    }

    /// The same system with one value at an end of its range, and every other value as it is.
    ///
    /// Unlike [`System::set`], `scale_up.link_latency` leaves `scale_up.uplink_latency` alone: it has a range of
    /// its own. Whether the machine can be built is found by [`System::build`].
    ///
    /// # Errors
    /// [`RangeError`] when the value has no range, or the end is an impossible quantity.
    pub fn at_end(&self, key: &str, end: End) -> Result<Self, RangeError> {
        let ranged = self.ranged();
        let Some(found) = ranged.iter().find(|ranged| ranged.key() == key) else {
            return Err(self.no_range(key, &ranged));
        };
        self.replaced(key, found.at(end)).map_err(|error| RangeError::Unit {
            key: key.to_owned(),
            end,
            error,
        })
    }

    /// Every number that simulations read: [`System::simulated_facts`], and as `transport.*` those of the transport
    /// family in effect.
    pub fn simulated_values(&self) -> impl Iterator<Item = (String, &Sourced)> {
        let own = self.simulated_facts().map(|(key, value)| (key.to_owned(), value));
        own.chain(self.transport_values().map(|(key, value)| (format!("{TRANSPORT}{key}"), value)))
    }

    /// The same system with one of [`System::simulated_values`] replaced, in the unit that it has there, and every
    /// other value as it is, as in [`System::at_end`]; `None` when there is no such value, or the number is an
    /// impossible quantity.
    pub fn at_value(&self, key: &str, number: f64) -> Option<Self> {
        let found = self.simulated_values().find(|(name, _)| name == key)?.1.clone();
        let note = format!("tried; otherwise {found}");
        self.replaced(key, Sourced { value: number, range: None, note: Some(note), ..found }).ok()
    }

    /// The same system with another value of a key that it has.
    fn replaced(&self, key: &str, value: Sourced) -> Result<Self, UnitError> {
        let (section, field) = match key.strip_prefix(TRANSPORT) {
            Some(field) => (Section::Transports, field),
            None => (Section::Systems, key),
        };
        let dimension = dimension_of(section, field).expect("every value of an entry is a field");
        dimension.base_value(value.value, &value.unit)?;
        let mut system = self.clone();
        match section {
            Section::Transports => system.transport.replace(field, value),
            _ => system.entry.replace(field, value),
        }
        system.chip = Chip::of_system(&system.entry);
        Ok(system)
    }

    fn no_range(&self, key: &str, ranged: &[RangedValue]) -> RangeError {
        let known: Vec<&str> = ranged.iter().map(RangedValue::key).collect();
        let known = if known.is_empty() { "none at all".to_owned() } else { known.join(", ") };
        RangeError::NoRange { key: key.to_owned(), system: self.name().to_owned(), known }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use copperlight_core::units::Time;
    use std::collections::BTreeSet;

    fn preset(name: &str) -> System {
        System::preset(name).expect("the preset is in the catalog")
    }

    fn at(system: &System, key: &str, end: End) -> System {
        system.at_end(key, end).expect("the end is sound")
    }

    fn keys_of(system: &System) -> Vec<String> {
        system.ranged().iter().map(|ranged| ranged.key().to_owned()).collect()
    }

    #[test]
    fn ranged_values_are_those_that_simulations_read() {
        let keys = keys_of(&preset("cloudmatrix384"));
        for key in [
            "chip.peak_bf16",
            "scale_up.link_bandwidth",
            "scale_out.latency",
            "transport.scale_up.efficiency",
        ] {
            assert!(keys.contains(&key.to_owned()), "{key} is not in {keys:?}");
        }
        assert!(!keys.iter().any(|key| key.starts_with("facts.")), "{keys:?}");
        assert!(keys.is_sorted(), "{keys:?}");
    }

    #[test]
    fn simulations_read_the_chip_and_both_fabrics() {
        let system = preset("cloudmatrix384");
        let tables: BTreeSet<&str> =
            system.simulated_facts().filter_map(|(key, _)| Some(key.split_once('.')?.0)).collect();
        assert_eq!(tables, BTreeSet::from(["chip", "scale_out", "scale_up"]));
        assert!(system.facts().any(|(key, _)| key.starts_with("facts.")), "published facts are not read");
    }

    #[test]
    fn a_star_has_no_ranges() {
        let table = "family = 'star'\nlink_bandwidth = '1 GB/s'\nlink_latency = '1 us'";
        let star = System::from_family(&table.parse().expect("the test writes TOML")).expect("a star");
        assert_eq!(star.ranged(), []);
        let refused = star.at_end("scale_up.link_bandwidth", End::Low).expect_err("nobody disagrees");
        assert!(matches!(refused, RangeError::NoRange { .. }), "{refused}");
    }

    #[test]
    fn what_the_user_set_has_no_range_any_more() {
        let mut system = preset("cloudmatrix384");
        system.set("scale_up.link_bandwidth", &"26 GB/s".into()).expect("the override is sound");
        system.set("scale_up.link_latency", &"1 us".into()).expect("the override is sound");
        let keys = keys_of(&system);
        let own = |name: &str| keys.contains(&format!("scale_up.{name}"));
        assert_eq!(
            (own("link_bandwidth"), own("link_latency"), own("uplink_latency")),
            (false, false, false)
        );
        system.set("transport", &"ideal".into()).expect("the override is sound");
        assert!(!keys_of(&system).iter().any(|key| key.starts_with(TRANSPORT)));
    }

    #[test]
    fn an_end_reaches_the_fabric() {
        let system = at(&preset("cloudmatrix384"), "scale_up.link_bandwidth", End::Low);
        // 7 planes x 2 links x 25 GB/s.
        assert_eq!(system.scale_up_bandwidth_per_chip().gigabytes_per_second(), 350.0);
        let value = system.facts().find(|(key, _)| *key == "scale_up.link_bandwidth");
        let (_, value) = value.expect("the link still has its bandwidth");
        assert_eq!((value.range, value.note.is_some()), (None, true));
    }

    #[test]
    fn an_end_reaches_the_chip() {
        let chip = |end| {
            let system = at(&preset("cloudmatrix384"), "chip.peak_bf16", end);
            system.chip().expect("a preset has a chip").peak_bf16().flops_per_second()
        };
        assert_eq!((chip(End::Low), chip(End::High)), (707.8e12, 780e12));
    }

    #[test]
    fn an_end_reaches_the_transport() {
        let low = at(&preset("gb200-nvl72"), "transport.scale_out.step_ll", End::Low);
        // 2.7 - 1.32 us.
        assert_eq!(low.transport().scale_out.step.ll, Time::from_picoseconds(1_380_000));
        let base = preset("gb200-nvl72").transport();
        assert_eq!(low.transport().scale_out.step.simple, base.scale_out.step.simple);
        assert_eq!(low.transport_name(), "nvlink5-infiniband");
    }

    #[test]
    fn every_end_in_the_catalog_can_be_built() {
        for entry in crate::catalog::systems() {
            let system = preset(entry.name());
            for ranged in system.ranged() {
                for end in End::BOTH {
                    let built = at(&system, ranged.key(), end).build(2 * system.domain_size());
                    assert!(built.is_ok(), "{}: {} at its {end} end", entry.name(), ranged.key());
                }
            }
        }
    }

    #[test]
    fn latencies_have_ends_of_their_own() {
        let system = at(&preset("cloudmatrix384"), "scale_up.link_latency", End::Low);
        assert_eq!(system.value("scale_up.link_latency"), Some(0.4645e-6));
        assert_eq!(
            system.value("scale_up.uplink_latency"),
            preset("cloudmatrix384").value("scale_up.uplink_latency")
        );
    }

    #[test]
    fn any_number_that_is_read_can_be_another() {
        let system = preset("cloudmatrix384");
        let key = "chip.gemm_efficiency_bf16";
        let better = system.at_value(key, 0.9).expect("a share of 0.9 is possible");
        let of = |system: &System| {
            system.simulated_values().find(|(name, _)| name == key).map(|(_, value)| value.value)
        };
        assert_eq!(of(&better), Some(0.9));
        assert_ne!(of(&system), Some(0.9));
        assert!(system.at_value("transport.scale_up.efficiency", 0.5).is_some());
        assert!(system.at_value(key, -1.0).is_none(), "no share is negative");
        assert!(system.at_value("facts.price", 1.0).is_none(), "no simulation reads prices");
    }
}

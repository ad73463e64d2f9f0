//! Software generations: named releases of training software, and how much longer layers take with them.

use crate::catalog::{CatalogError, Entry, Section, Sourced, entries, find};
use crate::chip::Chip;

/// A software generation of the catalog, such as `megatron-bridge-26.04`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Software(&'static str);

/// What a software generation takes on one chip, over what its reference takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SoftwareFactors {
    /// Time of dense layers, kernels and launches alike.
    pub dense_time: f64,
    /// The same of layers with experts.
    pub expert_time: f64,
}

impl SoftwareFactors {
    /// The keys of the factors.
    pub const KEYS: [&'static str; 2] = ["dense_time", "expert_time"];

    /// As the reference.
    pub const NONE: Self = Self { dense_time: 1.0, expert_time: 1.0 };
}

impl Software {
    /// The generation of this name.
    ///
    /// # Errors
    /// [`CatalogError`] suggests a name.
    pub fn named(name: &str) -> Result<Self, CatalogError> {
        find(Section::Software, name).map(|entry| Self(entry.name()))
    }

    /// All generations, by name.
    pub fn all() -> impl Iterator<Item = Self> {
        entries(Section::Software).iter().map(|entry| Self(entry.name()))
    }

    /// The name.
    pub const fn name(self) -> &'static str {
        self.0
    }

    /// One line on what it is.
    pub fn title(self) -> &'static str {
        self.entry().title()
    }

    /// What it takes on a chip; as the reference where nothing was fitted for the chip's architecture.
    pub fn factors(self, chip: &Chip) -> SoftwareFactors {
        let [dense_time, expert_time] =
            SoftwareFactors::KEYS.map(|key| self.value(chip, key).map_or(1.0, |value| value.value));
        SoftwareFactors { dense_time, expert_time }
    }

    /// The factors that it has on a chip, by key, with their sources.
    pub fn values(self, chip: &Chip) -> impl Iterator<Item = (&'static str, &'static Sourced)> {
        let of = |key| self.value(chip, key).map(|value| (key, value));
        SoftwareFactors::KEYS.map(of).into_iter().flatten()
    }

    fn value(self, chip: &Chip, key: &str) -> Option<&'static Sourced> {
        self.entry().value(&format!("{}.{key}", chip.architecture()?))
    }

    fn entry(self) -> &'static Entry {
        find(Section::Software, self.0).expect("a generation is an entry of the catalog")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::System;
    use crate::catalog::{ARCHITECTURES, chips};

    fn chip(preset: &str) -> Chip {
        let system = System::preset(preset).expect("the preset is in the catalog");
        system.chip().expect("a preset has a chip").clone()
    }

    fn factors(name: &str, preset: &str) -> [f64; 2] {
        let software = Software::named(name).expect("the generation is in the catalog");
        let factors = software.factors(&chip(preset));
        [factors.dense_time, factors.expert_time]
    }

    /// The rows and models that a note begins with.
    fn held_by(note: &str) -> Option<[u32; 2]> {
        let counts = note.strip_prefix("reference; ").unwrap_or(note).split_once(" models")?.0;
        let (rows, models) = counts.split_once(" rows of ")?;
        Some([rows.parse().ok()?, models.parse().ok()?])
    }

    #[test]
    fn a_factor_is_held_by_five_rows_of_two_models() {
        for (software, (key, value)) in entries(Section::Software)
            .iter()
            .flat_map(|entry| entry.values().map(move |value| (entry, value)))
        {
            let note = value.note.as_deref().unwrap_or_default();
            let [rows, models] = held_by(note).unwrap_or_else(|| panic!("{} {key}: {note}", software.name()));
            let is_reference = note.starts_with("reference; ");
            assert!(is_reference || rows >= 5 && models >= 2, "{} {key}: {note}", software.name());
            assert!(!is_reference || value.value == 1.0, "{} {key} is a reference", software.name());
            assert!((0.5..=2.0).contains(&value.value), "{} {key}", software.name());
        }
    }

    #[test]
    fn factors_are_those_of_the_chips_architecture() {
        assert_eq!(factors("megatron-bridge-26.04", "gb200-nvl72"), [1.0, 1.0]);
        let [dense, expert] = factors("megatron-bridge-25.09", "gb200-nvl72");
        assert!(dense > 1.0 && expert > dense, "{dense} {expert}");
        assert_eq!(factors("megatron-bridge-25.09", "cloudmatrix384"), [1.0, 1.0]);
        let none = Software::named("llama-3-2024").expect("the generation is in the catalog");
        assert_eq!(none.values(&chip("hgx-h100")).count(), 0);
        assert_eq!(none.factors(&chip("hgx-h100")), SoftwareFactors::NONE);
    }

    #[test]
    fn names_are_read_back_and_others_get_a_suggestion() {
        for software in Software::all() {
            assert_eq!(Software::named(software.name()), Ok(software));
            assert_ne!(software.title(), software.name());
        }
        let unknown =
            Software::named("megatron-bridge-26.4").expect_err("there is no such release").to_string();
        assert!(unknown.contains("did you mean `megatron-bridge-26.04`?"), "{unknown}");
    }

    #[test]
    fn every_architecture_is_one_that_factors_are_given_for() {
        for chip in chips() {
            let of = chip.text("architecture");
            assert!(of.is_none_or(|of| ARCHITECTURES.contains(&of)), "{} is {of:?}", chip.name());
        }
    }
}

//! The variants of a system in which ranged values stand at their ends.

use super::RunError;
use copperlight_topologies::{End, RangeError, RangedValue, System};

/// Where each ranged value of a system is in one run: at an end of its range, or as it is.
pub(super) type Setting = Vec<Option<End>>;

/// A system with its ranged values, and every different variant of it.
pub(super) struct Variants<'a> {
    system: &'a System,
    name: &'a str,
    pub(super) values: Vec<RangedValue>,
    /// The first one is the base: every value as it is.
    pub(super) settings: Vec<Setting>,
}

impl<'a> Variants<'a> {
    /// The base, each value at its low and its high end, all at their low, all at their high ends.
    ///
    /// Runs that are the same are there once, such as that of an end which is the value in effect.
    pub(super) fn of(system: &'a System, name: &'a str) -> Self {
        Self::of_values(system, name, system.ranged())
    }

    /// The same of those ranged values whose keys are wanted.
    pub(super) fn of_keys(system: &'a System, name: &'a str, is_wanted: impl Fn(&str) -> bool) -> Self {
        let values = system.ranged().into_iter().filter(|value| is_wanted(value.key())).collect();
        Self::of_values(system, name, values)
    }

    fn of_values(system: &'a System, name: &'a str, values: Vec<RangedValue>) -> Self {
        let mut variants = Self { system, name, values, settings: Vec::new() };
        variants.add(variants.base());
        for index in 0..variants.values.len() {
            End::BOTH.into_iter().for_each(|end| variants.add(variants.one(index, end)));
        }
        End::BOTH.into_iter().for_each(|end| variants.add(variants.all(end)));
        variants
    }

    fn add(&mut self, setting: Setting) {
        if !self.settings.contains(&setting) {
            self.settings.push(setting);
        }
    }

    /// Every value as it is.
    pub(super) fn base(&self) -> Setting {
        vec![None; self.values.len()]
    }

    /// One value at an end.
    pub(super) fn one(&self, index: usize, end: End) -> Setting {
        let mut setting = self.base();
        setting[index] = self.effective(index, end);
        setting
    }

    /// Every value at one end.
    pub(super) fn all(&self, end: End) -> Setting {
        (0..self.values.len()).map(|index| self.effective(index, end)).collect()
    }

    /// The end, or nothing where it is the value in effect.
    fn effective(&self, index: usize, end: End) -> Option<End> {
        let ranged = &self.values[index];
        (ranged.at(end).value != ranged.value().value).then_some(end)
    }

    /// The index of a run in [`Variants::settings`].
    pub(super) fn index_of(&self, setting: &Setting) -> usize {
        let found = self.settings.iter().position(|known| known == setting);
        found.expect("every run that is asked for was planned")
    }

    /// The system as one run has it.
    pub(super) fn at(&self, setting: &Setting) -> Result<System, RunError> {
        let at_end = |system: System, (ranged, end): (&RangedValue, End)| -> Result<System, RangeError> {
            system.at_end(ranged.key(), end)
        };
        let ends = self.values.iter().zip(setting).filter_map(|(ranged, end)| Some((ranged, (*end)?)));
        let system = ends.into_iter().try_fold(self.system.clone(), at_end);
        system.map_err(|source| RunError::Range { system: self.name.to_owned(), source })
    }

    /// Whether no value of one run is another than in the base but those of the chip.
    pub(super) fn is_of_chip(&self, setting: &Setting) -> bool {
        let changed = self.values.iter().zip(setting).filter(|(_, end)| end.is_some());
        changed.into_iter().all(|(ranged, _)| ranged.key().starts_with("chip."))
    }

    /// One run in words.
    pub(super) fn describe(&self, setting: &Setting) -> String {
        let ends = self.values.iter().zip(setting).filter_map(|(ranged, end)| Some((ranged.key(), (*end)?)));
        let ends: Vec<(&str, End)> = ends.collect();
        match ends[..] {
            [] => "every value as it is".to_owned(),
            [(key, end)] => format!("{key} at its {end} end"),
            [(_, end), ..] => format!("every value at its {end} end"),
        }
    }
}

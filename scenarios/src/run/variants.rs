//! The runs that a sensitivity report of one point is made of.

use super::RunError;
use crate::file::Point;
use copperlight_topologies::{End, RangeError, RangedValue, System};

/// Where each ranged value of a point is in one run: at an end of its range, or as it is.
pub(super) type Setting = Vec<Option<End>>;

/// A point with its ranged values, and every different run of it.
pub(super) struct Variants<'a> {
    pub(super) point: &'a Point,
    pub(super) values: Vec<RangedValue>,
    /// The first one is the base: every value as it is.
    pub(super) settings: Vec<Setting>,
}

impl<'a> Variants<'a> {
    /// The base, each value at its low and its high end, all at their low, all at their high ends.
    ///
    /// Runs that are the same are there once, such as that of an end which is the value in effect.
    pub(super) fn of(point: &'a Point) -> Self {
        let values = point.system.ranged();
        let mut variants = Self { point, values, settings: Vec::new() };
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

    /// The point as one run has it.
    pub(super) fn point_at(&self, setting: &Setting) -> Result<Point, RunError> {
        let at_end = |system: System, (ranged, end): (&RangedValue, End)| -> Result<System, RangeError> {
            system.at_end(ranged.key(), end)
        };
        let ends = self.values.iter().zip(setting).filter_map(|(ranged, end)| Some((ranged, (*end)?)));
        let system = ends.into_iter().try_fold(self.point.system.clone(), at_end);
        let name = &self.point.system_name;
        let system = system.map_err(|source| RunError::Range { system: name.clone(), source })?;
        Ok(Point { system, ..self.point.clone() })
    }

    /// One run in words, for the progress bar.
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

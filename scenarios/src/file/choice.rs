//! Keys whose value is one of a few names, some of which are planned and not built.

use super::error::ScenarioError;
use super::key::Form;
use super::section::{Placed, Section};
use super::suggestion;

/// The names that a key accepts, and those it will accept one day.
pub(super) struct Choice<'c, T> {
    /// What the names are names of, in the words of messages.
    pub(super) what: &'static str,
    /// The names that work, with what they mean.
    pub(super) available: &'c [(&'c str, T)],
    /// The names that are planned.
    pub(super) later: &'c [&'c str],
}

impl<'c, T> Choice<'c, T> {
    /// The names that work.
    pub(super) fn names(&self) -> Vec<&'c str> {
        self.available.iter().map(|(name, _)| *name).collect()
    }
}

impl<T: Copy> Choice<'_, T> {
    /// The meaning of a name; names compare without regard to case.
    pub(super) fn find(&self, written: &str) -> Result<T, ScenarioError> {
        let same = |name: &&str| name.eq_ignore_ascii_case(written);
        if let Some((_, value)) = self.available.iter().find(|(name, _)| same(name)) {
            return Ok(*value);
        }
        let names = self.names();
        if self.later.iter().any(same) {
            let what = format!("the {} `{written}`", self.what);
            return Err(ScenarioError::NotAvailableYet {
                what,
                instead: format!("available: {}", names.join(", ")),
            });
        }
        let remedy = suggestion::remedy(written, &names);
        Err(ScenarioError::UnknownName { what: self.what, name: written.to_owned(), remedy })
    }

    /// Holds a reader against the description of a key, which offers these names.
    fn hold(&self, section: &Section<'_>, key: &str, fits: &dyn Fn(&Form) -> bool) {
        debug_assert!(
            section.is_described(key, fits),
            "`{key}` is described with other names: {:?}",
            self.names()
        );
    }

    fn is_offered(&self, form: &Form) -> bool {
        form.names().is_some_and(|names| names == self.names())
    }

    /// Reads the key of a section.
    pub(super) fn read(&self, section: &Section<'_>, key: &str) -> Option<Placed<T>> {
        self.hold(section, key, &|form| self.is_offered(form));
        let written = section.text(key)?;
        match self.find(written.value) {
            Ok(value) => Some(Placed { value, place: written.place }),
            Err(error) => {
                section.error(written.place, error);
                None
            }
        }
    }

    /// Reads the key of a section as a list of names; `None` for a name that means nothing.
    pub(super) fn read_list(&self, section: &Section<'_>, key: &str) -> Vec<Option<T>> {
        self.hold(section, key, &|form| matches!(form, Form::List(element) if self.is_offered(element)));
        let meaning = |written: Placed<&str>| match self.find(written.value) {
            Ok(value) => Some(value),
            Err(error) => {
                section.error(written.place, error);
                None
            }
        };
        section.text_list(key).unwrap_or_default().into_iter().map(meaning).collect()
    }

    /// Reads the key, or notes the default by its name.
    pub(super) fn read_or(&self, section: &Section<'_>, key: &str, default: &str) -> T {
        let fallback = self.available.iter().find(|(name, _)| *name == default).map(|(_, value)| *value);
        let fallback = fallback.expect("the default is one of the available names");
        if section.entry(key).is_none() {
            section.default(key, default);
            return fallback;
        }
        self.read(section, key).map_or(fallback, |placed| placed.value)
    }
}

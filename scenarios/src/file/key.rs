//! What a key of a scenario file is: its form, range, default, meaning, and an example.
//!
//! The tables of these declarations stand beside the readers of the keys. [`Section`](super::section::Section) holds
//! what a reader asks for against them, and messages, the JSON Schema (`schema`) and the reference page (`page`) are
//! made of them: what is said about a key is what holds.

use copperlight_topologies::quantity::Dimension;

/// A table of keys, made when it is asked for: those of systems follow from the catalog.
pub(super) type TableOf = fn() -> &'static KeyTable;

/// Names, made when they are asked for: some follow from the catalog.
pub(super) type NamesOf = fn() -> Vec<&'static str>;

/// The keys of one table.
#[derive(Debug, Clone, Copy)]
pub(super) struct KeyTable {
    /// How the table is headed: `[workload.parallelism]`.
    pub(super) header: &'static str,
    /// The keys in the order in which they are best read.
    pub(super) keys: &'static [Key],
    /// Pairs of keys of which exactly one is written.
    pub(super) either: &'static [[&'static str; 2]],
}

/// One key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) form: Form,
    pub(super) fallback: Fallback,
    /// One sentence without its full stop.
    pub(super) meaning: &'static str,
    /// A value as TOML; empty for tables.
    pub(super) example: &'static str,
}

/// What holds where a key is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fallback {
    /// It must be written.
    Required,
    /// Nothing: what it would say is then not there.
    Nothing,
    /// This value, as TOML.
    Value(&'static str),
    /// What other keys say, in words.
    Words(&'static str),
}

/// What kind of value a key takes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    Text,
    Boolean,
    /// A whole number between two bounds.
    Whole(i64, i64),
    /// A whole number whose upper bound depends on other keys, in words; the number is the most that it can be.
    WholeUpTo(i64, i64, &'static str),
    /// A number between two bounds, with the range in words.
    Number(f64, f64, &'static str),
    /// A text of a number and its unit, with the range in words.
    Quantity(Dimension, &'static str),
    /// A text of this form: a regular expression, and the form in words.
    Pattern(&'static str, &'static str),
    /// One of these names.
    OneOf(&'static [&'static str]),
    /// One of the names that this gives.
    Name(NamesOf),
    /// A list whose elements are all of one form.
    List(&'static Form),
    Table(TableOf),
    /// An array of tables.
    Tables(TableOf),
    /// A table whose keys depend on its key `kind`.
    Kinds(&'static [TableOf]),
    /// Any of several forms.
    Either(&'static [Form]),
    /// Whatever the swept key takes.
    Any,
    /// A table with keys of its own choice.
    FreeTable,
    /// A key that is planned: what to do instead.
    Later(&'static str),
    /// A key that belongs to another table: where to write it.
    Elsewhere(&'static str),
}

impl KeyTable {
    /// A table without pairs of keys.
    pub(super) const fn new(header: &'static str, keys: &'static [Key]) -> Self {
        Self { header, keys, either: &[] }
    }

    /// The same with pairs of which exactly one key is written.
    pub(super) const fn with_either(self, either: &'static [[&'static str; 2]]) -> Self {
        Self { either, ..self }
    }

    /// The key of this name.
    pub(super) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    /// The keys that can be written today.
    pub(super) fn available(&self) -> impl Iterator<Item = &'static Key> {
        self.keys.iter().filter(|key| !matches!(key.form, Form::Later(_) | Form::Elsewhere(_)))
    }
}

impl Key {
    /// A key that must be written.
    pub(super) const fn required(
        name: &'static str,
        form: Form,
        meaning: &'static str,
        example: &'static str,
    ) -> Self {
        Self { name, form, fallback: Fallback::Required, meaning, example }
    }

    /// A key without which something is not there.
    pub(super) const fn optional(
        name: &'static str,
        form: Form,
        meaning: &'static str,
        example: &'static str,
    ) -> Self {
        Self { name, form, fallback: Fallback::Nothing, meaning, example }
    }

    /// A key that is planned.
    pub(super) const fn later(name: &'static str, instead: &'static str) -> Self {
        Self { name, form: Form::Later(instead), fallback: Fallback::Nothing, meaning: "", example: "" }
    }

    /// A key that belongs to another table.
    pub(super) const fn elsewhere(name: &'static str, instead: &'static str) -> Self {
        Self { form: Form::Elsewhere(instead), ..Self::later(name, instead) }
    }

    /// The same key with a default, written as TOML.
    pub(super) const fn or(self, value: &'static str) -> Self {
        Self { fallback: Fallback::Value(value), ..self }
    }

    /// The same key with a default that other keys decide.
    pub(super) const fn or_else(self, words: &'static str) -> Self {
        Self { fallback: Fallback::Words(words), ..self }
    }
}

impl Form {
    /// Whether this, or one of several forms, is what `fits` looks for.
    pub(super) fn any(&self, fits: &dyn Fn(&Self) -> bool) -> bool {
        match self {
            Self::Either(forms) => forms.iter().any(|form| form.any(fits)),
            form => fits(form),
        }
    }

    /// The names that the form offers.
    pub(super) fn names(&self) -> Option<Vec<&'static str>> {
        match self {
            Self::OneOf(names) => Some(names.to_vec()),
            Self::Name(names) => Some(names()),
            _ => None,
        }
    }

    /// Whether a text can be of this form.
    pub(super) const fn is_text(&self) -> bool {
        matches!(self, Self::Text | Self::OneOf(_) | Self::Name(_) | Self::Pattern(..) | Self::Any)
    }
}

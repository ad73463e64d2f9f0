//! What a family can be told: each parameter's key, kind, range and default, declared once beside the family.
//!
//! The tables of these declarations decide which keys a description takes, what [`System::set`] accepts, and what
//! the reference pages list.
//!
//! [`System::set`]: crate::System::set

use crate::quantity::Dimension;

/// The range of a quantity, in its base unit and in words with units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// The lowest value.
    pub lowest: f64,
    /// The highest value.
    pub highest: f64,
    /// The range in words: `from 1 to 1000`.
    pub words: &'static str,
}

/// What kind of value a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ParameterKind {
    /// A number, with a unit where its dimension has one.
    Quantity(Dimension, Bounds),
    /// One of these names.
    Choice(&'static [&'static str]),
    /// A medium of the catalog, or [`NO_MEDIUM`].
    Medium,
    /// The name of a file.
    File,
}

/// What holds when a parameter is left out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fallback {
    /// It must be given.
    Required,
    /// This number, in the base unit.
    Number(f64),
    /// This name.
    Name(&'static str),
    /// The value of another key.
    SameAs(&'static str),
    /// As many chips as the system has.
    WholeSystem,
}

/// One parameter of a family.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter {
    /// The dotted key in a system, such as `scale_up.planes`.
    pub key: &'static str,
    /// The kind of value.
    pub kind: ParameterKind,
    /// What holds when it is left out.
    pub fallback: Fallback,
    /// What it says, in a few words.
    pub meaning: &'static str,
}

/// The medium of links of which nothing is said.
pub const NO_MEDIUM: &str = "unspecified";

const LINK_RATE: Bounds = Bounds { lowest: 1e3, highest: 1e15, words: "from 1 kB/s to 1000 TB/s" };
const LATENCY: Bounds = Bounds { lowest: 0.0, highest: 1.0, words: "from 0 to 1 s" };
const CHIPS: Bounds = Bounds { lowest: 1.0, highest: 1e6, words: "from 1 to 1000000" };
const PARTS: Bounds = Bounds { lowest: 1.0, highest: 1e3, words: "from 1 to 1000" };
const PORTS: Bounds = Bounds { lowest: 2.0, highest: 1e3, words: "from 2 to 1000" };
const TREE_TIERS: Bounds = Bounds { lowest: 2.0, highest: 3.0, words: "2 or 3" };
const SEED: Bounds = Bounds { lowest: 1.0, highest: 1e9, words: "from 1 to 1000000000" };
const OVERSUBSCRIPTION: Bounds = Bounds { lowest: 1.0, highest: 1e4, words: "from 1 (none) to 10000" };

impl Parameter {
    /// A number of chips.
    pub(super) const fn chips(key: &'static str, meaning: &'static str) -> Self {
        Self::quantity(key, Dimension::Count, CHIPS, meaning)
    }

    /// A number of parts, such as planes.
    pub(super) const fn parts(key: &'static str, meaning: &'static str) -> Self {
        Self::quantity(key, Dimension::Count, PARTS, meaning)
    }

    /// The ports of a switch.
    pub(super) const fn ports(key: &'static str, meaning: &'static str) -> Self {
        Self::quantity(key, Dimension::Count, PORTS, meaning)
    }

    /// The tiers of a tree.
    pub(super) const fn tree_tiers(key: &'static str, meaning: &'static str) -> Self {
        Self::quantity(key, Dimension::Count, TREE_TIERS, meaning)
    }

    /// The seed of a hash.
    pub(super) const fn seed(key: &'static str, meaning: &'static str) -> Self {
        Self::quantity(key, Dimension::Count, SEED, meaning).or(Fallback::Number(1.0))
    }

    /// The bandwidth of links, per direction.
    pub(super) const fn bandwidth(key: &'static str, meaning: &'static str) -> Self {
        Self::quantity(key, Dimension::Bandwidth, LINK_RATE, meaning)
    }

    /// The latency of links.
    pub(super) const fn latency(key: &'static str, meaning: &'static str) -> Self {
        Self::quantity(key, Dimension::Duration, LATENCY, meaning)
    }

    /// Bandwidth below over bandwidth above.
    pub(super) const fn oversubscription(key: &'static str, meaning: &'static str) -> Self {
        Self::quantity(key, Dimension::Ratio, OVERSUBSCRIPTION, meaning).or(Fallback::Number(1.0))
    }

    /// One of several names, the first unless given.
    pub(crate) const fn choice(
        key: &'static str,
        names: &'static [&'static str],
        meaning: &'static str,
    ) -> Self {
        Self { key, kind: ParameterKind::Choice(names), fallback: Fallback::Name(names[0]), meaning }
    }

    /// What links are made of.
    pub(super) const fn medium(key: &'static str, meaning: &'static str) -> Self {
        Self { key, kind: ParameterKind::Medium, fallback: Fallback::Name(NO_MEDIUM), meaning }
    }

    /// The name of a file, which must be given.
    pub(crate) const fn file(key: &'static str, meaning: &'static str) -> Self {
        Self { key, kind: ParameterKind::File, fallback: Fallback::Required, meaning }
    }

    /// The same parameter with a default.
    pub(super) const fn or(self, fallback: Fallback) -> Self {
        Self { fallback, ..self }
    }

    const fn quantity(
        key: &'static str,
        dimension: Dimension,
        bounds: Bounds,
        meaning: &'static str,
    ) -> Self {
        let kind = ParameterKind::Quantity(dimension, bounds);
        Self { key, kind, fallback: Fallback::Required, meaning }
    }

    /// The key inside its table: `planes` of `scale_up.planes`.
    pub fn name(&self) -> &'static str {
        self.key.split_once('.').map_or(self.key, |(_, name)| name)
    }

    /// The kind of quantity, where it is one.
    pub const fn dimension(&self) -> Option<Dimension> {
        match self.kind {
            ParameterKind::Quantity(dimension, _) => Some(dimension),
            _ => None,
        }
    }

    /// A value that is accepted, as TOML.
    pub fn example(&self) -> String {
        match self.kind {
            ParameterKind::Quantity(Dimension::Count, bounds) => format!("{}", bounds.highest.min(8.0)),
            ParameterKind::Quantity(Dimension::Ratio, _) => "2".to_owned(),
            ParameterKind::Quantity(dimension, _) => format!("\"{}\"", dimension.example()),
            ParameterKind::Choice(names) => format!("\"{}\"", names[0]),
            ParameterKind::Medium => "\"copper\"".to_owned(),
            ParameterKind::File => "\"fabric.toml\"".to_owned(),
        }
    }
}

//! Everything that can be wrong with a scenario, with the remedy.
//!
//! Errors carry byte ranges; nothing here draws them. Whoever talks to a person renders them with the text.

use super::document::Place;
use super::key_path::KeyPathError;
use super::source::SourceText;
use copperlight_core::units::UnitError;
use std::fmt;
use thiserror::Error;

/// One thing that is wrong with a scenario; [`ScenarioError::remedy`] says what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Error)]
pub enum ScenarioError {
    /// The file cannot be read.
    #[error("the file cannot be read: {reason}")]
    NotReadable {
        /// Why.
        reason: String,
        /// What to do.
        remedy: String,
    },
    /// The file is larger than any scenario.
    #[error("the file is larger than 1 MiB")]
    TooLarge,
    /// The file is no text.
    #[error("the file is not UTF-8 text: byte {position} does not belong to any character")]
    NotUtf8 {
        /// The first byte that is wrong, counted from 0.
        position: usize,
    },
    /// The text is no TOML.
    #[error("this is not TOML: {message}")]
    Syntax {
        /// What the parser says.
        message: String,
    },
    /// A key that nothing reads.
    #[error("unknown key `{key}` in {table}")]
    UnknownKey {
        /// The key.
        key: String,
        /// The table that holds it.
        table: String,
        /// What to do.
        remedy: String,
    },
    /// A key that must be there and is not.
    #[error("{table} needs the key `{key}`")]
    MissingKey {
        /// The key.
        key: String,
        /// The table that lacks it.
        table: String,
        /// A line that would supply it.
        example: String,
    },
    /// A value of another kind than the key takes.
    #[error("`{key}` takes {expected}, and this is {found}")]
    WrongType {
        /// The key.
        key: String,
        /// The kind it takes.
        expected: String,
        /// The kind it was given.
        found: &'static str,
    },
    /// A quantity whose text or unit is wrong.
    #[error("`{key}`: {problem}")]
    BadQuantity {
        /// The key.
        key: String,
        /// What is wrong, with the remedy.
        problem: String,
    },
    /// A number outside its bounds.
    #[error("`{key}` is {value}, and it must be {bound}")]
    OutOfRange {
        /// The key.
        key: String,
        /// The number as text.
        value: String,
        /// The bound that it breaks.
        bound: String,
    },
    /// A name that is none of those known.
    #[error("`{name}` is not a known {what}")]
    UnknownName {
        /// What kind of name.
        what: &'static str,
        /// The name.
        name: String,
        /// What to do.
        remedy: String,
    },
    /// Something that is planned and not built.
    #[error("{what} is not available yet")]
    NotAvailableYet {
        /// What.
        what: String,
        /// What there is instead.
        instead: String,
    },
    /// Two keys that cannot stand together, or none of two of which one must.
    #[error("{table} takes either `{first}` or `{second}`, and {found}")]
    EitherOr {
        /// The table.
        table: String,
        /// One key.
        first: &'static str,
        /// The other.
        second: &'static str,
        /// What was found: both, or neither.
        found: &'static str,
    },
    /// A key that means nothing beside what else is written.
    #[error("`{key}` means nothing for {context}")]
    Inapplicable {
        /// The key.
        key: String,
        /// What else is written.
        context: String,
        /// What to do.
        remedy: String,
    },
    /// A name given twice.
    #[error("the name `{name}` is given to two systems")]
    DuplicateName {
        /// The name.
        name: String,
    },
    /// A system without a name.
    #[error("the name of a system is empty")]
    EmptyName,
    /// An algorithm that cannot run the operation.
    #[error("the algorithm `{algorithm}` does not run the operation `{operation}`")]
    UnsuitableAlgorithm {
        /// The algorithm.
        algorithm: &'static str,
        /// The operation.
        operation: &'static str,
        /// The algorithms that do.
        suitable: String,
    },
    /// A key of one pattern of traffic beside another.
    #[error("`{key}` says nothing about the traffic pattern `{pattern}`")]
    MisappliedKey {
        /// The key.
        key: String,
        /// The pattern that stands there.
        pattern: &'static str,
        /// The patterns that take the key.
        belongs: &'static str,
    },
    /// Traffic that cannot be among the chips.
    #[error("impossible traffic: {problem}")]
    IllegalTraffic {
        /// Which bound it breaks, with the numbers.
        problem: String,
        /// What to do.
        remedy: String,
    },
    /// A name that cannot be the name of a folder.
    #[error("`{name}` cannot name a scenario, because its results go to a folder of that name")]
    UnusableName {
        /// The name.
        name: String,
    },
    /// A key or text that would not be shown as it is.
    #[error("{what} holds the invisible character U+{code:04X}")]
    InvisibleCharacter {
        /// The key, or the text of a key.
        what: String,
        /// The character.
        code: u32,
    },
    /// A training plan that cannot be laid out on the chips.
    #[error("illegal plan: {problem}")]
    IllegalPlan {
        /// Which rule it breaks, with the numbers and the nearest legal values.
        problem: String,
    },
    /// A model whose dimensions contradict each other.
    #[error("impossible model: {problem}")]
    IllegalModel {
        /// The contradiction, with the numbers and the remedy.
        problem: String,
    },
    /// A file that is named as a model and holds none.
    #[error("`{file}` is no model: {problem}")]
    ModelFile {
        /// The file as named.
        file: String,
        /// What is wrong with it, with the remedy.
        problem: String,
    },
    /// A system that the catalog of families refuses.
    #[error("the system cannot be built: {problem}")]
    IllegalSystem {
        /// What the catalog says, with the remedy.
        problem: String,
    },
    /// A `--set` that is no `PATH=VALUE`, or a path that points nowhere.
    #[error("{problem}")]
    BadPath {
        /// What is wrong.
        problem: String,
    },
    /// A sweep whose values cannot be listed.
    #[error("the values of the sweep cannot be listed: {problem}")]
    BadSweep {
        /// What is wrong, with the numbers.
        problem: String,
        /// What to do.
        remedy: String,
    },
    /// An expectation about points that the scenario does not have.
    #[error("no point of this scenario has {selector}, so nothing would be checked there")]
    NoSuchPoint {
        /// What was asked for.
        selector: String,
        /// What to do, with what there is.
        remedy: String,
    },
    /// More points than anyone waits for.
    #[error("the sweeps make {points} points, and at most {limit} are run")]
    TooManyPoints {
        /// The number of points.
        points: u64,
        /// The limit.
        limit: u64,
    },
}

/// Gives every variant a name, and the list of all names: a variant that is left out does not compile.
macro_rules! variant_names {
    ($($variant:ident => $name:literal,)*) => {
        /// The names of all variants.
        pub const NAMES: &'static [&'static str] = &[$($name),*];

        /// The name of this variant.
        pub const fn name(&self) -> &'static str {
            match self { $(Self::$variant { .. } => $name,)* }
        }
    };
}

impl ScenarioError {
    variant_names! {
        NotReadable => "not-readable",
        TooLarge => "too-large",
        NotUtf8 => "not-utf8",
        Syntax => "syntax",
        UnknownKey => "unknown-key",
        MissingKey => "missing-key",
        WrongType => "wrong-type",
        BadQuantity => "bad-quantity",
        OutOfRange => "out-of-range",
        UnknownName => "unknown-name",
        NotAvailableYet => "not-available-yet",
        EitherOr => "either-or",
        Inapplicable => "inapplicable",
        DuplicateName => "duplicate-name",
        EmptyName => "empty-name",
        UnsuitableAlgorithm => "unsuitable-algorithm",
        MisappliedKey => "misapplied-key",
        IllegalTraffic => "illegal-traffic",
        UnusableName => "unusable-name",
        InvisibleCharacter => "invisible-character",
        IllegalPlan => "illegal-plan",
        IllegalModel => "illegal-model",
        ModelFile => "model-file",
        IllegalSystem => "illegal-system",
        BadPath => "bad-path",
        BadSweep => "bad-sweep",
        NoSuchPoint => "no-such-point",
        TooManyPoints => "too-many-points",
    }

    /// What to do about it, when the message does not already say so.
    pub fn remedy(&self) -> Option<String> {
        match self {
            Self::NotReadable { remedy, .. }
            | Self::UnknownKey { remedy, .. }
            | Self::UnknownName { remedy, .. }
            | Self::IllegalTraffic { remedy, .. }
            | Self::Inapplicable { remedy, .. }
            | Self::BadSweep { remedy, .. }
            | Self::NoSuchPoint { remedy, .. } => Some(remedy.clone()),
            Self::TooLarge => Some("check that this is the file you meant".to_owned()),
            Self::NotUtf8 { .. } => Some("save the file as UTF-8".to_owned()),
            Self::MissingKey { example, .. } => Some(format!("add it, for example: {example}")),
            Self::NotAvailableYet { instead, .. } => Some(instead.clone()),
            Self::EitherOr { first, second, .. } => {
                Some(format!("write exactly one of `{first}` and `{second}`"))
            }
            Self::DuplicateName { .. } => Some("give each system a name of its own".to_owned()),
            Self::InvisibleCharacter { .. } => Some("remove it, or type the text again".to_owned()),
            Self::EmptyName => Some("write a name, or leave the key out".to_owned()),
            Self::UnsuitableAlgorithm { suitable, .. } => Some(format!("use one of: {suitable}")),
            Self::MisappliedKey { belongs, .. } => {
                Some(format!("remove it, or write the pattern it belongs to: {belongs}"))
            }
            Self::UnusableName { .. } => {
                Some("use letters, digits, `-`, `_` and `.`, and begin with a letter or digit".to_owned())
            }
            Self::TooManyPoints { .. } => Some("sweep fewer values, or run the sweeps one by one".to_owned()),
            Self::OutOfRange { bound, .. } => Some(format!("write a value that is {bound}")),
            Self::WrongType { expected, .. } => Some(format!("write {expected}")),
            Self::Syntax { .. }
            | Self::BadQuantity { .. }
            | Self::IllegalPlan { .. }
            | Self::IllegalModel { .. }
            | Self::ModelFile { .. }
            | Self::IllegalSystem { .. }
            | Self::BadPath { .. } => None,
        }
    }

    /// Whether the error is one of values that do not go together, each of which may be right beside others.
    ///
    /// Where sweeps combine values, such an error makes a failed point, and any other one is an error of the file.
    pub(super) const fn is_of_combination(&self) -> bool {
        matches!(
            self,
            Self::IllegalPlan { .. }
                | Self::IllegalModel { .. }
                | Self::IllegalSystem { .. }
                | Self::IllegalTraffic { .. }
                | Self::Inapplicable { .. }
                | Self::MisappliedKey { .. }
                | Self::UnsuitableAlgorithm { .. }
        )
    }

    /// A quantity that `key` cannot hold.
    pub(super) fn quantity(key: &str, error: &UnitError) -> Self {
        Self::BadQuantity { key: key.to_owned(), problem: error.to_string() }
    }
}

impl From<KeyPathError> for ScenarioError {
    fn from(error: KeyPathError) -> Self {
        Self::BadPath { problem: error.to_string() }
    }
}

/// The longest message, in characters; what is longer quotes something that nobody wrote by hand.
const LONGEST: usize = 2000;

/// A text as a terminal may get it: control characters are spelt out, and the middle of what is very long is left out.
pub(crate) fn shown(text: &str) -> String {
    let spelt = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    let length = text.chars().count();
    if length <= LONGEST {
        return text.chars().map(spelt).collect();
    }
    let start: String = text.chars().take(LONGEST / 10).map(spelt).collect();
    let end: String = text.chars().skip(length - LONGEST / 10).map(spelt).collect();
    format!("{start} ... {end}")
}

/// An error and where in the texts it is; no place when the whole text is meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LocatedError {
    /// Where.
    pub place: Option<Place>,
    /// What.
    pub error: ScenarioError,
}

/// Everything that is wrong with one scenario, in the order of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioErrors {
    /// The texts that places point into: the scenario, then each `--set`.
    pub sources: Vec<SourceText>,
    /// The errors; never empty.
    pub errors: Vec<LocatedError>,
}

impl ScenarioErrors {
    /// One error about a text as a whole, which may not even be readable.
    pub fn whole(name: &str, error: ScenarioError) -> Self {
        Self { sources: vec![SourceText::new(name, "")], errors: vec![LocatedError { place: None, error }] }
    }

    /// The name of the text and the line, counted from 1, of an error.
    pub fn line_of(&self, located: &LocatedError) -> (&str, Option<usize>) {
        let source = &self.sources[located.place.map_or(0, |place| place.source)];
        let line = located.place.map(|place| source.line_of(place.start));
        (&source.name, line)
    }
}

impl fmt::Display for ScenarioErrors {
    /// One line for each error: file, line, message, remedy.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, located) in self.errors.iter().enumerate() {
            let newline = if index == 0 { "" } else { "\n" };
            let (name, line) = self.line_of(located);
            write!(f, "{newline}{name}")?;
            if let Some(line) = line {
                write!(f, ":{line}")?;
            }
            write!(f, ": {}", shown(&located.error.to_string()))?;
            if let Some(remedy) = located.error.remedy() {
                write!(f, "; {}", shown(&remedy))?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for ScenarioErrors {}

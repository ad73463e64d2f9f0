//! What can be wrong with a flow case.

use thiserror::Error;

/// Why a flow case cannot be solved, with the remedy.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FlowCaseError {
    /// The text is no JSON.
    #[error("the case is not JSON: {message}")]
    Syntax {
        /// What the parser says, with line and column.
        message: String,
    },
    /// An object with one key twice.
    #[error("the case repeats a key: {message}; keep one of them")]
    RepeatedKey {
        /// The key, with line and column.
        message: String,
    },
    /// A key that must be there and is not.
    #[error("{item} needs the key `{field}`")]
    MissingField {
        /// The link or flow.
        item: String,
        /// The key.
        field: &'static str,
    },
    /// A key that nothing reads.
    #[error("{item} has the unknown key `{field}`; {remedy}")]
    UnknownField {
        /// The link or flow.
        item: String,
        /// The key.
        field: String,
        /// What to do.
        remedy: String,
    },
    /// A value of another kind than the key takes.
    #[error("{item}: `{field}` must be {expected}")]
    WrongType {
        /// The link or flow.
        item: String,
        /// The key.
        field: &'static str,
        /// What it takes.
        expected: &'static str,
    },
    /// A number outside its bounds.
    #[error("{item}: `{field}` is {value}; it must be {bound}")]
    OutOfRange {
        /// The link or flow.
        item: String,
        /// The key.
        field: &'static str,
        /// The number.
        value: String,
        /// The bound.
        bound: &'static str,
    },
    /// Two links, or two flows, of one id.
    #[error("the id {id} is given to two {kind}; give each its own")]
    DuplicateId {
        /// `links` or `flows`.
        kind: &'static str,
        /// The id.
        id: String,
    },
    /// Two ids that look alike in a table.
    #[error(
        "the ids {first} and {second} of two {kind} differ in nothing but their quotes; change one of them"
    )]
    AlikeIds {
        /// `links` or `flows`.
        kind: &'static str,
        /// One id.
        first: String,
        /// The other.
        second: String,
    },
    /// A reference to a link or flow that is not there.
    #[error("{item}: `{field}` names {id}, and no {kind} has that id")]
    UnknownId {
        /// The flow.
        item: String,
        /// The key.
        field: &'static str,
        /// The id.
        id: String,
        /// `link` or `flow`.
        kind: &'static str,
    },
    /// A path without links.
    #[error("{item}: `path` is empty; name at least one link")]
    EmptyPath {
        /// The flow.
        item: String,
    },
    /// A path that names one link twice.
    #[error("{item}: `path` names link {id} twice; name it once and give it a weight")]
    RepeatedLink {
        /// The flow.
        item: String,
        /// The link.
        id: String,
    },
    /// Weights that do not pair with the path.
    #[error("{item}: `weights` has {weights} entries and `path` has {links}; give one weight for each link")]
    WeightsLength {
        /// The flow.
        item: String,
        /// The number of weights.
        weights: usize,
        /// The number of links.
        links: usize,
    },
    /// Flows that wait for each other.
    #[error("{item} waits for itself through `after`: {cycle}; remove one of these waits")]
    Cycle {
        /// The flow.
        item: String,
        /// The flows of the cycle in order.
        cycle: String,
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

impl FlowCaseError {
    /// The error of a text that is no JSON, or repeats a key.
    pub(super) fn of_json(error: serde_json::Error) -> Self {
        let message = error.to_string();
        if error.is_data() { Self::RepeatedKey { message } } else { Self::Syntax { message } }
    }

    variant_names! {
        Syntax => "syntax",
        RepeatedKey => "repeated-key",
        MissingField => "missing-field",
        UnknownField => "unknown-field",
        WrongType => "wrong-type",
        OutOfRange => "out-of-range",
        DuplicateId => "duplicate-id",
        AlikeIds => "alike-ids",
        UnknownId => "unknown-id",
        EmptyPath => "empty-path",
        RepeatedLink => "repeated-link",
        WeightsLength => "weights-length",
        Cycle => "cycle",
    }
}

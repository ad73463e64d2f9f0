//! Paths such as `systems[0].scale_up.link_bandwidth`, by which `--set` and sweeps name a value.

use super::document::{Entry, Node, Place, Table, Value};
use thiserror::Error;

/// No key of a scenario lies deeper than this.
const DEEPEST: usize = 16;

/// A path of keys and indices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KeyPath {
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

/// Why a value cannot be put where a path points.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyPathError {
    /// The text is no path.
    #[error("`{text}` is not a path of keys; write one such as `systems[0].chips` or `workload.micro_batch`")]
    Malformed {
        /// The text.
        text: String,
    },
    /// An index beyond the end of an array.
    #[error("`{path}` does not exist: {}", counted(*.length))]
    NoSuchElement {
        /// The path up to the index.
        path: String,
        /// The number of elements.
        length: usize,
    },
    /// The path goes on below a value that has no keys.
    #[error("`{path}` is {kind} and has no keys below it")]
    NotATable {
        /// The path of the value.
        path: String,
        /// What the value is.
        kind: &'static str,
    },
}

fn counted(length: usize) -> String {
    match length {
        0 => "there are none".to_owned(),
        1 => "there is only one, with the index 0".to_owned(),
        _ => format!("there are only {length} of them, counted from 0"),
    }
}

impl KeyPath {
    /// Reads a path; keys are bare, `[n]` picks one element of an array.
    pub(super) fn parse(text: &str) -> Result<Self, KeyPathError> {
        let malformed = || KeyPathError::Malformed { text: text.to_owned() };
        let mut steps = Vec::new();
        for part in text.split('.') {
            let (key, index) = match part.split_once('[') {
                Some((key, rest)) => (key, Some(rest.strip_suffix(']').ok_or_else(malformed)?)),
                None => (part, None),
            };
            let too_deep = steps.len() >= DEEPEST;
            if too_deep
                || key.is_empty()
                || !key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
            {
                return Err(malformed());
            }
            steps.push(Step::Key(key.to_owned()));
            if let Some(index) = index {
                steps.push(Step::Index(index.parse().map_err(|_| malformed())?));
            }
        }
        Ok(Self { steps })
    }

    /// The first key.
    pub(super) fn root(&self) -> &str {
        self.key(0).unwrap_or_default()
    }

    /// The key at a step.
    pub(super) fn key(&self, step: usize) -> Option<&str> {
        match self.steps.get(step) {
            Some(Step::Key(key)) => Some(key),
            _ => None,
        }
    }

    /// The index right after the first key, as in `systems[1].chips`.
    pub(super) fn root_index(&self) -> Option<usize> {
        match self.steps.get(1) {
            Some(Step::Index(index)) => Some(*index),
            _ => None,
        }
    }

    /// Whether two paths point to the same value of some table or array element.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        let same_element = match (self.root_index(), other.root_index()) {
            (Some(one), Some(another)) => one == another,
            _ => true,
        };
        same_element && self.root() == other.root() && self.below_root() == other.below_root()
    }

    /// Checks that the index right after the first key is that of one of `length` elements.
    pub(super) fn check_root_index(&self, length: usize) -> Result<(), KeyPathError> {
        match self.root_index() {
            Some(index) if index >= length => {
                Err(KeyPathError::NoSuchElement { path: self.text_up_to(2), length })
            }
            _ => Ok(()),
        }
    }

    /// The number of steps.
    pub(super) fn len(&self) -> usize {
        self.steps.len()
    }

    /// The path from within the table or array element that the first key leads to.
    pub(super) fn below_root(&self) -> Self {
        let skipped = 1 + usize::from(self.root_index().is_some());
        Self { steps: self.steps[skipped..].to_vec() }
    }

    /// Puts `value` where the path points; a key below an array of tables is put into every one of them.
    pub(super) fn set(&self, root: &mut Table, key_place: Place, value: &Node) -> Result<(), KeyPathError> {
        Setting { path: self, key_place, value }.in_table(root, 0)
    }

    /// Whether a value stands where the path points.
    pub(super) fn is_set(&self, root: &Table) -> bool {
        let mut steps = self.steps.iter();
        let Some(Step::Key(first)) = steps.next() else { return false };
        let mut node = root.get(first).map(|entry| &entry.node);
        for step in steps {
            node = match step {
                Step::Key(key) => {
                    node.and_then(Node::as_table).and_then(|table| table.get(key)).map(|e| &e.node)
                }
                Step::Index(index) => node.and_then(Node::as_array).and_then(|elements| elements.get(*index)),
            };
        }
        node.is_some()
    }

    fn text_up_to(&self, steps: usize) -> String {
        let mut text = String::new();
        for step in &self.steps[..steps] {
            match step {
                Step::Key(key) if text.is_empty() => text.push_str(key),
                Step::Key(key) => text.push_str(&format!(".{key}")),
                Step::Index(index) => text.push_str(&format!("[{index}]")),
            }
        }
        text
    }
}

struct Setting<'a> {
    path: &'a KeyPath,
    key_place: Place,
    value: &'a Node,
}

impl Setting<'_> {
    fn in_table(&self, table: &mut Table, step: usize) -> Result<(), KeyPathError> {
        let Some(Step::Key(key)) = self.path.steps.get(step) else {
            return Err(KeyPathError::Malformed { text: self.path.text_up_to(self.path.len()) });
        };
        if step + 1 == self.path.len() {
            table.insert(Entry { key: key.clone(), place: self.key_place, node: self.value.clone() });
            return Ok(());
        }
        if table.get(key).is_none() {
            let node = Node { place: self.key_place, value: Value::Table(Table::default()) };
            table.insert(Entry { key: key.clone(), place: self.key_place, node });
        }
        let entry = table.get_mut(key).expect("the entry was just put in");
        self.in_node(&mut entry.node, step + 1)
    }

    fn in_node(&self, node: &mut Node, step: usize) -> Result<(), KeyPathError> {
        let kind = node.kind();
        match (&mut node.value, &self.path.steps[step]) {
            (Value::Array(elements), Step::Index(index)) => {
                let length = elements.len();
                let Some(element) = elements.get_mut(*index) else {
                    return Err(KeyPathError::NoSuchElement { path: self.path.text_up_to(step + 1), length });
                };
                if step + 1 == self.path.len() {
                    *element = self.value.clone();
                    return Ok(());
                }
                self.in_node(element, step + 1)
            }
            (Value::Array(elements), Step::Key(_)) => {
                elements.iter_mut().try_for_each(|element| self.in_node(element, step))
            }
            (Value::Table(table), Step::Key(_)) => self.in_table(table, step),
            _ => Err(KeyPathError::NotATable { path: self.path.text_up_to(step), kind }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_have_keys_and_indices() {
        let path = KeyPath::parse("systems[1].scale_up.latency").expect("a path");
        assert_eq!((path.root(), path.root_index(), path.len()), ("systems", Some(1), 4));
        for text in ["", ".", "a..b", "a[", "a[x]", "a b", "a[0]b", "[0]"] {
            assert!(KeyPath::parse(text).is_err(), "{text}");
        }
    }
}

//! What every key of a system says, for schemas and reference pages: derived from the declarations that are obeyed.

use super::bounds;
use crate::catalog::{Section, dimension_of};
use crate::families::{Parameter, ParameterKind, SCALE_OUT_FAMILIES, SCALE_UP_FAMILIES};
use crate::quantity::Dimension;

/// One key of `chip`, `scale_up` or `scale_out`, as [`System::set`](crate::System::set) takes it.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribedKey {
    /// The dotted key, such as `scale_up.link_bandwidth`.
    pub key: String,
    /// The kind of value, with its range.
    pub kind: ParameterKind,
    /// All names that some family takes, where the key is a choice.
    pub names: Vec<&'static str>,
    /// What it says, in a few words.
    pub meaning: String,
    /// A value that is accepted, as TOML.
    pub example: String,
}

/// Every key of chips and of families, each once, in the order of their declarations; keys of files are among them,
/// which only a description of a fabric takes.
pub fn described_keys() -> Vec<DescribedKey> {
    let mut keys: Vec<DescribedKey> = bounds::chip_keys().filter_map(of_chip).collect();
    let families = SCALE_UP_FAMILIES.iter().chain(SCALE_OUT_FAMILIES);
    for parameter in families.flat_map(|family| family.parameters) {
        match keys.iter_mut().find(|known| known.key == parameter.key) {
            Some(known) => known.add_names(parameter),
            None => keys.extend(of_parameter(parameter)),
        }
    }
    keys
}

impl DescribedKey {
    /// Families that share a key may offer different names.
    fn add_names(&mut self, parameter: &Parameter) {
        for name in names(parameter) {
            if !self.names.contains(name) {
                self.names.push(name);
            }
        }
    }
}

const fn names(parameter: &Parameter) -> &'static [&'static str] {
    match parameter.kind {
        ParameterKind::Choice(names) => names,
        _ => &[],
    }
}

fn of_chip(key: &'static str) -> Option<DescribedKey> {
    let (bounds, meaning) = bounds::of_chip(key)?;
    let dimension = dimension_of(Section::Systems, key)?;
    let example = match dimension {
        Dimension::Count => "132".to_owned(),
        Dimension::Share | Dimension::Ratio => "0.8".to_owned(),
        _ => format!("\"{}\"", dimension.example()),
    };
    let kind = ParameterKind::Quantity(dimension, bounds);
    Some(DescribedKey { key: key.to_owned(), kind, names: Vec::new(), meaning: meaning.to_owned(), example })
}

/// A parameter, and for a bandwidth the key that takes the sum of both directions.
fn of_parameter(parameter: &Parameter) -> Vec<DescribedKey> {
    let key = |suffix: &str, words: &str| DescribedKey {
        key: format!("{}{suffix}", parameter.key),
        kind: parameter.kind,
        names: names(parameter).to_vec(),
        meaning: format!("{}{words}", parameter.meaning),
        example: parameter.example(),
    };
    let mut keys = vec![key("", "")];
    if parameter.dimension() == Some(Dimension::Bandwidth) {
        keys.push(key("_bidirectional", ", the sum of both directions"));
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::System;
    use std::collections::BTreeSet;

    #[test]
    fn the_keys_that_can_be_set_are_described_and_no_others() {
        let described = described_keys();
        let keys: BTreeSet<&str> = described
            .iter()
            .filter(|key| key.kind != ParameterKind::File)
            .map(|key| key.key.as_str())
            .collect();
        let known = System::known_keys().iter().copied();
        let known: BTreeSet<&str> = known.filter(|key| key.contains('.')).collect();
        assert_eq!(keys, known);
        assert!(described.iter().all(|key| !key.meaning.is_empty() && !key.example.is_empty()));
    }
}

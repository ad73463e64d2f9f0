//! Systems without a catalog entry: a family by name with its parameters, and what joins its domains.

use super::overrides::{OverrideError, read_name, read_value};
use crate::catalog::{Entry, Section};
use crate::families::{Fallback, Family, Parameter, ParameterKind, SCALE_OUT_FAMILIES, SCALE_UP_FAMILIES};
use crate::graph::{Graph, GraphFault};
use crate::quantity::Dimension;
use crate::suggestion::Suggestion;
use crate::system::System;
use crate::transport::NamedTransport;
use std::sync::Arc;
use thiserror::Error;

/// Families whose names are settled and that cannot be described yet.
const ANNOUNCED_FAMILIES: &[&str] = &["mesh", "dragonfly"];

const GRAPH: &str = "graph";
const SCALE_OUT: &str = "scale_out";
const BIDIRECTIONAL: &str = "_bidirectional";
/// The routing that draws from a seed.
const HASHED: &str = "ecmp";

/// Why a table describes no family.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum FamilyError {
    /// The table names no family, or not as a text.
    #[error("`family` is missing or no text; write family = \"{example}\"")]
    NoFamily {
        /// A family.
        example: &'static str,
    },
    /// The family is settled and still to come.
    #[error("family `{family}` is not available yet; available: {known}")]
    NotAvailableYet {
        /// The family asked for.
        family: String,
        /// The families that exist.
        known: String,
    },
    /// There is no such family.
    #[error("there is no family `{family}`{suggestion}; available: {known}")]
    UnknownFamily {
        /// The family asked for.
        family: String,
        /// A family near to it.
        suggestion: Suggestion,
        /// The families that exist.
        known: String,
    },
    /// A parameter that the family does not have.
    #[error("family `{family}` has no `{key}`{suggestion}; it has {known}")]
    UnknownKey {
        /// The family.
        family: String,
        /// The parameter as written.
        key: String,
        /// A parameter near to it.
        suggestion: Suggestion,
        /// All parameters.
        known: String,
    },
    /// A parameter that the family needs.
    #[error("family `{family}` needs `{key}`; write {key} = {example}")]
    Missing {
        /// The family.
        family: String,
        /// The parameter.
        key: &'static str,
        /// A value that would be accepted, as TOML.
        example: String,
    },
    /// The same parameter twice, in two ways.
    #[error("`{key}` and `{both}` say the same; keep one of them")]
    TwoBandwidths {
        /// The parameter, per direction.
        key: String,
        /// The parameter, as the sum of both directions.
        both: String,
    },
    /// A seed that nothing draws from.
    #[error("only routing = \"ecmp\" reads `seed`; write it, or remove `seed`")]
    IdleSeed,
    /// What joins domains is not described by a table.
    #[error("`scale_out` is no table; write scale_out = {{ family = \"rail-optimised\", .. }}")]
    NoTable,
    /// A graph is never one of several domains.
    #[error(
        "family `graph` is a whole fabric; put the links between domains into its file and remove `scale_out`"
    )]
    GraphAlone,
    /// A file that cannot be read.
    #[error("the file `{name}` of family `graph` cannot be read: {reason}")]
    File {
        /// The file as written.
        name: String,
        /// Why.
        reason: String,
    },
    /// A file of nodes and links that is wrong.
    #[error(transparent)]
    Graph(#[from] GraphFault),
    /// A parameter with a value that cannot be.
    #[error(transparent)]
    Value(#[from] OverrideError),
    /// Something in the table `scale_out`.
    #[error(transparent)]
    ScaleOut(Box<FamilyError>),
}

impl FamilyError {
    /// The path of keys in the table to what is at fault; empty where it is the table as a whole.
    pub fn path(&self) -> Vec<&str> {
        match self {
            Self::UnknownKey { key, .. } => vec![key],
            Self::NotAvailableYet { .. } | Self::UnknownFamily { .. } => vec!["family"],
            Self::TwoBandwidths { both, .. } => vec![both],
            Self::IdleSeed => vec!["seed"],
            Self::NoTable | Self::GraphAlone => vec![SCALE_OUT],
            Self::File { .. } | Self::Graph(_) => vec!["file"],
            Self::Value(error) => error.key().split_once('.').map(|(_, key)| key).into_iter().collect(),
            Self::ScaleOut(error) => std::iter::once(SCALE_OUT).chain(error.path()).collect(),
            Self::NoFamily { .. } | Self::Missing { .. } => Vec::new(),
        }
    }
}

/// Reads a file by the name that a description gives it, or says why that cannot be done.
pub type ReadFile<'a> = dyn Fn(&str) -> Result<String, String> + 'a;

impl System {
    /// A system of one family and its parameters, as under `[systems.fabric]`, with what joins its domains under
    /// `scale_out`. It has no chip and no software cost.
    ///
    /// # Errors
    /// [`FamilyError`] names the parameter that is wrong or missing. Family `graph` needs
    /// [`System::from_family_with_files`].
    pub fn from_family(table: &toml::Table) -> Result<Self, FamilyError> {
        Self::from_family_with_files(table, &|_| Err("no files are read here".to_owned()))
    }

    /// The same, with a way to read the file of a graph.
    ///
    /// # Errors
    /// As [`System::from_family`].
    pub fn from_family_with_files(
        table: &toml::Table,
        read_file: &ReadFile<'_>,
    ) -> Result<Self, FamilyError> {
        let family = find_family(table, SCALE_UP_FAMILIES)?;
        let mut entry = Entry::empty(Section::Systems, family.name);
        entry.set_text("title", family.title);
        read_parameters(&mut entry, family, "scale_up", table)?;
        if let Some(scale_out) = table.get(SCALE_OUT) {
            if family.name == GRAPH {
                return Err(FamilyError::GraphAlone);
            }
            read_scale_out(&mut entry, scale_out).map_err(|error| match error {
                FamilyError::NoTable => FamilyError::NoTable,
                error => FamilyError::ScaleOut(Box::new(error)),
            })?;
            check_domain_size(&entry, family)?;
        }
        let graph = if family.name == GRAPH { Some(read_graph(&entry, read_file)?) } else { None };
        let mut system = Self::new(entry, NamedTransport::ideal());
        system.graph = graph.map(Arc::new);
        Ok(system)
    }
}

fn find_family(table: &toml::Table, families: &'static [Family]) -> Result<&'static Family, FamilyError> {
    let no_family = FamilyError::NoFamily { example: families[0].name };
    let name = table.get("family").and_then(toml::Value::as_str).ok_or(no_family)?;
    if let Some(family) = families.iter().find(|family| family.name == name) {
        return Ok(family);
    }
    let names = || families.iter().map(|family| family.name);
    let known = names().collect::<Vec<_>>().join(", ");
    let family = name.to_owned();
    if ANNOUNCED_FAMILIES.contains(&name) {
        return Err(FamilyError::NotAvailableYet { family, known });
    }
    let suggestion = Suggestion::nearest(name, names().chain(ANNOUNCED_FAMILIES.iter().copied()));
    Err(FamilyError::UnknownFamily { family, suggestion, known })
}

/// Puts the parameters of a table into the entry under `scope`, and finds those that are missing.
fn read_parameters(
    entry: &mut Entry,
    family: &Family,
    scope: &str,
    table: &toml::Table,
) -> Result<(), FamilyError> {
    entry.set_text(&format!("{scope}.family"), family.name);
    for (key, value) in table.iter().filter(|(key, _)| !is_structure(scope, key)) {
        let parameter = find_parameter(family, scope, key)?;
        let path = format!("{scope}.{key}");
        match parameter.kind {
            ParameterKind::Quantity(..) => {
                let both = format!("{key}{BIDIRECTIONAL}");
                if parameter.dimension() == Some(Dimension::Bandwidth) && table.contains_key(&both) {
                    return Err(FamilyError::TwoBandwidths { key: key.clone(), both });
                }
                let (key, value) = read_value(&path, value)?;
                entry.replace(&key, value);
            }
            _ => entry.set_text(parameter.key, &read_name(&path, parameter, value)?),
        }
    }
    if table.contains_key("seed") && entry.text(&format!("{scope}.routing")) != Some(HASHED) {
        return Err(FamilyError::IdleSeed);
    }
    match family.parameters.iter().find(|parameter| is_missing(entry, parameter)) {
        Some(parameter) => Err(missing(family, parameter)),
        None => Ok(()),
    }
}

/// Keys of a table that are no parameters of its family.
fn is_structure(scope: &str, key: &str) -> bool {
    key == "family" || (key == SCALE_OUT && scope != SCALE_OUT)
}

fn is_missing(entry: &Entry, parameter: &Parameter) -> bool {
    let given = entry.value(parameter.key).is_some() || entry.text(parameter.key).is_some();
    parameter.fallback == Fallback::Required && !given
}

fn missing(family: &Family, parameter: &Parameter) -> FamilyError {
    let (key, example) = (parameter.name(), parameter.example());
    FamilyError::Missing { family: family.name.to_owned(), key, example }
}

fn find_parameter(family: &Family, scope: &str, key: &str) -> Result<&'static Parameter, FamilyError> {
    let dotted = format!("{scope}.{key}");
    if let Some(parameter) = family.parameter(&dotted) {
        return Ok(parameter);
    }
    let both = dotted.strip_suffix(BIDIRECTIONAL).and_then(|key| family.parameter(key));
    if let Some(parameter) = both.filter(|parameter| parameter.dimension() == Some(Dimension::Bandwidth)) {
        return Ok(parameter);
    }
    let mut known: Vec<&str> = vec!["family"];
    known.extend(family.parameters.iter().map(Parameter::name));
    let joinable = scope != SCALE_OUT && family.name != GRAPH;
    known.extend(joinable.then_some(SCALE_OUT));
    let suggestion = Suggestion::nearest(key, known.iter().copied());
    let (family, key, known) = (family.name.to_owned(), key.to_owned(), known.join(", "));
    Err(FamilyError::UnknownKey { family, key, suggestion, known })
}

fn read_scale_out(entry: &mut Entry, value: &toml::Value) -> Result<(), FamilyError> {
    let table = value.as_table().ok_or(FamilyError::NoTable)?;
    let family = find_family(table, SCALE_OUT_FAMILIES)?;
    read_parameters(entry, family, SCALE_OUT, table)
}

/// Domains that are joined have a size.
fn check_domain_size(entry: &Entry, family: &Family) -> Result<(), FamilyError> {
    let open = |parameter: &&Parameter| {
        parameter.fallback == Fallback::WholeSystem && entry.value(parameter.key).is_none()
    };
    family.parameters.iter().find(open).map_or(Ok(()), |parameter| Err(missing(family, parameter)))
}

fn read_graph(entry: &Entry, read_file: &ReadFile<'_>) -> Result<Graph, FamilyError> {
    let name = entry.text("scale_up.file").expect("the file of a graph was found to be given");
    let text = read_file(name).map_err(|reason| FamilyError::File { name: name.to_owned(), reason })?;
    Ok(Graph::read(name, &text)?)
}

#[cfg(test)]
#[path = "family_tests.rs"]
mod tests;

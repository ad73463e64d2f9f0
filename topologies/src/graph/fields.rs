//! Fields of a record, read as names, choices and what links carry.

use super::document::{GraphPlace, Record, Scalar};
use super::read::GraphError;
use crate::suggestion::Suggestion;

/// What is wrong, and where.
pub(super) type Fault = (GraphPlace, Box<GraphError>);

pub(super) fn fault_at(place: &GraphPlace, error: GraphError) -> Fault {
    (place.clone(), Box::new(error))
}

/// Refuses fields that nothing reads.
pub(super) fn check_fields(record: &Record, known: &[&str]) -> Result<(), Fault> {
    let unknown = record.fields.iter().find(|(field, _)| !known.contains(&field.as_str()));
    let Some((field, _)) = unknown else { return Ok(()) };
    let suggestion = Suggestion::nearest(field, known.iter().copied());
    let (field, known) = (field.clone(), known.join(", "));
    Err(fault_at(&record.place, GraphError::UnknownField { field, suggestion, known }))
}

/// Refuses a record that says one thing under two names.
pub(super) fn check_said_once(record: &Record, synonyms: &[[&'static str; 2]]) -> Result<(), Fault> {
    let both = synonyms.iter().find(|names| names.iter().all(|name| record.get(&[name]).is_some()));
    let Some(&[first, second]) = both else { return Ok(()) };
    Err(fault_at(&record.place, GraphError::SaidTwice { first, second }))
}

/// A name, which may be written as a number.
pub(super) fn name_of(record: &Record, fields: &[&'static str]) -> Result<Option<String>, Fault> {
    match record.get(fields) {
        None => Ok(None),
        Some(Scalar::Text(name)) if !name.is_empty() => Ok(Some(name.clone())),
        Some(Scalar::Number(number)) => Ok(Some(number.to_string())),
        Some(other) => Err(wrong_type(record, fields[0], "a name", other)),
    }
}

/// A text.
pub(super) fn text_of(record: &Record, field: &'static str) -> Result<Option<String>, Fault> {
    match record.get(&[field]) {
        None => Ok(None),
        Some(Scalar::Text(text)) if !text.is_empty() => Ok(Some(text.clone())),
        Some(other) => Err(wrong_type(record, field, "a text", other)),
    }
}

pub(super) fn wrong_type(
    record: &Record,
    field: &'static str,
    expected: &'static str,
    found: &Scalar,
) -> Fault {
    let found = if *found == Scalar::Text(String::new()) { "an empty text" } else { found.kind() };
    fault_at(&record.place, GraphError::WrongType { field, expected, found })
}

/// Which of several names a field has; the first unless given.
pub(super) fn choice(record: &Record, field: &'static str, names: &[&str]) -> Result<usize, Fault> {
    let Some(name) = name_of(record, &[field])? else { return Ok(0) };
    names.iter().position(|known| *known == name).ok_or_else(|| {
        let suggestion = Suggestion::nearest(&name, names.iter().copied());
        let known = names.join(", ");
        fault_at(&record.place, GraphError::UnknownName { field, name, suggestion, known })
    })
}

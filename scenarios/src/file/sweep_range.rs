//! Sweeps by range: `from`, `to` and either `factor` or `step`.

use super::document::{Entry, Node, Value};
use super::error::ScenarioError;
use super::limits::MOST_SWEEP_VALUES;
use super::section::Section;
use copperlight_core::units::Bytes;

/// What the values of a range look like.
#[derive(Debug, Clone, PartialEq)]
enum Form {
    Whole,
    Fraction,
    Size,
    /// A number with this unit.
    Unit(String),
}

/// A value of a range as a number.
#[derive(Debug, Clone, PartialEq)]
struct Quantity {
    number: f64,
    form: Form,
}

/// How far two values may differ and still count as the same, relative to the larger.
const SAME: f64 = 1e-9;

/// Lists the values; `to` is among them when it is hit.
pub(super) fn read(section: &Section<'_>) -> Option<Vec<Node>> {
    let from = bound(section, "from")?;
    let to = bound(section, "to")?;
    let (factor, step) = (section.entry("factor"), section.entry("step"));
    let (first, second) = ("factor", "step");
    let either_or = |found| ScenarioError::EitherOr { table: section.title(), first, second, found };
    let (start, end) = (quantity(section, from)?, quantity(section, to)?);
    let next: Box<dyn Fn(f64) -> f64> = match (factor, step) {
        (Some(_), None) => {
            let factor = section.number("factor")?.value;
            check(
                section,
                from,
                factor > 1.0 && start.number > 0.0,
                "a factor must be above 1 and start above 0",
            )?;
            Box::new(move |number| number * factor)
        }
        (None, Some(entry)) => {
            let step = quantity(section, entry)?;
            check(section, entry, step.number > 0.0, "a step must be above 0")?;
            check(
                section,
                entry,
                same_form(&step.form, &start.form),
                "`step` and `from` are of different kinds",
            )?;
            Box::new(move |number| number + step.number)
        }
        (Some(_), Some(entry)) => {
            section.error(Some(entry.place), either_or("both are here"));
            return None;
        }
        (None, None) => {
            section.error(section.place(), either_or("neither is here"));
            return None;
        }
    };
    check(section, to, same_form(&start.form, &end.form), "`from` and `to` are of different kinds")?;
    check(section, to, start.number <= end.number, "`to` lies below `from`")?;
    let form = if end.form == Form::Fraction { Form::Fraction } else { start.form.clone() };
    let numbers = list(start.number, end.number, next.as_ref());
    check(section, to, numbers.len() <= MOST_SWEEP_VALUES, "there would be more than 10000 values")?;
    let mut values: Vec<Value> = numbers.into_iter().map(|number| written(number, &form)).collect();
    values.dedup_by(|a, b| format!("{a:?}") == format!("{b:?}"));
    Some(values.into_iter().map(|value| Node { place: from.node.place, value }).collect())
}

fn bound<'a>(section: &Section<'a>, key: &str) -> Option<&'a Entry> {
    let entry = section.entry(key);
    if entry.is_none() {
        section.missing(key, "values = [1, 2, 4], or from = 1, to = 64, factor = 2");
    }
    entry
}

fn check(section: &Section<'_>, entry: &Entry, holds: bool, problem: &str) -> Option<()> {
    if !holds {
        let remedy = "list the values instead, or write from = 1, to = 64, factor = 2".to_owned();
        section
            .error(Some(entry.node.place), ScenarioError::BadSweep { problem: problem.to_owned(), remedy });
    }
    holds.then_some(())
}

fn same_form(one: &Form, other: &Form) -> bool {
    let plain = |form: &Form| matches!(form, Form::Whole | Form::Fraction);
    one == other || (plain(one) && plain(other))
}

fn quantity(section: &Section<'_>, entry: &Entry) -> Option<Quantity> {
    match &entry.node.value {
        Value::Integer(number) => Some(Quantity { number: *number as f64, form: Form::Whole }),
        Value::Float(number) if number.is_finite() => {
            Some(Quantity { number: *number, form: Form::Fraction })
        }
        Value::Text(text) => {
            let read = with_unit(text);
            if read.is_none() {
                let problem =
                    format!("`{text}` is no number with a unit; write one such as `1 MiB` or `50 GB/s`");
                let key = entry.key.clone();
                section.error(Some(entry.node.place), ScenarioError::BadQuantity { key, problem });
            }
            read
        }
        _ => {
            let (key, expected) = (entry.key.clone(), "a number, or a text with number and unit".to_owned());
            let error = ScenarioError::WrongType { key, expected, found: entry.node.kind() };
            section.error(Some(entry.node.place), error);
            None
        }
    }
}

fn with_unit(text: &str) -> Option<Quantity> {
    if let Ok(size) = text.parse::<Bytes>() {
        return Some(Quantity { number: size.count() as f64, form: Form::Size });
    }
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
    let number: f64 = text[..end].parse().ok()?;
    let unit = text[end..].trim();
    let is_unit = !unit.is_empty() && unit.chars().all(|c| c.is_alphabetic() || c == '/' || c == '%');
    (is_unit && number.is_finite()).then(|| Quantity { number, form: Form::Unit(unit.to_owned()) })
}

/// The values from `start` to `end`, at most one more than are allowed.
fn list(start: f64, end: f64, next: &dyn Fn(f64) -> f64) -> Vec<f64> {
    let mut numbers = Vec::new();
    let mut number = start;
    let tolerance = SAME * end.abs();
    while number <= end + tolerance && numbers.len() <= MOST_SWEEP_VALUES {
        numbers.push(if (number - end).abs() <= tolerance { end } else { number });
        number = next(number);
    }
    numbers
}

fn written(number: f64, form: &Form) -> Value {
    match form {
        Form::Whole => Value::Integer(number.round() as i64),
        Form::Fraction => Value::Float(number),
        Form::Size => Value::Text(Bytes::new(number.round() as u64).to_string()),
        Form::Unit(unit) => Value::Text(format!("{number} {unit}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_included_when_it_is_hit() {
        assert_eq!(list(1.0, 8.0, &|n| n * 2.0), [1.0, 2.0, 4.0, 8.0]);
        assert_eq!(list(1.0, 7.0, &|n| n * 2.0), [1.0, 2.0, 4.0]);
        assert_eq!(list(0.0, 0.3, &|n| n + 0.1).len(), 4);
        assert_eq!(list(0.0, 1e9, &|n| n + 1e-300).len(), MOST_SWEEP_VALUES + 1);
    }

    #[test]
    fn units_are_kept() {
        assert_eq!(with_unit("1 KiB"), Some(Quantity { number: 1024.0, form: Form::Size }));
        assert_eq!(
            with_unit("50 GB/s"),
            Some(Quantity { number: 50.0, form: Form::Unit("GB/s".to_owned()) })
        );
        assert_eq!(with_unit("fast"), None);
    }
}

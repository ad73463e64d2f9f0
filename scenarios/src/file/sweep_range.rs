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
    let (start, end) = (quantity(section, from)?, quantity(section, to)?);
    check(section, to, same_form(&start.form, &end.form), "`from` and `to` are of different kinds")?;
    check(section, to, start.number <= end.number, "`to` lies below `from`")?;
    let advance = read_advance(section, from, &start)?;
    let numbers = list(start.number, end.number, &advance);
    check(section, to, numbers.len() <= MOST_SWEEP_VALUES, "there would be more than 10000 values")?;
    let fractional = [&start.form, &end.form, &advance.form].contains(&&Form::Fraction);
    let form = if fractional { Form::Fraction } else { start.form };
    let mut values: Vec<Value> = numbers.into_iter().map(|number| written(number, &form)).collect();
    values.dedup_by(|a, b| format!("{a:?}") == format!("{b:?}"));
    Some(values.into_iter().map(|value| Node { place: from.node.place, value }).collect())
}

/// How one value leads to the next.
#[derive(Debug, Clone, PartialEq)]
struct Advance {
    by: By,
    /// What the values look like; a factor leaves that to the bounds.
    form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum By {
    Factor(f64),
    Step(f64),
}

impl Advance {
    fn next(&self, number: f64) -> f64 {
        match self.by {
            By::Factor(factor) => number * factor,
            By::Step(step) => number + step,
        }
    }
}

fn read_advance(section: &Section<'_>, from: &Entry, start: &Quantity) -> Option<Advance> {
    let (place, found) = match (section.entry("factor"), section.entry("step")) {
        (Some(_), None) => {
            let factor = section.number("factor")?.value;
            check(
                section,
                from,
                factor > 1.0 && start.number > 0.0,
                "a factor must be above 1 and `from` above 0",
            )?;
            return Some(Advance { by: By::Factor(factor), form: start.form.clone() });
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
            return Some(Advance { by: By::Step(step.number), form: step.form });
        }
        (Some(_), Some(entry)) => (Some(entry.place), "both are here"),
        (None, None) => (section.place(), "neither is here"),
    };
    let (first, second) = ("factor", "step");
    section.error(place, ScenarioError::EitherOr { table: section.title(), first, second, found });
    None
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
fn list(start: f64, end: f64, advance: &Advance) -> Vec<f64> {
    let mut numbers = Vec::new();
    let mut number = start;
    let tolerance = SAME * end.abs();
    while number <= end + tolerance && numbers.len() <= MOST_SWEEP_VALUES {
        numbers.push(if (number - end).abs() <= tolerance { end } else { number });
        number = advance.next(number);
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
        let listed = |start, end, by| list(start, end, &Advance { by, form: Form::Whole });
        assert_eq!(listed(1.0, 8.0, By::Factor(2.0)), [1.0, 2.0, 4.0, 8.0]);
        assert_eq!(listed(1.0, 7.0, By::Factor(2.0)), [1.0, 2.0, 4.0]);
        // Three additions of 0.1 give slightly more than 0.3, which still counts as hit.
        assert_eq!(listed(0.0, 0.3, By::Step(0.1)), [0.0, 0.1, 0.2, 0.3]);
        assert_eq!(listed(0.0, 1e9, By::Step(1e-300)).len(), MOST_SWEEP_VALUES + 1);
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

//! The tables `[[expect]]`: what must hold of results, and where.
//!
//! A metric that results of this workload never have is an error, and so is a selector that no point can match
//! (`expectation_selector`).

use super::document::Value;
use super::error::{LocatedError, ScenarioError};
use super::expectation_selector::{self, Selectable};
use super::expected::{Claim, Expectation, Order, Tolerance, relative_tolerance};
use super::section::{Placed, Section};
use crate::report::ResultKind;

/// The keys that say what must hold; those of one form may stand together.
const FORMS: [(&str, Form); 6] = [
    ("fits", Form::Fits),
    ("min", Form::Bounds),
    ("max", Form::Bounds),
    ("equals", Form::Equals),
    ("above", Form::Above),
    ("below", Form::Below),
];

/// What must be there when no form is.
const EXAMPLE: &str = "min = 0.30, or one of max, equals, above, below and fits";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Fits,
    Bounds,
    Equals,
    Above,
    Below,
}

/// The expectations of a scenario.
pub(super) struct Expectations {
    pub(super) list: Vec<Expectation>,
    /// What is wrong with those that no point can match, and their indices in the document.
    pub(super) unmatched: Vec<(usize, LocatedError)>,
}

/// Reads every `[[expect]]`.
pub(super) fn read(document: &Section<'_>, scenario: &Selectable<'_>) -> Expectations {
    let mut all = Expectations { list: Vec::new(), unmatched: Vec::new() };
    for (index, section) in document.sections("expect").iter().enumerate() {
        let unmatched = expectation_selector::unmatched(section, scenario);
        all.unmatched.extend(unmatched.map(|error| (index, error)));
        all.list.extend(read_one(section, scenario));
    }
    all
}

fn read_one(section: &Section<'_>, scenario: &Selectable<'_>) -> Option<Expectation> {
    let selector = expectation_selector::read(section, scenario);
    let message = read_message(section);
    let form = read_form(section);
    let claim = read_claim(section, scenario, form);
    refuse_strays(section, form);
    section.finish();
    if let (Some(Claim::Ordered { other, order, .. }), Some(selector)) = (&claim, &selector)
        && selector.system.as_ref() == Some(other)
    {
        let (key, context) = (order.word().to_owned(), format!("`{other}` itself"));
        let remedy = "name another system of this scenario".to_owned();
        let place = section.entry(order.word()).map(|entry| entry.node.place);
        section.error(place, ScenarioError::Inapplicable { key, context, remedy });
    }
    Some(Expectation { selector: selector?, claim: claim?, message, place: section.place() })
}

/// Why it is asked for: `message`, or `reason`.
fn read_message(section: &Section<'_>) -> Option<String> {
    let (message, reason) = (section.text("message"), section.text("reason"));
    if let (Some(_), Some(reason)) = (message, reason) {
        both(section, ("message", "reason"), reason.place);
    }
    message.or(reason).map(|text| text.value.to_owned())
}

fn both(section: &Section<'_>, (first, second): (&'static str, &'static str), place: Option<super::Place>) {
    let (table, found) = (section.title(), "both are here");
    section.error(place, ScenarioError::EitherOr { table, first, second, found });
}

/// The one form that is written.
fn read_form(section: &Section<'_>) -> Option<Form> {
    let written: Vec<(&'static str, Form)> =
        FORMS.into_iter().filter(|(key, _)| section.entry(key).is_some()).collect();
    let Some(&(first, form)) = written.first() else {
        section.missing("min", EXAMPLE);
        return None;
    };
    let other = written.iter().find(|(_, other)| *other != form);
    if let Some(&(second, _)) = other {
        both(section, (first, second), section.entry(second).map(|entry| entry.node.place));
        return None;
    }
    Some(form)
}

fn read_claim(section: &Section<'_>, scenario: &Selectable<'_>, form: Option<Form>) -> Option<Claim> {
    if form == Some(Form::Fits) {
        if let Some(metric) = section.entry("metric") {
            both(section, ("fits", "metric"), Some(metric.node.place));
        }
        return section.boolean("fits").map(|flag| Claim::Fits(flag.value));
    }
    let metric = read_metric(section, scenario.kind);
    match form? {
        Form::Fits => None,
        Form::Bounds => read_bounds(section, metric),
        Form::Equals => read_equals(section, metric),
        Form::Above => read_order(section, scenario, (metric, Order::Above)),
        Form::Below => read_order(section, scenario, (metric, Order::Below)),
    }
}

fn read_metric(section: &Section<'_>, kind: Option<ResultKind>) -> Option<String> {
    if section.entry("metric").is_none() {
        section.missing("metric", "metric = \"mfu\"");
    }
    let written = section.text("metric")?;
    let (name, kinds) = (written.value.to_owned(), kind.map_or(ResultKind::ALL.to_vec(), |kind| vec![kind]));
    if kinds.iter().any(|kind| kind.has(&name)) {
        return Some(name);
    }
    let error = match ResultKind::ALL.into_iter().find(|other| other.has(&name)) {
        Some(_) => {
            let kind = kinds[0];
            let context = format!("a workload of the kind `{}`", kind.name());
            let (key, remedy) = (format!("metric = \"{name}\""), kind.remedy(&name));
            ScenarioError::Inapplicable { key, context, remedy }
        }
        None => {
            let remedy = kinds[0].remedy(&name);
            ScenarioError::UnknownName { what: "metric", name, remedy }
        }
    };
    section.error(written.place, error);
    None
}

fn read_bounds(section: &Section<'_>, metric: Option<String>) -> Option<Claim> {
    let (min, max) = (section.number("min"), section.number("max"));
    if let (Some(min), Some(max)) = (min, max)
        && min.value > max.value
    {
        let bound = format!("at most max, which is {}", max.value);
        let value = min.value.to_string();
        section.error(min.place, ScenarioError::OutOfRange { key: "min".to_owned(), value, bound });
    }
    let (min, max) = (min.map(|number| number.value), max.map(|number| number.value));
    (min.is_some() || max.is_some()).then_some(())?;
    Some(Claim::Within { metric: metric?, min, max })
}

fn read_equals(section: &Section<'_>, metric: Option<String>) -> Option<Claim> {
    let value = section.number("equals");
    let absolute = section.entry("absolute_tolerance").map(|entry| entry.node.place);
    let tolerance = match (section.entry("tolerance"), absolute) {
        (Some(_), Some(place)) => {
            both(section, ("tolerance", "absolute_tolerance"), Some(place));
            None
        }
        (Some(_), None) => read_relative(section).map(Tolerance::Relative),
        (None, Some(_)) => at_least(section, "absolute_tolerance", 0.0).map(Tolerance::Absolute),
        (None, None) => Some(Tolerance::DEFAULT),
    };
    Some(Claim::Equal { metric: metric?, value: value?.value, tolerance: tolerance? })
}

/// A share as a number, or as a text with a percent sign.
fn read_relative(section: &Section<'_>) -> Option<f64> {
    let entry = section.entry("tolerance")?;
    let Value::Text(text) = &entry.node.value else { return at_least(section, "tolerance", 0.0) };
    match relative_tolerance(text) {
        Ok(share) => Some(share),
        Err(problem) => {
            let error = ScenarioError::BadQuantity { key: "tolerance".to_owned(), problem };
            section.error(Some(entry.node.place), error);
            None
        }
    }
}

fn at_least(section: &Section<'_>, key: &str, least: f64) -> Option<f64> {
    let Placed { value, place } = section.number(key)?;
    if value >= least {
        return Some(value);
    }
    let (key, value, bound) = (key.to_owned(), value.to_string(), format!("at least {least}"));
    section.error(place, ScenarioError::OutOfRange { key, value, bound });
    None
}

fn read_order(
    section: &Section<'_>,
    scenario: &Selectable<'_>,
    (metric, order): (Option<String>, Order),
) -> Option<Claim> {
    let other = expectation_selector::system(section, order.word(), scenario.names);
    let by = match section.entry("by") {
        Some(_) => Some(at_least(section, "by", 1.0)?),
        None => None,
    };
    Some(Claim::Ordered { metric: metric?, order, other: other?, by })
}

/// Refuses keys that belong to another form.
fn refuse_strays(section: &Section<'_>, form: Option<Form>) {
    let (equals, ordered) = (form == Some(Form::Equals), matches!(form, Some(Form::Above | Form::Below)));
    let strays = [
        ("tolerance", equals, "`equals`"),
        ("absolute_tolerance", equals, "`equals`"),
        ("by", ordered, "`above` or `below`"),
    ];
    for (key, belongs, with) in strays {
        let Some(entry) = section.entry(key).filter(|_| form.is_some() && !belongs) else { continue };
        let context = format!("an expectation without {with}");
        let remedy = format!("remove it, or write {with}");
        section
            .error(Some(entry.place), ScenarioError::Inapplicable { key: key.to_owned(), context, remedy });
    }
}

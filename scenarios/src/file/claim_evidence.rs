//! `[[claim.evidence]]`: one figure, what it is divided by, and between which bounds it speaks for a claim.

use super::Place;
use super::claimed::{CatalogKey, Divisor, Evidence, Figure};
use super::error::{LocatedError, ScenarioError};
use super::expectation_selector::{self, Selectable};
use super::expected::PointSelector;
use super::section::{Placed, Section};
use super::suggestion;
use crate::claims::{catalog_parts, derived_metrics, entries_of};
use crate::report::ResultKind;
use copperlight_topologies::System;
use copperlight_topologies::catalog::Entry;

/// The keys of which one says where a figure stands.
const FIGURES: [&str; 3] = ["metric", "fact", "catalog"];

/// What stands before the name of a figure that follows from values of a system.
const DERIVED: &str = "derived.";

/// Reads one piece. Points that are not there are errors while nothing is `set` in the scenario.
pub(super) fn read(section: &Section<'_>, scenario: &Selectable<'_>, set: bool) -> Option<Evidence> {
    if section.entry("name").is_none() {
        section.missing("name", "name = \"tokens/s per dollar\"");
    }
    let name = section.text("name");
    let point = read_point(section, scenario, set);
    let figure = read_figure(section, scenario, point.as_ref());
    let over = section.entry("over").map(|_| {
        let over = section.section("over")?;
        let divisor = read_divisor(&over, scenario, (figure.as_ref(), set));
        let paired = over.boolean("paired").is_some_and(|paired| paired.value);
        over.finish();
        divisor.map(|divisor| (divisor, paired))
    });
    let times = section.number("times");
    let (min, max) = read_bounds(section);
    let text = |key| section.text(key).map(|text| text.value.to_owned());
    let (unit, when) = (text("unit"), text("when"));
    section.finish();
    let (over, paired) = match over {
        Some(over) => over.map(|(over, paired)| (Some(over), paired))?,
        None => (None, false),
    };
    let times = times.map_or(1.0, |times| times.value);
    let (name, figure) = (name?.value.to_owned(), figure?);
    Some(Evidence { name, figure, over, paired, times, unit, min, max, when })
}

fn read_point(section: &Section<'_>, scenario: &Selectable<'_>, set: bool) -> Option<PointSelector> {
    if let Some(LocatedError { place, error }) =
        expectation_selector::unmatched(section, scenario).filter(|_| !set)
    {
        section.error(place, error);
    }
    expectation_selector::read(section, scenario)
}

fn read_figure(
    section: &Section<'_>,
    scenario: &Selectable<'_>,
    point: Option<&PointSelector>,
) -> Option<Figure> {
    let written: Vec<&'static str> = FIGURES.into_iter().filter(|key| section.entry(key).is_some()).collect();
    let Some(&key) = written.first() else {
        section.missing("metric", "metric = \"mfu\", or one of fact and catalog");
        return None;
    };
    if let Some(&second) = written.get(1) {
        let (table, found) = (section.title(), "both are here");
        let error = ScenarioError::EitherOr { table, first: key, second, found };
        section.error(place_of(section, second), error);
        return None;
    }
    match key {
        "metric" => {
            let metric = read_metric(section, scenario.kind)?;
            Some(Figure::Metric { metric, point: point?.clone() })
        }
        "fact" => read_fact(section, point),
        _ => {
            ["system", "chips", "point"].into_iter().for_each(|key| refuse(section, key, "the catalog"));
            section.text("catalog").and_then(|path| read_catalog(section, path)).map(Figure::Catalog)
        }
    }
}

fn read_metric(section: &Section<'_>, kind: Option<ResultKind>) -> Option<String> {
    let written = section.text("metric")?;
    let kinds = kind.map_or(ResultKind::ALL.to_vec(), |kind| vec![kind]);
    let derived = || derived_metrics().filter(|_| kinds.contains(&ResultKind::Training));
    let name = written.value;
    if kinds.iter().any(|kind| kind.has(name)) || derived().any(|known| known == name) {
        return Some(name.to_owned());
    }
    let remedy = match suggestion::nearest(name, derived()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => kinds[0].remedy(name),
    };
    let error = ScenarioError::UnknownName { what: "metric", name: name.to_owned(), remedy };
    section.error(written.place, error);
    None
}

fn read_fact(section: &Section<'_>, point: Option<&PointSelector>) -> Option<Figure> {
    ["chips", "point"].into_iter().for_each(|key| refuse(section, key, "a value of a system"));
    if section.entry("system").is_none() {
        section.missing("system", "system = \"NVL72 copper\"");
    }
    let Placed { value: key, place } = section.text("fact")?;
    let known = System::known_keys();
    if !key.starts_with(DERIVED) && !known.contains(&key) {
        let (name, remedy) = (key.to_owned(), suggestion::remedy(key, known));
        section.error(place, ScenarioError::UnknownName { what: "value of a system", name, remedy });
        return None;
    }
    Some(Figure::Fact { key: key.to_owned(), system: point?.system.clone()? })
}

/// A path of the catalog: part, entry and key.
fn read_catalog(section: &Section<'_>, path: Placed<&str>) -> Option<CatalogKey> {
    let unknown = |what, name: &str, known: &[&str]| {
        let (name, remedy) = (name.to_owned(), suggestion::remedy(name, known));
        section.error(path.place, ScenarioError::UnknownName { what, name, remedy });
    };
    let mut words = path.value.splitn(3, '.');
    let (Some(part), Some(entry), Some(key)) = (words.next(), words.next(), words.next()) else {
        let problem = format!("`{}` is no part, entry and key, such as `media.dsp.reach`", path.value);
        section.error(path.place, ScenarioError::BadPath { problem });
        return None;
    };
    let Some(entries) = entries_of(part) else {
        unknown("part of the catalog", part, &catalog_parts());
        return None;
    };
    let Some(found) = entries.iter().find(|known| known.name() == entry) else {
        let known: Vec<&str> = entries.iter().map(Entry::name).collect();
        unknown("entry of the catalog", entry, &known);
        return None;
    };
    if found.value(key).is_none() {
        let known: Vec<&str> = found.values().map(|(key, _)| key).collect();
        unknown("value of the catalog", key, &known);
        return None;
    }
    Some(CatalogKey { part: part.to_owned(), entry: entry.to_owned(), key: key.to_owned() })
}

/// What a figure is divided by: what is not written is as for the figure.
fn read_divisor(
    over: &Section<'_>,
    scenario: &Selectable<'_>,
    (figure, set): (Option<&Figure>, bool),
) -> Option<Divisor> {
    let other = read_point(over, scenario, set);
    let catalog = over.text("catalog");
    match figure? {
        Figure::Metric { point, .. } => {
            refuse(over, "catalog", "a metric");
            Some(Divisor::Point(moved(point, other?)))
        }
        Figure::Fact { .. } => {
            ["chips", "point", "catalog"]
                .into_iter()
                .for_each(|key| refuse(over, key, "a value of a system"));
            if over.entry("system").is_none() {
                over.missing("system", "system = \"NVL72 copper\"");
            }
            Some(Divisor::System(other?.system?))
        }
        Figure::Catalog(_) => {
            ["system", "chips", "point"].into_iter().for_each(|key| refuse(over, key, "the catalog"));
            if over.entry("catalog").is_none() {
                over.missing("catalog", "catalog = \"media.copper.reach\"");
            }
            read_catalog(over, catalog?).map(Divisor::Catalog)
        }
    }
}

/// A point with what another selector says in its place.
fn moved(point: &PointSelector, other: PointSelector) -> PointSelector {
    let stays = other.system.is_none();
    let mut values = point.values.clone();
    // Swept values of one system say nothing about another one.
    values.retain(|key, _| stays || !key.starts_with("systems["));
    values.extend(other.values);
    PointSelector {
        chips: other.chips.or(point.chips.filter(|_| stays)),
        system: other.system.or_else(|| point.system.clone()),
        values,
    }
}

fn read_bounds(section: &Section<'_>) -> (Option<f64>, Option<f64>) {
    let (min, max) = (section.number("min"), section.number("max"));
    if let (Some(min), Some(max)) = (min, max)
        && min.value > max.value
    {
        let (key, value) = ("min".to_owned(), min.value.to_string());
        let bound = format!("at most max, which is {}", max.value);
        section.error(min.place, ScenarioError::OutOfRange { key, value, bound });
    }
    (min.map(|number| number.value), max.map(|number| number.value))
}

/// Refuses a key beside a figure that it says nothing about.
fn refuse(section: &Section<'_>, key: &'static str, figure: &str) {
    if let Some(place) = place_of(section, key) {
        let (key, context) = (key.to_owned(), figure.to_owned());
        let remedy = "remove it".to_owned();
        section.error(Some(place), ScenarioError::Inapplicable { key, context, remedy });
    }
}

fn place_of(section: &Section<'_>, key: &str) -> Option<Place> {
    section.entry(key).map(|entry| entry.place)
}

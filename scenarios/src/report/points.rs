//! What tells the points of a sweep apart.

use super::results::PointResult;
use serde_json::Value;
use std::collections::BTreeMap;

/// The names of the systems, in order of appearance.
pub fn distinct_systems(points: &[PointResult]) -> Vec<&str> {
    let mut systems: Vec<&str> = Vec::new();
    for point in points {
        if !systems.contains(&point.system.as_str()) {
            systems.push(&point.system);
        }
    }
    systems
}

/// The swept parameters that have more than one value, besides the number of chips and a collective's size.
///
/// Both of these have columns and axes of their own.
pub fn varying_parameters(points: &[PointResult]) -> Vec<String> {
    let mut names: Vec<&String> = points.iter().flat_map(|point| point.point.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let first = points.first();
    names
        .into_iter()
        .filter(|name| !has_own_column(name, points))
        .filter(|name| {
            points.iter().any(|point| point.point.get(*name) != first.and_then(|p| p.point.get(*name)))
        })
        .cloned()
        .collect()
}

/// The values of `parameters` at a point, those that it has.
pub fn values_of(point: &PointResult, parameters: &[String]) -> BTreeMap<String, Value> {
    let value = |name: &String| Some((name.clone(), point.point.get(name)?.clone()));
    parameters.iter().filter_map(value).collect()
}

fn has_own_column(name: &str, points: &[PointResult]) -> bool {
    let collective = points.iter().any(|point| point.collective.is_some());
    let last = last_segment(name);
    last == "chips" || (collective && last == "size")
}

/// The settings of `parameters` at a point: `micro_batch = 2, zero = 1`. Empty when there are none.
pub fn label_setting(point: &PointResult, parameters: &[String]) -> String {
    label_values(&point.point, parameters)
}

/// The values of `parameters` among swept ones, as [`label_setting`] writes them.
pub(super) fn label_values(values: &BTreeMap<String, Value>, parameters: &[String]) -> String {
    let settings: Vec<String> = parameters
        .iter()
        .filter_map(|name| {
            let value = values.get(name)?;
            Some(format!("{} = {}", short_name(name, parameters), value_text(value)))
        })
        .collect();
    settings.join(", ")
}

/// A value as text: strings without quotes, everything else as JSON.
pub(crate) fn value_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The last segment of a parameter's path, or the whole path when two parameters end alike.
pub(crate) fn short_name<'a>(name: &'a str, parameters: &[String]) -> &'a str {
    let last = last_segment(name);
    let alike = parameters.iter().filter(|other| last_segment(other) == last).count();
    if alike > 1 { name } else { last }
}

fn last_segment(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn point(settings: &[(&str, Value)]) -> PointResult {
        PointResult {
            point: settings.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            ..PointResult::default()
        }
    }

    #[test]
    fn constant_parameters_and_chips_tell_nothing_apart() {
        let points = [
            point(&[("systems.chips", json!(72)), ("workload.micro_batch", json!(1)), ("a.zero", json!(1))]),
            point(&[("systems.chips", json!(144)), ("workload.micro_batch", json!(2)), ("a.zero", json!(1))]),
        ];
        let varying = varying_parameters(&points);
        assert_eq!(varying, ["workload.micro_batch"]);
        assert_eq!(label_setting(&points[1], &varying), "micro_batch = 2");
    }

    #[test]
    fn names_that_end_alike_keep_their_path() {
        let names = ["a.size".to_owned(), "b.size".to_owned()];
        assert_eq!(short_name("a.size", &names), "a.size");
    }
}

//! The points of which figures of links show how busy single links were: of each system the one with the most chips.

use super::link_utilization::tier_color;
use super::point_label::point_label;
use super::style::Color;
use crate::report::{LinkReport, PointResult, ScenarioReport, distinct_systems, varying_parameters};

/// One point.
pub(super) struct LinkPoint<'a> {
    /// Its system, its chips, and what else tells it from others.
    pub(super) label: String,
    pub(super) links: &'a LinkReport,
}

/// At most so many points, and a note where points are left out.
pub(super) fn link_points(report: &ScenarioReport, most: usize) -> (Vec<LinkPoint<'_>>, Option<String>) {
    let points = &report.results.results;
    let varying = varying_parameters(points);
    let known = |point: &&PointResult| point.links.as_ref().is_some_and(|links| !links.busiest.is_empty());
    let all = points.iter().filter(known).count();
    let largest = |system: &str| {
        let of_system = || points.iter().filter(known).filter(|point| point.system == system);
        let chips = of_system().map(|point| point.chips).max()?;
        of_system().find(|point| point.chips == chips)
    };
    let largest = distinct_systems(points).into_iter().filter_map(largest).take(most);
    let shown = largest.filter_map(|point| {
        Some(LinkPoint { label: point_label(point, &varying), links: point.links.as_ref()? })
    });
    let shown: Vec<LinkPoint<'_>> = shown.collect();
    let note = (shown.len() < all).then(|| {
        format!("Shows {} of {all} points: for each system the first with the most chips.", shown.len())
    });
    (shown, note)
}

/// The tiers of these points with their colours, in order of appearance.
pub(super) fn tiers<'a>(points: &[LinkPoint<'a>]) -> Vec<(&'a str, Color)> {
    let mut names: Vec<&str> = Vec::new();
    for name in points.iter().flat_map(|point| point.links.tiers.keys()) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    names.iter().map(|name| (*name, tier_color(name, &names))).collect()
}

/// The colour of a tier that is among `tiers`.
pub(super) fn color_of(tier: &str, tiers: &[(&str, Color)]) -> Color {
    tiers.iter().find(|(name, _)| *name == tier).map_or(tier_color(tier, &[]), |(_, color)| *color)
}

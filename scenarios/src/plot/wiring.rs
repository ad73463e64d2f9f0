//! How a domain is wired: chips at the bottom, each stage of switches above, and one route drawn out.
//!
//! Nodes that share the chips below them stand together; all links between two such groups are one band.

use super::canvas::{Anchor, Canvas, Drawing, Mark, Place, Text};
use super::style::{
    FOOTER_SIZE, GRID, HEIGHT, INK, LABEL_SIZE, MARGIN, QUIET, TICK_SIZE, TITLE_SIZE, WIDTH, series_color,
};
use super::text::wrapped;
use crate::report::number::grouped;
use copperlight_core::fabric::{Fabric, Hop, Link};
use copperlight_core::ids::{EndpointId, LinkId};
use std::collections::{BTreeMap, BTreeSet};

/// Room for the labels of rows, at the left.
const LABEL_WIDTH: f64 = 330.0;
/// The gap between groups, in widths of a node.
const GAP: f64 = 0.9;
/// The height of a node.
const NODE_HEIGHT: f64 = 26.0;
/// The widest that a node is drawn.
const WIDEST_NODE: f64 = 30.0;

/// What stands around the wiring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WiringTitle {
    /// The title of the figure.
    pub title: String,
    /// What it shows, in a sentence.
    pub subtitle: String,
    /// Where the numbers come from.
    pub source: String,
}

/// One row: the chips, or one stage of switches, in groups.
struct Row {
    label: String,
    groups: Vec<Vec<usize>>,
}

impl Row {
    fn nodes(&self) -> usize {
        self.groups.iter().map(Vec::len).sum()
    }
}

/// The wiring of a fabric in which chips hang on switches; `None` where chips are joined directly.
pub(super) fn draw_wiring(fabric: &Fabric, title: &WiringTitle) -> Option<Drawing> {
    let rows = rows(fabric);
    if rows.len() < 2 {
        return None;
    }
    let mut canvas = Canvas::default();
    let top = draw_titles(&mut canvas, title);
    let places = places(&rows, (top + 60.0, HEIGHT - MARGIN - 90.0));
    draw_bands(&mut canvas, fabric, &rows, &places);
    draw_route(&mut canvas, fabric, &places);
    draw_nodes(&mut canvas, &rows, &places);
    draw_labels(&mut canvas, fabric, &rows, &places);
    Some(Drawing { title: title.title.clone(), canvas, notes: Vec::new() })
}

/// The stage of each node: 0 for chips, then how many links away from the nearest chip a switch is.
fn stages(fabric: &Fabric) -> Vec<usize> {
    let mut stages = vec![usize::MAX; fabric.nodes()];
    stages[..fabric.endpoints()].fill(0);
    let mut changed = true;
    while changed {
        changed = false;
        for link in fabric.working_links() {
            let next = stages[link.from.index()].saturating_add(1);
            let known = &mut stages[link.to.index()];
            if next < *known {
                *known = next;
                changed = true;
            }
        }
    }
    stages
}

/// The rows from the chips upward; nodes of a group have the same nodes below them, chips the same container.
fn rows(fabric: &Fabric) -> Vec<Row> {
    let stages = stages(fabric);
    let count = stages.iter().filter(|stage| **stage != usize::MAX).max().map_or(1, |last| last + 1);
    let mut below: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); fabric.nodes()];
    for link in fabric.working_links() {
        let (from, to) = (link.from.index(), link.to.index());
        if stages[to] == stages[from].saturating_add(1) {
            below[to].insert(from);
        }
    }
    let row = |stage: usize| {
        let mut groups: BTreeMap<(usize, BTreeSet<usize>), Vec<usize>> = BTreeMap::new();
        for node in (0..fabric.nodes()).filter(|&node| stages[node] == stage) {
            let container = if stage == 0 { container(fabric, node) } else { 0 };
            groups.entry((container, below[node].clone())).or_default().push(node);
        }
        let mut groups: Vec<Vec<usize>> = groups.into_values().collect();
        groups.sort();
        Row { label: label(fabric, stage, &groups), groups }
    };
    (0..count).map(row).collect()
}

fn container(fabric: &Fabric, chip: usize) -> usize {
    let innermost = fabric.levels().first();
    innermost.map_or(0, |level| level.container(EndpointId::new(chip)) as usize)
}

fn label(fabric: &Fabric, stage: usize, groups: &[Vec<usize>]) -> String {
    let nodes: usize = groups.iter().map(Vec::len).sum();
    let each = groups[0].len();
    let what = if stage == 0 { "chips" } else { "switch chips" };
    let innermost = fabric.levels().first().map_or("group", |level| level.name.as_str());
    let group = match (stage, groups.len()) {
        (_, 1) => return format!("{nodes} {what}"),
        (0, _) => innermost,
        (1, _) => "group",
        _ => "plane",
    };
    format!("{nodes} {what}\n{} {group}s of {each}", groups.len())
}

/// The centre of each drawn node.
struct Places {
    of_node: BTreeMap<usize, Place>,
    widths: Vec<f64>,
    heights: Vec<f64>,
}

fn places(rows: &[Row], (top, bottom): (f64, f64)) -> Places {
    let mut places = Places { of_node: BTreeMap::new(), widths: Vec::new(), heights: Vec::new() };
    let (left, right) = (MARGIN + LABEL_WIDTH, WIDTH - MARGIN);
    for (index, row) in rows.iter().enumerate() {
        let units = row.nodes() as f64 + GAP * (row.groups.len() as f64 - 1.0);
        let width = ((right - left) / units).min(WIDEST_NODE);
        let y = bottom - (bottom - top) * index as f64 / (rows.len() as f64 - 1.0);
        let mut x = (left + right - units * width) / 2.0;
        for group in &row.groups {
            for &node in group {
                places.of_node.insert(node, (x + width / 2.0, y));
                x += width;
            }
            x += GAP * width;
        }
        places.widths.push(width);
        places.heights.push(y);
    }
    places
}

fn draw_titles(canvas: &mut Canvas, title: &WiringTitle) -> f64 {
    let widest = WIDTH - 2.0 * MARGIN;
    let mut top = MARGIN + TITLE_SIZE * 0.5;
    for line in wrapped(&title.title, TITLE_SIZE, widest, 1) {
        canvas.text(Text::new(line, (MARGIN, top), TITLE_SIZE, INK));
    }
    top += TITLE_SIZE * 0.5 + 28.0;
    for line in wrapped(&title.subtitle, TICK_SIZE, widest, 2) {
        canvas.text(Text::new(line, (MARGIN, top), TICK_SIZE, QUIET));
        top += TICK_SIZE * 1.25;
    }
    let source = wrapped(&title.source, FOOTER_SIZE, widest, 1);
    for line in source {
        canvas.text(Text::new(line, (MARGIN, HEIGHT - MARGIN * 0.75), FOOTER_SIZE, QUIET));
    }
    top
}

/// One band for each two groups that links join.
fn draw_bands(canvas: &mut Canvas, fabric: &Fabric, rows: &[Row], places: &Places) {
    let mut group_of: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for (row, group, node) in rows.iter().enumerate().flat_map(|(row, content)| {
        let groups = content.groups.iter().enumerate();
        groups.flat_map(move |(group, nodes)| nodes.iter().map(move |&node| (row, group, node)))
    }) {
        group_of.insert(node, (row, group));
    }
    let ends = fabric.working_links().filter_map(|link| {
        let (lower, upper) = (group_of.get(&link.from.index())?, group_of.get(&link.to.index())?);
        (lower.0 < upper.0).then_some((*lower, *upper))
    });
    for (lower, upper) in ends.collect::<BTreeSet<_>>() {
        let span = |(row, group): (usize, usize)| {
            let nodes = &rows[row].groups[group];
            let half = places.widths[row] / 2.0;
            let (first, last) = (places.of_node[&nodes[0]], places.of_node[&nodes[nodes.len() - 1]]);
            (first.0 - half, last.0 + half, first.1)
        };
        let ((left, right, low), (upper_left, upper_right, high)) = (span(lower), span(upper));
        let corners = vec![(left, low), (upper_left, high), (upper_right, high), (right, low)];
        canvas.push(Mark::Area { corners, color: QUIET, opacity: 0.11 });
    }
}

/// Every link of the route from the first chip to the last.
fn draw_route(canvas: &mut Canvas, fabric: &Fabric, places: &Places) {
    let ends = (EndpointId::new(0), EndpointId::new(fabric.endpoints() - 1));
    let Ok(route) = fabric.route(ends.0, ends.1) else { return };
    for index in route.hops().iter().flat_map(Hop::range) {
        let link = fabric.link(LinkId::new(index));
        let ends = (places.of_node.get(&link.from.index()), places.of_node.get(&link.to.index()));
        if let (Some(&from), Some(&to)) = ends {
            canvas.segment(from, to, series_color(usize::from(from.1 < to.1)), 1.2);
        }
    }
}

fn draw_nodes(canvas: &mut Canvas, rows: &[Row], places: &Places) {
    let last_chip = rows[0].groups.last().and_then(|group| group.last()).copied();
    for (index, row) in rows.iter().enumerate() {
        let (half, high) = (places.widths[index] * 0.42, NODE_HEIGHT / 2.0);
        for node in row.groups.iter().flatten() {
            let (x, y) = places.of_node[node];
            let end = index == 0 && (*node == 0 || Some(*node) == last_chip);
            let color = match (end, index) {
                (true, _) => series_color(usize::from(*node != 0)),
                (false, 0) => QUIET,
                (false, _) => INK,
            };
            let high = if end { high * 1.5 } else { high };
            let (upper_left, lower_right) = ((x - half, y - high), (x + half, y + high));
            canvas.push(Mark::Bar { upper_left, lower_right, color });
        }
    }
}

fn draw_labels(canvas: &mut Canvas, fabric: &Fabric, rows: &[Row], places: &Places) {
    for (row, &y) in rows.iter().zip(&places.heights) {
        for (line, text) in row.label.split('\n').enumerate() {
            let (size, color) = if line == 0 { (LABEL_SIZE, INK) } else { (TICK_SIZE, QUIET) };
            canvas.text(Text::new(text, (MARGIN, y + line as f64 * TICK_SIZE * 1.3), size, color));
        }
    }
    for (index, pair) in places.heights.windows(2).enumerate() {
        let Some(lines) = tier_between(fabric, rows, index) else { continue };
        let middle = f64::midpoint(pair[0], pair[1]);
        canvas.segment((MARGIN, middle - 58.0), (MARGIN + LABEL_WIDTH - 40.0, middle - 58.0), GRID, 1.5);
        for (line, text) in lines.iter().enumerate() {
            let y = middle - 34.0 + line as f64 * TICK_SIZE * 1.25;
            canvas.text(Text::new(text, (MARGIN, y), FOOTER_SIZE * 1.15, QUIET));
        }
    }
    let ends = [(0, "sends", Anchor::Start), (fabric.endpoints() - 1, "receives", Anchor::End)];
    for (series, (chip, does, anchor)) in ends.into_iter().enumerate() {
        let (x, y) = places.of_node[&chip];
        let color = series_color(series).darkened();
        let text = format!("chip {chip} {does}");
        canvas.text(Text::new(text, (x, y + NODE_HEIGHT * 1.6), TICK_SIZE, color).anchored(anchor));
    }
}

/// What the links between two rows are: how many, how fast, of what.
fn tier_between(fabric: &Fabric, rows: &[Row], lower: usize) -> Option<Vec<String>> {
    let nodes = |row: &Row| row.groups.iter().flatten().copied().collect::<BTreeSet<usize>>();
    let (low, high) = (nodes(&rows[lower]), nodes(&rows[lower + 1]));
    let between = |link: &&Link| low.contains(&link.from.index()) && high.contains(&link.to.index());
    let links: Vec<_> = fabric.working_links().filter(between).collect();
    let first = links.first()?;
    Some(vec![
        format!("{} links each way", grouped(links.len() as u64)),
        format!("{} each", first.capacity),
        format!("{}, {}", fabric.media()[usize::from(first.medium)], first.latency),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use copperlight_topologies::System;

    fn drawing(name: &str, chips: usize) -> Option<Drawing> {
        let system = System::preset(name).expect("the preset is in the catalog");
        let fabric = system.build(chips).expect("the system can be built");
        let text = |text: &str| text.to_owned();
        let title = WiringTitle { title: text("title"), subtitle: text("subtitle"), source: text("source") };
        draw_wiring(&fabric, &title)
    }

    fn texts(drawing: &Drawing) -> Vec<&str> {
        let marks = drawing.canvas.marks.iter();
        marks
            .filter_map(|mark| if let Mark::Text(text) = mark { Some(text.text.as_str()) } else { None })
            .collect()
    }

    #[test]
    fn rows_are_the_stages_of_the_machine() {
        let copper = drawing("gb200-nvl72", 72).expect("the domain has switches");
        let copper = texts(&copper);
        assert!(copper.contains(&"72 chips") && copper.contains(&"18 switch chips"), "{copper:?}");
        assert!(copper.contains(&"1,296 links each way"), "{copper:?}");
        let light = drawing("cloudmatrix384", 384).expect("the domain has switches");
        let light = texts(&light);
        assert!(light.contains(&"48 nodes of 8") && light.contains(&"336 switch chips"), "{light:?}");
        assert!(light.contains(&"7 planes of 16") && light.contains(&"5,376 links each way"), "{light:?}");
    }
}

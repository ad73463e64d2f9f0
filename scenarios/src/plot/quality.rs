//! For tests: whether every figure can be read, whatever the results and in both sizes. Nothing is empty, clipped, or
//! written over another text.

use super::canvas::{Anchor, Canvas, Direction, Drawing, Mark, Place, Text};
use super::draw::drawing;
use super::panel::Rect;
use super::style::{Color, GRID, INK, PAPER, QUIET};
use super::text::width;
use crate::file::{SourceText, check};
use crate::report::{CurveKind, FigureSize, PointResult, ScenarioReport, example};
use crate::run::{RunOptions, run_scenario};

/// Letters without descenders, as a share of the size.
const LETTER_HEIGHT: f64 = 0.74;
/// How far a marker reaches around its place.
const MARKER: f64 = 14.0;

/// The place that a text takes.
fn text_box(text: &Text) -> Rect {
    let (long, high) = (width(&text.text, text.size), text.size * LETTER_HEIGHT);
    let (before, after) = match text.anchor {
        Anchor::Start => (0.0, long),
        Anchor::Middle => (long / 2.0, long / 2.0),
        Anchor::End => (long, 0.0),
    };
    let (x, y) = text.at;
    match text.direction {
        Direction::Rightward => {
            Rect { left: x - before, right: x + after, top: y - high / 2.0, bottom: y + high / 2.0 }
        }
        Direction::Upward => {
            Rect { left: x - high / 2.0, right: x + high / 2.0, top: y - after, bottom: y + before }
        }
    }
}

fn overlap(one: &Rect, other: &Rect) -> bool {
    let [across, down] = [
        one.right.min(other.right) - one.left.max(other.left),
        one.bottom.min(other.bottom) - one.top.max(other.top),
    ];
    across > 1.0 && down > 1.0
}

fn holds(outer: &Rect, (x, y): Place, margin: f64) -> bool {
    (outer.left - margin..=outer.right + margin).contains(&x)
        && (outer.top - margin..=outer.bottom + margin).contains(&y)
}

/// The colour and the places of a mark that may carry data; text and lines of the grid do not.
fn data(mark: &Mark) -> Option<(Color, Vec<Place>)> {
    let (color, places) = match mark {
        Mark::Line { through, color, .. } => (*color, through.clone()),
        Mark::Area { corners, color, .. } => (*color, corners.clone()),
        Mark::Bar { upper_left, lower_right, color } => (*color, vec![*upper_left, *lower_right]),
        Mark::Point { at, color, .. } | Mark::Ring { at, color } => (*color, vec![*at]),
        Mark::Text(_) => return None,
    };
    (![GRID, INK, QUIET, PAPER].contains(&color)).then_some((color, places))
}

/// What is wrong with a figure, one sentence each.
fn faults(canvas: &Canvas) -> Vec<String> {
    let mut faults = Vec::new();
    let whole = Rect { left: 0.0, top: 0.0, right: canvas.width, bottom: canvas.height };
    let texts: Vec<(&Text, Rect)> = canvas
        .marks
        .iter()
        .filter_map(|mark| if let Mark::Text(text) = mark { Some((text, text_box(text))) } else { None })
        .filter(|(text, _)| !text.text.is_empty())
        .collect();
    for (index, (text, room)) in texts.iter().enumerate() {
        if ![(room.left, room.top), (room.right, room.bottom)].iter().all(|place| holds(&whole, *place, 0.0))
        {
            faults.push(format!("`{}` is beyond the figure: {room:?}", text.text));
        }
        for (other, its_room) in &texts[..index] {
            if overlap(room, its_room) {
                faults.push(format!("`{}` is written over `{}`", text.text, other.text));
            }
        }
    }
    let marks: Vec<(Color, Vec<Place>)> = canvas.marks.iter().filter_map(data).collect();
    for panel in &canvas.panels {
        let inside =
            |(_, places): &&(Color, Vec<Place>)| places.iter().all(|place| holds(panel, *place, 1.0));
        if marks.iter().filter(inside).count() == 0 {
            faults.push(format!("the panel {panel:?} is empty"));
        }
        if panel.width() < 150.0 || panel.height() < 60.0 {
            faults.push(format!("the panel {panel:?} is too small to be read"));
        }
    }
    for (color, places) in &marks {
        let is_in_one = canvas.panels.iter().any(|panel| places.iter().all(|at| holds(panel, *at, MARKER)));
        let is_in_part = canvas.panels.iter().any(|panel| places.iter().any(|at| holds(panel, *at, -MARKER)));
        if is_in_part && !is_in_one {
            faults.push(format!("a mark of {color:?} leaves its panel: {places:?}"));
        }
        if !places.iter().all(|place| place.0.is_finite() && place.1.is_finite()) {
            faults.push(format!("a mark of {color:?} stands nowhere: {places:?}"));
        }
    }
    if canvas.panels.is_empty() {
        faults.push("there is no panel".to_owned());
    }
    faults
}

/// Asserts that all figures that a report has data for can be read, and that there are as many.
fn assert_readable(mut report: ScenarioReport, what: &str, figures: usize) {
    if report.results.results.iter().all(|point| point.links.is_none()) {
        example::add_links(&mut report);
    }
    for size in [FigureSize::Slide, FigureSize::Column] {
        report.figures.size = size;
        let mut drawn = 0;
        for kind in CurveKind::ALL {
            let Some(Drawing { canvas, .. }) = drawing(kind, &report) else { continue };
            drawn += 1;
            assert_eq!([canvas.size().0, canvas.size().1], size.pixels());
            let faults = faults(&canvas);
            assert!(faults.is_empty(), "{what}: {} as {size:?}:\n{}", kind.name(), faults.join("\n"));
        }
        assert!(drawn >= figures, "{what}: {drawn} figures as {size:?}");
    }
}

/// The example with what `change` does to each point.
fn changed(chip_counts: u32, change: impl Fn(usize, &mut PointResult)) -> ScenarioReport {
    let mut report = example::two_systems(chip_counts);
    report.results.results.iter_mut().enumerate().for_each(|(index, point)| change(index, point));
    report
}

/// As many systems of these names, each with all that the example has of one.
fn systems(chip_counts: u32, name: impl Fn(usize) -> String, count: usize) -> ScenarioReport {
    let example = example::two_systems(chip_counts);
    let mut report = ScenarioReport { busbw: Vec::new(), timelines: Vec::new(), ..example.clone() };
    report.results.results.clear();
    for system in 0..count {
        let first = example.results.results[0].system.clone();
        for point in example.results.results.iter().filter(|point| point.system == first) {
            let mut point = PointResult { system: name(system), ..point.clone() };
            let factor = 1.0 - system as f64 * 0.02;
            point.mfu = point.mfu.map(|mfu| mfu * factor);
            report.results.results.push(point);
        }
        let renamed = example.timelines.iter().filter(|timeline| timeline.system == first).cloned();
        report.timelines.extend(renamed.map(|mut timeline| {
            timeline.system = name(system);
            timeline
        }));
        let mut curve = example.busbw[0].clone();
        curve.system = name(system);
        report.busbw.push(curve);
    }
    report
}

#[test]
fn examples_of_few_and_of_many_points_can_be_read() {
    for chip_counts in [1, 2, 3, 8, 20] {
        assert_readable(example::two_systems(chip_counts), &format!("{chip_counts} chip counts"), 9);
    }
    assert_readable(systems(1, |index| format!("system {index}"), 1), "one point", 9);
}

#[test]
fn many_systems_and_long_names_can_be_read() {
    for chip_counts in [1, 2, 5] {
        let twelve = systems(chip_counts, |index| format!("System number {index}"), 12);
        assert_readable(twelve, "twelve systems", 9);
        let long = |index| {
            format!(
                "A supernode of {index} hundred chips with copper inside each of its racks and light between all of them"
            )
        };
        assert_readable(systems(chip_counts, long, 3), "long names", 9);
        assert_readable(
            systems(chip_counts, |index| format!("{index}{}", "W".repeat(90)), 12),
            "long words",
            9,
        );
    }
    let question = "Why do all of these machines do what they do when all is said and done? ".repeat(12);
    let mut report = example::two_systems(2);
    (report.question, report.results.scenario) = (question, "n".repeat(100));
    assert_readable(report, "long questions", 9);
}

#[test]
fn values_of_any_size_can_be_read() {
    let scaled = |factor: f64| {
        let mut report = changed(3, |_, point| {
            let scale = |value: &mut Option<f64>| *value = value.map(|value| value * factor);
            scale(&mut point.mfu);
            scale(&mut point.communication_share);
            scale(&mut point.exposed_communication_share);
            if let Some(ledger) = &mut point.breakdown_s {
                scale(&mut ledger.compute);
                scale(&mut ledger.bubble);
            }
            point.memory_gb.iter_mut().flatten().for_each(|(_, size)| *size *= factor);
        });
        report.timelines.iter_mut().for_each(|timeline| timeline.bin_seconds *= factor);
        report.busbw.iter_mut().flat_map(|curve| &mut curve.rows).for_each(|row| {
            row.busbw_gb_per_s = row.busbw_gb_per_s.map(|rate| rate * factor);
        });
        report
    };
    for factor in [1e-9, 1e-3, 1.0, 2.0, 1e4] {
        assert_readable(scaled(factor), &format!("all times {factor}"), 9);
    }
    let one_is_far_off = changed(3, |index, point| {
        if index == 0 {
            point.mfu = Some(1e-7);
            point.exposed_communication_share = Some(1.0);
        }
    });
    assert_readable(one_is_far_off, "one is far off", 9);
    assert_readable(
        changed(3, |index, point| {
            if index % 2 == 1 {
                example::make_too_large(point);
            }
        }),
        "too large",
        9,
    );
}

#[test]
fn the_founding_scenario_can_be_read() {
    let text = include_str!("../../library/scenarios/nvl72-vs-cm384.toml");
    let settings = ["sweep=[]", "workload.global_batch=288"].map(str::to_owned);
    let scenario =
        check(SourceText::new("nvl72-vs-cm384", text), &settings).expect("the scenario is well-formed");
    let report = run_scenario(&scenario, &RunOptions::default(), &|_| ()).expect("the scenario runs");
    assert_readable(report, "the founding scenario", 9);
}

#[test]
fn what_is_wrong_is_found() {
    let mut canvas = Canvas::default();
    assert_eq!(faults(&canvas), ["there is no panel"]);
    let text = |words: &str, at| Text::new(words, at, 30.0, INK);
    canvas.panels.push(Rect { left: 100.0, top: 100.0, right: 900.0, bottom: 800.0 });
    assert!(faults(&canvas)[0].ends_with("is empty"));
    let bar =
        |right| Mark::Bar { upper_left: (200.0, 200.0), lower_right: (right, 300.0), color: Color(1, 2, 3) };
    canvas.push(bar(400.0));
    canvas.text(text("one", (300.0, 500.0)));
    assert_eq!(faults(&canvas), Vec::<String>::new());
    canvas.push(bar(1200.0));
    canvas.text(text("two", (310.0, 505.0)));
    canvas.text(text("three", (1590.0, 900.0)));
    let faults = faults(&canvas);
    assert_eq!(faults.len(), 3, "{faults:?}");
    assert!(
        faults[0].contains("written over") && faults[1].contains("beyond") && faults[2].contains("leaves")
    );
}

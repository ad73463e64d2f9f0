//! What each value with a range does to the time of a point, the strongest on top, and the envelope of all of them.

use super::axis::{Axis, number_label};
use super::canvas::{Canvas, Drawing, Mark, Text};
use super::frame::{Words, draw_frame_with};
use super::legend::draw_legend;
use super::panel::{Ends, Panel, Rect};
use super::stacked_rows::{blank, draw_label};
use super::style::{Color, FOOTER_SIZE, GRID, INK, QUIET, TICK_SIZE, series_color};
use super::text::width;
use crate::report::number::{chips, percent, rounded, time_unit};
use crate::report::{
    ENVELOPE, SensitivityPoint, SensitivityReport, SensitivityValue, TimeMetric, value_text,
};

const MOST_VALUES: usize = 16;
const WIDEST_LABEL: f64 = 620.0;
const SMALLEST_TEXT: f64 = 16.0;
const GAP: f64 = 12.0;
/// The smallest change that percentages of one decimal can say.
const LEAST_SAID: f64 = 5e-4;
const LOW: usize = 1;
const HIGH: usize = 0;

/// Draws one point; `None` where it has no time with every value as it is, or no value with a range changes it.
pub(super) fn draw_tornado(report: &SensitivityReport, point: &SensitivityPoint) -> Option<Drawing> {
    let base = point.time.base?;
    let mut rows = rows(point);
    let effective = rows.iter().filter(|row| row.of_value).count();
    if effective == 0 {
        return None;
    }
    let mut notes = Vec::new();
    if effective > MOST_VALUES {
        notes.push(format!("Shows the {MOST_VALUES} strongest of {effective} values that change the time."));
        let mut seen = 0;
        rows.retain(|row| {
            seen += usize::from(row.of_value);
            !row.of_value || seen <= MOST_VALUES
        });
    }
    let unchanged = point.values.len() - effective;
    let mut footnotes = vec![format!(
        "Each bar: one value at the ends of its range, every other as it is; the band and the last row are the {ENVELOPE}."
    )];
    if unchanged > 0 {
        footnotes.push(format!("{unchanged} more values with a range change nothing here."));
    }
    footnotes.extend(notes.iter().cloned());
    let title = format!("What moves the {}: {}", quantity(point.time.metric), point.system);
    let (subtitle, source) =
        (subtitle(point, base), format!("Copperlight sensitivity · {}", report.scenario));
    let mut canvas = Canvas::default();
    let words = Words { title: &title, subtitle: &subtitle, source: &source };
    let room = draw_frame_with(&mut canvas, &words, &footnotes);
    let scale = Scale::of(point, base);
    draw_rows(&mut canvas, (point, &scale), &rows, room);
    Some(Drawing { title, canvas, notes })
}

const fn quantity(metric: TimeMetric) -> &'static str {
    match metric {
        TimeMetric::StepTimeS => "step time",
        TimeMetric::TimeUs => "time",
    }
}

fn subtitle(point: &SensitivityPoint, base: f64) -> String {
    let scale = Scale::of(point, base);
    let swept = point.point.iter().filter(|(name, _)| !name.ends_with("chips"));
    let swept: Vec<String> =
        swept.map(|(name, value)| format!(", {} = {}", name, value_text(value))).collect();
    format!(
        "{}{}: {} {} with every value as it is",
        chips(point.chips),
        swept.concat(),
        scale.words(base),
        scale.unit
    )
}

/// How times are written.
struct Scale {
    /// The unit of what is written, in that of the report.
    one: f64,
    unit: &'static str,
}

impl Scale {
    fn of(point: &SensitivityPoint, base: f64) -> Self {
        let second = match point.time.metric {
            TimeMetric::StepTimeS => 1.0,
            TimeMetric::TimeUs => 1e6,
        };
        let (seconds, unit) = time_unit(base / second);
        Self { one: seconds * second, unit }
    }

    fn words(&self, time: f64) -> String {
        rounded(time / self.one)
    }
}

/// One row: times of runs, absent where one gave nothing.
struct Row {
    label: String,
    /// The time of each run with its colour.
    ends: Vec<(Option<f64>, Color)>,
    /// Whether it is one value, rather than all at once.
    of_value: bool,
}

impl Row {
    fn times(&self) -> impl Iterator<Item = f64> {
        self.ends.iter().filter_map(|(time, _)| *time)
    }
}

/// One row for each value that changes the time, the strongest first, and one for all values together.
fn rows(point: &SensitivityPoint) -> Vec<Row> {
    let base = point.time.base;
    let moves =
        |value: &&SensitivityValue| [value.low.metric, value.high.metric].iter().any(|end| *end != base);
    let mut values: Vec<&SensitivityValue> = point.values.iter().filter(moves).collect();
    let swing = |value: &SensitivityValue| value.swing(base).unwrap_or(f64::INFINITY);
    values.sort_by(|a, b| swing(b).total_cmp(&swing(a)));
    let row = |value: &SensitivityValue| Row {
        label: format!(
            "{}: {} to {} {}",
            value.key,
            number_label(value.low.value),
            number_label(value.high.value),
            value.unit
        ),
        ends: vec![(value.low.metric, series_color(LOW)), (value.high.metric, series_color(HIGH))],
        of_value: true,
    };
    let mut rows: Vec<Row> = values.into_iter().map(row).collect();
    for (time, which, color) in
        [(point.time.all_low, "low", series_color(LOW)), (point.time.all_high, "high", series_color(HIGH))]
    {
        let label = format!("every value at its {which} end");
        rows.push(Row { label, ends: vec![(time, color)], of_value: false });
    }
    let (low, high) = (point.time.low, point.time.high);
    let label = ENVELOPE.to_owned();
    rows.push(Row { label, ends: vec![(low, QUIET), (high, QUIET)], of_value: false });
    rows
}

fn draw_rows(canvas: &mut Canvas, (point, scale): (&SensitivityPoint, &Scale), rows: &[Row], room: Rect) {
    let Some(base) = point.time.base else { return };
    let legend = [
        ("at its low end".to_owned(), series_color(LOW)),
        ("at its high end".to_owned(), series_color(HIGH)),
    ];
    let top = draw_legend(canvas, &legend, room, FOOTER_SIZE) + GAP;
    let size = ((room.bottom - top) / rows.len() as f64 * 0.42).clamp(SMALLEST_TEXT, TICK_SIZE);
    let labels = rows.iter().map(|row| width(&row.label, size)).fold(0.0, f64::max).min(WIDEST_LABEL);
    let times = || rows.iter().flat_map(Row::times).chain([base]);
    let (low, high) = (times().fold(f64::INFINITY, f64::min), times().fold(0.0, f64::max));
    let ends = times().map(|time| width(&written(scale, base, time), size)).fold(0.0, f64::max) + 2.0 * GAP;
    let title = format!("{} ({})", quantity(point.time.metric), scale.unit);
    let axis = Axis::around(title, (low / scale.one, high / scale.one), number_label);
    let inner = Rect { left: room.left + labels + GAP + ends, right: room.right - ends, top, ..room };
    let panel = Panel::new(inner, axis.clone(), blank(), Ends::Flush);
    let x = |time: f64| panel.place(time / scale.one, 0.0).0;
    if let (Some(low), Some(high)) = (point.time.low, point.time.high) {
        let Rect { top, bottom, .. } = panel.area;
        let corners = vec![(x(low), top), (x(high), top), (x(high), bottom), (x(low), bottom)];
        canvas.push(Mark::Area { corners, color: QUIET, opacity: 0.12 });
    }
    for tick in &axis.ticks {
        let x = panel.place(tick.value, 0.0).0;
        canvas.segment((x, panel.area.top), (x, panel.area.bottom), GRID, 2.0);
    }
    panel.draw(canvas);
    let share = panel.area.height() / rows.len() as f64;
    for (index, row) in rows.iter().enumerate() {
        let middle = panel.area.top + share * (index as f64 + 0.5);
        draw_label(canvas, &row.label, (room.left + labels, middle), (size, labels, 2));
        let half = share * 0.34;
        // Of two ends on one side the nearer one is drawn on top.
        let mut ends: Vec<(f64, Color)> =
            row.ends.iter().filter_map(|(time, color)| Some(((*time)?, *color))).collect();
        ends.sort_by(|a, b| (b.0 - base).abs().total_cmp(&(a.0 - base).abs()));
        for (end, color) in ends {
            let (left, right) = (x(end.min(base)), x(end.max(base)));
            let (upper_left, lower_right) = ((left, middle - half), (right, middle + half));
            canvas.push(Mark::Bar { upper_left, lower_right, color });
        }
        draw_ends(canvas, row, (base, scale), (middle, size), x);
    }
    canvas.segment((x(base), panel.area.top), (x(base), panel.area.bottom), INK, 3.0);
}

/// A time, and by how much it differs.
fn written(scale: &Scale, base: f64, time: f64) -> String {
    let change = time / base - 1.0;
    let change = match change {
        change if change.abs() >= LEAST_SAID => {
            format!("{}{} %", if change > 0.0 { "+" } else { "" }, percent(change))
        }
        _ => "below 0.1 %".to_owned(),
    };
    format!("{} ({change})", scale.words(time))
}

/// The times at both sides of a bar, and what gave none.
fn draw_ends(
    canvas: &mut Canvas,
    row: &Row,
    (base, scale): (f64, &Scale),
    (middle, size): (f64, f64),
    x: impl Fn(f64) -> f64,
) {
    let (lowest, highest) = (row.times().fold(base, f64::min), row.times().fold(base, f64::max));
    if lowest < base {
        let at = (x(lowest) - GAP, middle);
        let text = Text::new(written(scale, base, lowest), at, size, INK);
        canvas.text(text.anchored(super::canvas::Anchor::End));
    }
    let failed = match row.ends.iter().filter(|(time, _)| time.is_none()).count() {
        0 => "",
        count if count == row.ends.len() => "; no result",
        _ => "; no result at one end",
    };
    if highest > base || !failed.is_empty() {
        let time = if highest > base { written(scale, base, highest) } else { String::new() };
        let text = format!("{time}{failed}");
        let at = (x(highest) + GAP, middle);
        canvas.text(Text::new(text.trim_start_matches("; "), at, size, INK));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example;

    #[test]
    fn what_changes_the_time_has_a_bar_and_the_envelope_its_label() {
        let report = example::sensitivity();
        let drawing = draw_tornado(&report, &report.points[0]).expect("two values change the time");
        let bars = drawing.canvas.marks.iter().filter_map(|mark| match mark {
            Mark::Bar { upper_left, lower_right, .. } => Some((upper_left.0, lower_right.0)),
            _ => None,
        });
        let bars: Vec<(f64, f64)> = bars.collect();
        // Two values at two ends, every one at its high end (at the low ends it failed), and the envelope.
        assert_eq!(bars.len(), 2 * 2 + 1 + 2);
        assert!(
            bars.iter().all(|(left, right)| *left >= 0.0 && left <= right && *right <= 1600.0),
            "{bars:?}"
        );
        // 1,000 to 1,120 beside 1,000 to 900.
        let length = |(left, right): (f64, f64)| right - left;
        let longest = |pair: &[(f64, f64)]| pair.iter().map(|bar| length(*bar)).fold(0.0, f64::max);
        assert!((longest(&bars[..2]) / longest(&bars[2..4]) - 1.2).abs() < 1e-6, "{bars:?}");
        let has = |wanted: &str| {
            let is = |mark: &Mark| matches!(mark, Mark::Text(text) if text.text.contains(wanted));
            drawing.canvas.marks.iter().any(is)
        };
        assert!(has("envelope, not confidence") && has("2 more values with a range change nothing"));
        assert!(has("1.12 (+12.0 %)") && has("no result"));
    }

    #[test]
    fn nothing_that_changes_is_no_figure() {
        let mut report = example::sensitivity();
        report.points[0].values.truncate(0);
        assert_eq!(draw_tornado(&report, &report.points[0]), None);
        report.points[0].time.base = None;
        assert_eq!(draw_tornado(&report, &report.points[0]), None);
    }
}

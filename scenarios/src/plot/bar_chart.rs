//! Values as bars in groups, each with its value above it: the form for one or two points a system.

use super::axis::{Axis, Scale};
use super::canvas::{Anchor, Canvas, Mark, Place, Text};
use super::legend::draw_legend;
use super::panel::{Ends, Panel, Rect};
use super::style::{Color, INK, LABEL_SIZE, PAPER, TICK_SIZE};
use super::text::{width, wrapped};

/// One bar, or the place of one that has no value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bar {
    /// The name under the bar; empty where a legend names its colour.
    pub(super) name: String,
    pub(super) color: Color,
    /// The value, or why there is none.
    pub(super) value: Result<f64, String>,
    /// The lowest and the highest that it can be, where inputs are uncertain.
    pub(super) ends: Option<[f64; 2]>,
}

/// Bars that stand together.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Group {
    pub(super) label: String,
    pub(super) bars: Vec<Bar>,
}

/// A chart of bars.
pub(super) struct BarChart<'a> {
    pub(super) y: Axis,
    pub(super) groups: Vec<Group>,
    /// The legend: names and colours; empty where bars carry their names.
    pub(super) legend: Vec<(String, Color)>,
    /// The text above a bar.
    pub(super) value_label: &'a dyn Fn(f64) -> String,
}

const WIDEST_BAR: f64 = 190.0;
const MOST_NAME_LINES: usize = 3;
const NAME_LINE: f64 = TICK_SIZE * 1.1;

impl BarChart<'_> {
    /// Draws the chart into `outer`.
    pub(super) fn draw(self, canvas: &mut Canvas, outer: Rect) {
        let top = draw_legend(canvas, &self.legend, outer, TICK_SIZE);
        let names = self.names_height(outer.width());
        let room = Rect { top: top + LABEL_SIZE, bottom: outer.bottom - names, ..outer };
        let x = Axis { title: String::new(), scale: Scale::Linear, low: 0.0, high: 1.0, ticks: Vec::new() };
        let panel = Panel::new(room, x, self.y.clone(), Ends::Flush);
        panel.draw(canvas);
        let share = panel.area.width() / self.groups.len() as f64;
        for (index, group) in self.groups.iter().enumerate() {
            let left = panel.area.left + share * index as f64;
            self.draw_group(canvas, &panel, group, (left, left + share));
            let at = (left + share / 2.0, panel.base() + names + LABEL_SIZE);
            canvas.text(Text::new(&group.label, at, LABEL_SIZE, INK).anchored(Anchor::Middle));
        }
    }

    /// The height of the names under the bars of a chart about as wide as `outer_width`.
    fn names_height(&self, outer_width: f64) -> f64 {
        let share = outer_width * 0.88 / self.groups.len() as f64;
        let lines = |group: &Group| {
            let slot = slot_width(share, group);
            group.bars.iter().map(|bar| name_lines(bar, slot).len()).max().unwrap_or(0)
        };
        NAME_LINE * self.groups.iter().map(lines).max().unwrap_or(0) as f64
    }

    fn draw_group(&self, canvas: &mut Canvas, panel: &Panel, group: &Group, (left, right): (f64, f64)) {
        let slot = slot_width(right - left, group);
        let first = (left + right - slot * group.bars.len() as f64) / 2.0;
        for (index, bar) in group.bars.iter().enumerate() {
            let middle = first + slot * (index as f64 + 0.5);
            self.draw_bar(canvas, panel, bar, (middle, slot));
        }
    }

    fn draw_bar(&self, canvas: &mut Canvas, panel: &Panel, bar: &Bar, (middle, slot): (f64, f64)) {
        let half = slot * 0.4;
        let base = panel.base();
        match &bar.value {
            Ok(value) => {
                let (_, top) = panel.place(0.0, *value);
                let (upper_left, lower_right) = ((middle - half, top), (middle + half, base));
                canvas.push(Mark::Bar { upper_left, lower_right, color: bar.color });
                let label = (self.value_label)(*value);
                let size = if width(&label, LABEL_SIZE) < slot { LABEL_SIZE } else { LABEL_SIZE * 0.7 };
                let whisker = bar.ends.map(|ends| ends.map(|end| panel.place(0.0, end).1));
                let above = whisker.map_or(top, |[_, high]| high.min(top));
                let at = (middle, above - size * 0.7);
                canvas.push(paper((middle - half, above - size * 1.2), (middle + half, above)));
                canvas.text(Text::new(label, at, size, INK).anchored(Anchor::Middle));
                if let Some(ends) = whisker {
                    draw_whisker(canvas, ends, (middle, half * 0.3));
                }
            }
            Err(reason) => {
                let at = (middle, base - 20.0);
                let (left, right) = (middle - TICK_SIZE * 0.6, middle + TICK_SIZE * 0.6);
                canvas.push(paper((left, at.1 - width(reason, TICK_SIZE)), (right, at.1)));
                canvas.text(Text::new(reason, at, TICK_SIZE, bar.color.darkened()).upward());
            }
        }
        for (row, line) in name_lines(bar, slot).into_iter().enumerate() {
            let at = (middle, base + NAME_LINE * (0.75 + row as f64));
            canvas.text(Text::new(line, at, TICK_SIZE, INK).anchored(Anchor::Middle));
        }
    }
}

/// An upright line from the lowest to the highest value, with its caps.
fn draw_whisker(canvas: &mut Canvas, [low, high]: [f64; 2], (middle, cap): (f64, f64)) {
    canvas.segment((middle, low), (middle, high), INK, 2.0);
    for end in [low, high] {
        canvas.segment((middle - cap, end), (middle + cap, end), INK, 2.0);
    }
}

/// The room for one bar with the gaps beside it.
fn slot_width(group_width: f64, group: &Group) -> f64 {
    (group_width * 0.82 / group.bars.len() as f64).min(WIDEST_BAR * 1.25)
}

fn name_lines(bar: &Bar, slot: f64) -> Vec<String> {
    wrapped(&bar.name, TICK_SIZE, slot * 0.96, MOST_NAME_LINES)
}

/// Paper behind a text, which keeps the grid out of its letters.
fn paper((left, top): Place, (right, bottom): Place) -> Mark {
    let corners = vec![(left, top), (right, top), (right, bottom), (left, bottom)];
    Mark::Area { corners, color: PAPER, opacity: 1.0 }
}

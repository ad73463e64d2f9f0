//! Series as lines with markers, each named at its right end.

use super::axis::Axis;
use super::canvas::{Canvas, Mark, Place, Text};
use super::panel::{Ends, Panel, Rect};
use super::style::{Color, GRID, LABEL_SIZE, Marker};
use super::text::{width, wrapped};

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Series {
    pub(super) label: String,
    pub(super) color: Color,
    pub(super) marker: Marker,
    /// From left to right.
    pub(super) points: Vec<(f64, f64)>,
}

/// A chart of lines.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LineChart {
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) series: Vec<Series>,
}

const WIDEST_LABEL: f64 = 330.0;
const LABEL_GAP: f64 = 22.0;
const LINE_HEIGHT: f64 = LABEL_SIZE * 1.05;
const LINE_WIDTH: f64 = 4.0;

impl LineChart {
    /// Draws the chart into `outer`.
    pub(super) fn draw(self, canvas: &mut Canvas, outer: Rect) {
        let labels: Vec<Vec<String>> =
            self.series.iter().map(|series| wrapped(&series.label, LABEL_SIZE, WIDEST_LABEL, 3)).collect();
        let widest = labels.iter().flatten().map(|line| width(line, LABEL_SIZE)).fold(0.0, f64::max);
        let inner = Rect { right: outer.right - widest - LABEL_GAP, ..outer };
        let panel = Panel::new(inner, self.x, self.y, Ends::Inset);
        panel.draw(canvas);
        for series in &self.series {
            draw_series(canvas, &panel, series);
        }
        draw_labels(canvas, &panel, &self.series, &labels);
    }
}

fn draw_series(canvas: &mut Canvas, panel: &Panel, series: &Series) {
    let through: Vec<Place> = series.points.iter().map(|(x, y)| panel.place(*x, *y)).collect();
    if through.len() > 1 {
        canvas.push(Mark::Line { through: through.clone(), color: series.color, width: LINE_WIDTH });
    }
    for at in through {
        canvas.push(Mark::Point { at, marker: series.marker, color: series.color });
    }
}

/// Names each line at its last point; names that would overlap are moved apart and tied to their line.
fn draw_labels(canvas: &mut Canvas, panel: &Panel, series: &[Series], labels: &[Vec<String>]) {
    let ends: Vec<Place> = series
        .iter()
        .map(|series| {
            series.points.last().map_or((panel.area.right, panel.base()), |(x, y)| panel.place(*x, *y))
        })
        .collect();
    let heights: Vec<f64> = labels.iter().map(|lines| lines.len() as f64 * LINE_HEIGHT + 6.0).collect();
    let middles = spread(&ends, &heights, panel.area.top, panel.area.bottom);
    for (index, lines) in labels.iter().enumerate() {
        let (end, middle) = (ends[index], middles[index]);
        let left = panel.area.right + LABEL_GAP;
        if (middle - end.1).abs() > LINE_HEIGHT * 0.5 || panel.area.right - end.0 > 60.0 {
            canvas.push(Mark::Line {
                through: vec![(end.0 + 14.0, end.1), (panel.area.right, middle), (left - 6.0, middle)],
                color: GRID,
                width: 2.0,
            });
        }
        let first = middle - (lines.len() as f64 - 1.0) * LINE_HEIGHT * 0.5;
        for (row, line) in lines.iter().enumerate() {
            let at = (left, first + row as f64 * LINE_HEIGHT);
            canvas.text(Text::new(line, at, LABEL_SIZE, series[index].color.darkened()));
        }
    }
}

/// Labels that stand directly under each other.
struct Block {
    labels: Vec<usize>,
    top: f64,
    height: f64,
}

/// The middles of labels of these heights, each as near to its end as the others and the limits let it be.
pub(super) fn spread(ends: &[Place], heights: &[f64], top: f64, bottom: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..ends.len()).collect();
    order.sort_by(|a, b| ends[*a].1.total_cmp(&ends[*b].1));
    let mut blocks: Vec<Block> = Vec::new();
    for label in order {
        let mut block = placed(vec![label], ends, heights, (top, bottom));
        while let Some(above) = blocks.pop_if(|above| above.top + above.height > block.top) {
            let labels = above.labels.into_iter().chain(block.labels).collect();
            block = placed(labels, ends, heights, (top, bottom));
        }
        blocks.push(block);
    }
    let mut middles = vec![0.0; ends.len()];
    for block in blocks {
        let mut from = block.top;
        for label in block.labels {
            middles[label] = from + heights[label] / 2.0;
            from += heights[label];
        }
    }
    middles
}

/// A block whose middle is the mean of its labels' ends, moved inside the limits.
fn placed(labels: Vec<usize>, ends: &[Place], heights: &[f64], (top, bottom): (f64, f64)) -> Block {
    let height: f64 = labels.iter().map(|label| heights[*label]).sum();
    let mean = labels.iter().map(|label| ends[*label].1).sum::<f64>() / labels.len() as f64;
    let lowest = bottom + LINE_HEIGHT - height;
    Block { labels, top: (mean - height / 2.0).min(lowest).max(top), height }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_never_overlap() {
        let ends = [(0.0, 500.0), (0.0, 505.0), (0.0, 100.0), (0.0, 503.0), (0.0, 799.0), (0.0, 800.0)];
        let heights = [40.0; 6];
        let mut middles = spread(&ends, &heights, 100.0, 800.0);
        middles.sort_by(f64::total_cmp);
        assert!(middles.windows(2).all(|pair| pair[1] - pair[0] >= 40.0 - 1e-9), "{middles:?}");
        assert!(middles[5] <= 800.0 + LINE_HEIGHT, "{middles:?}");
    }
}

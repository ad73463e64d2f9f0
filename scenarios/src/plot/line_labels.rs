//! Names at the ends of lines: how large they can be, and where they stand so that none covers another.

use super::canvas::Place;
use super::panel::Rect;
use super::style::{FOOTER_SIZE, LABEL_SIZE, TICK_SIZE};
use super::text::{width, wrapped};

/// A name in lines.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Label {
    pub(super) lines: Vec<String>,
    pub(super) size: f64,
}

/// The sizes of letters with the most lines of a name, from the first choice to the last.
const FORMS: [(f64, usize); 4] = [(LABEL_SIZE, 3), (TICK_SIZE, 2), (TICK_SIZE, 1), (FOOTER_SIZE, 1)];
/// The largest share of the width that names take.
const WIDEST: f64 = 0.24;
/// Under the chart, and between names.
const BELOW: f64 = 92.0;
const GAP: f64 = 6.0;

impl Label {
    /// The distance of its lines.
    pub(super) fn line_height(&self) -> f64 {
        self.size * 1.05
    }

    /// The width of its widest line.
    pub(super) fn width(&self) -> f64 {
        self.lines.iter().map(|line| width(line, self.size)).fold(0.0, f64::max)
    }

    fn height(&self) -> f64 {
        self.lines.len() as f64 * self.line_height() + GAP
    }
}

/// The names as large as they can stand under each other beside a chart in `outer`; `None` where they cannot, or
/// could not be told apart because their ends are cut.
pub(super) fn fitting(names: &[&str], outer: &Rect) -> Option<Vec<Label>> {
    FORMS.into_iter().find_map(|(size, most_lines)| {
        let label = |name: &&str| {
            let lines = wrapped(name, size, outer.width() * WIDEST, most_lines);
            Label { lines, size }
        };
        let labels: Vec<Label> = names.iter().map(label).collect();
        let height: f64 = labels.iter().map(Label::height).sum();
        let alike = |index: usize| labels[..index].iter().any(|other| other.lines == labels[index].lines);
        let fits = height <= outer.height() - BELOW && !(0..labels.len()).any(alike);
        fits.then_some(labels)
    })
}

/// Labels that stand directly under each other.
struct Block {
    labels: Vec<usize>,
    top: f64,
    height: f64,
}

/// The middles of labels, each as near to the end of its line as the others and the area let it be.
pub(super) fn middles(ends: &[Place], labels: &[Label], area: &Rect) -> Vec<f64> {
    let heights: Vec<f64> = labels.iter().map(Label::height).collect();
    spread(ends, &heights, (area.top, area.bottom))
}

pub(super) fn spread(ends: &[Place], heights: &[f64], limits: (f64, f64)) -> Vec<f64> {
    let mut order: Vec<usize> = (0..ends.len()).collect();
    order.sort_by(|a, b| ends[*a].1.total_cmp(&ends[*b].1));
    let mut blocks: Vec<Block> = Vec::new();
    for label in order {
        let mut block = placed(vec![label], ends, heights, limits);
        while let Some(above) = blocks.pop_if(|above| above.top + above.height > block.top) {
            let labels = above.labels.into_iter().chain(block.labels).collect();
            block = placed(labels, ends, heights, limits);
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
    let lowest = bottom + LABEL_SIZE - height;
    Block { labels, top: (mean - height / 2.0).min(lowest).max(top), height }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_never_overlap() {
        let ends = [(0.0, 500.0), (0.0, 505.0), (0.0, 100.0), (0.0, 503.0), (0.0, 799.0), (0.0, 800.0)];
        let heights = [40.0; 6];
        let mut middles = spread(&ends, &heights, (100.0, 800.0));
        middles.sort_by(f64::total_cmp);
        assert!(middles.windows(2).all(|pair| pair[1] - pair[0] >= 40.0 - 1e-9), "{middles:?}");
        assert!(middles[5] <= 800.0 + LABEL_SIZE, "{middles:?}");
    }

    #[test]
    fn many_names_are_set_smaller_and_too_many_not_at_all() {
        let outer = Rect { left: 0.0, top: 0.0, right: 1500.0, bottom: 700.0 };
        let names: Vec<String> = (0..40).map(|index| format!("{index} of them with a long name")).collect();
        let size = |count: usize| {
            let names: Vec<&str> = names[..count].iter().map(String::as_str).collect();
            fitting(&names, &outer).map(|labels| labels[0].size)
        };
        assert_eq!([size(3), size(17), size(40)], [Some(LABEL_SIZE), Some(TICK_SIZE), None]);
        // Names that are cut to the same words say nothing.
        let alike = [
            "the same beginning of everything ".repeat(9) + "a",
            "the same beginning of everything ".repeat(9) + "b",
        ];
        assert_eq!(fitting(&[&alike[0], &alike[1]], &outer), None);
    }
}

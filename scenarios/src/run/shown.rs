//! The results that tables and figures show: all, or where there are too many the best of each system.

use crate::report::PointResult;

/// The number of points of each system that are shown of too many.
const BEST: usize = 20;

/// The results seen so far that are shown.
#[derive(Debug, Default)]
pub(super) struct Shown {
    is_selection: bool,
    all: Vec<PointResult>,
    best: Vec<BestOf>,
    seen: usize,
}

/// The best points of a system, the best first.
#[derive(Debug)]
struct BestOf {
    system: String,
    points: Vec<(f64, usize, PointResult)>,
}

impl Shown {
    /// Nothing yet of many or of few points.
    pub(super) fn new(is_selection: bool) -> Self {
        Self { is_selection, ..Self::default() }
    }

    /// Whether the best points only are shown.
    pub(super) const fn is_selection(&self) -> bool {
        self.is_selection
    }

    /// Takes the next result.
    pub(super) fn add(&mut self, result: PointResult) {
        let index = self.seen;
        self.seen += 1;
        if !self.is_selection {
            self.all.push(result);
            return;
        }
        let slot = self.best.iter().position(|of| of.system == result.system).unwrap_or_else(|| {
            self.best.push(BestOf { system: result.system.clone(), points: Vec::new() });
            self.best.len() - 1
        });
        let points = &mut self.best[slot].points;
        let merit = merit(&result);
        // Of equally good points the first ones stay.
        let place = points.partition_point(|(other, _, _)| *other >= merit);
        if place < BEST {
            points.insert(place, (merit, index, result));
            points.truncate(BEST);
        }
    }

    /// What is shown, in the declared order.
    pub(super) fn into_results(self) -> Vec<PointResult> {
        if !self.is_selection {
            return self.all;
        }
        let mut chosen: Vec<(f64, usize, PointResult)> =
            self.best.into_iter().flat_map(|of| of.points).collect();
        chosen.sort_by_key(|(_, index, _)| *index);
        chosen.into_iter().map(|(_, _, result)| result).collect()
    }
}

/// How good a point is by its headline: tokens per second and chip, bus bandwidth, or throughput per chip.
fn merit(result: &PointResult) -> f64 {
    let collective = || {
        let row = result.collective.as_ref()?;
        row.busbw_gb_per_s.or_else(|| Some(-row.time_us))
    };
    let traffic = || result.traffic.as_ref().map(|row| row.throughput_gb_per_s_per_chip);
    let rate = result.tokens_per_second_per_chip.or_else(collective).or_else(traffic);
    rate.filter(|rate| !rate.is_nan()).unwrap_or(f64::NEG_INFINITY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(system: &str, chips: u64, rate: f64) -> PointResult {
        let system = system.to_owned();
        PointResult { system, chips, tokens_per_second_per_chip: Some(rate), ..PointResult::default() }
    }

    #[test]
    fn the_best_of_each_system_are_shown_in_the_declared_order() {
        let mut shown = Shown::new(true);
        for chips in 0..100 {
            // The best are those near 50.
            shown.add(point("a", chips, -(chips as f64 - 50.0).abs()));
        }
        (0..3).for_each(|chips| shown.add(point("b", chips, 1.0)));
        let chips: Vec<u64> = shown.into_results().iter().map(|point| point.chips).collect();
        assert_eq!(chips, (40..60).chain(0..3).collect::<Vec<u64>>());
    }

    #[test]
    fn few_are_all_shown() {
        let mut shown = Shown::new(false);
        (0..100).for_each(|chips| shown.add(point("a", chips, 0.0)));
        assert_eq!(shown.into_results().len(), 100);
    }
}

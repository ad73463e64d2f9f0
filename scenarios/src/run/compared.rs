//! Holds the first system of a scenario against each other one over the runs of their ranges: no run is made here.

use super::sensitivity::{Measured, PointRuns};
use crate::report::{ComparedPair, Output, Per, PointResult, RatioEnvelope, RatioValue, Side, meeting_pairs};
use copperlight_topologies::{End, Interval, System};

/// Ratios that move less than this, relatively, have not moved.
const UNMOVED: f64 = 1e-9;

/// Ratios closer to 1 than this are a tie.
const TIE: f64 = 1e-3;

/// One of the two systems: what it trains with every value as it is, and in each other run.
pub(super) struct Compared<'a> {
    pub(super) point: &'a PointRuns<'a>,
    pub(super) base: Output,
    power: Option<Interval>,
    price: Option<Interval>,
}

impl<'a> Compared<'a> {
    /// `None` where nothing was trained with every value as it is.
    fn of(point: &'a PointRuns<'a>) -> Option<Self> {
        let (system, chips): (&System, usize) = (&point.point.system, point.point.chips);
        let mut compared = Self {
            point,
            base: Output::default(),
            power: system.domain_power(chips),
            price: system.price(chips),
        };
        compared.base = compared.output(&point.measured(&point.variants.base())?);
        compared.base.tokens_per_second.map(|_| compared)
    }

    /// What a run has trained.
    pub(super) fn output(&self, measured: &Measured) -> Output {
        Output {
            tokens_per_second: measured.tokens_per_second,
            chips: self.point.point.chips as f64,
            peak_tflops: measured.peak_tflops,
            watts: self.power.map(|power| power.value),
            usd: self.price.map(|price| price.value),
        }
    }

    /// The published figure that a rate is counted per, and its key.
    pub(super) fn published(&self, per: Per) -> Option<(&'static str, Interval)> {
        match per {
            Per::Watt => Some(("facts.power", self.power?)),
            Per::Usd => Some(("facts.price", self.price?)),
            Per::System | Per::Chip | Per::PeakFlop => None,
        }
    }

    /// The same run with that figure as given.
    fn counted_per(output: Output, per: Per, figure: f64) -> Output {
        match per {
            Per::Watt => Output { watts: Some(figure), ..output },
            Per::Usd => Output { usd: Some(figure), ..output },
            Per::System | Per::Chip | Per::PeakFlop => output,
        }
    }

    /// The lowest and the highest rate of all runs, and of all that is published to count it per.
    fn ends(&self, per: Per) -> Option<[f64; 2]> {
        let figures = self.published(per).map_or([1.0; 3], |(_, all)| [all.value, all.low, all.high]);
        let runs = self.point.shown.iter().flatten().map(|measured| self.output(measured));
        let rates = runs.flat_map(|run| figures.map(|figure| Self::counted_per(run, per, figure).per(per)));
        rates.flatten().map(|rate| [rate; 2]).reduce(|a, b| [a[0].min(b[0]), a[1].max(b[1])])
    }

    fn side(&self, result: &PointResult) -> Side {
        Side { system: result.system.clone(), chips: result.chips, point: result.point.clone() }
    }
}

/// Every pair of points that meet and train.
pub(super) fn pairs<'a>(points: &'a [PointRuns<'a>]) -> Vec<[Compared<'a>; 2]> {
    let keys: Vec<_> = points.iter().map(|of| (of.result.system.as_str(), &of.result.point)).collect();
    let both =
        |(first, other): (usize, usize)| Some([Compared::of(&points[first])?, Compared::of(&points[other])?]);
    meeting_pairs(&keys).into_iter().filter_map(both).collect()
}

/// The ratios of a pair; where the winner changes is yet to be found.
pub(super) fn pair(both: &[Compared<'_>; 2], per: Per) -> ComparedPair {
    let [first, other] = both;
    ComparedPair {
        first: first.side(&first.point.result),
        other: other.side(&other.point.result),
        per,
        ratios: Per::ALL.into_iter().filter_map(|per| ratio(both, per)).collect(),
        break_evens: Vec::new(),
    }
}

fn ratio(both: &[Compared<'_>; 2], per: Per) -> Option<RatioEnvelope> {
    let [first, other] = both;
    let base = first.base.over(&other.base, per)?;
    let ([slow, fast], [their_slow, their_fast]) = (first.ends(per)?, other.ends(per)?);
    let (low, high) = (slow / their_fast, fast / their_slow);
    let mut values: Vec<RatioValue> = [0, 1].into_iter().flat_map(|side| values(both, side, per)).collect();
    let effect = |value: &RatioValue| {
        let moved = |ratio: Option<f64>| ratio.map_or(f64::INFINITY, |ratio| (ratio / base).ln().abs());
        moved(value.low).max(moved(value.high))
    };
    values.retain(|value| effect(value) > UNMOVED);
    values.sort_by(|a, b| effect(b).total_cmp(&effect(a)));
    let name = |of: &Compared<'_>| of.point.result.system.clone();
    let winner = if base > 1.0 { name(first) } else { name(other) };
    Some(RatioEnvelope {
        per,
        base,
        low,
        high,
        winner: ((base - 1.0).abs() > TIE).then_some(winner),
        winner_changes: low < 1.0 && high > 1.0,
        // What makes a run fail decides nothing between two that run.
        decides: values.iter().find(|value| effect(value).is_finite()).map(|value| value.key.clone()),
        values,
    })
}

/// The ratio with each value of one of the two at its ends.
fn values(both: &[Compared<'_>; 2], side: usize, per: Per) -> Vec<RatioValue> {
    let varied = &both[side];
    let with = |output: Output| {
        let [first, other] = if side == 0 { [output, both[1].base] } else { [both[0].base, output] };
        first.over(&other, per)
    };
    let index = varied.point.point.system_index;
    let key = |key: &str| format!("systems[{index}].{key}");
    let variants = &varied.point.variants;
    let simulated = variants.values.iter().enumerate().map(|(place, ranged)| {
        let at = |end| with(varied.output(&varied.point.measured(&variants.one(place, end))?));
        RatioValue { key: key(ranged.key()), low: at(End::Low), high: at(End::High) }
    });
    let published = varied.published(per).map(|(name, figure)| {
        let at = |figure| with(Compared::counted_per(varied.base, per, figure));
        RatioValue { key: key(name), low: at(figure.low), high: at(figure.high) }
    });
    simulated.chain(published).collect()
}

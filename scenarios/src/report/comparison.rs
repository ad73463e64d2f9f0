//! Tokens per second of the first system of a scenario over those of each other one: of the whole systems, per chip,
//! per peak FLOP, per watt and per dollar.
//!
//! Power and price are the published ones of whole domains, of which a system has the share that its chips are. What
//! nobody published has no ratio.

use super::headline::cell;
use super::number::{chips, grouped, rounded};
use super::points::{label_setting, varying_parameters};
use super::results::{PointResult, ScenarioResults};
use super::sheet::{Column, Sheet};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Ratios closer to 1 than this are a tie: they would read as 1.00.
pub(super) const TIE: f64 = 5e-3;

/// What tokens per second are counted per.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// The whole system.
    #[default]
    System,
    /// One chip.
    Chip,
    /// One FLOP/s of the dense peak.
    PeakFlop,
    /// One watt of the published power of domains.
    Watt,
    /// One US dollar of the published price of domains.
    Usd,
}

impl Per {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::System, Self::Chip, Self::PeakFlop, Self::Watt, Self::Usd];

    /// The name in JSON and CSV.
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Chip => "chip",
            Self::PeakFlop => "peak_flop",
            Self::Watt => "watt",
            Self::Usd => "usd",
        }
    }

    /// The words after "tokens/s".
    pub const fn words(self) -> &'static str {
        match self {
            Self::System => "in all",
            Self::Chip => "per chip",
            Self::PeakFlop => "per peak FLOP/s",
            Self::Watt => "per watt",
            Self::Usd => "per dollar",
        }
    }
}

/// What a system trains, and what it is made of.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Output {
    /// Tokens per second of all chips.
    pub tokens_per_second: Option<f64>,
    /// The number of chips.
    pub chips: f64,
    /// The dense peak of all chips, in TFLOPS.
    pub peak_tflops: Option<f64>,
    /// The published power of its domains.
    pub watts: Option<f64>,
    /// The published price of its domains, in US dollars.
    pub usd: Option<f64>,
}

impl Output {
    /// What a result says.
    pub fn of(point: &PointResult) -> Self {
        let chips = point.chips as f64;
        Self {
            tokens_per_second: point.tokens_per_second_per_chip.map(|rate| rate * chips),
            chips,
            peak_tflops: point.peak_tflops_per_chip.map(|peak| peak * chips),
            watts: point.domain_power_w.map(|power| power.value),
            usd: point.domain_price_usd.map(|price| price.value),
        }
    }

    /// Tokens per second per what; `None` where one of the two is not known.
    pub fn per(&self, per: Per) -> Option<f64> {
        let divisor = match per {
            Per::System => Some(1.0),
            Per::Chip => Some(self.chips),
            Per::PeakFlop => self.peak_tflops,
            Per::Watt => self.watts,
            Per::Usd => self.usd,
        };
        Some(self.tokens_per_second? / divisor?).filter(|rate| rate.is_finite())
    }

    /// This rate over that of another.
    pub fn over(&self, other: &Self, per: Per) -> Option<f64> {
        Some(self.per(per)? / other.per(per)?).filter(|ratio| ratio.is_finite() && *ratio > 0.0)
    }
}

/// A system of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Side {
    /// The system's name.
    pub system: String,
    /// The number of chips.
    pub chips: u64,
    /// The swept parameters and their values.
    pub point: BTreeMap<String, Value>,
}

/// One ratio for each [`Per`]; `None` where a figure is not known.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Ratios {
    /// Of the whole systems.
    pub system: Option<f64>,
    /// Per chip.
    pub chip: Option<f64>,
    /// Per peak FLOP/s.
    pub peak_flop: Option<f64>,
    /// Per watt.
    pub watt: Option<f64>,
    /// Per dollar.
    pub usd: Option<f64>,
}

impl Ratios {
    fn of(first: &Output, other: &Output) -> Self {
        let [system, chip, peak_flop, watt, usd] = Per::ALL.map(|per| first.over(other, per));
        Self { system, chip, peak_flop, watt, usd }
    }

    /// The ratios in the order of [`Per::ALL`].
    pub const fn all(&self) -> [Option<f64>; 5] {
        [self.system, self.chip, self.peak_flop, self.watt, self.usd]
    }
}

/// The first system of a scenario beside another one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// The first system.
    pub first: Side,
    /// The other one.
    pub other: Side,
    /// Tokens per second of the first over those of the other: above 1, the first one wins.
    pub tokens_per_second_ratio: Ratios,
}

impl Comparison {
    /// Every pair of points with tokens per second that [meet](meeting_pairs).
    pub fn of(points: &[PointResult]) -> Vec<Self> {
        let keys: Vec<_> = points.iter().map(|point| (point.system.as_str(), &point.point)).collect();
        let compare = |(first, other): (usize, usize)| {
            let (first, other) = (&points[first], &points[other]);
            let ratios = Ratios::of(&Output::of(first), &Output::of(other));
            ratios.system?;
            let side = |point: &PointResult| Side {
                system: point.system.clone(),
                chips: point.chips,
                point: point.point.clone(),
            };
            Some(Self { first: side(first), other: side(other), tokens_per_second_ratio: ratios })
        };
        meeting_pairs(&keys).into_iter().filter_map(compare).collect()
    }

    /// Whether both have the same number of chips.
    pub const fn is_of_equals(&self) -> bool {
        self.first.chips == self.other.chips
    }

    /// `NVL72 on 1,152 chips trains 1.47 times the tokens/s of CM384 on 2,304 chips`, whoever is ahead first.
    pub(super) fn sentence(&self) -> Option<String> {
        let ratio = self.tokens_per_second_ratio.system?;
        let place = |side: &Side| format!("{} on {}", side.system, chips(side.chips));
        let (first, other) = (place(&self.first), place(&self.other));
        Some(match winner(ratio) {
            None => format!("{first} and {other} train the same tokens/s to within {}.", within(ratio)),
            Some(true) => format!("{first} trains {} times the tokens/s of {other}.", rounded(ratio)),
            Some(false) => format!("{other} trains {} times the tokens/s of {first}.", rounded(1.0 / ratio)),
        })
    }
}

/// How far a ratio is from 1, rounded up: `0.3 %`.
pub(super) fn within(ratio: f64) -> String {
    let percent = ((ratio - 1.0).abs() * 1_000.0).ceil() / 10.0;
    format!("{:.1} %", percent.max(0.1))
}

/// Whether the first one wins at a ratio, or nobody does.
pub(super) fn winner(ratio: f64) -> Option<bool> {
    ((ratio - 1.0).abs() > TIE).then_some(ratio > 1.0)
}

/// Points of the first system with those of others, by index: all pairs that agree on every swept value that both have.
pub fn meeting_pairs(points: &[(&str, &BTreeMap<String, Value>)]) -> Vec<(usize, usize)> {
    let Some((first, _)) = points.first() else { return Vec::new() };
    let of_first = |index: &usize| points[*index].0 == *first;
    let meet = |one: usize, other: usize| {
        let (one, other) = (points[one].1, points[other].1);
        one.iter().all(|(key, value)| other.get(key).is_none_or(|theirs| theirs == value))
    };
    let others = (0..points.len()).filter(|index| !of_first(index));
    let pairs = others.flat_map(|other| (0..points.len()).filter(of_first).map(move |one| (one, other)));
    pairs.filter(|&(one, other)| meet(one, other)).collect()
}

/// The table of all comparisons.
pub(super) fn comparisons(results: &ScenarioResults) -> Option<Sheet> {
    let first = results.comparisons.first()?;
    let parameters = varying_parameters(&results.results);
    let title = format!("Tokens/s of {} over those of others (above 1, it wins)", first.first.system);
    let mut columns = vec![Column::number("chips", ""), Column::text("against"), Column::number("chips", "")];
    columns.extend(Per::ALL.map(|per| Column::number(per.words(), "")));
    let mut sheet = Sheet::new(title, columns);
    for comparison in &results.comparisons {
        let found = |side: &Side| {
            let same = |point: &&PointResult| point.system == side.system && point.point == side.point;
            results.results.iter().find(same).map(|point| label_setting(point, &parameters))
        };
        let setting = found(&comparison.other).filter(|setting| !setting.is_empty());
        let with = setting.map_or_else(String::new, |setting| format!(", {setting}"));
        let mut row = vec![
            grouped(comparison.first.chips),
            format!("{}{with}", comparison.other.system),
            grouped(comparison.other.chips),
        ];
        row.extend(comparison.tokens_per_second_ratio.all().map(|ratio| cell(ratio.map(rounded))));
        sheet.push(row);
    }
    Some(sheet)
}

#[cfg(test)]
mod tests {
    use super::*;
    use copperlight_topologies::Interval;

    fn point(system: &str, chips: u64, rate: f64) -> PointResult {
        PointResult {
            system: system.to_owned(),
            chips,
            fits: true,
            peak_tflops_per_chip: Some(2_000.0),
            tokens_per_second_per_chip: Some(rate),
            ..PointResult::default()
        }
    }

    #[test]
    fn a_rate_is_divided_by_what_a_system_has() {
        let mut fast = point("fast", 100, 30.0);
        fast.domain_power_w = Some(Interval::exact(3_000.0));
        let mut slow = point("slow", 300, 10.0);
        slow.peak_tflops_per_chip = Some(1_000.0);
        slow.domain_power_w = Some(Interval::exact(1_500.0));
        slow.domain_price_usd = Some(Interval::exact(1.0));
        let found = Comparison::of(&[fast, slow]);
        // 3,000 tokens/s each; 100 x 2,000 against 300 x 1,000 TFLOPS; 3,000 against 1,500 W; no price of the fast one.
        let ratios =
            Ratios { system: Some(1.0), chip: Some(3.0), peak_flop: Some(1.5), watt: Some(0.5), usd: None };
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].tokens_per_second_ratio, ratios);
        let same = "fast on 100 chips and slow on 300 chips train the same tokens/s to within 0.1 %.";
        assert_eq!(found[0].sentence().as_deref(), Some(same));
    }

    #[test]
    fn points_meet_where_their_swept_values_agree() {
        let one = |key: &str, value: u64| BTreeMap::from([(key.to_owned(), Value::from(value))]);
        let (small, large, own) =
            (one("workload.size", 1), one("workload.size", 2), one("systems[1].chips", 4));
        let points = [("a", &small), ("a", &large), ("b", &small), ("b", &large), ("c", &own)];
        assert_eq!(meeting_pairs(&points), [(0, 2), (1, 3), (0, 4), (1, 4)]);
        assert_eq!(meeting_pairs(&points[..2]), []);
    }

    #[test]
    fn who_is_ahead_is_named_first() {
        let sentence = |rate| Comparison::of(&[point("a", 8, rate), point("b", 8, 10.0)])[0].sentence();
        assert_eq!(
            sentence(20.0).as_deref(),
            Some("a on 8 chips trains 2.00 times the tokens/s of b on 8 chips.")
        );
        assert_eq!(
            sentence(5.0).as_deref(),
            Some("b on 8 chips trains 2.00 times the tokens/s of a on 8 chips.")
        );
    }
}

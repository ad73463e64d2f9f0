//! Who wins within the ranges of the catalog, and where the winner changes, for people.

use super::compared::{BreakEven, ComparedPair, RatioEnvelope};
use super::comparison::{Per, Side};
use super::number::{chips, rounded};
use super::points::value_text;
use super::sheet::{Column, Sheet};

/// How many values that move a ratio have a row.
const MOST_VALUES: usize = 8;

/// The ratios of one pair, and the values that move the one asked for.
pub(super) fn sheets(pair: &ComparedPair) -> Vec<Sheet> {
    let title =
        format!("Tokens/s of {} over those of {} (above 1, it wins)", place(&pair.first), place(&pair.other));
    let columns = vec![
        Column::text("tokens/s"),
        Column::number("ratio", ""),
        Column::text("envelope"),
        Column::text("winner"),
        Column::text("changes"),
        Column::text("decided by"),
    ];
    let mut sheet = Sheet::new(title, columns);
    pair.ratios.iter().for_each(|ratio| sheet.push(row(ratio)));
    let asked = pair.ratios.iter().find(|ratio| ratio.per == pair.per);
    let moved = asked.filter(|ratio| !ratio.values.is_empty()).map(values);
    [sheet].into_iter().chain(moved).collect()
}

fn row(ratio: &RatioEnvelope) -> Vec<String> {
    vec![
        ratio.per.words().to_owned(),
        rounded(ratio.base),
        format!("{} to {}", rounded(ratio.low), rounded(ratio.high)),
        ratio.winner.clone().unwrap_or_else(|| "a tie".to_owned()),
        if ratio.winner_changes { "yes" } else { "no" }.to_owned(),
        ratio.decides.clone().unwrap_or_else(|| "-".to_owned()),
    ]
}

/// What moves a ratio, the most moving value first.
fn values(ratio: &RatioEnvelope) -> Sheet {
    let columns =
        vec![Column::text("value"), Column::number("ratio at low", ""), Column::number("at high", "")];
    let mut sheet = Sheet::new(format!("What moves the ratio of tokens/s {}", ratio.per.words()), columns);
    let cell = |ratio: Option<f64>| ratio.map_or_else(|| "-".to_owned(), rounded);
    for value in ratio.values.iter().take(MOST_VALUES) {
        sheet.push(vec![value.key.clone(), cell(value.low), cell(value.high)]);
    }
    sheet
}

/// One sentence for each break-even.
pub(super) fn lines(pair: &ComparedPair) -> Vec<String> {
    pair.break_evens.iter().map(|found| sentence(found, pair)).collect()
}

fn sentence(found: &BreakEven, pair: &ComparedPair) -> String {
    let BreakEven { parameter, unit, .. } = found;
    let catalog = quantity(found.value, unit);
    let (first, other, words) = (&pair.first.system, &pair.other.system, pair.per.words());
    let title = format!("break-even, tokens/s {words}, {first} against {other}");
    let [low, high] = found.searched.map(|end| quantity(end, unit));
    let Some(at) = found.at else {
        let leads = pair.ratios.iter().find(|ratio| ratio.per == pair.per);
        let leads = leads.and_then(|ratio| ratio.winner.clone()).unwrap_or_else(|| "nobody".to_owned());
        return format!(
            "{title}: never with {parameter} from {low} to {high}, where it is {catalog}: {leads} wins at every value \
             that was tried"
        );
    };
    let change = found.change.unwrap_or(0.0);
    let side = if change < 0.0 { "below" } else { "above" };
    let by = rounded(change.abs() * 100.0);
    let range = match (found.range, found.inside_range) {
        (Some([low, high]), Some(inside)) => {
            let place = if inside { "inside" } else { "outside" };
            format!("{place} of the sources' range {low} to {}", quantity(high, unit))
        }
        _ => "no range of it is known".to_owned(),
    };
    let at = quantity(at, unit);
    format!(
        "{title}: the winner changes at {parameter} = {at}, {by} % {side} the value in effect, {catalog}; {range}"
    )
}

fn quantity(value: f64, unit: &str) -> String {
    let value = rounded(value);
    match unit {
        "share" | "ratio" | "count" => value,
        unit => format!("{value} {unit}"),
    }
}

/// `CM384 optical on 1,152 chips`, with what else was swept.
fn place(side: &Side) -> String {
    let swept = side.point.iter().filter(|(name, _)| *name != "systems.chips");
    let settings: String = swept.map(|(name, value)| format!(", {name} = {}", value_text(value))).collect();
    format!("{} on {}{settings}", side.system, chips(side.chips))
}

/// The ratios as rows of CSV: `system`, `chips`, then `key`, `end`, `value`, `unit`, `metric`, `time`, `rate_metric`,
/// `rate` and `reason` as the runs have them, with a ratio as the rate.
pub(super) fn csv_rows(pair: &ComparedPair) -> Vec<[String; 11]> {
    let systems = format!("{} over {}", pair.first.system, pair.other.system);
    let sizes = format!("{} over {}", pair.first.chips, pair.other.chips);
    let number = |figure: Option<f64>| figure.map_or_else(String::new, |figure| figure.to_string());
    let row = |[key, end]: [&str; 2], value: Option<f64>, unit: &str, (per, ratio): (Per, Option<f64>)| {
        let metric = format!("tokens_per_second_ratio_per_{}", per.name());
        let [systems, sizes] = [&systems, &sizes].map(String::clone);
        let [key, end, unit, none] = [key, end, unit, ""].map(str::to_owned);
        let [no_time, reason] = [none.clone(), none.clone()];
        [systems, sizes, key, end, number(value), unit, none, no_time, metric, number(ratio), reason]
    };
    let ends = |key: &str, per: Per, [low, high]: [Option<f64>; 2]| {
        [row([key, "low"], None, "", (per, low)), row([key, "high"], None, "", (per, high))]
    };
    let mut rows = Vec::new();
    for ratio in &pair.ratios {
        rows.push(row(["ratio", ""], None, "", (ratio.per, Some(ratio.base))));
        rows.extend(ends("ratio", ratio.per, [Some(ratio.low), Some(ratio.high)]));
        for value in &ratio.values {
            rows.extend(ends(&value.key, ratio.per, [value.low, value.high]));
        }
    }
    for found in &pair.break_evens {
        let key = format!("break-even of {}", found.parameter);
        rows.push(row([&key, ""], found.at, &found.unit, (pair.per, found.at.map(|_| 1.0))));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn pair(found: BreakEven) -> ComparedPair {
        let side = |system: &str| Side { system: system.to_owned(), chips: 8, point: BTreeMap::new() };
        let ratio = RatioEnvelope {
            per: Per::Chip,
            base: 2.0,
            low: 1.5,
            high: 2.5,
            winner: Some("copper".to_owned()),
            winner_changes: false,
            decides: Some("systems[1].chip.peak_bf16".to_owned()),
            values: Vec::new(),
        };
        ComparedPair {
            first: side("copper"),
            other: side("light"),
            per: Per::Chip,
            ratios: vec![ratio],
            break_evens: vec![found],
        }
    }

    fn break_even(at: Option<f64>) -> BreakEven {
        BreakEven {
            parameter: "systems[1].chip.peak_bf16".to_owned(),
            value: 752.0,
            unit: "TFLOP/s".to_owned(),
            source: "a page".to_owned(),
            range: Some([707.8, 780.0]),
            searched: [11.75, 48_128.0],
            at,
            change: at.map(|at| at / 752.0 - 1.0),
            inside_range: at.map(|at| (707.8..=780.0).contains(&at)),
            runs: 9,
        }
    }

    #[test]
    fn a_break_even_is_said_in_full() {
        let expected = "break-even, tokens/s per chip, copper against light: the winner changes at \
                        systems[1].chip.peak_bf16 = 1,504 TFLOP/s, 100 % above the value in effect, 752 TFLOP/s; \
                        outside of the sources' range 707.8 to 780 TFLOP/s";
        assert_eq!(lines(&pair(break_even(Some(1_504.0)))), [expected]);
        let expected = "break-even, tokens/s per chip, copper against light: never with systems[1].chip.peak_bf16 from \
                        11.8 TFLOP/s to 48,128 TFLOP/s, where it is 752 TFLOP/s: copper wins at every value that was \
                        tried";
        assert_eq!(lines(&pair(break_even(None))), [expected]);
    }

    #[test]
    fn a_pair_has_a_row_for_each_ratio_and_each_break_even() {
        let pair = pair(break_even(None));
        assert_eq!(sheets(&pair)[0].rows[0][..3], ["per chip", "2.00", "1.50 to 2.50"]);
        let rows = csv_rows(&pair);
        assert_eq!(rows.len(), 4, "the ratio, its ends, and the break-even");
        assert_eq!(rows[3][2..6], ["break-even of systems[1].chip.peak_bf16", "", "", "TFLOP/s"]);
        assert_eq!(rows[1][8..10], ["tokens_per_second_ratio_per_chip", "1.5"]);
    }
}

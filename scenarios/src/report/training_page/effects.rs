//! Pairs of runs that differ in one thing.

use super::super::number::rounded;
use super::super::pairs::{PairCount, PairEffect, PairReport};
use super::super::sheet::{Column, Sheet};

/// What stands where there is nothing.
const NONE: &str = "-";

/// How many pairs agree, by kind.
pub(in super::super) fn count_sheet(report: &PairReport) -> Sheet {
    let mut sheet = Sheet::new(
        "Pairs by kind",
        vec![
            Column::text("kind"),
            Column::number("pairs", ""),
            Column::number("judged", ""),
            Column::number("within 0.7 to 1.4", ""),
            Column::number("open ranges", ""),
            Column::number("misses", ""),
            Column::number("not run", ""),
        ],
    );
    for PairCount { kind, pairs, judged, within, open, not_run } in report.kinds.iter().chain([&report.all]) {
        let counts = [*pairs, *judged, *within, *open, judged - within - open, *not_run];
        sheet.push(std::iter::once(kind.clone()).chain(counts.map(|count| count.to_string())).collect());
    }
    sheet
}

/// Every pair.
pub(in super::super) fn effect_sheet(report: &PairReport) -> Sheet {
    let mut sheet = Sheet::new(
        "Paired effects",
        vec![
            Column::text("effect"),
            Column::text("kind"),
            Column::number("measured", "%"),
            Column::number("modelled", "%"),
            Column::number("ratio", ""),
            Column::text("verdict"),
        ],
    );
    for pair in &report.effects {
        sheet.push(vec![
            pair.effect.clone(),
            pair.kind.clone(),
            pair.measured.map_or_else(|| NONE.to_owned(), signed),
            modelled(pair),
            pair.ratio.map_or_else(|| NONE.to_owned(), rounded),
            pair.verdict.name().to_owned(),
        ]);
    }
    sheet
}

fn modelled(pair: &PairEffect) -> String {
    match (pair.modelled_range, pair.modelled) {
        (Some([least, most]), _) => format!("{} to {}", signed(least), signed(most)),
        (None, Some(modelled)) => signed(modelled),
        (None, None) => NONE.to_owned(),
    }
}

/// An effect in per cent, with its sign.
fn signed(effect: f64) -> String {
    format!("{:+.1}", effect * 100.0)
}

/// Why each miss is one, and why pairs were not run; of the same reason once.
pub(super) fn misses(report: &PairReport) -> Vec<String> {
    let missed = report.effects.iter().filter(|pair| pair.verdict.is_missed() || pair.reason.is_some());
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for pair in missed {
        let reason = pair.miss.as_deref().or(pair.reason.as_deref()).unwrap_or(UNEXPLAINED);
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, effects)) => effects.push(&pair.effect),
            None => reasons.push((reason, vec![&pair.effect])),
        }
    }
    reasons.into_iter().map(|(reason, effects)| format!("{}: {reason}", effects.join("; "))).collect()
}

/// What stands where a miss has no sentence in the list of pairs.
pub(crate) const UNEXPLAINED: &str = "nobody has found out why.";

#[cfg(test)]
mod tests {
    use super::super::super::example;
    use super::*;

    #[test]
    fn every_pair_has_a_line_and_every_miss_a_reason() {
        let report = example::pairs();
        let lines: Vec<String> = effect_sheet(&report).rows.iter().map(|row| row.join(" | ")).collect();
        assert_eq!(
            lines,
            [
                "slower | slope | +10.0 | +11.0 | 1.10 | within",
                "faster | slope | -20.0 | -30.0 to -20.0 | 1.25 | open range",
                "absent | other | - | - | - | not run",
            ]
        );
        assert_eq!(misses(&report), ["faster: because.", "absent: a: layers is blank"]);
        let all = count_sheet(&report).rows.pop().expect("the last line is of all");
        assert_eq!(all, ["all", "3", "2", "1", "1", "0", "1"]);
    }
}

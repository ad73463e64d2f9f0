//! What a comparison says, in sentences computed from its figures.

use super::super::comparison::{Per, Side, winner, within};
use super::super::number::{chips, grouped, joined, rounded, size};
use super::document::{CompareReport, ComparedSize, ComparedStep};
use super::timed::curves;

/// The most points that a note names.
const MOST_NAMED: usize = 6;

/// One or two sentences: who is ahead, and what the difference of a single step is made of.
pub(super) fn answer(report: &CompareReport) -> String {
    if report.steps.is_empty() { by_size(report) } else { by_step(report) }
}

fn by_step(report: &CompareReport) -> String {
    let ran: Vec<&ComparedStep> = report.steps.iter().filter(|step| step.ledger.is_some()).collect();
    let known: Vec<(&ComparedStep, f64)> =
        report.steps.iter().filter_map(|step| Some((step, step.rate.b_over_a.as_ref()?.value))).collect();
    match &known[..] {
        [] if ran.is_empty() && report.steps.iter().all(|step| !step.problems.is_empty()) => {
            "At no point that both have did both run.".to_owned()
        }
        [] => unknown(report),
        [(step, ratio)] => {
            let place = step.place.setting();
            let head = format!("At {place}, {}.", ahead(report, *ratio, step));
            explanations(step).fold(head, |said, text| format!("{said} {text}"))
        }
        several => range(report, several),
    }
}

/// What the difference of two steps is made of, and what each waits for.
fn explanations(step: &ComparedStep) -> impl Iterator<Item = &String> {
    let limits = step.limited_by.iter().map(|limits| &limits.sentence);
    step.ledger.iter().map(|ledger| &ledger.sentence).chain(limits)
}

/// All that is said of a step: what explains it, or why a side has none.
pub(super) fn sentences(step: &ComparedStep) -> impl Iterator<Item = &String> {
    explanations(step).chain(&step.problems)
}

/// `A trains 2.10 times the tokens/s per watt of B (1.80 to 2.40 within published ranges)`.
fn ahead(report: &CompareReport, ratio: f64, step: &ComparedStep) -> String {
    let (a, b, per) = (&report.a.name, &report.b.name, report.equal.words());
    let ends = step.rate.b_over_a.filter(|ratio| ratio.low < ratio.high);
    let span = |low: f64, high: f64| {
        let (low, high) = (rounded(low), rounded(high));
        format!(" ({low} to {high} within published ranges)")
    };
    match winner(ratio) {
        None => format!("{a} and {b} train the same tokens/s {per} to within {}", within(ratio)),
        Some(true) => {
            let range = ends.map_or_else(String::new, |ends| span(ends.low, ends.high));
            format!("{b} trains {} times the tokens/s {per} of {a}{range}", rounded(ratio))
        }
        Some(false) => {
            let range = ends.map_or_else(String::new, |ends| span(1.0 / ends.high, 1.0 / ends.low));
            format!("{a} trains {} times the tokens/s {per} of {b}{range}", rounded(1.0 / ratio))
        }
    }
}

/// Several points: who is ahead at each, and by how much at most and at least.
fn range(report: &CompareReport, known: &[(&ComparedStep, f64)]) -> String {
    let (a, b, per) = (&report.a.name, &report.b.name, report.equal.words());
    let ordered = |pick: fn(f64, f64) -> bool| {
        let first = known[0];
        known[1..].iter().fold(first, |best, next| if pick(next.1, best.1) { *next } else { best })
    };
    let (least, most) = (ordered(|next, best| next < best), ordered(|next, best| next > best));
    let count = known.len();
    let at = |(step, ratio): (&ComparedStep, f64)| format!("{} at {}", rounded(ratio), step.place.setting());
    let over = format!("tokens/s {per} of {b} over those of {a}: from {} to {}", at(least), at(most));
    let winners: Vec<Option<bool>> = known.iter().map(|(_, ratio)| winner(*ratio)).collect();
    let ahead = |side: Option<bool>| winners.iter().filter(|winner| **winner == side).count();
    let lead = match (ahead(Some(false)), ahead(Some(true)), ahead(None)) {
        (all, 0, 0) => format!("{a} is ahead at all {all} points"),
        (0, all, 0) => format!("{b} is ahead at all {all} points"),
        (0, 0, _) => format!("{a} and {b} are equal to within 0.5 % at all {count} points"),
        (ours, theirs, ties) => {
            let parts = [(ours, a.as_str()), (theirs, b.as_str()), (ties, "nobody")];
            let parts = parts.into_iter().filter(|(points, _)| *points > 0);
            let parts: Vec<String> = parts.map(|(points, who)| format!("{who} at {points}")).collect();
            format!("of {count} points, ahead is {}", joined(&parts))
        }
    };
    format!("{}; {over}.", capital(&lead))
}

/// What is not published has no rate.
fn unknown(report: &CompareReport) -> String {
    let what = match report.equal {
        Per::Watt => "no power of its domains is published",
        Per::Usd => "no price of its domains is published",
        Per::PeakFlop => "no peak of its chips is known",
        Per::System | Per::Chip => "it trained nothing",
    };
    let lacks =
        |pick: fn(&ComparedStep) -> bool, name: &str| report.steps.iter().any(pick).then(|| name.to_owned());
    let names = [
        lacks(|step| step.rate.a.is_none(), &report.a.name),
        lacks(|step| step.rate.b.is_none(), &report.b.name),
    ];
    let names: Vec<String> = names.into_iter().flatten().collect();
    format!(
        "Tokens/s {} cannot be compared: of {}, {what}. --equal chips compares what is known.",
        report.equal.words(),
        joined(&names)
    )
}

fn by_size(report: &CompareReport) -> String {
    if report.sizes.is_empty() {
        return "At no point that both have did both run.".to_owned();
    }
    let curves = curves(&report.sizes);
    let many = curves.len() > 1;
    let said = curves.iter().take(MOST_NAMED).map(|(setting, rows)| {
        let place = if many { format!("at {setting}, ") } else { String::new() };
        capital(&format!("{place}{}.", curve(report, setting, rows)))
    });
    let mut said: Vec<String> = said.collect();
    let left = curves.len().saturating_sub(MOST_NAMED);
    if left > 0 {
        said.push(format!("{left} more settings stand in the tables."));
    }
    said.join(" ")
}

/// Who is faster at which sizes of one curve.
fn curve(report: &CompareReport, setting: &str, rows: &[&ComparedSize]) -> String {
    let (a, b) = (&report.a.name, &report.b.name);
    let ratios: Vec<f64> = rows.iter().filter_map(|row| row.time_b_over_a).collect();
    let changes: Vec<String> = report
        .crossovers
        .iter()
        .filter(|crossover| crossover.setting == setting)
        .map(|crossover| {
            let after = if crossover.before == *a { b } else { a };
            let (last, next) = (size(crossover.after_bytes), size(crossover.until_bytes));
            format!("{} is faster up to {last} and {after} from {next} on", crossover.before)
        })
        .collect();
    if !changes.is_empty() {
        return changes.join("; then ");
    }
    let winners = || ratios.iter().filter_map(|ratio| winner(*ratio));
    let (ours, theirs) =
        (winners().filter(|first| *first).count(), winners().filter(|first| !*first).count());
    // The first side is faster where the second takes more time.
    let (first, other, factors): (&str, &str, Vec<f64>) = match (ours, theirs) {
        (0, 0) => {
            let off = ratios.iter().copied().max_by(|x, y| (x - 1.0).abs().total_cmp(&(y - 1.0).abs()));
            return format!("{a} and {b} take the same time to within {}", within(off.unwrap_or(1.0)));
        }
        (0, _) => (b, a, ratios.iter().map(|ratio| ratio.recip()).collect()),
        _ => (a, b, ratios.clone()),
    };
    let low = factors.iter().copied().fold(f64::INFINITY, f64::min);
    let high = factors.iter().copied().fold(0.0, f64::max);
    let (low, high) = (rounded(low), rounded(high));
    let factor = if low == high { low } else { format!("{low} to {high}") };
    let (count, are_ahead) = (rows.len(), ours.max(theirs));
    match (count, are_ahead) {
        (1, _) => format!("{first} is {factor} times as fast as {other} at {}", size(rows[0].size_bytes)),
        (count, ahead) if ahead == count => {
            format!("{first} is faster at all {count} sizes, {factor} times as fast as {other}")
        }
        (count, ahead) => {
            format!(
                "{first} is faster at {ahead} of {count} sizes and equal at the rest, {factor} times as fast as {other}"
            )
        }
    }
}

/// A note for the points of each side that meet nothing.
pub(super) fn unmatched(report: &CompareReport) -> Vec<String> {
    let sides = [(&report.a, &report.only_a, &report.b), (&report.b, &report.only_b, &report.a)];
    let said = sides.into_iter().filter(|(_, only, _)| !only.is_empty()).map(|(side, only, other)| {
        let mut named: Vec<String> = Vec::new();
        for point in only {
            let words = point_words(point);
            if !named.contains(&words) {
                named.push(words);
            }
        }
        let more = named.len().saturating_sub(MOST_NAMED);
        named.truncate(MOST_NAMED);
        if more > 0 {
            named.push(format!("{} more", grouped(more as u64)));
        }
        let (count, noun) = (only.len(), if only.len() == 1 { "point" } else { "points" });
        let (name, other) = (&side.name, &other.name);
        format!("{count} {noun} of {name} without a counterpart in {other}: {}", joined(&named))
    });
    said.collect()
}

fn point_words(point: &Side) -> String {
    let values = point.point.iter().filter(|(path, _)| !path.ends_with(".chips"));
    let values: String = values
        .map(|(path, value)| format!(", {path} = {}", super::super::points::value_text(value)))
        .collect();
    format!("{} on {}{values}", point.system, chips(point.chips))
}

fn capital(text: &str) -> String {
    // Names keep their letters; the words of this file begin with small ones.
    let begins = ["of ", "at "].iter().find(|word| text.starts_with(**word));
    match begins {
        Some(word) => format!("{}{}", word[..1].to_uppercase(), &text[1..]),
        None => text.to_owned(),
    }
}

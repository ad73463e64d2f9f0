//! Explanations of points in words: at most 80 columns for a terminal, lists for Markdown; pages have lists of their own.

use super::limits;
use super::markdown::escaped;
use super::number::{chips, duration, grouped, percent, rounded, size};
use super::points::{label_setting, varying_parameters};
use super::results::{PointResult, ScenarioResults};
use super::step_explanation::{
    ExplainedExchange, ExplainedMatmul, ExplainedPart, Headline, PointExplanation, RestsOn, StepExplanation,
    TrafficExplanation,
};
use std::io::{self, Write};

/// The widest line of text.
const WIDTH: usize = 80;
/// Parts of a step below this share are left out of the text; JSON has them all.
const LEAST_SHARE: f64 = 0.0005;
/// The exchanges of an entry, and the catalog values, that are shown; JSON has them all.
const MOST_EXCHANGES: usize = 3;
const MOST_VALUES: usize = 10;

/// A line of an explanation: how deep, its words, and for a part how much it is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub(super) depth: usize,
    words: String,
    amount: Option<[String; 2]>,
}

impl Line {
    /// The words, and after a colon how much it is.
    pub(super) fn text(&self) -> String {
        let amount = self.amount.iter().flatten().filter(|text| !text.is_empty());
        let amount = amount.map(String::as_str).collect::<Vec<_>>().join(", ");
        let colon = if amount.is_empty() { "" } else { ": " };
        format!("{}{colon}{amount}", self.words)
    }
}

/// Writes the explanation of every point that has one.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_text(out: &mut dyn Write, results: &ScenarioResults) -> io::Result<()> {
    for (title, lines) in explained(results) {
        writeln!(out, "\nWhy: {title}")?;
        lines.iter().try_for_each(|line| write_line(out, line))?;
    }
    Ok(())
}

/// The same as nested lists.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_markdown(out: &mut dyn Write, results: &ScenarioResults) -> io::Result<()> {
    for (title, lines) in explained(results) {
        writeln!(out, "\n### Why: {}\n", escaped(&title))?;
        for line in lines {
            writeln!(out, "{}- {}", "  ".repeat(line.depth), escaped(&line.text()))?;
        }
    }
    Ok(())
}

/// The points with an explanation: a title for each, and its lines.
pub(super) fn explained(results: &ScenarioResults) -> impl Iterator<Item = (String, Vec<Line>)> {
    let varying = varying_parameters(&results.results);
    let title = move |point: &PointResult| {
        let setting = label_setting(point, &varying);
        let with = if setting.is_empty() { setting } else { format!(" with {setting}") };
        let of =
            point.collective.as_ref().map(|row| format!(", {}", size(row.size_bytes))).unwrap_or_default();
        format!("{} on {}{of}{with}", point.system, chips(point.chips))
    };
    let points = results.results.iter();
    points.filter_map(move |point| Some((title(point), lines(point, point.explain.as_deref()?))))
}

fn lines(point: &PointResult, explanation: &PointExplanation) -> Vec<Line> {
    match explanation {
        PointExplanation::Step(step) => of_step(step, point),
        PointExplanation::Collective(why) => {
            let sentences = point.collective.as_ref().map(|row| why.sentences(row)).unwrap_or_default();
            sentences.into_iter().map(|words| said(0, words)).collect()
        }
        PointExplanation::Traffic(why) => of_traffic(why),
    }
}

fn said(depth: usize, words: impl Into<String>) -> Line {
    Line { depth, words: words.into(), amount: None }
}

fn of_step(step: &StepExplanation, point: &PointResult) -> Vec<Line> {
    let mut lines = Vec::new();
    for headline in &step.headlines {
        lines.push(title(headline));
        lines.extend(headline.because.iter().map(|because| said(1, because)));
        for part in &headline.parts {
            lines.extend(of_part(part, headline, 1));
            if headline.metric == "step_time_s" {
                lines.extend(exchanges_of(&part.name, &step.exchanges));
            }
        }
    }
    lines.extend(of_limits(point));
    lines.extend(of_matmuls(&step.matmuls));
    lines.extend(of_values(step));
    if !step.assumptions.is_empty() {
        lines.push(said(0, "assumed"));
        lines.extend(step.assumptions.iter().map(|sentence| said(1, sentence)));
    }
    if !step.defaults.is_empty() {
        let used = step.defaults.iter().map(|used| format!("{} = {}", used.key, used.value));
        lines.push(said(0, "not stated in the scenario, so used"));
        lines.push(said(1, used.collect::<Vec<_>>().join(", ")));
    }
    lines
}

fn title(headline: &Headline) -> Line {
    let name = match headline.metric.as_str() {
        "step_time_s" => "step time",
        "mfu" => "MFU",
        "tokens_per_second_per_chip" => "tokens per second and chip",
        "exposed_communication_share" => "exposed communication",
        "memory_gb" => "memory",
        "energy_j_per_token" => "energy per token",
        other => other,
    };
    Line { depth: 0, words: name.to_owned(), amount: Some([amount(headline.value, headline), String::new()]) }
}

/// A value in the unit of its headline.
fn amount(value: f64, headline: &Headline) -> String {
    match headline.unit.as_str() {
        "s" => duration(value),
        "" => format!("{} %", percent(value)),
        "tokens/s" => rounded(value),
        unit => format!("{} {unit}", rounded(value)),
    }
}

fn of_part(part: &ExplainedPart, headline: &Headline, depth: usize) -> Vec<Line> {
    // A part of a share is a share itself.
    let is_share = headline.unit.is_empty();
    if (if is_share { part.value } else { part.share }).abs() < LEAST_SHARE {
        return Vec::new();
    }
    let bound = part.bound_by.as_ref().map(|bound| format!(" ({bound})")).unwrap_or_default();
    let share = if is_share { String::new() } else { format!("{} %", percent(part.share)) };
    let amount = Some([amount(part.value, headline), share]);
    let mut lines = vec![Line { depth, words: format!("{}{bound}", part.name), amount }];
    lines.extend(part.parts.iter().flat_map(|inner| of_part(inner, headline, depth + 1)));
    lines
}

fn exchanges_of(entry: &str, exchanges: &[ExplainedExchange]) -> Vec<Line> {
    let own: Vec<&ExplainedExchange> = exchanges.iter().filter(|exchange| exchange.entry == entry).collect();
    let mut lines: Vec<Line> = own.iter().take(MOST_EXCHANGES).map(|one| of_exchange(one)).collect();
    if own.len() > MOST_EXCHANGES {
        let rest: f64 = own[MOST_EXCHANGES..].iter().map(|one| one.total_s).sum();
        lines.push(said(2, format!("{} more: {} in all", own.len() - MOST_EXCHANGES, duration(rest))));
    }
    lines
}

/// `640 x all-gather of 100 MiB by 8 chips: 250 µs each, 160 ms in all, hidden or not; ring simple over nvlink, bound by link`.
fn of_exchange(exchange: &ExplainedExchange) -> Line {
    let by = match exchange.group {
        2 if exchange.algorithm.is_none() => String::new(),
        group => format!(" by {}", chips(group)),
    };
    let how: Vec<&str> = exchange.algorithm.iter().chain(&exchange.protocol).map(String::as_str).collect();
    let how = if how.is_empty() { "straight".to_owned() } else { how.join(" ") };
    said(
        2,
        format!(
            "{} x {} of {}{by}: {} each, {} in all, hidden or not; {how} over {}, bound by {}",
            rounded(exchange.times),
            exchange.operation,
            size(exchange.bytes),
            duration(exchange.each_us * 1e-6),
            duration(exchange.total_s),
            exchange.tiers.join(" and "),
            exchange.bound_by,
        ),
    )
}

/// What the critical path of a step waits for, in times that sum to it.
fn of_limits(point: &PointResult) -> Vec<Line> {
    let Some(step_time) = point.step_time_s else { return Vec::new() };
    let shares = limits::shares(point);
    let one = |&(key, share): &(&str, f64)| {
        let amount = [duration(share * step_time), format!("{} %", percent(share))];
        Line { depth: 1, words: limits::words(key).to_owned(), amount: Some(amount) }
    };
    let title = (!shares.is_empty()).then(|| said(0, "what the critical path of the step waits for"));
    title.into_iter().chain(shares.iter().map(one)).collect()
}

fn of_matmuls(matmuls: &[ExplainedMatmul]) -> Vec<Line> {
    let one = |matmul: &ExplainedMatmul| {
        let [rows, columns, inner] = matmul.shape.map(grouped);
        let lost = [("last wave", matmul.waves), ("memory", matmul.memory)];
        let lost = lost.into_iter().filter(|(_, share)| *share >= LEAST_SHARE);
        let lost: Vec<String> = lost.map(|(name, share)| format!("{name} {} %", percent(share))).collect();
        let lost = if lost.is_empty() { String::new() } else { format!(" ({})", lost.join(", ")) };
        let words = format!("{} {rows} x {columns} over {inner}{lost}", matmul.name);
        let share = format!("{} %", percent(matmul.share_of_peak));
        Line { depth: 1, words, amount: Some([duration(matmul.time_us * 1e-6), share]) }
    };
    let title = (!matmuls.is_empty())
        .then(|| said(0, "matmuls forward, each with its share of the dense peak, and what it loses"));
    title.into_iter().chain(matmuls.iter().map(one)).collect()
}

fn of_values(step: &StepExplanation) -> Vec<Line> {
    if step.rests_on.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![said(0, "what the step time rests on: its change when a value is 1 % larger")];
    if let Some(estimate) = step.estimated_step_time_s {
        lines.push(said(1, format!("by the closed form of the step, which takes {}", duration(estimate))));
    }
    lines.extend(step.rests_on.iter().take(MOST_VALUES).map(of_value));
    if step.rests_on.len() > MOST_VALUES {
        let (rest, next) = (step.rests_on.len() - MOST_VALUES, step.rests_on[MOST_VALUES].elasticity.abs());
        lines.push(said(1, format!("{rest} more, none above {next:.3} %")));
    }
    lines
}

fn of_value(value: &RestsOn) -> Line {
    let unit = match value.unit.as_str() {
        "share" | "ratio" => String::new(),
        unit => format!(" {unit}"),
    };
    let words = format!(
        "{:+.2} %  {} = {}{unit} ({}: {})",
        value.elasticity, value.key, value.value, value.confidence, value.source
    );
    said(1, words)
}

fn of_traffic(why: &TrafficExplanation) -> Vec<Line> {
    let time = |microseconds: f64| Some([duration(microseconds * 1e-6), String::new()]);
    let timed = |depth, words: String, microseconds| Line { depth, words, amount: time(microseconds) };
    let as_busy = match why.as_busy {
        0 | 1 => "no other is as busy".to_owned(),
        links => format!("as busy: {} links", grouped(links)),
    };
    vec![
        timed(0, format!("time, bound by {}", why.bound_by), why.time_us),
        timed(1, "what the busiest chip sends needs on its own links".to_owned(), why.injection_us),
        timed(1, "what the busiest chip receives needs on its own links".to_owned(), why.ejection_us),
        timed(1, "all that crosses the busiest link needs".to_owned(), why.links_us),
        said(
            2,
            format!(
                "{} ({}) carries {}; {as_busy}",
                why.busiest_link,
                why.busiest_tier,
                size(why.busiest_bytes.round() as u64)
            ),
        ),
        timed(1, "the first byte of the longest route needs".to_owned(), why.latency_us),
        timed(
            1,
            "beyond the longest of these: what the transport adds and does not reach, and flows that wait for others"
                .to_owned(),
            why.beyond_us,
        ),
    ]
}

/// Where amounts end, and the share after them.
const AMOUNT: usize = 12;
const SHARE: usize = 9;

/// Writes a line, broken where it is too long, with its amount at the right of its end.
fn write_line(out: &mut dyn Write, line: &Line) -> io::Result<()> {
    let indent = 2 * line.depth + 2;
    let room = WIDTH - indent - if line.amount.is_some() { AMOUNT + SHARE } else { 0 };
    let wrapped = wrapped(&line.words, room);
    for (index, words) in wrapped.iter().enumerate() {
        // What a line goes on with stands a little to the right of its beginning.
        let hang = if index > 0 { 2 } else { 0 };
        let indent = indent + hang;
        match &line.amount {
            Some([value, share]) if index + 1 == wrapped.len() => {
                let room = room - hang;
                let text = format!("{:indent$}{words:<room$}{value:>AMOUNT$}{share:>SHARE$}", "");
                writeln!(out, "{}", text.trim_end())?;
            }
            _ => writeln!(out, "{:indent$}{words}", "")?,
        }
    }
    Ok(())
}

/// The text in lines of at most `room` characters, two less for all but the first; a number keeps its `%`.
fn wrapped(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let joined = text.replace(" %", "\u{a0}%");
    for word in joined.split([' ', '\n']).filter(|word| !word.is_empty()) {
        let room = if lines.len() > 1 { room - 2 } else { room };
        let line = lines.last_mut().expect("there is a line to begin with");
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
            lines.push(word.to_owned());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.into_iter().map(|line| line.replace('\u{a0}', " ")).collect()
}

//! The difference of two training steps by the terms of the ledger.
//!
//! The terms of a step sum to its time, so that differences of terms sum to the difference of the times. Steps of as
//! many tokens on as many chips are compared by their time. Others are compared by what a token takes: the time of a
//! step, times the chips, peak FLOP/s, watts or dollars that it occupies, over its tokens.

use super::super::answer::part_of_step;
use super::super::comparison::{Output, Per};
use super::super::number::{joined, rounded};
use super::super::results::PointResult;
use super::document::{LedgerDifference, LedgerTerm};

/// Tokens of a step closer than this, relatively, are as many.
const SAME: f64 = 1e-9;

/// What no term accounts for is a term of its own from this share on.
const ACCOUNTED: f64 = 1e-9;

/// The term of what no other one accounts for.
const REST: &str = "rest";

/// The most terms of a sentence.
const MOST_TERMS: usize = 4;

/// What is counted of a step.
struct Counted {
    /// The unit, and what is counted in a sentence.
    unit: &'static str,
    words: &'static str,
    /// What a second of a step is worth on each side.
    worth: [f64; 2],
}

/// The tokens of a step.
pub(super) fn tokens_of_step(point: &PointResult) -> Option<f64> {
    Some(point.tokens_per_second_per_chip? * point.chips as f64 * point.step_time_s?)
}

/// The difference of two steps; `None` where one did not run, or what is asked for is not known.
pub(super) fn difference([a, b]: [&PointResult; 2], per: Per, names: [&str; 2]) -> Option<LedgerDifference> {
    let counted = counted([a, b], per)?;
    let totals = [a.step_time_s? * counted.worth[0], b.step_time_s? * counted.worth[1]];
    let (ours, theirs) = (a.breakdown_s?.terms(), b.breakdown_s?.terms());
    let counts = |seconds: &Option<f64>| seconds.is_some_and(|seconds| seconds != 0.0);
    let known = ours.iter().zip(&theirs).filter(|((_, a), (_, b))| counts(a) || counts(b));
    let mut terms: Vec<LedgerTerm> = known
        .map(|((name, a), (_, b))| {
            let sides = [a.unwrap_or(0.0) * counted.worth[0], b.unwrap_or(0.0) * counted.worth[1]];
            term(name, sides, totals[0])
        })
        .collect();
    let rest = [0, 1].map(|side| {
        let booked: f64 = terms.iter().map(|term| [term.a, term.b][side]).sum();
        totals[side] - booked
    });
    if rest.iter().zip(totals).any(|(rest, total)| rest.abs() > ACCOUNTED * total) {
        terms.push(term(REST, rest, totals[0]));
    }
    terms.sort_by(|a, b| b.difference.abs().total_cmp(&a.difference.abs()));
    let difference = terms.iter().map(|term| term.difference).sum();
    let sentence = sentence(&counted, (totals, names), &terms);
    let unit = counted.unit.to_owned();
    Some(LedgerDifference { unit, a: totals[0], b: totals[1], difference, terms, sentence })
}

fn term(name: &str, [a, b]: [f64; 2], all: f64) -> LedgerTerm {
    LedgerTerm { term: name.to_owned(), a, b, difference: b - a, share: (b - a) / all }
}

fn counted([a, b]: [&PointResult; 2], per: Per) -> Option<Counted> {
    let tokens = [tokens_of_step(a)?, tokens_of_step(b)?];
    let of = |unit, words, occupied: [f64; 2]| Counted {
        unit,
        words,
        worth: [occupied[0] / tokens[0], occupied[1] / tokens[1]],
    };
    let [ours, theirs] = [Output::of(a), Output::of(b)];
    Some(match per {
        Per::System | Per::Chip => {
            if a.chips == b.chips && (tokens[0] / tokens[1] - 1.0).abs() <= SAME {
                return Some(Counted { unit: "s per step", words: "time per step", worth: [1.0; 2] });
            }
            of("chip-s per token", "chip time per token", [ours.chips, theirs.chips])
        }
        Per::PeakFlop => {
            of("peak TFLOP per token", "peak FLOPs per token", [ours.peak_tflops?, theirs.peak_tflops?])
        }
        Per::Watt => of("J per token", "published power times time per token", [ours.watts?, theirs.watts?]),
        Per::Usd => of("USD-s per token", "published price times time per token", [ours.usd?, theirs.usd?]),
    })
}

/// `B takes 12.0 % less time per step than A: compute -9.0 points and the pipeline bubble -3.0 points.`
fn sentence(
    counted: &Counted,
    ([total, other], [a, b]): ([f64; 2], [&str; 2]),
    terms: &[LedgerTerm],
) -> String {
    let change = (other - total) / total;
    let head = match points(change).as_str() {
        "0.0" => format!("{b} takes the {} of {a} to within 0.1 %", counted.words),
        percent => format!("{b} takes {percent} % {} {} than {a}", direction(change), counted.words),
    };
    let seen: Vec<&LedgerTerm> = terms.iter().filter(|term| points(term.share) != "0.0").collect();
    if seen.is_empty() {
        return format!("{head}.");
    }
    let shown = seen.len().min(MOST_TERMS);
    let mut parts: Vec<String> = seen[..shown]
        .iter()
        .map(|term| format!("{} {} points", words(&term.term), signed(term.share)))
        .collect();
    let others: f64 = seen[shown..].iter().map(|term| term.share).sum();
    if points(others) != "0.0" {
        parts.push(format!("other terms {} points", signed(others)));
    }
    format!("{head}: {}.", joined(&parts))
}

/// A term in words.
pub(super) fn words(term: &str) -> String {
    if term == REST { "what no term accounts for".to_owned() } else { part_of_step(term) }
}

/// A share in percentage points, without its sign: one decimal, none from 100 on.
fn points(share: f64) -> String {
    let percent = share.abs() * 100.0;
    if percent >= 99.95 { rounded(percent) } else { format!("{percent:.1}") }
}

fn signed(share: f64) -> String {
    format!("{}{}", if share < 0.0 { '-' } else { '+' }, points(share))
}

fn direction(change: f64) -> &'static str {
    if change < 0.0 { "less" } else { "more" }
}

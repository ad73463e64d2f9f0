//! The sentences that answer a scenario's question, computed from its results: who wins, by how much, and in
//! which part of the step the difference lies.

use super::collective_answer;
use super::comparison::{Comparison, TIE, within};
use super::headline::{does_not_fit, step_time};
use super::limits;
use super::number::{chips, duration, grouped, joined, percent, rounded};
use super::points::{distinct_systems, label_setting, varying_parameters};
use super::results::PointResult;
use super::scenario_report::ScenarioReport;
use super::traffic_answer;

/// What the results say, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// One or two sentences.
    pub summary: String,
    /// One sentence or two per point at which systems meet, and one per further finding.
    pub details: Vec<String>,
}

/// Answers from the results of `report`.
pub fn answer(report: &ScenarioReport) -> Answer {
    let points = &report.results.results;
    if report.is_selection() {
        return selection(report.points);
    }
    let mut answer = if points.iter().any(|point| point.collective.is_some()) {
        collective_answer::from_curves(&report.busbw_curves())
    } else if points.iter().any(|point| point.traffic.is_some()) {
        traffic_answer::from_points(points)
    } else {
        let meetings = meetings(points);
        let unequal = unequal(&report.results.comparisons);
        Answer {
            summary: summary(points, &meetings, &unequal),
            details: meetings.iter().map(Meeting::detail).chain(unequal).collect(),
        }
    };
    if points.iter().all(|point| point.collective.is_none()) {
        answer.details.extend(collective_answer::domain_sentence(&report.busbw));
    }
    answer
}

/// What is said where there are too many points to compare, and the best of each system are shown.
fn selection(points: usize) -> Answer {
    let points = grouped(points as u64);
    let summary = format!(
        "These are the best points of each system, of {points} in all: CSV, JSON and JSON Lines have every one."
    );
    Answer { summary, details: Vec::new() }
}

/// The points that differ in nothing but the system.
struct Meeting<'a> {
    chips: u64,
    /// The other parameters; empty where none varies.
    setting: String,
    /// The points that fit, shortest step first.
    runnable: Vec<&'a PointResult>,
    too_large: Vec<&'a PointResult>,
}

enum Verdict<'a> {
    /// Nobody else to compare with.
    Alone,
    /// All of these step times are the same.
    Tie,
    /// The first system has the shortest step; the second is next and needs this many times as long.
    Wins(&'a str, &'a str, f64),
}

fn meetings(points: &[PointResult]) -> Vec<Meeting<'_>> {
    let parameters = varying_parameters(points);
    let mut meetings: Vec<Meeting<'_>> = Vec::new();
    for point in points {
        let setting = label_setting(point, &parameters);
        let same = |meeting: &Meeting<'_>| meeting.chips == point.chips && meeting.setting == setting;
        let index = meetings.iter().position(same).unwrap_or_else(|| {
            let (runnable, too_large) = (Vec::new(), Vec::new());
            meetings.push(Meeting { chips: point.chips, setting, runnable, too_large });
            meetings.len() - 1
        });
        let meeting = &mut meetings[index];
        if point.fits && point.step_time_s.is_some() {
            meeting.runnable.push(point);
        } else {
            meeting.too_large.push(point);
        }
    }
    for meeting in &mut meetings {
        meeting.runnable.sort_by(|a, b| seconds(a).total_cmp(&seconds(b)));
    }
    meetings
}

fn seconds(point: &PointResult) -> f64 {
    point.step_time_s.unwrap_or(f64::INFINITY)
}

impl<'a> Meeting<'a> {
    fn verdict(&self) -> Verdict<'a> {
        let [first, second, ..] = self.runnable[..] else { return Verdict::Alone };
        let ratio = seconds(second) / seconds(first);
        if ratio - 1.0 <= TIE { Verdict::Tie } else { Verdict::Wins(&first.system, &second.system, ratio) }
    }

    fn place(&self) -> String {
        let with = if self.setting.is_empty() { String::new() } else { format!(" with {}", self.setting) };
        format!("{}{with}", chips(self.chips))
    }

    fn detail(&self) -> String {
        let place = self.place();
        let mut sentences = Vec::new();
        match (self.verdict(), &self.runnable[..]) {
            (Verdict::Wins(..), [first, second, ..]) => {
                sentences.push(format!("At {place}, {}.", comparison(first, &self.runnable[1..])));
                sentences.extend(share_sentence("the higher MFU", &self.runnable, |p| p.mfu, Prefer::High));
                let exposed = |p: &PointResult| p.exposed_communication_share;
                let what = "less of its step in exposed communication";
                sentences.extend(share_sentence(what, &self.runnable, exposed, Prefer::Low));
                sentences.extend(reason(first, second));
                sentences.extend(limits::sentence(&[first, second]));
            }
            (Verdict::Tie, runnable) => {
                let steps: Vec<_> =
                    runnable.iter().map(|p| format!("{} {}", p.system, step_time(p))).collect();
                sentences.push(format!(
                    "At {place}, the fastest step times are equal to within {}: {}.",
                    within(seconds(runnable[1]) / seconds(runnable[0])),
                    joined(&steps)
                ));
                sentences.extend(share_sentence("the higher MFU", &self.runnable, |p| p.mfu, Prefer::High));
            }
            (_, runnable) => {
                sentences.extend(runnable.iter().map(|point| alone(&place, point)));
                sentences.extend(limits::sentence(runnable));
            }
        }
        sentences.extend(self.too_large.iter().map(|point| match &point.error {
            Some(error) => format!("At {place}, {} failed: {error}.", point.system),
            None => format!("At {place}, {} does not run: it {}.", point.system, does_not_fit(point)),
        }));
        sentences.join(" ")
    }
}

fn comparison(first: &PointResult, others: &[&PointResult]) -> String {
    let others: Vec<_> = others.iter().map(|p| format!("{} on {}", step_time(p), p.system)).collect();
    format!("{} takes the shortest step: {} against {}", first.system, step_time(first), joined(&others))
}

fn alone(place: &str, point: &PointResult) -> String {
    let known =
        [("MFU", point.mfu), ("exposed communication", point.exposed_communication_share)].into_iter();
    let facts: Vec<String> =
        known.filter_map(|(what, share)| Some(format!("{what} {} %", percent(share?)))).collect();
    let facts = if facts.is_empty() { String::new() } else { format!(" ({})", facts.join(", ")) };
    format!("At {place}, {} takes {} a step{facts}.", point.system, step_time(point))
}

#[derive(Clone, Copy)]
enum Prefer {
    High,
    Low,
}

/// Who has the better share, or that all have the same when rounded as printed.
fn share_sentence(
    what: &str,
    points: &[&PointResult],
    share: impl Fn(&PointResult) -> Option<f64>,
    prefer: Prefer,
) -> Option<String> {
    let mut known: Vec<(&str, f64)> =
        points.iter().filter_map(|point| Some((point.system.as_str(), share(point)?))).collect();
    known.sort_by(|a, b| match prefer {
        Prefer::High => b.1.total_cmp(&a.1),
        Prefer::Low => a.1.total_cmp(&b.1),
    });
    let [(best, value), rest @ ..] = &known[..] else { return None };
    let (_, next) = rest.first()?;
    if percent(*value) == percent(*next) {
        return None;
    }
    let rest: Vec<_> = rest.iter().map(|(system, v)| format!("{} % on {system}", percent(*v))).collect();
    Some(format!("{best} has {what}: {} % against {}.", percent(*value), joined(&rest)))
}

/// The part of the step in which the winner gains most on the next.
fn reason(first: &PointResult, second: &PointResult) -> Option<String> {
    let (ours, theirs) = (first.breakdown_s?.terms(), second.breakdown_s?.terms());
    let gains = ours.iter().zip(&theirs).filter_map(|((name, a), (_, b))| Some((name, (*a)?, (*b)?)));
    let (name, a, b) = gains.max_by(|x, y| (x.2 - x.1).total_cmp(&(y.2 - y.1)))?;
    let peaks = match (first.peak_tflops_per_chip, second.peak_tflops_per_chip) {
        (Some(ours), Some(theirs)) if *name == "compute" && rounded(ours) != rounded(theirs) => {
            format!(", with a peak of {} against {} TFLOPS per chip", rounded(ours), rounded(theirs))
        }
        _ => String::new(),
    };
    let (part, a, b) = (b > a).then(|| (part_of_step(name), duration(a), duration(b)))?;
    Some(format!("The largest part of the difference is {part}: {a} against {b}{peaks}."))
}

/// A term of the ledger in words.
pub(super) fn part_of_step(term: &str) -> String {
    match term {
        "compute" => "compute".to_owned(),
        "optimizer" => "the optimizer".to_owned(),
        "bubble" => "the pipeline bubble".to_owned(),
        "wait" => "waiting for slower ranks".to_owned(),
        parallelism => format!("exposed {parallelism}-parallel communication"),
    }
}

/// A sentence for each system of another size than the first one, which it meets in tokens per second.
fn unequal(comparisons: &[Comparison]) -> Vec<String> {
    let unequal = comparisons.iter().filter(|comparison| !comparison.is_of_equals());
    unequal.filter_map(Comparison::sentence).collect()
}

fn summary(points: &[PointResult], meetings: &[Meeting<'_>], unequal: &[String]) -> String {
    if meetings.iter().all(|meeting| meeting.runnable.is_empty()) {
        return "No point fits in memory, so no step was simulated.".to_owned();
    }
    let verdicts: Vec<(&Meeting<'_>, Verdict<'_>)> = meetings
        .iter()
        .map(|meeting| (meeting, meeting.verdict()))
        .filter(|(_, verdict)| !matches!(verdict, Verdict::Alone))
        .collect();
    if verdicts.is_empty() {
        return if unequal.is_empty() { nothing_to_compare(points) } else { unequal.join(" ") };
    }
    let winners: Vec<Option<&str>> = verdicts.iter().map(|(_, verdict)| winner(verdict)).collect();
    match winners[0] {
        None if winners.iter().all(Option::is_none) => {
            format!("A tie: the fastest step times are equal at {}.", places(&verdicts))
        }
        Some(system) if winners.iter().all(|winner| *winner == Some(system)) => {
            let also = other_leader(system, meetings).map_or_else(String::new, |leader| {
                format!(" {leader} has the higher MFU at each, so it uses more of its peak.")
            });
            format!("{system} wins on step time at {}, {}.{also}", places(&verdicts), margin(&verdicts))
        }
        _ => mixed(&verdicts),
    }
}

/// The system with the highest MFU wherever several ran, when that is not the one with the shortest step.
fn other_leader<'a>(fastest: &str, meetings: &[Meeting<'a>]) -> Option<&'a str> {
    let compared = meetings.iter().filter(|meeting| meeting.runnable.len() > 1);
    let mut leaders = compared.map(|meeting| {
        let known = meeting.runnable.iter().filter_map(|point| Some((point, point.mfu?)));
        known.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(point, _)| point.system.as_str())
    });
    let first = leaders.next()??;
    (first != fastest && leaders.all(|leader| leader == Some(first))).then_some(first)
}

fn nothing_to_compare(points: &[PointResult]) -> String {
    match distinct_systems(points).as_slice() {
        [only] => format!("{only} is the only system in this scenario, so there is no winner to name."),
        _ => "No two systems ran with the same number of chips and the same settings, so there is no winner \
              to name."
            .to_owned(),
    }
}

fn winner<'a>(verdict: &Verdict<'a>) -> Option<&'a str> {
    match verdict {
        Verdict::Wins(system, ..) => Some(system),
        Verdict::Tie | Verdict::Alone => None,
    }
}

/// All places at which systems were compared: `1,152 and 2,304 chips`.
fn places(verdicts: &[(&Meeting<'_>, Verdict<'_>)]) -> String {
    if verdicts.iter().any(|(meeting, _)| !meeting.setting.is_empty()) {
        return joined(&verdicts.iter().map(|(meeting, _)| meeting.place()).collect::<Vec<_>>());
    }
    if let [(only, _)] = verdicts {
        return chips(only.chips);
    }
    let counts: Vec<String> = verdicts.iter().map(|(meeting, _)| grouped(meeting.chips)).collect();
    format!("{} chips", joined(&counts))
}

/// "1.69 times as fast as CM384", or the range of it over several points.
fn margin(verdicts: &[(&Meeting<'_>, Verdict<'_>)]) -> String {
    let wins = verdicts.iter().filter_map(|(_, verdict)| match verdict {
        Verdict::Wins(_, second, ratio) => Some((*second, *ratio)),
        _ => None,
    });
    let (seconds, ratios): (Vec<&str>, Vec<f64>) = wins.unzip();
    let one_second = seconds.iter().all(|second| *second == seconds[0]);
    let next = if one_second { seconds[0] } else { "the next system" };
    let (low, high) = ratios
        .into_iter()
        .fold((f64::INFINITY, 0.0_f64), |(low, high), ratio| (low.min(ratio), high.max(ratio)));
    let (low, high) = (rounded(low), rounded(high));
    let factor = if low == high { low } else { format!("{low} to {high}") };
    format!("{factor} times as fast as {next}")
}

fn mixed(verdicts: &[(&Meeting<'_>, Verdict<'_>)]) -> String {
    let parts: Vec<String> = verdicts
        .iter()
        .map(|(meeting, verdict)| match verdict {
            Verdict::Wins(first, second, ratio) => {
                format!("{first} at {} ({} times as fast as {second})", meeting.place(), rounded(*ratio))
            }
            _ => format!("nobody at {} (a tie)", meeting.place()),
        })
        .collect();
    format!("It depends. On step time the winner is {}.", joined(&parts))
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn the_winner_follows_the_numbers() {
        let mut report = example::two_systems(2);
        assert!(answer(&report).summary.starts_with("NVL72 copper wins"), "{:?}", answer(&report));
        for point in report.results.results.iter_mut().filter(|point| point.system == "CM384 optical") {
            point.step_time_s = Some(1.0);
        }
        assert!(answer(&report).summary.starts_with("CM384 optical wins"), "{:?}", answer(&report));
        report.results.results[0].step_time_s = Some(0.5);
        assert!(answer(&report).summary.starts_with("It depends."), "{:?}", answer(&report));
    }

    #[test]
    fn a_slower_system_with_the_higher_mfu_is_named() {
        let mut report = example::two_systems(2);
        assert!(!answer(&report).summary.contains("higher MFU"), "{:?}", answer(&report));
        for point in report.results.results.iter_mut().filter(|point| point.system == "CM384 optical") {
            point.mfu = Some(0.6);
        }
        let answer = answer(&report);
        assert!(answer.summary.contains("CM384 optical has the higher MFU at each"), "{answer:?}");
    }

    #[test]
    fn what_a_step_waits_for_is_said_where_it_is_known() {
        let mut report = example::two_systems(1);
        assert!(!answer(&report).details[0].contains("critical path"), "{:?}", answer(&report));
        let shares = [("compute", 0.3), ("link:scale-out", 0.61), ("host", 0.09)];
        let shares = shares.map(|(key, share)| (key.to_owned(), share));
        report.results.results[0].limited_by = Some(shares.into());
        let said = answer(&report);
        let expected = "Along the critical path of its step NVL72 copper waits 61.0 % for scale-out links and 30.0 % for \
                        arithmetic of chips.";
        assert!(said.details[0].ends_with(expected), "{said:?}");
    }

    #[test]
    fn equal_steps_are_a_tie() {
        let mut report = example::two_systems(1);
        for point in &mut report.results.results {
            point.step_time_s = Some(2.0);
        }
        assert_eq!(answer(&report).summary, "A tie: the fastest step times are equal at 1,152 chips.");
    }

    #[test]
    fn one_system_has_no_winner() {
        let mut report = example::two_systems(1);
        report.results.results.truncate(1);
        report.points = 1;
        let answer = answer(&report);
        assert!(answer.summary.contains("only system"), "{answer:?}");
        assert!(answer.details[0].starts_with("At 1,152 chips, NVL72 copper takes"), "{answer:?}");
    }

    #[test]
    fn a_point_that_does_not_fit_says_what_it_needs() {
        let mut report = example::two_systems(1);
        example::make_too_large(&mut report.results.results[1]);
        let said = answer(&report);
        assert!(said.details[0].contains("does not run: it needs 240 GB of memory per chip"), "{said:?}");
        example::make_too_large(&mut report.results.results[0]);
        assert_eq!(answer(&report).summary, "No point fits in memory, so no step was simulated.");
    }
}

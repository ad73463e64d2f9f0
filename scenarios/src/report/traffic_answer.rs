//! What points of traffic say, in words: who is done first, and what holds each of them up.

use super::answer::Answer;
use super::number::{chips, duration, grouped, joined, percent, rounded, size};
use super::points::{distinct_systems, label_setting, varying_parameters};
use super::results::PointResult;
use super::traffic::TrafficRow;

/// Times closer than this, relatively, are a tie.
const TIE: f64 = 1e-3;

/// One point with its figures.
type Run<'a> = (&'a PointResult, &'a TrafficRow);

/// Answers a scenario whose points are traffic.
pub(super) fn from_points(points: &[PointResult]) -> Answer {
    let meetings = meetings(points);
    let summary = match distinct_systems(points).as_slice() {
        [only] => alone(only, &meetings),
        _ => compared(&meetings),
    };
    let details = meetings.iter().flat_map(|(place, runs)| runs.iter().map(move |run| detail(place, *run)));
    Answer { summary, details: details.collect() }
}

/// The points that differ in nothing but the system, the fastest first, under what they share in words.
fn meetings(points: &[PointResult]) -> Vec<(String, Vec<Run<'_>>)> {
    let parameters = varying_parameters(points);
    let mut meetings: Vec<(String, Vec<Run<'_>>)> = Vec::new();
    for point in points {
        let Some(row) = &point.traffic else { continue };
        let setting = label_setting(point, &parameters);
        let with = if setting.is_empty() { setting } else { format!(" with {setting}") };
        let place = format!("{}{with}", chips(point.chips));
        match meetings.iter_mut().find(|(known, _)| *known == place) {
            Some((_, runs)) => runs.push((point, row)),
            None => meetings.push((place, vec![(point, row)])),
        }
    }
    meetings.iter_mut().for_each(|(_, runs)| runs.sort_by(|a, b| a.1.time_us.total_cmp(&b.1.time_us)));
    meetings
}

fn detail(place: &str, (point, row): Run<'_>) -> String {
    let flows = if row.flows == 1 { "1 flow".to_owned() } else { format!("{} flows", grouped(row.flows)) };
    // Flows of a hot spot differ in size.
    let bytes = match row.flows.saturating_mul(row.size_bytes) == row.total_bytes {
        true => size(row.size_bytes),
        false => format!("{} in all", size(row.total_bytes)),
    };
    format!(
        "At {place}, {} is done after {}: {flows} of {bytes}, at {} % of what the chips' own links allow, bound by {}.",
        point.system,
        duration(row.time_us / 1e6),
        percent(row.ideal_share),
        row.bound_by
    )
}

/// One system by itself: where it comes closest to its links and where it stays farthest below them.
fn alone(system: &str, meetings: &[(String, Vec<Run<'_>>)]) -> String {
    let runs = || meetings.iter().flat_map(|(place, runs)| runs.iter().map(move |run| (place, run.1)));
    let by_share =
        |a: &(&String, &TrafficRow), b: &(&String, &TrafficRow)| a.1.ideal_share.total_cmp(&b.1.ideal_share);
    let (Some((worst, low)), Some((best, high))) = (runs().min_by(by_share), runs().max_by(by_share)) else {
        return "There is no traffic to compare.".to_owned();
    };
    let share = |row: &TrafficRow| format!("{} %", percent(row.ideal_share));
    if percent(low.ideal_share) == percent(high.ideal_share) {
        let (share, bound) = (share(low), &low.bound_by);
        return format!("{system} reaches {share} of what its chips' own links allow, bound by {bound}.");
    }
    format!(
        "{system} reaches {} of what its chips' own links allow at {best}, and {} at {worst}, bound by {}.",
        share(high),
        share(low),
        low.bound_by
    )
}

/// Several systems: who is done first wherever they meet.
fn compared(meetings: &[(String, Vec<Run<'_>>)]) -> String {
    let met: Vec<_> = meetings.iter().filter(|(_, runs)| runs.len() > 1).collect();
    let winner = |runs: &[Run<'_>]| {
        (runs[1].1.time_us / runs[0].1.time_us - 1.0 > TIE).then(|| runs[0].0.system.clone())
    };
    let winners: Vec<Option<String>> = met.iter().map(|(_, runs)| winner(runs)).collect();
    let Some(first) = winners.first() else {
        return "No two systems ran the same traffic on the same number of chips, so there is no winner to name."
            .to_owned();
    };
    match first {
        None if winners.iter().all(Option::is_none) => {
            "A tie: the fastest are done at the same time.".to_owned()
        }
        Some(system) if winners.iter().all(|winner| winner == first) => {
            let (_, runs) = met[0];
            let where_ = if met.len() == 1 { String::new() } else { format!(" in all {} cases", met.len()) };
            let (low, high) = margins(&met);
            let factor = if low == high { low } else { format!("{low} to {high}") };
            let next = if distinct(&met) == 2 { runs[1].0.system.as_str() } else { "the next system" };
            format!("{system} is done first{where_}, {factor} times as fast as {next}.")
        }
        _ => {
            let part = |((place, runs), winner): (&&(String, Vec<Run<'_>>), &Option<String>)| match winner {
                Some(system) => {
                    let factor = rounded(runs[1].1.time_us / runs[0].1.time_us);
                    format!("{system} at {place} ({factor} times as fast as {})", runs[1].0.system)
                }
                None => format!("nobody at {place} (a tie)"),
            };
            let parts: Vec<String> = met.iter().zip(&winners).map(part).collect();
            format!("It depends. Done first is {}.", joined(&parts))
        }
    }
}

/// The least and the most that the first was ahead of the second.
fn margins(met: &[&(String, Vec<Run<'_>>)]) -> (String, String) {
    let ratios = met.iter().map(|(_, runs)| runs[1].1.time_us / runs[0].1.time_us);
    let (low, high) =
        ratios.fold((f64::INFINITY, 0.0_f64), |(low, high), ratio| (low.min(ratio), high.max(ratio)));
    (rounded(low), rounded(high))
}

/// How many systems meet.
fn distinct(met: &[&(String, Vec<Run<'_>>)]) -> usize {
    let systems = met.iter().flat_map(|(_, runs)| runs).map(|(point, _)| point.system.as_str());
    systems.collect::<std::collections::BTreeSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(system: &str, pattern: &str, time_us: f64) -> PointResult {
        let row = TrafficRow {
            pattern: pattern.into(),
            size_bytes: 1 << 20,
            flows: 71,
            total_bytes: 71 << 20,
            time_us,
            ideal_share: 10.0 / time_us,
            bound_by: "scale-up ejection".into(),
            ..TrafficRow::default()
        };
        PointResult {
            system: system.into(),
            chips: 72,
            point: [("workload.pattern".to_owned(), pattern.into())].into(),
            fits: true,
            traffic: Some(row),
            ..PointResult::default()
        }
    }

    #[test]
    fn the_first_to_be_done_wins() {
        let mut points = [
            point("copper", "incast", 10.0),
            point("copper", "uniform", 20.0),
            point("light", "incast", 15.0),
            point("light", "uniform", 25.0),
        ];
        let answer = from_points(&points);
        assert_eq!(
            answer.summary,
            "copper is done first in all 2 cases, 1.25 to 1.50 times as fast as light."
        );
        assert_eq!(answer.details.len(), 4);
        assert_eq!(
            answer.details[0],
            "At 72 chips with pattern = incast, copper is done after 10.0 µs: 71 flows of 1 MiB, at 100.0 % of what the \
             chips' own links allow, bound by scale-up ejection."
        );
        points[3] = point("light", "uniform", 5.0);
        assert_eq!(
            from_points(&points).summary,
            "It depends. Done first is copper at 72 chips with pattern = incast (1.50 times as fast as light) and light \
             at 72 chips with pattern = uniform (4.00 times as fast as copper)."
        );
        points[3] = point("light", "uniform", 20.0);
        points[2] = point("light", "incast", 10.0);
        assert_eq!(from_points(&points).summary, "A tie: the fastest are done at the same time.");
    }

    #[test]
    fn one_system_is_held_against_its_links() {
        let points = [point("copper", "incast", 10.0), point("copper", "uniform", 20.0)];
        assert_eq!(
            from_points(&points).summary,
            "copper reaches 100.0 % of what its chips' own links allow at 72 chips with pattern = incast, and 50.0 % at \
             72 chips with pattern = uniform, bound by scale-up ejection."
        );
        assert_eq!(
            from_points(&points[..1]).summary,
            "copper reaches 100.0 % of what its chips' own links allow, bound by scale-up ejection."
        );
    }
}

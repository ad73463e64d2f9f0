//! Finds the value of one parameter at which the winner of a training comparison changes, by simulations.
//!
//! The ratio of two systems is close to a power of most parameters, so that it is followed in logarithms: outwards from
//! the value in effect in steps of a factor of two until it crosses 1, then by false position.

use super::compared::{Compared, pair, pairs};
use super::sensitivity::{PointRuns, SensitivityOptions, measured_at};
use super::{EngineOptions, ProgressEvent, RunError, in_pool};
use crate::file::{Scenario, SystemEntry, suggestion};
use crate::report::{BreakEven, ComparedPair, Per};
use copperlight_topologies::catalog::Sourced;
use rayon::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};

/// A value is sought up to this factor above and below the one in effect.
const REACH: f64 = 64.0;

/// Logarithms closer than this are equal: a value is found to within 0.01 %.
const CLOSE: f64 = 1e-4;

/// How many simulations close in on a value once it is enclosed.
const MOST_STEPS: usize = 12;

/// A value or a ratio with the other, both as logarithms.
type Place = (f64, f64);

/// Refuses parameters that no simulation of the scenario reads.
pub(super) fn check(scenario: &Scenario, asked: &[String]) -> Result<(), RunError> {
    if asked.is_empty() {
        return Ok(());
    }
    if scenario.systems.len() < 2 || !scenario.survey().only_trains() {
        return Err(RunError::NothingToCompare);
    }
    let known = parameters(scenario);
    let unknown = asked.iter().find(|parameter| !known.contains(parameter));
    unknown.map_or(Ok(()), |parameter| {
        let names: Vec<&str> = known.iter().map(String::as_str).collect();
        let remedy = match suggestion::nearest(parameter, names.into_iter()) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("write one such as `{}`", known[0]),
        };
        Err(RunError::NoParameter { parameter: parameter.clone(), remedy })
    })
}

/// Every quantity that can be sought: what simulations read, and power and price of domains; nothing that is counted.
fn parameters(scenario: &Scenario) -> Vec<String> {
    let of_system = |(index, entry): (usize, &SystemEntry)| {
        let system = &entry.system;
        let published = ["facts.power", "facts.price"].into_iter();
        let published = published.filter(|key| system.facts().any(|(name, _)| name == *key));
        let read = system.simulated_values().filter(|(_, value)| value.unit != "count");
        let keys = read.map(|(key, _)| key).chain(published.map(str::to_owned));
        keys.map(|key| format!("systems[{index}].{key}")).collect::<Vec<_>>()
    };
    scenario.systems.iter().enumerate().flat_map(of_system).collect()
}

/// One value to find: the pair, and the parameter.
struct Task {
    pair: usize,
    parameter: String,
}

/// Compares all pairs and finds where their winner changes: by what was asked for, or by the value that decides each.
pub(super) fn compare(
    points: &[PointRuns<'_>],
    options: &SensitivityOptions,
    progress: &(dyn Fn(ProgressEvent) + Sync),
) -> Result<Vec<ComparedPair>, RunError> {
    let both = pairs(points);
    let mut compared: Vec<ComparedPair> = both.iter().map(|both| pair(both, options.per)).collect();
    let tasks: Vec<Task> =
        compared.iter().enumerate().flat_map(|(index, pair)| tasks(index, pair, options)).collect();
    let done: usize = points.iter().map(|point| point.shown.len()).sum();
    progress(ProgressEvent::Started { parts: done + tasks.len() });
    let find = |task: &Task| {
        let found = find(&both[task.pair], options.per, &task.parameter, options.run.engine);
        progress(ProgressEvent::Finished { what: format!("break-even of {}", task.parameter) });
        found
    };
    let found: Vec<Option<BreakEven>> =
        in_pool(options.run.threads, || tasks.par_iter().map(find).collect())?;
    for (task, found) in tasks.iter().zip(found) {
        compared[task.pair].break_evens.extend(found);
    }
    Ok(compared)
}

fn tasks(index: usize, pair: &ComparedPair, options: &SensitivityOptions) -> Vec<Task> {
    let asked = pair.ratios.iter().find(|ratio| ratio.per == options.per);
    let decides = asked.and_then(|ratio| ratio.decides.clone());
    let parameters = match options.break_even.as_slice() {
        [] => decides.into_iter().collect(),
        asked => asked.to_vec(),
    };
    parameters.into_iter().map(|parameter| Task { pair: index, parameter }).collect()
}

/// The break-even of one parameter; `None` where it is one of neither system.
fn find(both: &[Compared<'_>; 2], per: Per, parameter: &str, engine: EngineOptions) -> Option<BreakEven> {
    let key_in = |of: &Compared<'_>| {
        let prefix = format!("systems[{}].", of.point.point.system_index);
        parameter.strip_prefix(&prefix).map(str::to_owned)
    };
    let (side, key) = (0..2).find_map(|side| Some((side, key_in(&both[side])?)))?;
    let varied = &both[side];
    let system = &varied.point.point.system;
    let facts = system.facts().map(|(key, value)| (key.to_owned(), value));
    let (_, sourced) = system.simulated_values().chain(facts).find(|(name, _)| *name == key)?;
    let base = both[0].base.over(&both[1].base, per)?;
    let most = if sourced.unit == "share" { 1.0 } else { sourced.value * REACH };
    let searched = [sourced.value / REACH, most.max(sourced.value)];
    if key.starts_with("facts.") {
        let counts = varied.published(per).is_some_and(|(name, _)| name == key);
        // Twice the power or the price is half the rate per watt or dollar.
        let at = sourced.value * if side == 0 { base } else { base.recip() };
        return Some(break_even(parameter, sourced, (searched, counts.then_some(at), 0)));
    }
    let runs = AtomicU64::new(0);
    let ratio = |value: f64| {
        runs.fetch_add(1, Ordering::Relaxed);
        let output = varied.output(&measured_at(varied.point.point, system.at_value(&key, value)?, engine)?);
        let [first, other] = if side == 0 { [output, both[1].base] } else { [both[0].base, output] };
        Some((value.ln(), first.over(&other, per)?.ln()))
    };
    let at = crossing((sourced.value.ln(), base.ln()), searched, &ratio).map(f64::exp);
    Some(break_even(parameter, sourced, (searched, at, runs.into_inner())))
}

fn break_even(
    parameter: &str,
    of: &Sourced,
    (searched, at, runs): ([f64; 2], Option<f64>, u64),
) -> BreakEven {
    let inside = |at: f64| of.range.map(|[low, high]| (low..=high).contains(&at));
    BreakEven {
        parameter: parameter.to_owned(),
        value: of.value,
        unit: of.unit.clone(),
        source: of.source.clone(),
        range: of.range,
        searched,
        at,
        change: at.map(|at| at / of.value - 1.0),
        inside_range: at.and_then(inside),
        runs,
    }
}

/// Where the ratio is 1, as a logarithm: the crossing nearest to `base` that steps of a factor of two find.
///
/// A direction in which the first step leads away from 1 is looked at once more, at its end.
fn crossing(base: Place, searched: [f64; 2], at: &(dyn Fn(f64) -> Option<Place> + Sync)) -> Option<f64> {
    if base.1.abs() < CLOSE {
        return Some(base.0);
    }
    let [low, high] = searched.map(f64::ln);
    let double = std::f64::consts::LN_2;
    let step = |from: f64, up: bool| if up { (from + double).min(high) } else { (from - double).max(low) };
    let visit = |place: f64| at(place.exp());
    let (up, down) = rayon::join(|| visit(step(base.0, true)), || visit(step(base.0, false)));
    let mut nearest: Vec<(Place, bool)> = up.map(|place| (place, true)).into_iter().collect();
    nearest.extend(down.map(|place| (place, false)));
    if let Some((place, _)) = nearest.iter().find(|(place, _)| crosses(base, *place)) {
        return Some(close_in(base, *place, at));
    }
    nearest.sort_by(|a, b| a.0.1.abs().total_cmp(&b.0.1.abs()));
    let (mut place, is_up) = *nearest.first()?;
    loop {
        let next = step(place.0, is_up);
        if (next - place.0).abs() < CLOSE {
            break;
        }
        let Some(found) = visit(next) else { break };
        if crosses(place, found) {
            return Some(close_in(place, found, at));
        }
        place = found;
    }
    let (other, is_up) = *nearest.get(1)?;
    let end = visit(if is_up { high } else { low })?;
    crosses(other, end).then(|| close_in(other, end, at))
}

fn crosses(one: Place, other: Place) -> bool {
    one.1.signum() != other.1.signum()
}

/// False position between two places on either side of a ratio of 1, by the Illinois rule.
fn close_in(one: Place, other: Place, at: &(dyn Fn(f64) -> Option<Place> + Sync)) -> f64 {
    let (mut kept, mut last) = (one, other);
    for _ in 0..MOST_STEPS {
        let next = (kept.0 * last.1 - last.0 * kept.1) / (last.1 - kept.1);
        let Some(found) = at(next.exp()) else { break };
        let moved = (found.0 - last.0).abs();
        if crosses(found, last) {
            kept = last;
        } else {
            // The end that stays twice would hold the search back.
            kept.1 /= 2.0;
        }
        last = found;
        if last.1.abs() < CLOSE || moved < CLOSE {
            break;
        }
    }
    last.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(value: f64, searched: [f64; 2], ratio: impl Fn(f64) -> f64 + Sync) -> (Option<f64>, u64) {
        let runs = AtomicU64::new(0);
        let at = |value: f64| {
            runs.fetch_add(1, Ordering::Relaxed);
            Some((value.ln(), ratio(value).ln()))
        };
        let base = (value.ln(), ratio(value).ln());
        (crossing(base, searched, &at).map(f64::exp), runs.into_inner())
    }

    #[test]
    fn a_power_is_found_in_few_runs_wherever_it_is() {
        for at in [0.2, 0.9, 1.1, 3.0, 30.0] {
            for power in [-1.0, 0.3, 1.0] {
                let (value, runs) = found(1.0, [1.0 / 64.0, 64.0], |value| (value / at).powf(power));
                let value = value.expect("the ratio is 1 there");
                assert!((value / at - 1.0).abs() < 1e-3, "{value} is not {at}");
                assert!(runs <= 10, "{runs} runs for {at}");
            }
        }
    }

    #[test]
    fn what_saturates_is_found_and_what_never_crosses_is_not() {
        // An Amdahl's law: a part of the time stays, 1 / (0.4 + 0.6 / x) = 1.5 at x = 2.25.
        let speed = |value: f64| 1.0 / (0.4 + 0.6 / value) / 1.5;
        let (value, runs) = found(1.0, [1.0 / 64.0, 64.0], speed);
        assert!((value.expect("it is fast enough in the end") / 2.25 - 1.0).abs() < 1e-3, "{value:?}");
        assert!(runs <= 12, "{runs}");
        // Never: the limit is 2.5 / 3.
        let (value, runs) = found(1.0, [1.0 / 64.0, 64.0], |value| speed(value) / 2.0);
        assert_eq!(value, None);
        assert!(runs <= 8, "{runs}");
    }

    #[test]
    fn a_jump_is_found_where_it_is() {
        let (value, _) = found(1.0, [1.0 / 64.0, 64.0], |value| if value < 1.7 { 0.5 } else { 2.0 });
        let value = value.expect("the winner changes at 1.7");
        assert!((value / 1.7 - 1.0).abs() < 0.1, "{value}");
    }
}

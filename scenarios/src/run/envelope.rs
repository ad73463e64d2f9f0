//! How far collectives and points go when the ranged values of their systems go to their ends.

use super::collective::run_collective_here;
use super::sensitivity::{is_base, varied};
use super::variants::{Setting, Variants};
use super::watch::Watch;
use super::{CollectiveRequest, EngineOptions, RunError, in_pool, point};
use crate::file::{Point, Workload};
use crate::report::{CollectiveReport, CollectiveRow, ENVELOPE, PointEnvelope, PointResult};
use rayon::prelude::*;
use std::iter;

/// A band has its ends at one of so many sizes, and at the last.
const SIZES_OF_A_BAND: usize = 4;

/// Gives each row of a report the shortest and the longest time over all variants: each ranged value at either end
/// of its range, all others as they are, then all of them at their low and all at their high ends.
///
/// A variant that cannot run is a note of the report.
///
/// # Errors
/// [`RunError`] when no threads can be started.
pub fn add_envelope(request: &CollectiveRequest, report: &mut CollectiveReport) -> Result<(), RunError> {
    let name = &request.system_name;
    let variants = Variants::of(&request.system, name);
    let run = |setting: &Setting| {
        let system = variants.at(setting)?;
        run_collective_here(&CollectiveRequest { system, ..request.clone() })
    };
    let settings = &variants.settings[1..];
    let found: Vec<Result<CollectiveReport, RunError>> =
        in_pool(None, || settings.par_iter().map(run).collect())?;
    for (index, row) in report.rows.iter_mut().enumerate() {
        let times = || found.iter().flatten().map(|variant| variant.rows[index].time_us);
        row.time_us_low = Some(times().fold(row.time_us, f64::min));
        row.time_us_high = Some(times().fold(row.time_us, f64::max));
    }
    report.envelope = Some(ENVELOPE.to_owned());
    let failed =
        settings.iter().zip(&found).filter_map(|(setting, found)| Some((setting, found.as_ref().err()?)));
    let failed = failed.map(|(setting, error)| format!("{name}: {}: {error}", variants.describe(setting)));
    report.notes.extend(failed);
    if variants.values.is_empty() {
        report.notes.push(format!("{name}: no value has a range, so the envelope is the time itself"));
    }
    Ok(())
}

/// Gives every few rows of a curve inside one domain the shortest and the longest time, as [`add_envelope`] does, from
/// the values that such a collective reads. Without any, or where a variant cannot run, there is no band.
pub(super) fn add_band(request: &CollectiveRequest, rows: &mut [CollectiveRow]) {
    let is_read = |key: &str| {
        let elsewhere = ["chip.", "scale_out.", "transport.scale_out."];
        !elsewhere.iter().any(|table| key.starts_with(table))
    };
    let variants = Variants::of_keys(&request.system, &request.system_name, is_read);
    if variants.values.is_empty() {
        return;
    }
    let last = request.sizes.len().saturating_sub(1);
    let places: Vec<usize> =
        (0..=last).filter(|place| place % SIZES_OF_A_BAND == 0 || *place == last).collect();
    let sizes = places.iter().map(|place| request.sizes[*place]).collect();
    let request = CollectiveRequest { sizes, ..request.clone() };
    let run = |setting: &Setting| {
        let system = variants.at(setting)?;
        run_collective_here(&CollectiveRequest { system, ..request.clone() })
    };
    let found: Result<Vec<CollectiveReport>, RunError> = variants.settings[1..].par_iter().map(run).collect();
    let Ok(found) = found else { return };
    for (index, place) in places.into_iter().enumerate() {
        let row = &mut rows[place];
        let times = || found.iter().map(|variant| variant.rows[index].time_us);
        row.time_us_low = Some(times().fold(row.time_us, f64::min));
        row.time_us_high = Some(times().fold(row.time_us, f64::max));
    }
}

/// Gives a point how far its figures go over all of its variants; its times, where it is a collective. A variant that
/// cannot run, or does not fit in memory, is a sentence.
pub(super) fn add_to_point(point: &Point, result: &mut PointResult, engine: EngineOptions) -> Vec<String> {
    if !result.fits || matches!(point.workload, Workload::Traffic(_)) {
        return Vec::new();
    }
    let varied = varied(point);
    let variants = &varied.1;
    let run = |setting: &Setting| {
        let system = variants.at(setting)?;
        point::run(&Point { system, ..point.clone() }, engine, Watch::default()).map(|outcome| outcome.result)
    };
    let settings: Vec<&Setting> =
        variants.settings[1..].iter().filter(|setting| !is_base(&varied, setting)).collect();
    let found: Vec<Result<PointResult, RunError>> = settings.par_iter().map(|setting| run(setting)).collect();
    let shown = || iter::once(&*result).chain(found.iter().flatten());
    let ends = |figure: &dyn Fn(&PointResult) -> Option<f64>| {
        let values = || shown().filter_map(figure);
        Some([values().reduce(f64::min)?, values().reduce(f64::max)?])
    };
    let times = ends(&|of| Some(of.collective.as_ref()?.time_us));
    let envelope = PointEnvelope {
        step_time_s: ends(&|of| of.step_time_s),
        mfu: ends(&|of| of.mfu),
        communication_share: ends(&|of| of.communication_share),
        exposed_communication_share: ends(&|of| of.exposed_communication_share),
    };
    match (&mut result.collective, times) {
        (Some(row), Some([low, high])) => (row.time_us_low, row.time_us_high) = (Some(low), Some(high)),
        _ => result.envelope = Some(envelope),
    }
    let name = &point.system_name;
    let failed = settings.into_iter().zip(&found).filter_map(|(setting, found)| {
        let why = match found {
            Ok(result) if result.fits => return None,
            Ok(_) => "it does not fit in memory".to_owned(),
            Err(error) => error.to_string(),
        };
        Some(format!("{name}: {}: {why}", variants.describe(setting)))
    });
    failed.collect()
}

#[cfg(test)]
mod tests {
    use super::super::{RunOptions, SensitivityOptions, run_scenario, sensitivity};
    use crate::file::{Scenario, load};
    use crate::report::ScenarioReport;

    /// The founding scenario with a small model on few chips, in closed form.
    fn founding(more: &[&str]) -> Scenario {
        let small = [
            "sweep=[]",
            "scenario.fidelity=\"analytic\"",
            "systems.chips=16",
            "workload.model=\"llama-3.1-8b\"",
            "workload.global_batch=16",
            "workload.parallelism.tensor=4",
            "workload.parallelism.pipeline=2",
        ];
        let settings = [&small, more].concat();
        let settings: Vec<String> = settings.into_iter().map(str::to_owned).collect();
        load("nvl72-vs-cm384", &settings).unwrap_or_else(|errors| panic!("{errors}"))
    }

    fn run(scenario: &Scenario) -> ScenarioReport {
        run_scenario(scenario, &RunOptions::default(), &|_| {}).expect("every point runs")
    }

    #[test]
    fn a_points_envelope_is_what_sensitivity_finds() {
        let scenario = founding(&["report.bands=true", "report.curves=[\"mfu\"]"]);
        let report = run(&scenario);
        let ranges =
            sensitivity(&scenario, &SensitivityOptions::default(), &|_| {}).expect("every point runs");
        for (point, ranges) in report.results.results.iter().zip(&ranges.points) {
            let envelope = point.envelope.expect("bands are asked for");
            assert_eq!(envelope.step_time_s, ranges.time.low.zip(ranges.time.high).map(<[f64; 2]>::from));
            assert_eq!(envelope.mfu, ranges.rate.low.zip(ranges.rate.high).map(<[f64; 2]>::from));
            let [low, high] = envelope.mfu.expect("the point trains");
            let mfu = point.mfu.expect("the point trains");
            assert!(low <= mfu && mfu <= high && low < high, "{low} {mfu} {high}");
        }
        let plain = run(&founding(&["report.curves=[\"mfu\"]"]));
        assert_eq!(plain.results.digest, report.results.digest, "bands change no result");
        assert!(plain.results.results.iter().all(|point| point.envelope.is_none()));
    }

    #[test]
    fn a_collectives_envelope_is_of_its_time() {
        let scenario = founding(&[
            "workload={kind=\"collective\", operation=\"all-gather\", size=\"64 MiB\"}",
            "report.bands=true",
        ]);
        for point in run(&scenario).results.results {
            let row = point.collective.expect("the point is a collective");
            let ends = row.time_us_low.zip(row.time_us_high).expect("bands are asked for");
            assert!(ends.0 <= row.time_us && row.time_us <= ends.1 && ends.0 < ends.1, "{row:?}");
            assert_eq!(point.envelope, None);
        }
    }
}

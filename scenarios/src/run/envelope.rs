//! How far the times of a collective go when the ranged values of its system go to their ends.

use super::variants::{Setting, Variants};
use super::{CollectiveRequest, RunError, in_pool, run_collective_here};
use crate::report::{CollectiveReport, ENVELOPE};
use rayon::prelude::*;

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

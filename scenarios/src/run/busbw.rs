//! All-reduce bus bandwidth against size, inside one domain of a system.

use super::collective::{CollectiveRequest, run_collective_here};
use super::envelope::add_band;
use super::{EngineOptions, RunError};
use crate::file::{Point, Scenario, SystemEntry, Workload};
use crate::report::{BusbwCurve, CurveKind, MeasuredRates};
use crate::validate::{MeasuredCollective, measured_rates};
use copperlight_core::units::Bytes;
use copperlight_core::workload::{CollectiveKind, ExpertRouting};
use serde_json::Value;
use std::collections::BTreeMap;

/// Sizes run from 1 KiB to 16 GiB, by powers of two.
const SIZES: std::ops::RangeInclusive<u32> = 10..=34;

/// Whether the figure is asked for and not made of the scenario's own collective points.
pub(super) fn is_wanted(scenario: &Scenario) -> bool {
    scenario.trains() && scenario.report.curves.contains(&CurveKind::Busbw)
}

/// The curve of one system as its first point has it, over one domain or all that the scenario uses of it.
pub(super) fn curve(
    scenario: &Scenario,
    system: usize,
    engine: EngineOptions,
) -> Result<BusbwCurve, RunError> {
    let entry: &SystemEntry = &scenario.systems[system];
    let chips = chips(scenario, system);
    let request = CollectiveRequest {
        system: entry.system.to_be_cut(),
        system_name: entry.name.clone(),
        chips,
        kind: CollectiveKind::AllReduce,
        sizes: SIZES.map(|power| Bytes::new(1 << power)).collect(),
        algorithm: None,
        protocol: None,
        experts: ExpertRouting::default(),
        fidelity: scenario.fidelity,
        engine,
    };
    let mut rows = run_collective_here(&request)?.rows;
    add_band(&request, &mut rows);
    Ok(BusbwCurve { system: entry.name.clone(), chips: chips as u64, rows, ..BusbwCurve::default() })
}

/// The chips of a system's curve.
fn chips(scenario: &Scenario, system: usize) -> usize {
    let domain = scenario.systems[system].system.domain_size();
    domain.min(scenario.survey().most_chips(system).max(1))
}

/// What was measured of the collectives that the figure shows; nothing where it is not drawn.
pub(super) fn measured(scenario: &Scenario) -> Vec<MeasuredRates> {
    if !scenario.report.curves.contains(&CurveKind::Busbw) || scenario.point_count() > super::MOST_HELD {
        return Vec::new();
    }
    if scenario.trains() {
        let of_system = |(index, entry): (usize, &SystemEntry)| {
            let (kind, chips) = (CollectiveKind::AllReduce, chips(scenario, index));
            let wanted = MeasuredCollective { kind, chips, algorithm: None };
            named(measured_rates(&entry.system, wanted), &entry.name, &BTreeMap::new())
        };
        return scenario.systems.iter().enumerate().flat_map(of_system).collect();
    }
    let mut looked_up: Vec<(String, MeasuredCollective, Swept)> = Vec::new();
    let mut found = Vec::new();
    for point in scenario.points() {
        let Some(wanted) = collective(&point) else { continue };
        let key = (point.system_name.clone(), wanted, swept_besides_sizes(&point));
        if !looked_up.contains(&key) {
            found.extend(named(measured_rates(&point.system, wanted), &point.system_name, &key.2));
            looked_up.push(key);
        }
    }
    found
}

/// Swept values by their paths.
type Swept = BTreeMap<String, Value>;

/// What tells the curve of a point from others of its system.
fn swept_besides_sizes(point: &Point) -> Swept {
    let value = |(path, value): (&String, &toml::Value)| {
        (path.clone(), serde_json::to_value(value).expect("a TOML value is a JSON value"))
    };
    let is_size = |path: &str| path.rsplit('.').next() == Some("size");
    point.values.iter().filter(|(path, _)| !is_size(path)).map(value).collect()
}

fn collective(point: &Point) -> Option<MeasuredCollective> {
    let Workload::Collective(spec) = &point.workload else { return None };
    Some(MeasuredCollective { kind: spec.operation, chips: point.chips, algorithm: spec.algorithm })
}

/// Measurements under the name that the scenario gives their machine, with the swept values of their points.
fn named(mut rates: Vec<MeasuredRates>, system: &str, swept: &Swept) -> Vec<MeasuredRates> {
    for rates in &mut rates {
        system.clone_into(&mut rates.system);
        rates.point.clone_from(swept);
    }
    rates
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::load;

    fn curve_of(settings: &[&str], system: usize) -> BusbwCurve {
        let settings: Vec<String> = settings.iter().map(|setting| (*setting).to_owned()).collect();
        let scenario = load("nvl72-vs-cm384", &settings).unwrap_or_else(|errors| panic!("{errors}"));
        curve(&scenario, system, EngineOptions::default()).expect("one domain can be simulated")
    }

    #[test]
    fn a_curve_has_its_band_at_some_sizes_and_at_both_ends() {
        // 16 chips, so that a debug build is quick.
        let curve = curve_of(&["sweep=[]", "systems.chips=16", "workload.parallelism.pipeline=2"], 1);
        let banded: Vec<u64> =
            curve.rows.iter().filter(|row| row.time_us_low.is_some()).map(|row| row.size_bytes).collect();
        assert_eq!((curve.rows.len(), banded.len()), (25, 7));
        assert_eq!((banded[0], banded[6]), (1 << 10, 1 << 34));
        for row in curve.rows.iter().filter(|row| row.time_us_low.is_some()) {
            let (low, high) = (row.time_us_low.expect("it has both"), row.time_us_high.expect("it has both"));
            assert!(low <= row.time_us && row.time_us <= high && low < high, "{row:?}");
        }
    }

    #[test]
    fn software_without_ranges_has_no_band() {
        let settings = [
            "sweep=[]",
            "systems.chips=16",
            "workload.parallelism.pipeline=2",
            "systems.transport=\"ideal\"",
        ];
        let curve = curve_of(&settings, 0);
        let banded = |row: &&crate::report::CollectiveRow| row.time_us_low.is_some();
        assert_eq!(curve.rows.iter().filter(banded).count(), 0);
    }
}

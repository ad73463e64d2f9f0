//! All-reduce bus bandwidth against size, inside one domain of a system.

use super::collective::{CollectiveRequest, run_collective};
use super::{EngineOptions, RunError};
use crate::file::{Point, Scenario, SystemEntry, Workload};
use crate::report::{BusbwCurve, CurveKind, MeasuredRates};
use crate::validate::{MeasuredCollective, measured_rates};
use copperlight_core::units::Bytes;
use copperlight_core::workload::{CollectiveKind, ExpertRouting};

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
    let report = run_collective(&CollectiveRequest {
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
    })?;
    Ok(BusbwCurve { system: entry.name.clone(), chips: chips as u64, rows: report.rows })
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
            named(measured_rates(&entry.system, wanted), &entry.name)
        };
        return scenario.systems.iter().enumerate().flat_map(of_system).collect();
    }
    let mut looked_up: Vec<(String, MeasuredCollective)> = Vec::new();
    let mut found = Vec::new();
    for point in scenario.points() {
        let Some(wanted) = collective(&point) else { continue };
        let key = (point.system_name.clone(), wanted);
        if !looked_up.contains(&key) {
            found.extend(named(measured_rates(&point.system, wanted), &point.system_name));
            looked_up.push(key);
        }
    }
    found
}

fn collective(point: &Point) -> Option<MeasuredCollective> {
    let Workload::Collective(spec) = &point.workload else { return None };
    Some(MeasuredCollective { kind: spec.operation, chips: point.chips, algorithm: spec.algorithm })
}

/// Measurements under the name that the scenario gives their machine.
fn named(mut rates: Vec<MeasuredRates>, system: &str) -> Vec<MeasuredRates> {
    rates.iter_mut().for_each(|rates| system.clone_into(&mut rates.system));
    rates
}

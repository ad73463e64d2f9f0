//! All-reduce bus bandwidth against size, inside one domain of a system.

use super::collective::{CollectiveRequest, run_collective};
use super::{EngineOptions, RunError};
use crate::file::{Scenario, SystemEntry};
use crate::report::{BusbwCurve, CurveKind};
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
    let chips = entry.system.domain_size().min(scenario.survey().most_chips(system).max(1));
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

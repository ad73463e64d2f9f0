//! What was measured of a collective on a machine, for figures that show it beside what was simulated.

use super::row::{Measured, MeasuredOperation, MeasuredRun};
use super::table::TableKind;
use super::tables::built_in_tables;
use crate::report::MeasuredRates;
use copperlight_core::workload::{Algorithm, CollectiveKind};
use copperlight_topologies::System;
use std::collections::BTreeMap;

/// A collective as it was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MeasuredCollective {
    /// Which one.
    pub kind: CollectiveKind,
    /// On how many chips.
    pub chips: usize,
    /// The algorithm that was forced, or `None`.
    pub algorithm: Option<Algorithm>,
}

/// The built-in measurements of a collective on machines that are wired and driven as `system` is, source by source.
/// Rows that are set apart are not among them.
pub fn measured_rates(system: &System, wanted: MeasuredCollective) -> Vec<MeasuredRates> {
    let mut found = Vec::new();
    for table in built_in_tables(TableKind::Collectives) {
        let rows = table.rows.iter().filter(|row| !table.is_apart(row));
        let runs = rows.filter_map(|row| row.run.as_ref().ok());
        let mut points: Vec<(u64, f64)> =
            runs.filter_map(|run| rate(run, wanted).filter(|_| is_on(run, system))).collect();
        points.sort_by_key(|(size, _)| *size);
        if !points.is_empty() {
            let chips = wanted.chips as u64;
            let (system, source) = (system.name().to_owned(), table.harness.source.clone());
            found.push(MeasuredRates { system, chips, point: BTreeMap::new(), source, points });
        }
    }
    found
}

/// The size and the bus bandwidth of a row of the collective.
fn rate(run: &MeasuredRun, wanted: MeasuredCollective) -> Option<(u64, f64)> {
    let MeasuredOperation::Collective { kind, algorithm, size } = run.operation else { return None };
    let operation = MeasuredCollective { kind, chips: run.setup.chips, algorithm };
    let factor = Some(kind.bus_factor(wanted.chips)).filter(|factor| *factor > 0.0 && operation == wanted)?;
    let rate = match run.measured {
        Measured::BusbwGbPerS(rate) => rate,
        // Bytes a microsecond are thousandths of GB/s.
        Measured::TimeUs(time) => size.count() as f64 * factor / time * 1e-3,
    };
    rate.is_finite().then_some((size.count(), rate))
}

fn is_on(run: &MeasuredRun, system: &System) -> bool {
    run.setup.preset == system.name()
        && run.setup.system().is_ok_and(|measured| measured.system.is_wired_like(system))
}

#[cfg(test)]
mod tests {
    use super::*;
    use toml::Value;

    #[test]
    fn rates_are_those_of_the_same_machine_and_collective() {
        let mut system = System::preset("gb200-nvl72").expect("the preset is in the catalog");
        let wanted = MeasuredCollective { kind: CollectiveKind::AllReduce, chips: 72, algorithm: None };
        let found = measured_rates(&system, wanted);
        let of_coreweave = found.iter().find(|rates| rates.source.contains("coreweave"));
        let of_coreweave = of_coreweave.expect("one domain was measured");
        assert_eq!((of_coreweave.points.len(), of_coreweave.chips), (4, 72));
        // 8 GiB x 2 x 71 / 72 in 20,299 us.
        let (size, rate) = of_coreweave.points[3];
        assert!(size == 8 << 30 && (rate - 834.57).abs() < 0.5, "{size} B: {rate}");
        assert_eq!(measured_rates(&system, MeasuredCollective { chips: 71, ..wanted }), []);
        system.set("scale_up.link_bandwidth", &Value::String("25 GB/s".into())).expect("the key is known");
        assert_eq!(measured_rates(&system, wanted), []);
    }
}

//! Energy per token and what a whole run takes, as results and as tables.

use super::headline::{cell, key_cells, keyed_sheet};
use super::number::rounded;
use super::results::{PointResult, ScenarioResults};
use super::sheet::{Column, Sheet};
use copperlight_topologies::Interval;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Energy per trained token, in joules, by what draws it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct EnergyPerToken {
    /// Chips: idle + activity x (limit - idle).
    pub chips: Interval,
    /// CPUs, memory, adapters, fans, losses; `None` where no power of a whole domain is published.
    pub hosts: Option<Interval>,
    /// Modules, cables and switches of each tier.
    pub tiers: BTreeMap<String, Interval>,
    /// Cooling and distribution of the building.
    pub facility: Interval,
    /// The sum.
    pub total: Interval,
}

/// What a run of `tokens` tokens takes, without failures and restarts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct RunTotals {
    /// Tokens of the run.
    pub tokens: f64,
    /// Days.
    pub days: f64,
    /// Megawatt-hours at the meter of the building.
    pub energy_mwh: Option<Interval>,
    /// Price of that energy, in US dollars.
    pub electricity_usd: Option<Interval>,
    /// The share of the system's price that the run wears off, in US dollars.
    pub hardware_usd: Option<Interval>,
    /// Both together; `None` unless both are known.
    pub price_usd: Option<Interval>,
}

/// Energy per token by what draws it; the tiers of the network together.
pub(super) fn energy(results: &ScenarioResults) -> Option<Sheet> {
    let known: Vec<(&PointResult, &EnergyPerToken)> = results
        .results
        .iter()
        .filter_map(|point| Some((point, point.energy_breakdown_j_per_token.as_ref()?)))
        .collect();
    let columns = vec![
        Column::number("total", "J"),
        Column::text("envelope"),
        Column::number("chips", "J"),
        Column::number("hosts", "J"),
        Column::number("network", "J"),
        Column::number("facility", "J"),
    ];
    let mut sheet = keyed_sheet("Energy per token", results, columns);
    for (point, energy) in &known {
        let network: Interval = energy.tiers.values().copied().sum();
        let mut row = key_cells(point, results);
        row.extend([
            rounded(energy.total.value),
            span(&energy.total),
            rounded(energy.chips.value),
            cell(energy.hosts.map(|hosts| rounded(hosts.value))),
            rounded(network.value),
            rounded(energy.facility.value),
        ]);
        sheet.push(row);
    }
    (!known.is_empty()).then_some(sheet)
}

/// What the whole run takes.
pub(super) fn run_totals(results: &ScenarioResults) -> Option<Sheet> {
    let columns = vec![
        Column::number("tokens", ""),
        Column::number("days", ""),
        Column::number("energy", "MWh"),
        Column::text("envelope"),
        Column::number("electricity", "kUSD"),
        Column::number("hardware", "kUSD"),
        Column::number("together", "kUSD"),
    ];
    let mut sheet = keyed_sheet("The whole run, without failures and restarts", results, columns);
    for point in &results.results {
        let Some(run) = &point.run_total else { continue };
        let thousands = |usd: &Option<Interval>| cell(usd.map(|usd| rounded(usd.value / 1e3)));
        let mut row = key_cells(point, results);
        row.extend([
            format!("{:.2e}", run.tokens),
            rounded(run.days),
            cell(run.energy_mwh.map(|energy| rounded(energy.value))),
            cell(run.energy_mwh.as_ref().map(span)),
            thousands(&run.electricity_usd),
            thousands(&run.hardware_usd),
            thousands(&run.price_usd),
        ]);
        sheet.push(row);
    }
    (!sheet.rows.is_empty()).then_some(sheet)
}

fn span(envelope: &Interval) -> String {
    format!("{} to {}", rounded(envelope.low), rounded(envelope.high))
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    fn envelope(value: f64) -> Interval {
        Interval { value, low: value * 0.9, high: value * 1.5 }
    }

    #[test]
    fn tables_show_what_is_known_and_leave_out_what_is_not() {
        let mut results = example::two_systems(1).results;
        assert!(energy(&results).is_none() && run_totals(&results).is_none());
        results.results[0].energy_breakdown_j_per_token = Some(EnergyPerToken {
            chips: envelope(2.0),
            hosts: None,
            tiers: BTreeMap::from([("scale-up".to_owned(), envelope(0.5))]),
            facility: envelope(0.5),
            total: envelope(3.0),
        });
        results.results[0].run_total = Some(RunTotals {
            tokens: 15e12,
            days: 30.0,
            energy_mwh: Some(envelope(12_500.0)),
            electricity_usd: Some(envelope(1e6)),
            ..RunTotals::default()
        });
        let sheet = energy(&results).expect("one point has energy");
        assert_eq!(sheet.rows.len(), 1);
        assert_eq!(sheet.rows[0][2..], ["3.00", "2.70 to 4.50", "2.00", "-", "0.500", "0.500"]);
        let sheet = run_totals(&results).expect("one point has a run");
        assert_eq!(sheet.rows[0][2..], ["1.50e13", "30.0", "12,500", "11,250 to 18,750", "1,000", "-", "-"]);
    }
}

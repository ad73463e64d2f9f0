//! Found plans as CSV: a row for each simulated plan.

use super::plan::{PlanReport, PlanRow, SystemPlan};
use std::io::{self, Write};

const HEADS: [&str; 12] = [
    "system",
    "chips",
    "rank",
    "scenario",
    "plan",
    "step_time_s",
    "estimated_s",
    "mfu",
    "tokens_per_second_per_chip",
    "memory_gb",
    "slower",
    "parallelism",
];

/// Writes a row for each simulated plan, the fastest of each system first.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_csv(out: &mut dyn Write, report: &PlanReport) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(HEADS).map_err(io::Error::other)?;
    for plan in &report.systems {
        for (index, row) in plan.finalists.iter().enumerate() {
            writer.write_record(record(plan, index, row)).map_err(io::Error::other)?;
        }
    }
    writer.flush()
}

fn record(plan: &SystemPlan, index: usize, row: &PlanRow) -> [String; 12] {
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let is_example = plan.example.as_ref() == Some(row);
    [
        plan.system.clone(),
        plan.chips.to_string(),
        (index + 1).to_string(),
        is_example.to_string(),
        row.words.clone(),
        number(row.step_time_s),
        number(row.estimated_s),
        number(row.mfu),
        number(row.tokens_per_second_per_chip),
        number(row.memory().map(|[total, _]| total)),
        number(row.slower),
        toml::Value::Table(row.parallelism.clone()).to_string(),
    ]
}

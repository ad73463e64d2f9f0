//! Whether a system can run a workload at all.

use super::document::Table;
use super::error::ScenarioError;
use super::scenario::Workload;
use super::section::Section;
use super::systems::Machine;
use crate::training::Precision;

/// Nothing when the chip of `machine` cannot train as the workload asks; the tables say where that was written.
pub(super) fn check(
    machine: &Machine,
    workload: &Workload,
    (system, work): (&Table, &Section<'_>),
) -> Option<()> {
    let Workload::Training(job) = workload else { return Some(()) };
    let Some(chip) = machine.system.chip() else {
        let place = system.get("fabric").map(|entry| entry.place).or(work.place());
        let problem = "a fabric has no chip, so nothing can be trained on it; \
                       name a preset, or use kind = \"collective\""
            .to_owned();
        work.error(place, ScenarioError::IllegalSystem { problem });
        return None;
    };
    let precision = job.precision();
    let missing = chip.missing(precision);
    if !missing.is_empty() {
        let place = work.entry("precision").map(|entry| entry.node.place).or(work.place());
        let problem = format!(
            "no {} rate is known for {} of {}; use precision = \"bf16\", or state {}",
            precision.name(),
            chip.name(),
            machine.name,
            missing.join(" and ")
        );
        work.error(place, ScenarioError::IllegalSystem { problem });
        return None;
    }
    let field = precision.peak_field();
    let narrow = !matches!(precision, Precision::Bf16 | Precision::Fp16);
    if let Some(peak) = chip.peak(precision).filter(|_| narrow)
        && peak < chip.peak_bf16()
    {
        let table = system.get("chip").and_then(|entry| entry.node.as_table());
        let written = |key| table.and_then(|table| table.get(key)).map(|entry| entry.node.place);
        let place = written(field).or_else(|| written("peak_bf16")).or(work.place());
        let problem = format!(
            "chip.{field} of {} is below its chip.peak_bf16; raise the one or lower the other",
            machine.name
        );
        work.error(place, ScenarioError::IllegalSystem { problem });
        return None;
    }
    Some(())
}

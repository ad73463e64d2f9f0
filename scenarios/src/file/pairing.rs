//! Whether a system can run a workload at all.

use super::document::Table;
use super::error::ScenarioError;
use super::scenario::Workload;
use super::section::Section;
use super::systems::Machine;
use crate::training::Precision;
use copperlight_topologies::quantity::ComputeRate;
use copperlight_topologies::{BuildError, Chip};

/// Whether the chip of `machine` can train as the workload asks.
pub(super) fn fits(machine: &Machine, workload: &Workload) -> bool {
    let Workload::Training(job) = workload else { return true };
    let Some(chip) = machine.system.chip() else { return false };
    chip.missing(job.precision()).is_empty() && low_peak(chip, job.precision()).is_none()
}

/// A peak of a narrow format that is below that of a wide one.
fn low_peak(chip: &Chip, precision: Precision) -> Option<ComputeRate> {
    let narrow = !matches!(precision, Precision::Bf16 | Precision::Fp16);
    chip.peak(precision).filter(|peak| narrow && *peak < chip.peak_bf16())
}

/// Nothing when the chip of `machine` cannot train as the workload asks; the tables say where that was written.
pub(super) fn check(
    machine: &Machine,
    workload: &Workload,
    (system, work): (&Table, &Section<'_>),
) -> Option<()> {
    check_degraded(machine, system, work)?;
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
    if low_peak(chip, precision).is_some() {
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

/// Nothing when something is to be slow or gone that the machine does not have, as far as that shows without its wiring.
fn check_degraded(machine: &Machine, system: &Table, work: &Section<'_>) -> Option<()> {
    let chips = machine.chips?.value;
    if machine.system.degradations().is_empty() {
        return Some(());
    }
    let Err(error) = machine.system.check_chips(chips) else { return Some(()) };
    let BuildError::Degrade { index, .. } = &error else { return Some(()) };
    let list = system.get("degrade").map(|entry| &entry.node);
    let entry = list.and_then(|list| list.as_array()).and_then(|entries| entries.get(*index));
    let target = entry.and_then(|entry| entry.as_table()?.get("target")).map(|target| &target.node);
    let place = target.or(entry).or(list).map(|node| node.place).or(work.place());
    work.error(place, ScenarioError::IllegalSystem { problem: error.to_string() });
    None
}

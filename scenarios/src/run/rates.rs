//! What the step model needs to know of a system's chip.

use super::RunError;
use crate::training::{ChipRates, TrainingJob};
use copperlight_topologies::{SoftwareFactors, System};

/// The rates that the chip of `system`, which results call `name`, has with the software of a job.
pub(super) fn rates(system: &System, name: &str, job: &TrainingJob) -> Result<ChipRates, RunError> {
    let chip = system.chip().ok_or_else(|| RunError::NoChip { system: name.to_owned() })?;
    let precision = job.precision();
    let rates = ChipRates::of(chip, precision).ok_or_else(|| RunError::NoRate {
        system: name.to_owned(),
        chip: chip.name().to_owned(),
        precision: precision.name(),
        missing: chip
            .missing(precision)
            .iter()
            .map(|key| format!("`systems.{key}`"))
            .collect::<Vec<_>>()
            .join(" and "),
    })?;
    Ok(rates.with_software(job.recipe().software.map_or(SoftwareFactors::NONE, |of| of.factors(chip))))
}

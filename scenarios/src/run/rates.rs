//! What the step model needs to know of a system's chip.

use super::RunError;
use crate::training::{ChipRates, Precision};
use copperlight_topologies::System;

/// The rates of the chip of `system`, which results call `name`.
pub(super) fn rates(system: &System, name: &str, precision: Precision) -> Result<ChipRates, RunError> {
    let chip = system.chip().ok_or_else(|| RunError::NoChip { system: name.to_owned() })?;
    ChipRates::of(chip, precision).ok_or_else(|| RunError::NoRate {
        system: name.to_owned(),
        chip: chip.name().to_owned(),
        precision: precision.name(),
        missing: chip
            .missing(precision)
            .iter()
            .map(|key| format!("`systems.{key}`"))
            .collect::<Vec<_>>()
            .join(" and "),
    })
}

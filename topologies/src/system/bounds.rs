//! The legal range of every value that a user may set: wide enough for any machine, and beyond it a slip of the hand.
//!
//! Inside of these ranges every duration is one that the simulator can tell from zero and from forever.

use super::overrides::OverrideError;
use crate::catalog::{Section, Sourced, dimension_of};
use crate::families::{Bounds, ParameterKind, parameter};
use copperlight_core::units::UnitError;

const COMPUTE: Bounds = Bounds { lowest: 1e9, highest: 1e18, words: "from 1 GFLOP/s to 1000 PFLOP/s" };
const CAPACITY: Bounds = Bounds { lowest: 1e6, highest: 1e15, words: "from 1 MB to 1000 TB" };
const MEMORY_RATE: Bounds = Bounds { lowest: 1e6, highest: 1e15, words: "from 1 MB/s to 1000 TB/s" };
const POWER: Bounds = Bounds { lowest: 0.0, highest: 1e6, words: "above 0 and at most 1 MW" };
const SHARE: Bounds = Bounds { lowest: 1e-3, highest: 1.0, words: "from 0.001 to 1" };
const RELATIVE_RATE: Bounds = Bounds { lowest: 1e-2, highest: 1e2, words: "from 0.01 to 100" };
const TRAFFIC: Bounds = Bounds { lowest: 0.0, highest: 1e2, words: "from 0 to 100" };
const LOST_SPEED: Bounds = Bounds { lowest: 0.0, highest: 0.9, words: "from 0 to 0.9" };
const DIMENSION: Bounds = Bounds { lowest: 0.0, highest: 1e6, words: "from 0 to 1000000" };
const PARTS_OF_A_CHIP: Bounds = Bounds { lowest: 1.0, highest: 1e6, words: "from 1 to 1000000" };
const COST: Bounds = Bounds { lowest: 0.0, highest: 1e2, words: "from 0 to 100 s" };

/// The keys of a chip that [`System::set`](crate::System::set) takes, each with its range and what it says; those of the
/// wiring stand beside the families that declare them.
const CHIP_BOUNDS: &[(&str, Bounds, &str)] = &[
    ("chip.peak_bf16", COMPUTE, "dense BF16 peak"),
    ("chip.peak_fp16", COMPUTE, "dense FP16 peak"),
    ("chip.peak_fp8", COMPUTE, "dense FP8 peak"),
    ("chip.peak_fp4", COMPUTE, "dense FP4 peak"),
    ("chip.hbm_capacity", CAPACITY, "memory of a chip"),
    ("chip.hbm_bandwidth", MEMORY_RATE, "bandwidth of that memory"),
    ("chip.power", POWER, "power of a chip at work"),
    ("chip.multiprocessors", PARTS_OF_A_CHIP, "multiprocessors that share the tiles of a matmul"),
    ("chip.gemm_efficiency_bf16", SHARE, "share of the peak that large BF16 matmuls reach"),
    ("chip.gemm_efficiency_fp8", SHARE, "the same in FP8 with one scale a tensor"),
    ("chip.gemm_efficiency_mxfp8", SHARE, "the same in MXFP8"),
    ("chip.gemm_efficiency_nvfp4", SHARE, "the same in NVFP4"),
    ("chip.attention_efficiency", SHARE, "share of the BF16 peak that fused attention reaches"),
    ("chip.attention_backward_relative", RELATIVE_RATE, "rate of attention backward over forward"),
    ("chip.attention_head_64", SHARE, "rate of attention with heads 64 wide over wider ones"),
    ("chip.context_chunking", TRAFFIC, "time that attention over parts of a sequence takes more"),
    (
        "chip.unfused_gemm_relative",
        RELATIVE_RATE,
        "rate of the matmuls of unfused attention over other matmuls",
    ),
    ("chip.hbm_efficiency", SHARE, "share of the memory bandwidth that kernels reach"),
    ("chip.gemm_traffic", TRAFFIC, "how much of a matmul's memory traffic adds to its time"),
    ("chip.wave_weight", TRAFFIC, "how much of the last, partial wave of tiles is lost"),
    ("chip.grouped_gemm_penalty", DIMENSION, "rows that a grouped matmul of experts loses to each expert"),
    ("chip.grouped_gemm_single", TRAFFIC, "how much of that a single expert loses"),
    ("chip.host_launch", COST, "what the host needs to launch a kernel"),
    ("chip.host_expert_layer", COST, "what the host needs more for a layer with experts"),
    ("chip.host_expert_wait", TRAFFIC, "how much longer the host waits for routing with more experts"),
    ("chip.step_fixed", COST, "time of a step that depends on nothing"),
    ("chip.step_doubling", COST, "time of a step for every doubling of the chips"),
    ("chip.jitter_16bit", TRAFFIC, "spread of the kernels' times over chips, at 16 bits"),
    ("chip.jitter_8bit", TRAFFIC, "the same at 8 and 4 bits"),
    (
        "chip.communication_slowing",
        LOST_SPEED,
        "share of its speed that compute loses while the chip communicates",
    ),
];

/// The keys of a chip that a user may set.
pub(super) fn chip_keys() -> impl Iterator<Item = &'static str> {
    CHIP_BOUNDS.iter().map(|(key, ..)| *key)
}

/// Range and meaning of a key of a chip.
pub(super) fn of_chip(key: &str) -> Option<(Bounds, &'static str)> {
    CHIP_BOUNDS.iter().find(|(name, ..)| *name == key).map(|(_, bounds, meaning)| (*bounds, *meaning))
}

fn of(key: &str) -> Bounds {
    let of_chip = of_chip(key).map(|(bounds, _)| bounds);
    let of_family = || match parameter(key)?.kind {
        ParameterKind::Quantity(_, bounds) => Some(bounds),
        _ => None,
    };
    let found = of_chip.or_else(of_family);
    found.unwrap_or_else(|| panic!("every quantity that can be set has a range, and {key} has none"))
}

/// Refuses a value outside of the range of its key; `path` and `written` are key and value as the user has them.
pub(super) fn check(
    (path, key): (&str, &str),
    value: &Sourced,
    written: impl FnOnce() -> String,
) -> Result<(), OverrideError> {
    let dimension = dimension_of(Section::Systems, key).expect("a key that can be set is a field");
    let bounds = of(key);
    match dimension.base_value(value.value, &value.unit) {
        Ok(base) if (bounds.lowest..=bounds.highest).contains(&base) => Ok(()),
        _ => Err(out_of_range((path, key), written())),
    }
}

/// The same error, with the range of the key where no quantity of its kind could have the value.
pub(super) fn in_words(error: OverrideError, key: &str) -> OverrideError {
    match error {
        OverrideError::Unit { key: path, error: UnitError::OutOfRange { text, .. } } => {
            let plain = ["count", "share", "ratio"].iter().find_map(|unit| text.strip_suffix(unit));
            out_of_range((&path, key), plain.unwrap_or(&text).trim().to_owned())
        }
        other => other,
    }
}

fn out_of_range((path, key): (&str, &str), value: String) -> OverrideError {
    let words = of(key).words;
    let bound = if path == key { words.to_owned() } else { format!("{words} in each direction") };
    OverrideError::OutOfRange { key: path.to_owned(), value, bound }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::System;
    use crate::catalog::systems;

    #[test]
    fn every_key_that_is_a_quantity_has_a_range() {
        for key in System::known_keys().iter().map(|key| key.trim_end_matches("_bidirectional")) {
            if dimension_of(Section::Systems, key).is_some() {
                assert!(of(key).lowest < of(key).highest, "{key}");
            }
        }
    }

    #[test]
    fn the_catalog_lies_inside() {
        for entry in systems() {
            let system = System::preset(entry.name()).expect("the preset is in the catalog");
            for key in System::known_keys() {
                let Some(value) = system.value(key) else { continue };
                assert!((of(key).lowest..=of(key).highest).contains(&value), "{} {key}", entry.name());
            }
        }
    }
}

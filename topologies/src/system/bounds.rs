//! The legal range of every value that a user may set: wide enough for any machine, and beyond it a slip of the hand.
//!
//! Inside of these ranges every duration is one that the simulator can tell from zero and from forever.

use super::overrides::OverrideError;
use crate::catalog::{Section, Sourced, dimension_of};
use copperlight_core::units::UnitError;

/// The range of a quantity, in its base unit and in words with units.
struct Bounds {
    lowest: f64,
    highest: f64,
    words: &'static str,
}

const COMPUTE: Bounds = Bounds { lowest: 1e9, highest: 1e18, words: "from 1 GFLOP/s to 1000 PFLOP/s" };
const CAPACITY: Bounds = Bounds { lowest: 1e6, highest: 1e15, words: "from 1 MB to 1000 TB" };
const MEMORY_RATE: Bounds = Bounds { lowest: 1e6, highest: 1e15, words: "from 1 MB/s to 1000 TB/s" };
const POWER: Bounds = Bounds { lowest: 0.0, highest: 1e6, words: "above 0 and at most 1 MW" };
const SHARE: Bounds = Bounds { lowest: 1e-3, highest: 1.0, words: "from 0.001 to 1" };
const RELATIVE_RATE: Bounds = Bounds { lowest: 1e-2, highest: 1e2, words: "from 0.01 to 100" };
const TRAFFIC: Bounds = Bounds { lowest: 0.0, highest: 1e2, words: "from 0 to 100" };
const LINK_RATE: Bounds = Bounds { lowest: 1e3, highest: 1e15, words: "from 1 kB/s to 1000 TB/s" };
const LATENCY: Bounds = Bounds { lowest: 0.0, highest: 1.0, words: "from 0 to 1 s" };
const OVERSUBSCRIPTION: Bounds = Bounds { lowest: 1.0, highest: 1e4, words: "from 1 (none) to 10000" };
const CHIPS: Bounds = Bounds { lowest: 1.0, highest: 1e6, words: "from 1 to 1000000" };
const PARTS: Bounds = Bounds { lowest: 1.0, highest: 1e3, words: "from 1 to 1000" };

/// The range of each key of a system.
const BOUNDS: &[(&str, Bounds)] = &[
    ("chip.peak_bf16", COMPUTE),
    ("chip.peak_fp8", COMPUTE),
    ("chip.hbm_capacity", CAPACITY),
    ("chip.hbm_bandwidth", MEMORY_RATE),
    ("chip.power", POWER),
    ("chip.gemm_efficiency_bf16", SHARE),
    ("chip.gemm_efficiency_fp8", SHARE),
    ("chip.attention_efficiency", SHARE),
    ("chip.attention_backward_relative", RELATIVE_RATE),
    ("chip.hbm_efficiency", SHARE),
    ("chip.gemm_traffic", TRAFFIC),
    ("scale_up.chips", CHIPS),
    ("scale_up.chips_per_node", CHIPS),
    ("scale_up.planes", PARTS),
    ("scale_up.links_per_plane", PARTS),
    ("scale_up.uplinks", PARTS),
    ("scale_up.link_bandwidth", LINK_RATE),
    ("scale_up.link_latency", LATENCY),
    ("scale_up.uplink_latency", LATENCY),
    ("scale_out.bandwidth_per_chip", LINK_RATE),
    ("scale_out.latency", LATENCY),
    ("scale_out.oversubscription", OVERSUBSCRIPTION),
    ("scale_out.rails", CHIPS),
];

fn of(key: &str) -> &'static Bounds {
    let found = BOUNDS.iter().find(|(name, _)| *name == key);
    &found.unwrap_or_else(|| panic!("every key that can be set has a range, and {key} has none")).1
}

/// Refuses a value outside of the range of its key; `path` and `written` are key and value as the user has them.
pub(super) fn check(
    (path, key): (&str, &str),
    value: &Sourced,
    written: String,
) -> Result<(), OverrideError> {
    let dimension = dimension_of(Section::Systems, key).expect("a key that can be set is a field");
    let bounds = of(key);
    match dimension.base_value(value.value, &value.unit) {
        Ok(base) if (bounds.lowest..=bounds.highest).contains(&base) => Ok(()),
        _ => Err(out_of_range((path, key), written)),
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
        let keys = System::known_keys().iter().filter(|key| key.contains('.'));
        let quantities = keys.filter(|key| !key.ends_with("medium"));
        for key in quantities.map(|key| key.trim_end_matches("_bidirectional")) {
            assert!(of(key).lowest < of(key).highest, "{key}");
        }
    }

    #[test]
    fn the_catalog_lies_inside() {
        for entry in systems() {
            let system = System::preset(entry.name()).expect("the preset is in the catalog");
            for (key, bounds) in BOUNDS {
                let Some(value) = system.value(key) else { continue };
                assert!((bounds.lowest..=bounds.highest).contains(&value), "{} {key}", entry.name());
            }
        }
    }
}

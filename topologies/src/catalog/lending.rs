//! Shares of peak that one chip lends to others: a family is fitted once, and what was never fitted borrows.

use super::entry::Entry;
use super::sourced::{Confidence, Sourced};

/// Lent with the rest of a curve, and no fit: a chip that has a number of its own keeps it.
const MULTIPROCESSORS: &str = "multiprocessors";

/// What a training step sustains and costs, as fitted for a family of chips.
const SHARES: [&str; 23] = [
    MULTIPROCESSORS,
    "gemm_efficiency_bf16",
    "gemm_efficiency_fp8",
    "gemm_efficiency_mxfp8",
    "gemm_efficiency_nvfp4",
    "attention_efficiency",
    "attention_backward_relative",
    "attention_head_64",
    "context_chunking",
    "unfused_gemm_relative",
    "hbm_efficiency",
    "gemm_traffic",
    "wave_weight",
    "grouped_gemm_penalty",
    "grouped_gemm_single",
    "host_launch",
    "host_expert_layer",
    "host_expert_wait",
    "step_fixed",
    "step_doubling",
    "jitter_16bit",
    "jitter_8bit",
    "communication_slowing",
];

/// Those that a chip need not have: not every one computes every format.
#[cfg(test)]
const NOT_EVERYWHERE: [&str; 3] = ["gemm_efficiency_fp8", "gemm_efficiency_mxfp8", "gemm_efficiency_nvfp4"];

/// Gives every chip that names a `family` the shares of the chip that stands for it, as they are, and every chip
/// with `borrowed_from` those of its lender, marked as borrowed. Values of the chip's own stay.
pub(super) fn with_lent_shares(chips: Vec<Entry>) -> Vec<Entry> {
    let lent: Vec<Vec<(&'static str, Sourced)>> = chips.iter().map(|chip| shares_for(chip, &chips)).collect();
    let with_shares = |(mut chip, shares): (Entry, Vec<(&'static str, Sourced)>)| {
        for (key, value) in shares {
            if chip.value(key).is_none() {
                chip.replace(key, value);
            }
        }
        chip
    };
    chips.into_iter().zip(lent).map(with_shares).collect()
}

fn shares_for(chip: &Entry, chips: &[Entry]) -> Vec<(&'static str, Sourced)> {
    let named = |name: &str| {
        let lender = chips.iter().find(|lender| lender.name() == name);
        lender.unwrap_or_else(|| panic!("chip {} takes shares from {name}, which is no chip", chip.name()))
    };
    match (chip.text("family"), chip.text("borrowed_from")) {
        (Some(family), _) => shares_of(named(family)).collect(),
        (None, Some(lender)) => {
            let borrowed = |(key, value)| (key, borrowed(key, value, lender));
            shares_of(named(lender)).map(borrowed).collect()
        }
        (None, None) => Vec::new(),
    }
}

fn shares_of(lender: &Entry) -> impl Iterator<Item = (&'static str, Sourced)> + '_ {
    SHARES.into_iter().filter_map(|key| Some((key, lender.value(key)?.clone())))
}

fn borrowed(key: &str, value: Sourced, lender: &str) -> Sourced {
    let why = match key {
        MULTIPROCESSORS => "with its efficiency by shape: no source gives this chip's own number",
        _ => "no published training run on this chip entered the fit",
    };
    let source = format!("borrowed from {lender}: {why}");
    Sourced { source, confidence: Confidence::Inferred, note: None, ..value }
}

#[cfg(test)]
mod tests {
    use super::super::{chips, find};
    use super::*;
    use crate::System;
    use crate::catalog::Section;

    fn share(chip: &str, key: &str) -> Sourced {
        let chip = find(Section::Chips, chip).expect("the chip is in the catalog");
        chip.value(key).expect("the chip has this share").clone()
    }

    #[test]
    fn a_family_shares_what_was_fitted_and_others_borrow_it() {
        let of_h100 = |key: &&str| !["gemm_efficiency_mxfp8", "gemm_efficiency_nvfp4"].contains(key);
        for key in SHARES.into_iter().filter(of_h100) {
            let fitted = share("h100", key);
            assert_eq!(share("h200", key), fitted, "{key}");
            let borrowed = share("ascend-910c", key);
            assert_eq!((borrowed.value, borrowed.range), (fitted.value, fitted.range), "{key}");
            let why = match key {
                MULTIPROCESSORS => "with its efficiency by shape: no source gives this chip's own number",
                _ => "no published training run on this chip entered the fit",
            };
            assert_eq!(borrowed.source, format!("borrowed from h100: {why}"));
        }
    }

    #[test]
    fn every_share_can_be_set() {
        for key in SHARES.map(|key| format!("chip.{key}")) {
            assert!(System::known_keys().contains(&key.as_str()), "{key}");
        }
    }

    #[test]
    fn lenders_have_shares_of_their_own() {
        for chip in chips() {
            for lender in ["family", "borrowed_from"].into_iter().filter_map(|key| chip.text(key)) {
                let lender = find(Section::Chips, lender).expect("a lender is in the catalog");
                let takes = |key| lender.text(key);
                assert_eq!((takes("family"), takes("borrowed_from")), (None, None), "{}", chip.name());
                for key in SHARES.into_iter().filter(|key| !NOT_EVERYWHERE.contains(key)) {
                    assert!(lender.value(key).is_some(), "{} lacks {key}", lender.name());
                }
            }
        }
    }
}

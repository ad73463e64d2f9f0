//! The machine of a row: the system of the catalog, its adapters in words, and how much of a domain is used.

use super::published::Published;
use super::software;
use crate::validate::setup::{Network, Setup};
use copperlight_core::units::Bandwidth;
use copperlight_topologies::System;
use toml::Value;

/// Chips of one domain that a job takes where the whole domain does not divide it.
const PART_OF_A_RACK: u64 = 64;

/// Domains of which a part is used.
const RACK: u64 = 72;

/// The upper end of what is published of the memory of a GB200, in words of a system file.
const GB200_MEMORY: &str = "198.7 GB";

/// The words by which a part of the network's description is about adapters.
const ADAPTERS: [&str; 9] =
    ["IB", "InfiniBand", "RoCE", "Omni-Path", "NIC", "ConnectX", "inter-node", "node-node", "HDR"];

/// The machine of a row, with what had to be assumed.
///
/// # Errors
/// Why there is none, in a sentence.
pub(super) fn of(row: &Published, assumed: &mut Vec<String>) -> Result<(Setup, System), String> {
    if row.preset.is_empty() {
        return Err(format!(
            "the catalog has no system of {} chips",
            if row.chip.is_empty() { "unnamed" } else { &row.chip }
        ));
    }
    let chips = row.chips.ok_or("n_chips is blank: how many chips took part was not published")?;
    let preset = System::preset(&row.preset).map_err(|error| error.to_string())?;
    let domain = preset.domain_size() as u64;
    let scale_out = adapters(&row.network, domain).or_else(|| usual_adapters(row, chips > domain, assumed));
    let scale_out = scale_out.map(|gigabits| gigabits / sharing(row, domain, assumed));
    let setup = Setup {
        preset: row.preset.clone(),
        chips: usize::try_from(chips).expect("a million fits"),
        chips_per_domain: placed(domain, chips, assumed),
        scale_out: scale_out.map(|gigabits| Bandwidth::from_gigabytes_per_second(gigabits / 8.0)),
        network: row.network.contains("RoCE").then_some(Network::Roce),
    };
    let prepared = setup.system()?;
    assumed.extend(prepared.note);
    let mut system = prepared.system;
    if row.chip == "GB200" {
        let set = system.set("chip.hbm_capacity", &Value::String(GB200_MEMORY.to_owned()));
        set.map_err(|error| error.to_string())?;
    }
    Ok((setup, system))
}

/// How many chips share what one of them has for itself with most software.
fn sharing(row: &Published, domain: u64, assumed: &mut Vec<String>) -> f64 {
    if !software::uses_one_adapter(row) {
        return 1.0;
    }
    assumed.push("one adapter of each node at a time: inferred".to_owned());
    domain as f64
}

/// How many chips of a rack are used: 64 of 72 where 72 does not divide the job.
fn placed(domain: u64, chips: u64, assumed: &mut Vec<String>) -> Option<usize> {
    let is_part =
        domain == RACK && chips > RACK && !chips.is_multiple_of(RACK) && chips.is_multiple_of(PART_OF_A_RACK);
    is_part.then(|| {
        assumed.push("64 chips of each rack".to_owned());
        PART_OF_A_RACK as usize
    })
}

/// What is usual with chips whose adapters were not published, in Gb/s.
fn usual_adapters(row: &Published, is_used: bool, assumed: &mut Vec<String>) -> Option<f64> {
    let usual = match row.chip.split_whitespace().next()? {
        "H100" | "B200" | "GB200" => 400.0,
        "B300" | "GB300" => 800.0,
        _ => return None,
    };
    if is_used {
        assumed.push(format!("adapters of {usual} Gb/s per chip: not published"));
    }
    Some(usual)
}

/// The rate of each chip's adapters in Gb/s, as a description in words has it. Rates of a node are shared by its chips.
fn adapters(words: &str, domain: u64) -> Option<f64> {
    let is_of_adapters = |part: &&str| ADAPTERS.iter().any(|word| part.contains(word));
    words.split([';', '+', '(', ',']).filter(is_of_adapters).find_map(|part| rate(part, domain))
}

fn rate(part: &str, domain: u64) -> Option<f64> {
    let node = if part.contains("per 4-GPU node") { 4.0 } else { domain.min(8) as f64 };
    let (value, unit) =
        numbers(part).find(|(_, unit)| unit.starts_with("Gb/s") || unit.starts_with("GB/s"))?;
    let gigabits = if unit.starts_with("GB/s") { value * 8.0 } else { value };
    match count(part) {
        Some(count) => Some(count * gigabits / node),
        None if part.contains("node-node") || part.contains("per node") => Some(gigabits / node),
        None => Some(gigabits),
    }
}

/// Numbers with what stands behind each, blanks left out.
fn numbers(part: &str) -> impl Iterator<Item = (f64, &str)> {
    part.char_indices().filter_map(move |(start, letter)| {
        let begins = letter.is_ascii_digit()
            && !part[..start].ends_with(|before: char| before.is_ascii_digit() || before == '.');
        if !begins {
            return None;
        }
        let rest = &part[start..];
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(rest.len());
        Some((rest[..end].parse().ok()?, rest[end..].trim_start()))
    })
}

/// How many adapters there are, as in `8x400Gb/s` and `4x Omni-Path 100Gb/s`.
fn count(part: &str) -> Option<f64> {
    numbers(part).find(|(_, rest)| rest.starts_with('x')).map(|(count, _)| count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adapters_are_read_from_words() {
        for (words, expected) in [
            ("8-GPU NVLink4 900GB/s node; IB NDR 8x400Gb/s (DGX H100)", Some(400.0)),
            ("8-GPU NVLink4 900GB/s node + IB NDR 400Gb/s per GPU (DGX H100)", Some(400.0)),
            (
                "DGX A100 NVSwitch 600GB/s; 8x200Gb/s HDR InfiniBand per node, full fat tree (Selene)",
                Some(200.0),
            ),
            ("8x A100-80GB NVLink node; 4x Omni-Path 100Gb/s links per node (Jean Zay)", Some(50.0)),
            ("8-GPU NVLink4; IB 8x50GB/s per node", Some(400.0)),
            ("NVL72 NVLink5 1800GB/s; 4x ConnectX-8 IB XDR 800Gb/s per 4-GPU node", Some(800.0)),
            ("8-GPU NVLink4 900GB/s; 8x ConnectX-7 IB NDR 400Gb/s per node", Some(400.0)),
            ("1600 Gb/s node-node RoCE", Some(200.0)),
            ("DGX H100 (Eos): 8-GPU NVLink4 + 8x400Gb/s NDR IB", Some(400.0)),
            ("H100 96GB 500W SXM, 8-GPU NVLink; 400Gb/s inter-node as stated", Some(400.0)),
            ("8-GPU NVLink node; 8x200Gb/s NICs per node; 3-layer Clos of Tomahawk-4 switches", Some(200.0)),
            ("8-GPU NVLink node; RoCE 400Gb/s per GPU, 3072-GPU pods, 1:7 oversubscription", Some(400.0)),
            ("NVL72 NVLink5 1800GB/s/GPU bidir + IB (scale-out NIC not stated by source)", None),
            ("8-GPU NVLink5 node + scale-out (not stated by source)", None),
            ("8-GPU NVLink 400GB/s node; inter-node NIC not stated here", None),
            ("8-GPU NVLink5 1800GB/s node", None),
            ("NVL72 NVLink5 + IB", None),
            ("", None),
        ] {
            assert_eq!(adapters(words, 8), expected, "{words}");
        }
    }

    #[test]
    fn a_rack_is_used_in_part_where_it_does_not_divide_the_job() {
        let mut assumed = Vec::new();
        assert_eq!(placed(72, 256, &mut assumed), Some(64));
        assert_eq!(placed(72, 64, &mut assumed), None);
        assert_eq!(placed(72, 144, &mut assumed), None);
        assert_eq!(placed(8, 256, &mut assumed), None);
        assert_eq!(assumed, ["64 chips of each rack"]);
    }
}

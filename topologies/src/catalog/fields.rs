//! The fields that catalog entries may have, and the kind of quantity each one is.

use crate::families::{Parameter, parameter};
use crate::quantity::Dimension;

/// A part of the catalog: a file or a folder under `catalog/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// `chips/`
    Chips,
    /// `systems/`
    Systems,
    /// `media.toml`
    Media,
    /// `switches.toml`
    Switches,
    /// `layouts.toml`
    Layouts,
    /// `transports/`
    Transports,
    /// `facility.toml`
    Facilities,
    /// `software.toml`
    Software,
}

/// The architectures of chips for which software generations have factors.
pub const ARCHITECTURES: [&str; 3] = ["ampere", "hopper", "blackwell"];

type Fields = &'static [(&'static str, Dimension)];

const CHIP: Fields = &[
    ("peak_bf16", Dimension::ComputeRate),
    ("peak_fp16", Dimension::ComputeRate),
    ("peak_fp8", Dimension::ComputeRate),
    ("peak_fp4", Dimension::ComputeRate),
    ("peak_int8", Dimension::ComputeRate),
    ("hbm_capacity", Dimension::Data),
    ("hbm_bandwidth", Dimension::Bandwidth),
    ("power", Dimension::Power),
    ("mean_power", Dimension::Power),
    ("idle_power", Dimension::Power),
    ("dies", Dimension::Count),
    ("die_to_die_bandwidth", Dimension::Bandwidth),
    ("cpu_bandwidth", Dimension::Bandwidth),
    ("scale_up_links", Dimension::Count),
    ("scale_up_link_bandwidth", Dimension::Bandwidth),
    ("scale_up_bandwidth", Dimension::Bandwidth),
    ("nic_bandwidth", Dimension::Bandwidth),
    ("sustained_bf16", Dimension::ComputeRate),
    ("sustained_fp8", Dimension::ComputeRate),
    ("sustained_hbm_bandwidth", Dimension::Bandwidth),
    ("sustained_p2p_bandwidth", Dimension::Bandwidth),
    ("multiprocessors", Dimension::Count),
    ("gemm_efficiency_bf16", Dimension::Share),
    ("gemm_efficiency_fp8", Dimension::Share),
    ("gemm_efficiency_mxfp8", Dimension::Share),
    ("gemm_efficiency_nvfp4", Dimension::Share),
    ("attention_efficiency", Dimension::Share),
    ("attention_backward_relative", Dimension::Ratio),
    ("attention_head_64", Dimension::Share),
    ("context_chunking", Dimension::Ratio),
    ("unfused_gemm_relative", Dimension::Ratio),
    ("hbm_efficiency", Dimension::Share),
    ("gemm_traffic", Dimension::Ratio),
    ("wave_weight", Dimension::Ratio),
    ("grouped_gemm_penalty", Dimension::Ratio),
    ("grouped_gemm_single", Dimension::Ratio),
    ("host_launch", Dimension::Duration),
    ("host_expert_layer", Dimension::Duration),
    ("host_expert_wait", Dimension::Ratio),
    ("step_fixed", Dimension::Duration),
    ("step_doubling", Dimension::Duration),
    ("jitter_16bit", Dimension::Ratio),
    ("jitter_8bit", Dimension::Ratio),
    ("communication_slowing", Dimension::Ratio),
];

/// Published facts; the values that a family wires stand beside the family.
const SYSTEM: Fields = &[
    ("facts.switch_chips", Dimension::Count),
    ("facts.l1_switch_chips", Dimension::Count),
    ("facts.l2_switch_chips", Dimension::Count),
    ("facts.l1_bandwidth", Dimension::Bandwidth),
    ("facts.domain_bandwidth_both_directions", Dimension::Bandwidth),
    ("facts.bandwidth_per_chip", Dimension::Bandwidth),
    ("facts.pairs_per_link", Dimension::Count),
    ("facts.copper_pairs", Dimension::Count),
    ("facts.links_per_module", Dimension::Count),
    ("facts.modules_scale_up", Dimension::Count),
    ("facts.modules_scale_out", Dimension::Count),
    ("facts.peak_bf16", Dimension::ComputeRate),
    ("facts.peak_fp8", Dimension::ComputeRate),
    ("facts.peak_fp4", Dimension::ComputeRate),
    ("facts.hbm_bandwidth", Dimension::Bandwidth),
    ("facts.hbm_total", Dimension::Data),
    ("facts.all_reduce_busbw_nvls", Dimension::Bandwidth),
    ("facts.all_reduce_busbw_ring", Dimension::Bandwidth),
    ("facts.power", Dimension::Power),
    ("facts.price", Dimension::Money),
    ("facts.racks", Dimension::Count),
];

const MEDIUM: Fields = &[
    ("reach", Dimension::Length),
    ("reach_25g", Dimension::Length),
    ("reach_50g", Dimension::Length),
    ("reach_100g", Dimension::Length),
    ("reach_200g", Dimension::Length),
    ("coding_efficiency", Dimension::Share),
    ("module_rate", Dimension::Bandwidth),
    ("module_power", Dimension::Power),
    ("module_failure_rate", Dimension::FailureRate),
    ("module_price", Dimension::Money),
    ("energy_per_bit", Dimension::EnergyPerBit),
    ("latency_per_metre", Dimension::DurationPerLength),
    ("latency_per_end", Dimension::Duration),
    ("fec_latency", Dimension::Duration),
];

const FACILITY: Fields = &[
    ("overhead", Dimension::Ratio),
    ("electricity_price", Dimension::EnergyPrice),
    ("chip_idle_share", Dimension::Share),
    ("lifetime", Dimension::Lifetime),
];

/// The fields of each architecture.
const SOFTWARE: Fields = &[("dense_time", Dimension::Ratio), ("expert_time", Dimension::Ratio)];

const SWITCH: Fields = &[
    ("ports", Dimension::Count),
    ("port_rate", Dimension::Bandwidth),
    ("bandwidth", Dimension::Bandwidth),
    ("latency", Dimension::Duration),
    ("power", Dimension::Power),
];

/// Where racks, trays and switches of a system stand, and what its links are made of.
const LAYOUT: Fields = &[
    ("nodes_per_rack", Dimension::Count),
    ("nodes_below_switches", Dimension::Count),
    ("switch_trays", Dimension::Count),
    ("switch_racks", Dimension::Count),
    ("racks_per_row", Dimension::Count),
    ("tray_pitch", Dimension::Length),
    ("rack_width", Dimension::Length),
    ("rack_height", Dimension::Length),
    ("row_pitch", Dimension::Length),
    ("cable_slack", Dimension::Length),
    ("row_slack", Dimension::Length),
    ("scale_up_lane_rate", Dimension::Bandwidth),
    ("uplink_lane_rate", Dimension::Bandwidth),
    ("scale_out_lane_rate", Dimension::Bandwidth),
    ("scale_out_switch_radix", Dimension::Count),
    ("switch_power_l1", Dimension::Power),
    ("switch_power_l2", Dimension::Power),
    ("switch_power_scale_out", Dimension::Power),
    ("interconnect_price_per_chip", Dimension::Money),
    ("interconnect_power_per_chip", Dimension::Power),
];

const TRANSPORT: Fields = &[
    ("launch", Dimension::Duration),
    ("start_ll", Dimension::Duration),
    ("start_ll128", Dimension::Duration),
    ("start_simple", Dimension::Duration),
    ("ramp", Dimension::Duration),
    ("own_chunk", Dimension::Ratio),
    ("own_chunk_all_to_all", Dimension::Ratio),
    ("peer", Dimension::Duration),
    ("all_to_all_efficiency", Dimension::Share),
    ("jitter", Dimension::Duration),
    ("in_network.start", Dimension::Duration),
    ("in_network.hand_off", Dimension::Duration),
    ("in_network.efficiency", Dimension::Share),
    ("in_network.least_ranks", Dimension::Count),
    ("experts.launch", Dimension::Duration),
    ("experts.doubling", Dimension::Duration),
    ("experts.copy", Dimension::Bandwidth),
    ("experts.reduce", Dimension::Bandwidth),
    ("experts.spread", Dimension::Ratio),
];

/// The fields of `scale_up` and of `scale_out` in a transport family.
const TRANSPORT_SCOPE: Fields = &[
    ("contained_latency", Dimension::Duration),
    ("step_ll", Dimension::Duration),
    ("step_ll128", Dimension::Duration),
    ("step_simple", Dimension::Duration),
    ("efficiency", Dimension::Share),
    ("share_ll", Dimension::Share),
    ("share_ll128", Dimension::Share),
    ("share_simple", Dimension::Share),
    ("message", Dimension::Duration),
];

/// The kind of quantity that a field of a section is, by its dotted key; `None` for an unknown field.
pub fn dimension_of(section: Section, key: &str) -> Option<Dimension> {
    let look_up = |fields: Fields, key: &str| {
        fields.iter().find(|(name, _)| *name == key).map(|(_, dimension)| *dimension)
    };
    match section {
        Section::Chips => look_up(CHIP, key),
        Section::Media => look_up(MEDIUM, key),
        Section::Facilities => look_up(FACILITY, key),
        Section::Switches => look_up(SWITCH, key),
        Section::Software => {
            let (architecture, field) = key.split_once('.')?;
            look_up(SOFTWARE, field).filter(|_| ARCHITECTURES.contains(&architecture))
        }
        Section::Layouts => look_up(LAYOUT, key),
        Section::Systems => match key.split_once('.') {
            Some(("chip", rest)) => look_up(CHIP, rest),
            Some(("physical", rest)) => look_up(LAYOUT, rest),
            _ => look_up(SYSTEM, key).or_else(|| parameter(key).and_then(Parameter::dimension)),
        },
        Section::Transports => {
            let scoped = key.strip_prefix("scale_up.").or_else(|| key.strip_prefix("scale_out."));
            scoped.map_or_else(|| look_up(TRANSPORT, key), |rest| look_up(TRANSPORT_SCOPE, rest))
        }
    }
}

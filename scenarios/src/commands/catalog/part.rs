//! The parts of the catalog: their names, their entries and the columns of their overviews.

use super::listed::Listed;
use super::listed_model;
use crate::training::{LibraryModel, Model};
use clap::ValueEnum;
use copperlight_topologies::catalog::{self, Section};

/// A part of the catalog that can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Part {
    /// Chips: peaks, memory, power, links
    Chips,
    /// Scale-up domains and the fabrics that join them
    Systems,
    /// Cables and optics
    Media,
    /// Switch chips and boxes
    Switches,
    /// What software adds to the wire
    Transports,
    /// Releases of training software
    Software,
    /// Models that can be trained
    Models,
    /// What was asked of the catalog and has no public figure
    Gaps,
    /// Every part with every source; as Markdown a page of the book
    All,
}

impl Part {
    /// Every part that has entries of its own.
    pub(super) const WITH_ENTRIES: [Self; 8] = [
        Self::Chips,
        Self::Systems,
        Self::Media,
        Self::Switches,
        Self::Transports,
        Self::Software,
        Self::Models,
        Self::Gaps,
    ];

    /// The name on the command line.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Chips => "chips",
            Self::Systems => "systems",
            Self::Media => "media",
            Self::Switches => "switches",
            Self::Transports => "transports",
            Self::Software => "software",
            Self::Models => "models",
            Self::Gaps => "gaps",
            Self::All => "all",
        }
    }

    /// What one entry is.
    pub(super) const fn noun(self) -> &'static str {
        match self {
            Self::Chips => "chip",
            Self::Systems => "system",
            Self::Media => "medium",
            Self::Switches => "switch",
            Self::Transports => "transport",
            Self::Software => "software generation",
            Self::Models => "model",
            Self::Gaps => "gap",
            Self::All => "entry of the catalog",
        }
    }

    /// The columns of the overview: the keys that tell entries apart.
    pub(super) const fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Chips => &[
                "peak_bf16",
                "peak_fp8",
                "hbm_capacity",
                "hbm_bandwidth",
                "power",
                "scale_up_bandwidth",
                "family",
                "borrowed_from",
            ],
            Self::Systems => &[
                "chip",
                "derived.chips",
                "scale_up.link_bandwidth",
                "derived.bandwidth_per_chip",
                "scale_out.bandwidth_per_chip",
                "derived.peak_bf16",
                "transport",
            ],
            Self::Media => &["title", "reach", "module_power", "energy_per_bit"],
            Self::Switches => &["title", "ports", "port_rate", "bandwidth", "latency", "power"],
            Self::Transports => &["title", "status"],
            Self::Software => &[
                "title",
                "ampere.dense_time",
                "hopper.dense_time",
                "hopper.expert_time",
                "blackwell.dense_time",
                "blackwell.expert_time",
            ],
            Self::Models => &[
                "derived.parameters",
                "derived.active_parameters",
                "derived.flops_per_token",
                "layers",
                "hidden",
                "heads",
                "ffn",
                "experts",
                "top_k",
                "vocab",
                "source",
            ],
            Self::Gaps => &["part", "missing", "looked"],
            Self::All => &[],
        }
    }

    /// The entries, by name.
    pub(super) fn listed(self) -> Vec<Listed> {
        let of = |section| catalog::entries(section).iter().map(Listed::entry).collect();
        match self {
            Self::Chips => of(Section::Chips),
            Self::Systems => catalog::systems().iter().map(Listed::system).collect(),
            Self::Media => of(Section::Media),
            Self::Switches => of(Section::Switches),
            Self::Transports => of(Section::Transports),
            Self::Software => of(Section::Software),
            Self::Models => Model::library_names()
                .filter_map(|name| Some(listed_model::listed(name, &LibraryModel::named(name)?)))
                .collect(),
            Self::Gaps => catalog::gaps().iter().map(Listed::gap).collect(),
            Self::All => Self::WITH_ENTRIES.into_iter().flat_map(Self::listed).collect(),
        }
    }
}

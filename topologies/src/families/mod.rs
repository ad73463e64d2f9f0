//! Families: how the chips of a domain are wired, and how domains are joined. One file each.
//!
//! | family | file | a route |
//! |---|---|---|
//! | `star` | `star.rs` | up and down one switch |
//! | `scale-up-planes` | `scale_up_planes.rs` | sprayed over the planes, one switch chip each |
//! | `two-tier-planes` | `two_tier_planes.rs` | in a node over the planes, across nodes over planes and spines |
//! | `torus` | `torus.rs` | along x, then y, then z, the shorter way around |
//! | `full-mesh` | `full_mesh.rs` | the one link to the receiver |
//! | `fat-tree` | `fat_tree.rs`, `fat_tree_scale_out.rs`, `tree.rs` | up to a switch chosen by rule, and down |
//! | `rail-optimised` | `rail_optimised.rs` | between domains: adapter, leaf, core, leaf, adapter |
//!
//! Each family declares its parameters beside its wiring; `registry.rs` lists them.
//!
//! A [`ScaleUpDomain`] describes one domain; [`DomainsJoined`] repeats it, adds the scale-out fabric and builds
//! the [`Fabric`](copperlight_core::fabric::Fabric). The ways of every pair follow from a rule: links are numbered
//! such that their identifiers are computed, and no table of pairs exists.

#[cfg(test)]
mod cell_properties;
mod cut;
mod domain;
mod domains_joined;
mod fat_tree;
mod fat_tree_scale_out;
mod full_mesh;
mod hashing;
mod layout;
mod parameter;
#[cfg(test)]
mod properties;
mod rail_optimised;
mod registry;
mod scale_out;
mod scale_up_planes;
#[cfg(test)]
mod shape_properties;
mod star;
mod torus;
mod tree;
mod two_tier_planes;

pub(crate) use domain::check_nodes;
pub use domain::{Counts, DomainPair, DomainSite, ParameterError, ScaleUpDomain};
pub use domains_joined::{BuildError, DomainsJoined, MAXIMUM_CHIPS};
pub use fat_tree::FatTree;
pub use fat_tree_scale_out::FatTreeScaleOut;
pub use full_mesh::FullMesh;
pub use layout::Layout;
pub use parameter::{Bounds, Fallback, NO_MEDIUM, Parameter, ParameterKind};
pub use rail_optimised::RailOptimised;
pub use registry::{
    Family, SCALE_OUT_FAMILIES, SCALE_UP_FAMILIES, parameter, scale_out_family, scale_up_family,
};
pub use scale_out::{ChipPair, ScaleOut};
pub use scale_up_planes::ScaleUpPlanes;
pub use star::Star;
pub use torus::Torus;
pub use tree::{Tree, TreeRouting};
pub use two_tier_planes::TwoTierPlanes;

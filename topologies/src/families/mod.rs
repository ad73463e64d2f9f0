//! Families: how the chips of a domain are wired, and how domains are joined. One file each.
//!
//! | family | file | a route inside the domain |
//! |---|---|---|
//! | `star` | `star.rs` | up and down one switch |
//! | `scale-up-planes` | `scale_up_planes.rs` | sprayed over the planes, one switch chip each |
//! | `two-tier-planes` | `two_tier_planes.rs` | in a node over the planes, across nodes over planes and spines |
//! | `rail-optimised` | `rail_optimised.rs` | between domains: adapter, leaf, core, leaf, adapter |
//!
//! A [`ScaleUpDomain`] describes one domain; [`DomainsJoined`] repeats it, adds the scale-out fabric and builds
//! the [`Fabric`](copperlight_core::fabric::Fabric). Every route follows from a rule in constant time: links
//! are numbered such that their identifiers are computed, and no table of pairs exists.

mod domain;
mod domains_joined;
mod layout;
#[cfg(test)]
mod properties;
mod rail_optimised;
mod scale_out;
mod scale_up_planes;
mod star;
mod two_tier_planes;

pub(crate) use domain::check_nodes;
pub use domain::{Counts, DomainPair, DomainSite, ParameterError, ScaleUpDomain};
pub use domains_joined::{BuildError, DomainsJoined, MAXIMUM_CHIPS};
pub use layout::Layout;
pub use rail_optimised::RailOptimised;
pub use scale_out::{ChipPair, ScaleOut};
pub use scale_up_planes::ScaleUpPlanes;
pub use star::Star;
pub use two_tier_planes::TwoTierPlanes;

//! The physical layer: where racks, trays and switches stand, how long every cable is, what it is made of, and what
//! follows from that.
//!
//! - [`Medium`]: reach by lane rate, latency, modules with their watts and failures (`catalog/media.toml`)
//! - [`FloorPlan`]: positions of nodes and switches, lengths of the paths between them (`catalog/layouts.toml`)
//! - [`Physical`]: the cables of every tier, grouped by length
//! - [`BillOfMaterials`] and [`StaticPower`]: parts, watts, price, failures; what no source gives is `None`
//! - [`ReachError`]: a cable that is longer than its medium reaches
//!
//! [`System::physical`](crate::System::physical) lays a system out. Equations and sources are in
//! `docs/src/models/physical.md`. No link is simulated here, and none is stored by itself: groups of equal length
//! are, so that a hundred thousand chips take as much room as a hundred.

mod bill;
mod cabling;
mod floor_plan;
mod layer;
mod length;
mod medium;
mod power;
mod rack_plan;
mod reach;
#[cfg(test)]
mod tests;
mod tier_cables;

pub use bill::{BillOfMaterials, ScaleOutSwitches};
pub use floor_plan::{FloorPlan, Position};
pub use layer::Physical;
pub(crate) use layer::Source;
pub use length::Length;
pub use medium::{Medium, MediumKind};
pub use power::{StaticPower, TierPower};
pub(crate) use rack_plan::layout_of;
pub(crate) use reach::check_reach;
pub use reach::{LongCable, ReachError};
pub use tier_cables::{CableGroup, LongestLink, TierCables, TierKind};

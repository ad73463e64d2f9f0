//! What a family says about the fabric that joins domains: its parts, its wiring, its routes.

use super::domain::{Counts, ParameterError};
use super::layout::Layout;
use copperlight_core::fabric::{FabricBuilder, Ways};
use std::fmt;

/// Two chips of different domains, to be joined by a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChipPair {
    /// The index of the first link of the scale-out fabric.
    pub first_link: usize,
    /// The sender, counted over all domains.
    pub from: usize,
    /// The receiver, counted over all domains.
    pub to: usize,
}

/// A fabric that joins the domains of one family.
pub trait ScaleOut: fmt::Debug + Send + Sync {
    /// The most parallel ways of a route; the ways of every other route divide it.
    fn most_ways(&self) -> usize;

    /// Checks the parameters.
    ///
    /// # Errors
    /// [`ParameterError`] names the parameter that cannot be.
    fn check(&self) -> Result<(), ParameterError>;

    /// Checks what parameters must be together, and whether `chips` chips can be joined.
    ///
    /// # Errors
    /// [`ParameterError`] names what cannot be, and the nearest that can.
    fn check_chips(&self, chips: usize) -> Result<(), ParameterError> {
        let _ = chips;
        Ok(())
    }

    /// The switches of each stage and the links of each tier; chips and nodes are those of the domains.
    fn counts(&self, layout: &Layout) -> Counts;

    /// Adds the tiers, switches and links.
    fn wire(&self, builder: &mut FabricBuilder, layout: &Layout);

    /// The ways between two chips of different domains.
    fn ways(&self, layout: &Layout, pair: ChipPair) -> Ways;

    /// How many chips make a cell of equal domains that are joined, some whole domains: see [`FabricBuilder::cell`].
    fn cell(&self, _layout: &Layout) -> Option<usize> {
        None
    }

    /// How many parallel planes can fail one by one; 0 where the family has none.
    fn planes(&self) -> usize {
        0
    }

    /// The plane of a link, counted from the first of the scale-out fabric.
    fn plane_of(&self, _layout: &Layout, _link: usize) -> Option<usize> {
        None
    }
}

//! What is wrong with a fabric: planes, links, switches, trays and chips that are slow or gone.
//!
//! A [`Degradation`] is one entry of `[[systems.degrade]]`, as `read` takes it from a file. Which chips are out of
//! service decides where the others stand (`slots`); everything else leaves links a share of their capacity
//! (`apply`), and routes re-form by themselves. Nothing here chooses a route.

mod apply;
mod degradation;
mod draw;
mod read;
mod slots;

pub(crate) use apply::{Wired, apply, apply_to_graph};
pub use degradation::{Amount, Degradation, Drawn, DrawnKind, Effect, Target};
pub use read::DegradeError;
pub use slots::TargetError;
pub(crate) use slots::{Geometry, Slots};

/// Every entry of a system, and how targets are taken.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Degradations {
    pub(crate) entries: Vec<Degradation>,
    /// The seed of draws that name none.
    pub(crate) seed: u64,
    /// Passes over targets that the fabric does not have, instead of refusing them.
    pub(crate) only_present: bool,
}

//! Energy: what a system draws while a step runs, and what a whole training run takes.
//!
//! - [`PowerDraw`]: the watts of chips, hosts and tiers, from the catalog and the physical layer
//! - [`StepEnergy`]: those watts over one step, by what draws them
//! - [`RunTotal`]: days, megawatt-hours and price of a number of tokens
//!
//! Every figure is an [`Interval`](crate::Interval): the envelope of what sources say. The equations stand in
//! `docs/src/models/energy.md`.

mod draw;
mod facility;
mod run_total;
mod step;

pub use draw::{PowerCaveat, PowerDraw, TierDraw};
pub use facility::Facility;
pub use run_total::{RunSize, RunTotal};
pub use step::{StepActivity, StepEnergy};

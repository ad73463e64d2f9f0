//! Collectives as pure expansions: who sends how much to whom, in which step.
//!
//! A [`Schedule`] is a sequence of phases of equal steps over the *positions* of a group. A rank does its steps
//! one after another: in a step it starts its transfers and takes part in those of others, and the step is done when
//! all of that is; a step in which it has no part is done at once. It may send in step `k` as soon as its own step
//! `k - 1` is done and the receiver takes part.
//! Nothing here knows a fabric or a clock: a hierarchy is seen only as a [`GroupShape`].

mod binary_tree;
mod circulant;
mod everyone;
mod experts;
mod hierarchical;
mod in_network;
mod pairwise;
mod pattern;
mod relay;
mod repertoire;
mod ring;
mod schedule;
mod shape;
mod tree;

pub use everyone::Part;
pub use experts::Load;
pub use in_network::InNetwork;
pub use pattern::{Action, Atoms, Partners, Pattern, Send, Span};
pub use relay::Relay;
pub use repertoire::{candidates, effective, expand, is_chunked};
pub use schedule::{Pace, Phase, Schedule};
pub use shape::GroupShape;
pub use tree::Tree;

use schedule::Pipeline;

//! Paired effects: two published runs that differ in one thing, where most of what a level can be wrong by cancels.
//!
//! | file | idea |
//! |---|---|
//! | `list.rs` | which runs are pairs: the list that is built in |
//! | `effect.rs` | how much longer the second run takes, measured and modelled, and whether both agree |
//! | `plans.rs` | the plans of two rows of which something was not published, matched |
//! | `compare.rs` | every pair whose runs are in the tables, and how many agree by kind |

mod compare;
mod effect;
mod list;
mod plans;

pub(in crate::validate) use compare::compare;

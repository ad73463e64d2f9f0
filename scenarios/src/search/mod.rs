//! Searches parallelism plans: every legal plan of a space, pruned, estimated, and the best few simulated.
//!
//! | file | idea |
//! |---|---|
//! | `space.rs` | which values each key takes, and every plan of them |
//! | `bound.rs` | a time that a step of a plan takes at least |
//! | `screen.rs` | plans by their bound: whether they fit, and what the estimator says of those that do |
//! | `finalists.rs` | which plans are simulated |
//! | `simulated.rs` | they and the plan of the scenario, simulated |
//! | `neighbours.rs` | what the next smaller and the next larger degree would do |
//! | `nothing_fits.rs` | why no plan fits, and on how many chips one does |
//! | `plans.rs` | the plans of every system of a scenario, as a report |
//! | `words.rs` | a plan in words |
//! | `searched.rs` | the search from the top |
//!
//! The answer does not depend on the number of threads: plans stand in the order of the space, they are screened in
//! batches of one size, and among equal times the earlier plan wins. It is never slower than the plan of the scenario,
//! which is always among the simulated ones when it fits. Where the scenario leaves its plan open (`plan = "auto"`), the
//! first legal plan stands for the job and is no contender of its own.

mod bound;
mod finalists;
mod neighbours;
mod nothing_fits;
mod plans;
mod screen;
mod searched;
mod simulated;
mod space;
#[cfg(test)]
mod tests;
mod words;

pub use neighbours::{Neighbour, Verdict};
pub use plans::{FoundPlans, PlanRequest, PointChoice, find_plans};
pub use screen::Counts;
pub use searched::{FINALISTS, SearchError, SearchOptions, Searched, search_point};
pub use simulated::Finalist;
pub use space::{OverlapRule, first_legal};
pub use words::words;

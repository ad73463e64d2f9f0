//! Flow cases: any links and flows, read from JSON, checked, and solved by the core.
//!
//! The format is that of published fluid-simulation cases: `links[{id, capacity_Bps, latency_s}]` and
//! `flows[{id, bytes, start_s, path[], weights?, rate_cap_Bps?, after?[]}]`. Free keys go under `meta`; the keys
//! that such cases add to describe themselves and to record their answers are read past. [`NamedCase::read`]
//! makes a case of the core, [`NamedCase::solve`] its answer.

mod answer;
mod case;
mod error;
mod fields;
mod flows;
mod links;
mod order;
#[cfg(test)]
mod tests;

pub use answer::{CaseAnswer, FinishedFlow};
pub use case::NamedCase;
pub use error::FlowCaseError;

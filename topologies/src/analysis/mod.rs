//! What a fabric could do at best, without a simulation: distances, bandwidths, and bounds that no result may beat.
//!
//! - [`Analysis`]: the longest route, injection, capacity of each tier, bisection, ideal collectives
//! - [`shortest_time`] and [`shortest_time_across_halves`]: what no collective can be faster than on a fabric
//!
//! Bisection has a closed form in every family ([`System::bisection_bandwidth`](crate::System::bisection_bandwidth));
//! [`bisection_by_maximum_flow`] finds the same in the wiring of a small fabric.

mod bisection;
mod distance;
mod ideal;
mod joints;
mod summary;

pub use bisection::bisection_by_maximum_flow;
pub(crate) use bisection::{LARGEST_FLOW, flow_between_halves};
pub use distance::{LongestRoute, longest_route};
pub use ideal::{shortest_time, shortest_time_across_halves, shortest_time_in_network};
pub use summary::{Analysis, AnalysisError, TierSummary};

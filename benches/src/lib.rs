//! Inputs that the benches in `benches/` share, each with a name and always the same.
//!
//! - [`draws`]: random numbers from named streams
//! - [`clos`]: the links and paths of a Clos network
//! - [`fabrics`]: stars of chips, with equal links or with latencies drawn for each
//! - [`allocations`]: links and flows whose fair rates are known or can be checked
//! - [`rings`]: all-reduces on a star, run as programs of ranks
//! - [`star_flows`], [`clos_flows`]: flows by themselves, on a star and on a Clos network
//! - [`flow_runs`]: a case of flows with what is known of its finishes
//! - [`expansions`], [`sweeps`]: collectives as schedules, and simulated at many sizes on whole machines
//! - [`hierarchical`]: hierarchical all-reduces on whole machines, with all ranks in time or one late
//! - [`misaligned`]: the groups of a large training job on domains that they do not fill, to be folded
//! - [`one_late`]: a collective of which one rank is late
//! - [`founding`]: the founding scenario at many numbers of chips
//! - [`steps`]: training steps of published models and plans
//! - [`points`]: sweeps in closed form, point by point
//! - [`memory`]: what the process has used
//! - [`cases`]: all runs of the engine by name and parameter, each with its answer
//!
//! A bench asserts its answer before it measures: a faster wrong answer is no result. `engine_case` runs a
//! case once, for tools that count instructions or memory.

pub mod allocations;
pub mod cases;
pub mod clos;
pub mod clos_flows;
pub mod draws;
pub mod expansions;
pub mod fabrics;
pub mod flow_runs;
pub mod founding;
pub mod hierarchical;
pub mod memory;
pub mod misaligned;
pub mod one_late;
pub mod points;
pub mod rings;
pub mod star_flows;
pub mod steps;
pub mod sweeps;

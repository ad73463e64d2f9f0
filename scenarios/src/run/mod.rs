//! Runs scenarios and collectives: builds fabrics and workloads, simulates, and puts the results together.
//!
//! A scenario is a [`Frame`], known before anything runs, and parts that run side by side. Each part is a record that is
//! handed over as it is done; [`assemble`] puts records together in their declared order, so that results do not depend
//! on the number of threads, nor on how often a run was interrupted. A point that cannot be simulated is a record too.

mod analytic;
mod assemble;
mod assumptions;
mod bounds;
mod break_even;
mod busbw;
mod check_systems;
mod collective;
mod collective_notes;
mod compared;
mod does_not_fit;
mod driver;
mod energy;
mod engine_options;
mod envelope;
mod error;
mod explain;
mod explanation;
mod fabric;
mod frame;
mod links;
#[cfg(test)]
mod links_tests;
mod options;
mod placement;
mod planned;
mod point;
mod pool;
mod rates;
mod record;
mod sensitivity;
#[cfg(test)]
mod sensitivity_tests;
mod shown;
mod single;
mod stage_recorder;
mod step;
mod traffic;
mod utilization;
mod variants;
mod watch;

pub use assemble::{assemble, check_any_point, label_traces};
pub use check_systems::check_systems;
pub(crate) use collective::run_collective_here;
pub use collective::{CollectiveRequest, explain_collective, run_collective};
pub use driver::{Keep, PartDone, PartsRun, Tell, run_parts, run_scenario, run_scenario_traced};
pub use engine_options::{EngineOptions, too_large, too_long, too_many_events};
pub use envelope::add_envelope;
pub use error::RunError;
pub use explain::explain;
pub use frame::{Frame, FrameSystem};
pub use options::{ProgressEvent, RunOptions};
pub(crate) use pool::in_pool;
pub use record::{CurveRecord, HeldRecords, PartFailure, PartRecord, PointRecord, PointsOf, Records};
pub use sensitivity::{SensitivityOptions, sensitivity};
pub use single::run_alone;
pub(crate) use single::{assumptions_of, chip_rates, run_point};
pub(crate) use step::{Machine, SimulatedStep, simulate_step, simulate_step_at};

/// The most points of which everything is held, shown and drawn.
pub const MOST_HELD: usize = 2_000;

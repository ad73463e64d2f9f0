//! The parameters of transport families and of chips, fitted again to tables of measurements.
//!
//! | file | idea |
//! |---|---|
//! | `parameter.rs`, `slots.rs` | which parameters are fitted, within which bounds and from which guess; one for each owner |
//! | `nccl_tests.rs`, `sources.rs` | where measurements come from: tables, or what nccl-tests writes |
//! | `observations.rs` | measurements on the fabrics on which they were taken |
//! | `least_squares.rs` | damped least squares within bounds, with a loss that outliers do not rule |
//! | `chips/` | parameters of chips and of software, fitted to training runs |
//! | `fit.rs`, `request.rs` | a fit from rough guesses, its errors, and those of tables that it has not seen |
//!
//! Rows are timed by the closed form that chooses algorithms: simulated times are the same where a collective is
//! alone on its links, and take longer to find. Nothing here writes results; that is `report`'s part.

mod chips;
mod fit;
mod least_squares;
mod nccl_tests;
mod observations;
mod parameter;
mod request;
mod slots;
mod sources;

pub use chips::{CHIPS, CalibrateChipsError, CalibrateChipsRequest, calibrate_chips, is_of_chips};
pub use nccl_tests::NcclTestsError;
pub use parameter::{Owner, PARAMETERS, Parameter};
pub use request::{CalibrateError, CalibrateRequest, calibrate};
pub use sources::{Described, SourceError, measurements};

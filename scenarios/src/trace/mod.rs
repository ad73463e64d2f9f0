//! What ranks do over time, recorded while steps are simulated, and written for a viewer of timelines.
//!
//! A [`Recorder`] watches a run as the ledger does, and around it: the track of states is the ledger's own, and beside it
//! stand the operations of each stream. [`write_chrome`] writes the events that `ui.perfetto.dev` and `chrome://tracing`
//! show, and [`TraceFile`] puts them into a file. Nothing is simulated here.

mod chrome;
mod file;
mod record;
mod recorder;

pub use chrome::write_chrome;
pub use file::{TraceFile, TraceFileError};
pub use record::{Group, OperationSlice, PointTrace, RankTrace, Trace, TraceRequest};
pub use recorder::Recorder;

//! What ranks do over time, recorded while steps are simulated, and written for a viewer of timelines.
//!
//! A [`Recorder`] watches a run as the ledger does, and around it: the track of states is the ledger's own, and beside it
//! stand the operations of each stream, the counters of links, and arrows between operations that belong together.
//! [`write_perfetto`] writes the packets that `ui.perfetto.dev` reads, [`write_chrome`] the events that `chrome://tracing`
//! shows as well, and [`TraceFile`] puts either into a file, by its name. Nothing is simulated here.

mod arrows;
mod chrome;
mod file;
pub mod messages;
mod names;
mod packets;
mod perfetto;
mod record;
mod recorder;
#[cfg(test)]
mod tests;

pub use chrome::write_chrome;
pub use file::{TraceFile, TraceFileError};
pub use perfetto::write_perfetto;
pub use record::{Counter, Group, OperationSlice, PointTrace, RankTrace, Trace, TraceRequest};
pub use recorder::Recorder;

//! Sweeps that survive: what is done is kept in a file, goes on after any end, and can be shared among machines.
//!
//! | file | idea |
//! |---|---|
//! | `line.rs` | a line: a checksum and JSON |
//! | `header.rs` | the first line: whose records follow, and all of the report that is known before |
//! | `scan.rs` | reads a file of any contents: which records are whole, and where |
//! | `journal.rs` | appends records, one line and one write each, and goes on where a file ends |
//! | `folder.rs` | the journals of an output folder |
//! | `lock.rs` | one writer at a time |
//! | `shard.rs` | which parts are whose |
//! | `store.rs` | where a run keeps its records: in memory, in a journal, in a file that goes |
//! | `merge.rs` | the journals of all shards as one |
//!
//! Nothing here simulates: records come from `run`, and go back to it to be put together.

mod folder;
mod header;
mod journal;
mod line;
mod lock;
mod merge;
mod scan;
mod shard;
mod store;
#[cfg(test)]
mod tests;

pub use folder::{JOURNAL, check_journals};
pub use header::{Header, KeptOptions};
pub use journal::{Journal, JournalError, Opening};
pub use merge::{MergeError, Merged, merge};
pub use scan::{Place, Scan, scan};
pub use shard::{Shard, ShardError};
pub use store::Store;

//! Any fabric from a file of nodes and links, in TOML or in JSON.
//!
//! ```toml
//! bandwidth = "50 GB/s"               # of links that say nothing
//! latency = "500 ns"
//! nodes = [
//!     { name = "a", domain = "left" },
//!     { name = "b", domain = "right" },
//!     { name = "s", kind = "switch" },
//! ]
//! links = [
//!     { from = "a", to = "s" },
//!     { from = "b", to = "s", bandwidth = "25 GB/s", duplex = true },
//! ]
//! ```
//!
//! JSON has the same keys; that of [`export`](crate::export) and NetworkX's node-link form (`id`, `source`, `target`,
//! `edges`) are read as well. `document.rs` takes a file apart, `read.rs` checks it, `wiring.rs` builds the fabric,
//! `connected.rs` looks whether all chips are joined.

mod connected;
mod document;
mod fields;
mod links;
mod nodes;
mod read;
mod wiring;

pub use document::GraphPlace;
pub use read::{Graph, GraphError, GraphFault};
pub use wiring::GraphRouting;
pub(crate) use wiring::PARAMETERS;

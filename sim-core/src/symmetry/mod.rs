//! Exact folding: ranks that are identical by construction are simulated once.
//!
//! Ranks and links are partitioned such that ranks of a class run the same program with peers of the same classes
//! over links of the same classes, and links of a class have the same capacity and carry the same weight of every
//! class of transfers. By induction over batches, members of a class then do everything at the same picosecond.
//! The partition is proposed by hashes (`refine`) and decided by an exact comparison (`verify`). The collectives of a
//! group that nobody disturbs are one node of it (`nodes`), not refined along their order. Messages without programs are
//! folded by themselves, whoever sends them (`message_folding`).

mod assumptions;
mod crossed;
mod few_blocks;
mod fold;
mod foldings;
mod hashing;
mod incidences;
mod listing;
mod message_folding;
mod nodes;
mod numbering;
mod partition;
mod placements;
mod refine;
mod segments;
mod transfers;
mod verify;

pub use assumptions::{Assumptions, Disturbance};
pub use fold::{FoldedLink, Folding, Representative, Structure};
pub use foldings::Foldings;
pub use message_folding::{MessageClass, MessageFolding, RoutedMessage};
pub use nodes::{NodeClass, NodeLoad};
pub use placements::Symmetry;
pub(crate) use placements::in_first_cells;

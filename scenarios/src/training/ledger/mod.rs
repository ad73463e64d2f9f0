//! What every rank's time went into, booked while a step is simulated.
//!
//! A [`Ledger`] watches a run and keeps a small account for each simulated rank (`account`); no operation is stored for
//! longer than it can matter. Time in which no kernel runs is kept apart (`gap`) until the next kernel shows what it had
//! waited for; then it is entered in the rank's books (`books`) like all other time. Entries are integer picoseconds, so
//! that they sum to the step time exactly, for every rank; means over ranks (`summary`) are sums of integers as well, so
//! that it does not matter how many ranks were simulated. Rounds that recur are not told one by one (`recurring`). What is done with operations besides is not known here.

mod account;
mod books;
mod entry;
mod gap;
mod observer;
mod rank;
mod recurring;
mod summary;
#[cfg(test)]
mod tests;

pub use books::LedgerSlice;
pub use entry::LedgerEntry;
pub use observer::Ledger;
pub use rank::RankLedger;
pub use summary::{Breakdown, LedgerSummary};

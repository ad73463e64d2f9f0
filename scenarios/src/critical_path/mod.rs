//! Which resource bound each interval of the critical path of a run.
//!
//! The critical path leads back from the last operation: each has begun when the last of its participants entered it, and
//! that one entered when the last operation that it waited for ended. [`CriticalPath`] watches a run and carries, for each
//! stream of each simulated rank, the [`Account`] of the path that leads to it: picoseconds by [`Resource`] that sum to the
//! time. `split` says what an operation adds, `recurring` what rounds that recur come to. Definition, rules and limits: `docs/src/models/critical_path.md`.

mod account;
mod meeting;
mod observer;
mod recurring;
mod resource;
mod split;
mod stream;
#[cfg(test)]
mod tests;

pub use account::Account;
pub use observer::CriticalPath;
pub use resource::Resource;

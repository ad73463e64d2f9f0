//! Rounds of a whole run that recur: noticed, written down once, and told again without being simulated.
//!
//! In the steady state of a pipeline everything comes back, later by the same time and further on in every program by the
//! same blocks. `regions` are where programs allow that, `watch` looks for it there, cheaply, and `snapshot` decides it exactly,
//! in the numbers of `encoder`; `standing` knows how long programs go on in
//! the same way, and `diary` holds what observers are told in a round; `recurrence` is what they see of it when it comes again.

mod diary;
mod encoder;
mod recurrence;
mod regions;
mod snapshot;
mod standing;
mod watch;

pub(super) use diary::{Entry, Told, hash_again};
pub use recurrence::Recurrence;
pub(super) use snapshot::{Counts, Round, Scene};
pub(super) use watch::{Look, Noted, Watch};

//! Rounds of a whole run that recur: noticed, written down once, and told again without being simulated.
//!
//! In the steady state of a pipeline everything comes back, later by the same time and further on in every program by the
//! same blocks. `watch` looks for that cheaply, `snapshot` decides it exactly, `standing` knows how long programs go on in
//! the same way, and `diary` holds what observers are told in a round.

mod diary;
mod snapshot;
mod standing;
mod watch;

pub(super) use diary::{Entry, Readers, Told};
pub(super) use snapshot::{Counts, Round, Scene, is_calm};
pub(super) use watch::{Look, Noted, Watch};

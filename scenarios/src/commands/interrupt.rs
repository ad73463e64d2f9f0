//! Ctrl-C and the end of a batch job: a run ends after the parts in flight, everything else at once.

use super::failure::ExitStatus;
use std::io::{self, Write};
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether a run that can end cleanly is going on.
static RUNNING: AtomicBool = AtomicBool::new(false);

/// Whether it has been asked to.
static STOP: AtomicBool = AtomicBool::new(false);

/// From now on a signal to end is heard. The first one lets a run finish the parts in flight, the next one does not.
pub fn install() {
    let hear = || {
        if !RUNNING.load(Ordering::SeqCst) || STOP.swap(true, Ordering::SeqCst) {
            process::exit(i32::from(ExitStatus::INTERRUPTED.code()));
        }
        let notice = "\ninterrupted: waiting for the points in flight; once more ends at once\n";
        // Nobody is left to tell when even standard error is gone.
        let _ = io::stderr().write_all(notice.as_bytes());
    };
    // Without a handler the system ends the process, and a journal outlives that too.
    ctrlc::set_handler(hear).unwrap_or_default();
}

/// While this lives, a signal to end is a wish.
pub(super) struct Heard(());

impl Heard {
    /// From here on.
    pub(super) fn new() -> Self {
        RUNNING.store(true, Ordering::SeqCst);
        Self(())
    }

    /// Is set by a signal.
    pub(super) fn stop(&self) -> &'static AtomicBool {
        &STOP
    }

    /// Whether there was a signal.
    pub(super) fn is_stopped(&self) -> bool {
        STOP.load(Ordering::SeqCst)
    }
}

impl Drop for Heard {
    fn drop(&mut self) {
        RUNNING.store(false, Ordering::SeqCst);
    }
}

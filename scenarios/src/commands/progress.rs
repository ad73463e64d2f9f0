//! How far a run is: a bar on a terminal, and elsewhere a line now and then of a run that takes long.

use super::output::Output;
use crate::run::{ProgressEvent, Tell};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};
use std::{panic, thread};

/// The time between two lines.
const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// A bar over the parts of a scenario; hidden when `visible` is not asked for.
pub(super) struct Progress {
    bar: ProgressBar,
}

/// Whether the bar is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Visibility {
    Drawn,
    Hidden,
}

impl Progress {
    /// Does `work` under a bar for the scenario `name`; the work tells how far it is.
    pub(super) fn during<T>(
        name: &str,
        visibility: Visibility,
        work: impl FnOnce(&(dyn Fn(ProgressEvent) + Sync)) -> T,
    ) -> T {
        let progress = Self::new(name, visibility);
        let done = work(&|event| progress.tell(event));
        progress.finish();
        done
    }

    /// Does `work` under a bar on a terminal, elsewhere with a line on every ten seconds.
    pub(super) fn told<T: Send>(
        name: &str,
        quiet: bool,
        output: &mut Output<'_>,
        work: impl FnOnce(Tell<'_>) -> T + Send,
    ) -> T {
        match (quiet, output.on_terminal) {
            (true, _) => work(&|_| ()),
            (false, true) => Self::during(name, Visibility::Drawn, work),
            (false, false) => in_lines(name, BETWEEN_LINES, output.notes, work),
        }
    }

    fn new(name: &str, visibility: Visibility) -> Self {
        if visibility == Visibility::Hidden {
            return Self { bar: ProgressBar::hidden() };
        }
        let style = ProgressStyle::with_template(
            "{prefix} [{bar:30}] {pos}/{len} {elapsed}, {eta} to go  {wide_msg}",
        );
        let style = style.expect("the template is well-formed").progress_chars("=> ");
        let bar = ProgressBar::new(0).with_style(style).with_prefix(name.to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar }
    }

    /// Moves the bar.
    fn tell(&self, event: ProgressEvent) {
        match event {
            ProgressEvent::Started { parts } => self.bar.set_length(parts as u64),
            ProgressEvent::Finished { what } => {
                self.bar.set_message(what);
                self.bar.inc(1);
            }
        }
    }

    /// Takes the bar off the terminal.
    fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// Does `work` on a thread of its own, and writes a line whenever so much time has passed.
fn in_lines<T: Send>(
    name: &str,
    between: Duration,
    notes: &mut dyn Write,
    work: impl FnOnce(Tell<'_>) -> T + Send,
) -> T {
    let (start, count) = (Instant::now(), Count::default());
    thread::scope(|scope| {
        let (running, ends) = mpsc::channel::<()>();
        let count = &count;
        let worker = scope.spawn(move || {
            let _running = running;
            work(&|event| count.tell(&event))
        });
        while ends.recv_timeout(between) == Err(RecvTimeoutError::Timeout) {
            // Who cannot be told how far it is is told the results.
            let _ = writeln!(notes, "{name}: {}", count.line(start.elapsed()));
        }
        worker.join().unwrap_or_else(|panic| panic::resume_unwind(panic))
    })
}

/// How many parts are done.
#[derive(Debug, Default)]
struct Count {
    parts: AtomicUsize,
    done: AtomicUsize,
}

impl Count {
    fn tell(&self, event: &ProgressEvent) {
        match event {
            ProgressEvent::Started { parts } => self.parts.store(*parts, Ordering::Relaxed),
            ProgressEvent::Finished { .. } => drop(self.done.fetch_add(1, Ordering::Relaxed)),
        }
    }

    /// `12 of 96 parts after 40 s, about 280 s to go`.
    fn line(&self, elapsed: Duration) -> String {
        let (parts, done) = (self.parts.load(Ordering::Relaxed), self.done.load(Ordering::Relaxed));
        let so_far = format!("{done} of {parts} parts after {} s", elapsed.as_secs());
        if done == 0 {
            return so_far;
        }
        let left = elapsed.as_secs_f64() / done as f64 * parts.saturating_sub(done) as f64;
        format!("{so_far}, about {left:.0} s to go")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_run_says_how_far_it_is() {
        let mut notes = Vec::new();
        let told = in_lines("sweep", Duration::from_millis(1), &mut notes, |tell| {
            tell(ProgressEvent::Started { parts: 4 });
            tell(ProgressEvent::Finished { what: "one".to_owned() });
            thread::sleep(Duration::from_millis(50));
            7
        });
        let notes = String::from_utf8(notes).expect("lines are text");
        assert_eq!(told, 7);
        assert!(notes.contains("sweep: 1 of 4 parts after 0 s, about 0 s to go\n"), "{notes}");
        let count = Count { parts: 96.into(), done: 12.into() };
        assert_eq!(count.line(Duration::from_secs(40)), "12 of 96 parts after 40 s, about 280 s to go");
        assert_eq!(Count::default().line(Duration::from_secs(10)), "0 of 0 parts after 10 s");
    }

    #[test]
    fn a_short_run_says_nothing() {
        let mut notes = Vec::new();
        in_lines("sweep", BETWEEN_LINES, &mut notes, |tell| tell(ProgressEvent::Started { parts: 1 }));
        assert!(notes.is_empty());
    }
}

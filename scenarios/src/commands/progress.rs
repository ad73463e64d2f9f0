//! The progress bar, drawn on a terminal only.

use crate::run::ProgressEvent;
use indicatif::{ProgressBar, ProgressStyle};
use std::time::Duration;

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

    fn new(name: &str, visibility: Visibility) -> Self {
        if visibility == Visibility::Hidden {
            return Self { bar: ProgressBar::hidden() };
        }
        let style = ProgressStyle::with_template("{prefix} [{bar:30}] {pos}/{len} {elapsed} {wide_msg}");
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

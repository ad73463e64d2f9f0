//! Tests of scenario files: what is refused and how it is said, what is hostile, what a scenario means.

#[cfg(feature = "cli")]
mod broken_files;
#[cfg(feature = "cli")]
mod fuzz;
mod hostile;
mod meaning;
mod plans;
mod round_trip;
mod sweeping;

//! How many threads a command uses, as a flag.

use clap::Args;

/// The flag of threads.
#[derive(Debug, Args)]
pub(super) struct ThreadArguments {
    /// The number of threads [default: all cores]
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        value_parser = clap::value_parser!(u16).range(1..=1024)
    )]
    threads: Option<u16>,
}

impl ThreadArguments {
    /// The number that was asked for.
    pub(super) fn number(&self) -> Option<usize> {
        self.threads.map(usize::from)
    }
}

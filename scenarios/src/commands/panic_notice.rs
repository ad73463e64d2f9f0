//! What a bug says: where to report it, and exit code 70.

use super::failure::ExitStatus;
use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};
use std::process;

/// From now on a panic of any thread says that it is a bug and where to report it, and ends the process with 70.
pub fn install() {
    panic::set_hook(Box::new(|info| {
        // Nobody is left to tell when even standard error is gone.
        let _ = io::stderr().write_all(notice(info).as_bytes());
        process::exit(i32::from(ExitStatus::BUG.code()));
    }));
}

fn notice(info: &PanicHookInfo<'_>) -> String {
    let tracker = match env!("CARGO_PKG_REPOSITORY") {
        "" => "the issue tracker of the repository that this program was built from",
        address => address,
    };
    format!(
        "error: this is a bug in copperlight {}\n{info}\n\
         Please report it in {tracker}, with this message, the command line and the scenario file.\n",
        env!("CARGO_PKG_VERSION")
    )
}

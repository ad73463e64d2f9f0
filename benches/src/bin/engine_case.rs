//! `engine_case NAME PARAMETER`: runs one case of the benches once, and prints its answer, time and memory.

use copperlight_benches::cases::Case;
use copperlight_benches::memory::peak_resident;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let parameter = arguments.next().and_then(|text| text.parse().ok()).unwrap_or_default();
    let Some(case) = Case::prepare(&name, parameter) else {
        let _ = writeln!(io::stderr(), "no case is called `{name}`; use engine_case NAME PARAMETER");
        return ExitCode::from(2);
    };
    let start = Instant::now();
    let answer = case.run();
    let took = start.elapsed();
    let _ = writeln!(io::stdout(), "{name}/{parameter}: {answer}");
    let _ = writeln!(io::stdout(), "{took:.1?}, peak memory {}", peak_memory());
    case.assert_answer(&answer);
    ExitCode::SUCCESS
}

/// The largest resident set so far, where the system tells.
fn peak_memory() -> String {
    peak_resident().map_or_else(|| "not known".to_owned(), |bytes| format!("{} kB", bytes / 1024))
}

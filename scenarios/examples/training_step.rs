//! One training step from code, and where its time goes.
//!
//! `cargo run -p copperlight --example training_step`

use copperlight::file::{SourceText, check};
use copperlight::run::run_alone;
use std::error::Error;
use std::fmt::Write as _;
use std::io::{Write as _, stdout};

const STEP: &str = r#"
[scenario]
name = "step"

[[systems]]
preset = "gb200-nvl72"
chips = 16

[workload]
kind = "training"
model = "llama-3.1-8b"
sequence_length = 4096
global_batch = 32

[workload.parallelism]
tensor = 2
pipeline = 4
sequence_parallel = true
"#;

pub(crate) fn report() -> Result<String, Box<dyn Error>> {
    let scenario = check(SourceText::new("step.toml", STEP), &[])?;
    let mut lines = String::new();
    for point in scenario.points() {
        let result = run_alone(&point)?;
        let step = result.step_time_s.ok_or("the step does not fit in memory")?;
        let parts = result.breakdown_s.ok_or("a step that ran has a ledger")?;
        writeln!(lines, "{} on {} chips: {:.1} ms", result.system, result.chips, step * 1e3)?;
        for (name, seconds) in parts.terms() {
            let share = 100.0 * seconds.unwrap_or(0.0) / step;
            writeln!(lines, "{name:>10} {share:5.1} %")?;
        }
    }
    Ok(lines)
}

fn main() -> Result<(), Box<dyn Error>> {
    Ok(stdout().write_all(report()?.as_bytes())?)
}

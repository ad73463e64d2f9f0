//! A sweep in code: from which bandwidth on do faster links stop to matter?
//!
//! `cargo run -p copperlight --example sweep`

use copperlight::file::{SourceText, check};
use copperlight::run::{RunOptions, run_scenario};
use std::error::Error;
use std::fmt::Write as _;
use std::io::{Write as _, stdout};

const ALL_REDUCE: &str = r#"
[scenario]
name = "sweep"

[[systems]]
preset = "hgx-h100"

[workload]
kind = "collective"
operation = "all-reduce"
algorithm = "ring"
protocol = "simple"
size = "4 MiB"
"#;

pub(crate) fn report() -> Result<String, Box<dyn Error>> {
    let mut lines = String::from("GB/s a link  microseconds  waits for links\n");
    for bandwidth in [12.5, 25.0, 50.0, 100.0, 200.0] {
        // As on a command line: --set 'systems.scale_up.link_bandwidth="50 GB/s"'.
        let setting = format!("systems.scale_up.link_bandwidth=\"{bandwidth} GB/s\"");
        let scenario = check(SourceText::new("sweep.toml", ALL_REDUCE), &[setting])?;
        let report = run_scenario(&scenario, &RunOptions::default(), &|_| ())?;
        for result in &report.results.results {
            let row = result.collective.as_ref().ok_or("a collective that ran has a row")?;
            let limits = result.limited_by.as_ref().ok_or("a collective that ran has limits")?;
            let links = 100.0 * limits.get("link:scale-up").unwrap_or(&0.0);
            writeln!(lines, "{bandwidth:11}  {:12.1}  {links:13.0} %", row.time_us)?;
        }
    }
    Ok(lines)
}

fn main() -> Result<(), Box<dyn Error>> {
    Ok(stdout().write_all(report()?.as_bytes())?)
}

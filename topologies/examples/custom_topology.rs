//! A topology of one's own, from a text: two racks of two chips, joined by one thin cable.
//!
//! `cargo run -p copperlight-topologies --example custom_topology`

use copperlight_core::ids::EndpointId;
use copperlight_core::simulation::{Options, Unobserved, simulate};
use copperlight_core::units::Bytes;
use copperlight_core::workload::{CollectiveCall, CollectiveKind, SingleCollective};
use copperlight_topologies::System;
use std::error::Error;
use std::fmt::Write as _;
use std::io::{Write as _, stdout};

/// The graph, as a file would hold it.
const RACKS: &str = r#"
bandwidth = "50 GB/s"
latency = "250 ns"
nodes = [
    { name = "a0" }, { name = "a1" }, { name = "b0" }, { name = "b1" },
    { name = "rack a", kind = "switch" }, { name = "rack b", kind = "switch" },
]
links = [
    { from = "a0", to = "rack a", duplex = true },
    { from = "a1", to = "rack a", duplex = true },
    { from = "b0", to = "rack b", duplex = true },
    { from = "b1", to = "rack b", duplex = true },
    { from = "rack a", to = "rack b", bandwidth = "10 GB/s", latency = "1 us", duplex = true },
]
"#;

pub(crate) fn report() -> Result<String, Box<dyn Error>> {
    let table: toml::Table = toml::from_str("family = \"graph\"\nfile = \"racks.toml\"")?;
    let system = System::from_family_with_files(&table, &|_| Ok(RACKS.to_owned()))?;
    let fabric = system.build(4)?;
    let mut lines = String::new();
    for (name, to) in [("in the rack", 1), ("across", 2)] {
        let route = fabric.route(EndpointId::new(0), EndpointId::new(to))?;
        writeln!(lines, "latency {name}: {} us", route.latency().microseconds())?;
    }
    // Each chip sends a quarter of its buffer to every other: four messages share the cable in each direction.
    let call = CollectiveCall::auto(CollectiveKind::AllToAll, Bytes::new(4_000_000));
    let workload = SingleCollective::new(4, call);
    let outcome = simulate(&fabric, &workload, &Options::new(system.transport()), &mut Unobserved)?;
    let by_hand = 1.5 + 4.0 * 1e6 / 10e9 * 1e6;
    writeln!(lines, "all-to-all: {} us, by hand {by_hand} us", outcome.end.microseconds())?;
    Ok(lines)
}

fn main() -> Result<(), Box<dyn Error>> {
    Ok(stdout().write_all(report()?.as_bytes())?)
}

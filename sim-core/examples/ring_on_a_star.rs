//! A ring all-reduce among eight chips on one switch, simulated beside its closed form.
//!
//! `cargo run -p copperlight-core --example ring_on_a_star`

use copperlight_core::fabric::{Fabric, FabricBuilder, Link, Scope};
use copperlight_core::routing::ShortestPath;
use copperlight_core::simulation::{Options, Unobserved, simulate};
use copperlight_core::transport::Transport;
use copperlight_core::units::Bytes;
use copperlight_core::workload::{Algorithm, CollectiveCall, CollectiveKind, SingleCollective};
use std::error::Error;
use std::fmt::Write as _;
use std::io::{Write as _, stdout};

const CHIPS: u32 = 8;

/// Eight chips around a switch: 450 GB/s and 250 ns a link.
fn star() -> Result<Fabric, Box<dyn Error>> {
    let mut builder = FabricBuilder::new();
    let chips: Vec<_> = (0..CHIPS).map(|chip| builder.endpoint(format!("chip{chip}"))).collect();
    let switch = builder.switch("switch");
    let (tier, medium) = (builder.tier("scale-up", Scope::ScaleUp), builder.medium("copper"));
    let (capacity, latency) = ("450 GB/s".parse()?, "250 ns".parse()?);
    for chip in chips {
        builder.duplex(Link { from: chip.into(), to: switch, capacity, latency, tier, medium });
    }
    Ok(builder.build(Box::new(ShortestPath::default()))?)
}

/// A line for each size, in microseconds.
pub(crate) fn report() -> Result<String, Box<dyn Error>> {
    let fabric = star()?;
    let mut lines = String::from("   bytes  simulated  by hand\n");
    for bytes in [1 << 10, 1 << 20, 1 << 26] {
        let mut call = CollectiveCall::auto(CollectiveKind::AllReduce, Bytes::new(bytes));
        call.algorithm = Some(Algorithm::Ring);
        let workload = SingleCollective::new(CHIPS as usize, call);
        let outcome = simulate(&fabric, &workload, &Options::new(Transport::ideal()), &mut Unobserved)?;
        // 2 (n - 1) steps, each of two links and a chunk of the buffer.
        let chunk = bytes as f64 / f64::from(CHIPS);
        let by_hand = f64::from(2 * (CHIPS - 1)) * (0.5 + chunk / 450e9 * 1e6);
        writeln!(lines, "{bytes:8}  {:9.3}  {by_hand:7.3}", outcome.end.microseconds())?;
    }
    Ok(lines)
}

fn main() -> Result<(), Box<dyn Error>> {
    Ok(stdout().write_all(report()?.as_bytes())?)
}

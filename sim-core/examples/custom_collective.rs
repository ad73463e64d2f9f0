//! A collective of one's own: a broadcast by doubling, written out as messages.
//!
//! In round `r` every rank below `2^r` has the buffer and sends it to the rank that is `2^r` above.
//!
//! `cargo run -p copperlight-core --example custom_collective`

use copperlight_core::fabric::{Fabric, FabricBuilder, Link, Scope};
use copperlight_core::ids::{EndpointId, PeerSlot, RankId, RoleId};
use copperlight_core::routing::ShortestPath;
use copperlight_core::simulation::{Options, Unobserved, simulate};
use copperlight_core::transport::Transport;
use copperlight_core::units::Bytes;
use copperlight_core::workload::{
    ExplicitWorkload, Operation, OperationKind, ProgramBuilder, StreamId, StreamSet, Tag,
};
use std::error::Error;
use std::fmt::Write as _;
use std::io::{Write as _, stdout};

fn star(chips: usize) -> Result<Fabric, Box<dyn Error>> {
    let mut builder = FabricBuilder::new();
    let chips: Vec<_> = (0..chips).map(|chip| builder.endpoint(format!("chip{chip}"))).collect();
    let switch = builder.switch("switch");
    let (tier, medium) = (builder.tier("scale-up", Scope::ScaleUp), builder.medium("copper"));
    let (capacity, latency) = ("50 GB/s".parse()?, "250 ns".parse()?);
    for chip in chips {
        builder.duplex(Link { from: chip.into(), to: switch, capacity, latency, tier, medium });
    }
    Ok(builder.build(Box::new(ShortestPath::default()))?)
}

/// What every rank does: it receives once, unless it is the first, and passes the buffer on in all later rounds.
fn broadcast(ranks: usize, bytes: Bytes) -> ExplicitWorkload {
    let mut workload = ExplicitWorkload::default();
    for rank in 0..ranks {
        let mut peers = Vec::new();
        let mut operations = Vec::new();
        for distance in (0..ranks.ilog2()).map(|round| 1 << round) {
            let peer = PeerSlot::new(peers.len());
            let (other, kind) = if rank < distance {
                (rank + distance, OperationKind::Send { peer, bytes, channel: 0 })
            } else if rank < 2 * distance {
                (rank - distance, OperationKind::Receive { peer, channel: 0 })
            } else {
                continue;
            };
            peers.push(RankId::new(other));
            let (stream, waits) = (StreamId::new(0), StreamSet::EMPTY);
            operations.push(Operation { stream, waits, tag: Tag::default(), kind });
        }
        let mut program = ProgramBuilder::new();
        program.once(operations);
        workload.endpoints.push(EndpointId::new(rank));
        workload.role_of_rank.push(RoleId::new(rank));
        workload.programs.push(program.build());
        workload.peers.push(peers);
    }
    workload
}

pub(crate) fn report() -> Result<String, Box<dyn Error>> {
    let mut lines = String::from("ranks  microseconds\n");
    for ranks in [2, 4, 8, 16] {
        let workload = broadcast(ranks, Bytes::new(1_000_000));
        let options = Options::new(Transport::ideal());
        let outcome = simulate(&star(ranks)?, &workload, &options, &mut Unobserved)?;
        writeln!(lines, "{ranks:5}  {:12}", outcome.end.microseconds())?;
    }
    Ok(lines)
}

fn main() -> Result<(), Box<dyn Error>> {
    Ok(stdout().write_all(report()?.as_bytes())?)
}

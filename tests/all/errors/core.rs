//! Errors of `copperlight-core`.

use super::{Case, fault};
use copperlight_core::fabric::{Fabric, FabricBuilder, FabricError, Level, Link, Scope};
use copperlight_core::ids::{CommunicatorId, EndpointId, NodeId, PeerSlot, RankId, RoleId};
use copperlight_core::routing::{ExplicitRoutes, ShortestPath};
use copperlight_core::simulation::{Options, SimulationError, Unobserved, simulate};
use copperlight_core::transport::Transport;
use copperlight_core::units::{Bandwidth, Bytes, Time};
use copperlight_core::workload::{
    CollectiveCall, CollectiveKind, ExplicitWorkload, Operation, OperationKind, Program, ProgramBuilder,
    StreamId, StreamSet, Tag,
};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = units();
    cases.extend(fabrics());
    cases.push(unreachable());
    cases.extend(failed_links());
    cases.extend(simulations());
    cases
}

fn units() -> Vec<Case> {
    vec![
        fault("fast".parse::<Time>()),
        fault("900".parse::<Bandwidth>()),
        fault("900 GB".parse::<Bandwidth>()),
        fault("128M".parse::<Bytes>()),
        fault("-1 ns".parse::<Time>()),
    ]
}

/// Two chips, one switch, and what `change` adds to the two links between each chip and the switch.
fn build(change: impl FnOnce(&mut FabricBuilder, Link)) -> Result<Fabric, FabricError> {
    let mut builder = FabricBuilder::new();
    let chips = [0, 1].map(|chip| builder.endpoint(format!("chip{chip}")));
    let switch = builder.switch("switch");
    let tier = builder.tier("scale-up", Scope::ScaleUp);
    let medium = builder.medium("copper");
    let capacity = Bandwidth::from_gigabytes_per_second(50.0);
    let latency = Time::from_picoseconds(250_000);
    let link = |chip: EndpointId| Link { from: chip.into(), to: switch, capacity, latency, tier, medium };
    for chip in chips {
        builder.duplex(link(chip));
    }
    change(&mut builder, link(chips[0]));
    builder.build(Box::new(ShortestPath::default()))
}

fn fabrics() -> Vec<Case> {
    let extra = |link: fn(Link) -> Link| {
        fault(build(|builder, template| {
            builder.link(link(template));
        }))
    };
    vec![
        fault(FabricBuilder::new().build(Box::new(ShortestPath::default()))),
        extra(|link| Link { to: NodeId::new(7), ..link }),
        extra(|link| Link { capacity: Bandwidth::ZERO, ..link }),
        extra(|link| Link { to: link.from, ..link }),
        fault(build(|builder, _| builder.level(Level::new("domain", vec![0, 0, 0])))),
        fault(disconnected()),
    ]
}

fn disconnected() -> Result<Fabric, FabricError> {
    let mut builder = FabricBuilder::new();
    builder.endpoint("chip0");
    builder.endpoint("chip1");
    builder.build(Box::new(ShortestPath::default()))
}

/// A table of routes that lacks one.
fn unreachable() -> Case {
    fault(fabric_without_routes().route(EndpointId::new(0), EndpointId::new(1)))
}

/// Routes of which every way has failed, over one link, two and more.
fn failed_links() -> [Case; 3] {
    [1, 2, 4].map(|ways| {
        let mut builder = FabricBuilder::new();
        let (from, to) = (builder.endpoint("chip0"), builder.endpoint("chip1"));
        let switches: Vec<NodeId> = (0..=ways).map(|way| builder.switch(format!("switch{way}"))).collect();
        let (tier, medium) = (builder.tier("scale-up", Scope::ScaleUp), builder.medium("copper"));
        let (capacity, latency) = (Bandwidth::from_gigabytes_per_second(50.0), Time::ZERO);
        let mut routes = ExplicitRoutes::new();
        for (way, &switch) in switches.iter().enumerate() {
            let link = |from, to| Link { from, to, capacity, latency, tier, medium };
            let up = builder.duplex(link(from.into(), switch));
            let down = builder.duplex(link(switch, to.into()));
            // The last switch has healthy links, which no route takes.
            if way < ways {
                builder.derate(up, 0.0);
                routes.add(from, to, vec![up, down]);
            }
        }
        let fabric = builder.build(Box::new(routes)).expect("one switch joins the chips");
        fault(fabric.route(from, to))
    })
}

fn fabric_without_routes() -> Fabric {
    let mut builder = FabricBuilder::new();
    let (from, to) = (builder.endpoint("chip0"), builder.endpoint("chip1"));
    let tier = builder.tier("scale-up", Scope::ScaleUp);
    let medium = builder.medium("copper");
    let capacity = Bandwidth::from_gigabytes_per_second(50.0);
    builder.duplex(Link { from: from.into(), to: to.into(), capacity, latency: Time::ZERO, tier, medium });
    builder.build(Box::new(ExplicitRoutes::new())).expect("the chips are joined")
}

/// Two ranks, each with a program of one operation.
fn pair(kinds: [OperationKind; 2]) -> ExplicitWorkload {
    let program = |kind| -> Program {
        let (stream, waits, tag) = (StreamId::new(0), StreamSet::EMPTY, Tag::default());
        let mut program = ProgramBuilder::new();
        program.once(vec![Operation { stream, waits, tag, kind }]);
        program.build()
    };
    let ranks = [0, 1].map(RankId::new);
    ExplicitWorkload {
        endpoints: [0, 1].map(EndpointId::new).into(),
        role_of_rank: [0, 1].map(RoleId::new).into(),
        programs: kinds.map(program).into(),
        peers: vec![vec![ranks[1]], vec![ranks[0]]],
        groups: vec![vec![ranks.into()]],
    }
}

fn simulations() -> Vec<Case> {
    let compute = OperationKind::Compute { duration: Time::ZERO };
    let receive = OperationKind::Receive { peer: PeerSlot::new(0), channel: 3 };
    let send = OperationKind::Send { peer: PeerSlot::new(0), bytes: Bytes::new(8), channel: 3 };
    let collective = |kind| OperationKind::Collective {
        communicator: CommunicatorId::new(0),
        call: CollectiveCall::auto(kind, Bytes::new(8)),
    };
    let on = |endpoints: [usize; 2]| ExplicitWorkload {
        endpoints: endpoints.map(EndpointId::new).into(),
        ..pair([compute, compute])
    };
    let reduce = collective(CollectiveKind::AllReduce);
    vec![
        run(&joined(), &on([0, 9])),
        run(&joined(), &on([1, 1])),
        run(&joined(), &pair([receive, compute])),
        run(&joined(), &pair([reduce, collective(CollectiveKind::AllGather)])),
        run(&joined(), &pair([reduce, compute])),
        run(&fabric_without_routes(), &pair([send, receive])),
    ]
}

fn joined() -> Fabric {
    build(|_, _| ()).expect("two chips and a switch are sound")
}

fn run(fabric: &Fabric, workload: &ExplicitWorkload) -> Case {
    let options = Options::new(Transport::ideal());
    let result: Result<_, SimulationError> = simulate(fabric, workload, &options, &mut Unobserved);
    fault(result)
}

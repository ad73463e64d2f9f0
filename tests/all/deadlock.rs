//! Programs that wait for what never comes: the outcome names the ranks, what they wait for, and the circle.

use copperlight_core::ids::{CommunicatorId, EndpointId, PeerSlot, RankId, RoleId};
use copperlight_core::outcome::{Deadlock, StopReason};
use copperlight_core::simulation::{Options, Unobserved, simulate};
use copperlight_core::transport::Transport;
use copperlight_core::units::Bytes;
use copperlight_core::workload::{
    Algorithm, CollectiveCall, CollectiveKind, ExplicitWorkload, Operation, OperationKind, Program,
    ProgramBuilder, StreamId, StreamSet, Tag,
};
use copperlight_tests::fabrics::Domains;

fn program(kinds: &[OperationKind]) -> Program {
    let operation = |&kind: &OperationKind| Operation {
        stream: StreamId::new(0),
        waits: StreamSet::of(&[]),
        tag: Tag::default(),
        kind,
    };
    let mut program = ProgramBuilder::new();
    program.once(kinds.iter().map(operation).collect());
    program.build()
}

/// One program for each rank; slot 0 of a rank is the next, slot 1 the one before.
fn workload(programs: &[Vec<OperationKind>], groups: Vec<Vec<Vec<RankId>>>) -> ExplicitWorkload {
    let ranks = programs.len();
    let neighbours =
        |rank: usize| vec![RankId::new((rank + 1) % ranks), RankId::new((rank + ranks - 1) % ranks)];
    ExplicitWorkload {
        endpoints: (0..ranks).map(EndpointId::new).collect(),
        role_of_rank: (0..ranks).map(RoleId::new).collect(),
        programs: programs.iter().map(|kinds| program(kinds)).collect(),
        peers: (0..ranks).map(neighbours).collect(),
        groups,
    }
}

fn deadlock(workload: &ExplicitWorkload) -> Deadlock {
    let fabric = Domains::star(workload.endpoints.len(), 50.0).build();
    let (mut found, mut digests) = (Vec::new(), Vec::new());
    let options = Options::new(Transport::ideal());
    for options in [options, options.unfolded()] {
        let outcome = simulate(&fabric, workload, &options, &mut Unobserved).expect("the workload fits");
        digests.push(outcome.digest);
        match outcome.stop {
            StopReason::Deadlock(deadlock) => found.push(deadlock),
            other => panic!("{other:?} is no deadlock"),
        }
    }
    assert_eq!(found[0], found[1], "folded and in full");
    assert_eq!(digests[0], digests[1], "what has moved before");
    found.remove(0)
}

fn describe(deadlock: &Deadlock) -> String {
    let blocked: Vec<String> = deadlock
        .blocked
        .iter()
        .map(|blocked| format!("{} waits for {}", blocked.rank, blocked.waits_for))
        .collect();
    let cycle: Vec<String> = deadlock.cycle.iter().map(ToString::to_string).collect();
    format!("{}\ncircle: {}", blocked.join("\n"), cycle.join(" -> "))
}

fn send() -> OperationKind {
    OperationKind::Send { peer: PeerSlot::new(0), bytes: Bytes::new(8), channel: 0 }
}

fn receive() -> OperationKind {
    OperationKind::Receive { peer: PeerSlot::new(1), channel: 0 }
}

#[test]
fn ranks_that_all_receive_first_wait_in_a_circle() {
    // Rank 0 does more, so that no two programs are alike and every rank is simulated.
    let programs =
        [vec![receive(), send(), send()], vec![receive(), send()], vec![receive(), send(), receive()]];
    insta::assert_snapshot!(describe(&deadlock(&workload(&programs, Vec::new()))), @r"
    rank 0 waits for rank 2 to send on channel 0
    rank 1 waits for rank 0 to send on channel 0
    rank 2 waits for rank 1 to send on channel 0
    circle: rank 0 -> rank 2 -> rank 1
    ");
}

#[test]
fn communicators_called_in_opposite_orders_wait_for_one_another() {
    let call = CollectiveCall::auto(CollectiveKind::AllReduce, Bytes::new(64));
    let collective =
        |communicator| OperationKind::Collective { communicator: CommunicatorId::new(communicator), call };
    let both = || vec![vec![RankId::new(0), RankId::new(1)]];
    let programs = [vec![collective(0), collective(1)], vec![collective(1), collective(0)]];
    insta::assert_snapshot!(describe(&deadlock(&workload(&programs, vec![both(), both()]))), @r"
    rank 0 waits for rank 1 to call all-reduce of 64 B on communicator 0
    rank 1 waits for rank 0 to call all-reduce of 64 B on communicator 1
    circle: rank 0 -> rank 1
    ");
}

#[test]
fn who_waits_for_a_rank_that_has_ended_is_on_no_circle() {
    let programs = [vec![send()], vec![receive(), receive()]];
    insta::assert_snapshot!(describe(&deadlock(&workload(&programs, Vec::new()))), @r"
    rank 1 waits for rank 0 (which has ended) to send on channel 0
    circle: 
    ");
}

#[test]
fn a_collective_that_one_never_comes_to_has_moved_what_the_others_could() {
    // Around a ring of four, rank 0 sends to 1 and 1 to 2 before all wait for 3, which first waits for a message.
    let call = CollectiveCall {
        algorithm: Some(Algorithm::Ring),
        ..CollectiveCall::auto(CollectiveKind::AllReduce, Bytes::new(64))
    };
    let collective = || OperationKind::Collective { communicator: CommunicatorId::new(0), call };
    let last = vec![receive(), collective()];
    let programs = [vec![collective()], vec![collective()], vec![collective(), send()], last];
    let group = vec![(0..4).map(RankId::new).collect()];
    insta::assert_snapshot!(describe(&deadlock(&workload(&programs, vec![group]))), @r"
    rank 0 waits for rank 3 to call all-reduce of 64 B on communicator 0
    rank 1 waits for rank 3 to call all-reduce of 64 B on communicator 0
    rank 2 waits for rank 3 to call all-reduce of 64 B on communicator 0
    rank 3 waits for rank 2 to send on channel 0
    circle: rank 3 -> rank 2
    ");
}

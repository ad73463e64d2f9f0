//! Rounds are passed over though something drains at every instant: by hand, on one link that two messages share.
//!
//! Chips 0 and 1 around a switch: 50 GB/s, 250 ns each way. In a round of 40 us chip 0 sends B after one kernel of 20 us and A
//! after another. A message has left its link 0.5 us after it would have with no latency; in us from the first kernel on:
//!
//! ```text
//! B, 1.2 MB    20..40 alone (1 MB), 40..48 beside A (0.2 MB at 25 GB/s)
//! A, 0.8 MB    40..48 beside B (0.2 MB at 25 GB/s), 48..60 alone (0.6 MB)
//! ```
//!
//! The next B starts when A has gone: from 20 us on the link is always full.

use super::evidence::{Evidence, Way};
use copperlight_core::fabric::Fabric;
use copperlight_core::ids::{EndpointId, PeerSlot, RankId, RoleId};
use copperlight_core::simulation::{Options, Slowing};
use copperlight_core::transport::Transport;
use copperlight_core::units::{Bandwidth, Bytes, Time};
use copperlight_core::workload::{
    ExplicitWorkload, Operation, OperationKind, Program, ProgramBuilder, StreamId, StreamSet, Tag,
};
use copperlight_tests::star::Star;

const COMPUTE: StreamId = StreamId::new(0);
const A: StreamId = StreamId::new(1);
const B: StreamId = StreamId::new(2);
const BYTES: [u64; 2] = [800_000, 1_200_000];

fn microseconds(of: f64) -> Time {
    Time::from_microseconds(of)
}

fn two_chips() -> Fabric {
    let latency = vec![microseconds(0.25); 2];
    let capacity = Bandwidth::from_gigabytes_per_second(50.0);
    Star { capacity, up: latency.clone(), down: latency }.build()
}

fn on(stream: StreamId, waits: &[StreamId], kind: OperationKind) -> Operation {
    Operation { stream, waits: StreamSet::of(waits), tag: Tag::default(), kind }
}

fn channel_of(stream: StreamId) -> u16 {
    stream.index() as u16 - 1
}

/// A kernel of 20 us, then a message beside what follows.
fn sends(stream: StreamId, times: u64) -> [Operation; 2] {
    let bytes = Bytes::new(BYTES[usize::from(channel_of(stream))] * times);
    let send = OperationKind::Send { peer: PeerSlot::new(0), bytes, channel: channel_of(stream) };
    let kernel = OperationKind::Compute { duration: microseconds(20.0) };
    [on(COMPUTE, &[], kernel), on(stream, &[COMPUTE], send)]
}

fn receives(stream: StreamId) -> Operation {
    let channel = channel_of(stream);
    on(stream, &[], OperationKind::Receive { peer: PeerSlot::new(0), channel })
}

fn rounds_of(operations: Vec<Operation>, rounds: usize) -> Program {
    let mut program = ProgramBuilder::new();
    let block = program.block(operations);
    (0..rounds).for_each(|_| {
        program.run(block);
    });
    program.build()
}

/// So many rounds, with messages of so many times their size; chip 1 only receives.
fn workload(rounds: usize, times: u64) -> ExplicitWorkload {
    let sender = [sends(B, times), sends(A, times)].concat();
    let programs = vec![rounds_of(sender, rounds), rounds_of(vec![receives(B), receives(A)], rounds)];
    ExplicitWorkload {
        endpoints: vec![EndpointId::new(0), EndpointId::new(1)],
        role_of_rank: vec![RoleId::new(0), RoleId::new(1)],
        programs,
        peers: vec![vec![RankId::new(1)], vec![RankId::new(0)]],
        ..ExplicitWorkload::default()
    }
}

/// The run in full and as it passes over rounds, which must be equal.
fn run(workload: &ExplicitWorkload, options: impl Fn(Options) -> Options) -> Evidence {
    let fabric = two_chips();
    let run = |way: Way| {
        Evidence::of(&fabric, workload, &options(way.options(Transport::ideal()))).expect("both are joined")
    };
    let full = run(Way::Full);
    for way in Way::SHORT {
        assert_eq!(run(way).difference_from(&full), None, "{way:?}");
    }
    run(Way::FoldAndReplay)
}

#[test]
fn a_link_that_is_always_full_is_no_obstacle() {
    let passed = run(&workload(100, 1), |options| options);
    // The last A starts after 100 rounds and takes 20 us.
    assert_eq!(passed.end, microseconds(100.0 * 40.0 + 20.0 + 0.5));
    assert!(passed.work.rounds_under_way >= 90, "{:?}", passed.work);
    let sent = 100 * (BYTES[0] + BYTES[1]);
    assert!(
        (passed.tiers[0] - 2.0 * sent as f64).abs() < 1.0,
        "each byte crosses two links: {:?}",
        passed.tiers
    );
}

#[test]
fn kernels_that_messages_slow_recur_as_well() {
    // Beside messages kernels do half as much: with messages of twice the size all takes twice as long, but for the first
    // kernel, which nothing slows. Nor does anything speed up the others: something is always under way.
    let half = Slowing::per_mille(500).expect("half is less than all");
    let passed = run(&workload(100, 2), |options| options.slowed(half));
    assert_eq!(passed.end, microseconds(20.0 + 199.0 * 40.0 + 40.0 + 0.5));
    assert!(passed.work.rounds_under_way >= 90, "{:?}", passed.work);
}

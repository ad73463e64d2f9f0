//! Computations that are slower while their rank communicates: by hand, and the same folded or not.

use super::evidence::{Evidence, Way};
use super::jobs::{Act, Job};
use super::properties::{Case, case};
use copperlight_core::fabric::Fabric;
use copperlight_core::ids::{CommunicatorId, EndpointId, PeerSlot, RankId, RoleId};
use copperlight_core::outcome::StopReason;
use copperlight_core::simulation::{Options, Slowing, Unobserved, simulate};
use copperlight_core::transport::Transport;
use copperlight_core::units::{Bandwidth, Bytes, Time};
use copperlight_core::workload::{
    Algorithm, CollectiveCall, CollectiveKind, ExplicitWorkload, Operation, OperationKind, ProgramBuilder,
    StreamId, StreamSet, Tag,
};
use copperlight_tests::cases;
use copperlight_tests::star::Star;
use proptest::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};

const MAIN: StreamId = StreamId::new(0);
const SIDE: StreamId = StreamId::new(1);
const OTHER: StreamId = StreamId::new(2);

fn microseconds(of: f64) -> Time {
    Time::from_microseconds(of)
}

fn slowing(per_mille: u16) -> Slowing {
    Slowing::per_mille(per_mille).expect("the share is less than all")
}

fn on(stream: StreamId, kind: OperationKind) -> Operation {
    Operation { stream, waits: StreamSet::EMPTY, tag: Tag::default(), kind }
}

fn computes(of: f64) -> OperationKind {
    OperationKind::Compute { duration: microseconds(of) }
}

/// Two ranks gather a buffer of 250 kB in one step: 0.5 us and 125 kB at 50 GB/s, 3 us in all.
fn gathers() -> OperationKind {
    let call = CollectiveCall::auto(CollectiveKind::AllGather, Bytes::new(250_000));
    let call = CollectiveCall { algorithm: Some(Algorithm::Ring), ..call };
    OperationKind::Collective { communicator: CommunicatorId::new(0), call }
}

/// Two chips around a switch: 50 GB/s and 250 ns each way.
fn two_chips() -> Fabric {
    let latency = vec![microseconds(0.25); 2];
    let capacity = Bandwidth::from_gigabytes_per_second(50.0);
    Star { capacity, up: latency.clone(), down: latency }.build()
}

/// When two ranks end that both do this while communication costs them a quarter of their speed.
fn end_of(operations: Vec<Operation>) -> Time {
    end_under(slowing(250), operations)
}

/// The same under another slowing.
fn end_under(slowing: Slowing, operations: Vec<Operation>) -> Time {
    let mut program = ProgramBuilder::new();
    program.once(operations);
    let workload = ExplicitWorkload {
        endpoints: vec![EndpointId::new(0), EndpointId::new(1)],
        role_of_rank: vec![RoleId::new(0); 2],
        programs: vec![program.build()],
        peers: vec![vec![RankId::new(1)], vec![RankId::new(0)]],
        groups: vec![vec![vec![RankId::new(0), RankId::new(1)]]],
    };
    let fabric = two_chips();
    let run = |way: Way| {
        let options = way.options(Transport::ideal()).slowed(slowing);
        Evidence::of(&fabric, &workload, &options).expect("both are joined")
    };
    let full = run(Way::Full);
    for way in Way::SHORT {
        assert_eq!(run(way).difference_from(&full), None, "{way:?}");
    }
    full.end
}

#[test]
fn a_kernel_under_a_collective_takes_longer() {
    // The collective runs from 2 to 5 and the kernel does 2 + 3 x 0.75 until then; 5.75 are left.
    let operations = vec![on(MAIN, computes(10.0)), on(SIDE, computes(2.0)), on(SIDE, gathers())];
    assert_eq!(end_of(operations), microseconds(10.75));
}

#[test]
fn a_kernel_on_a_spared_stream_does_not() {
    let operations = || vec![on(MAIN, computes(10.0)), on(SIDE, computes(2.0)), on(SIDE, gathers())];
    let spared = |stream| slowing(250).sparing(StreamSet::of(&[stream]));
    assert_eq!(end_under(spared(MAIN), operations()), microseconds(10.0));
    assert_eq!(end_under(spared(OTHER), operations()), microseconds(10.75));
}

#[test]
fn messages_slow_kernels_as_collectives_do_and_two_at_once_as_one() {
    let channel = 0;
    let send = OperationKind::Send { peer: PeerSlot::new(0), bytes: Bytes::new(125_000), channel };
    let receive = OperationKind::Receive { peer: PeerSlot::new(0), channel };
    let operations = vec![on(MAIN, computes(10.0)), on(SIDE, send), on(OTHER, receive)];
    assert_eq!(end_of(operations), microseconds(10.75));
}

#[test]
fn what_waits_for_a_kernel_comes_later_and_slows_no_more_then() {
    // Both kernels run under the first collective from 0 to 3 and have 7.75 and 1.75 left; the second begins at 4.75.
    let second = Operation { waits: StreamSet::of(&[OTHER]), ..on(SIDE, gathers()) };
    let operations = vec![on(MAIN, computes(10.0)), on(OTHER, computes(4.0)), on(SIDE, gathers()), second];
    // From 4.75 to 7.75 another 0.75 are lost: 10 + 2 x 0.75.
    assert_eq!(end_of(operations), microseconds(11.5));
}

#[test]
fn an_end_that_has_moved_to_before_the_limit_is_no_end_past_it() {
    // While the message of 2.5 us is on its way, the kernel of 8 us would end at 8 / 0.001 us.
    let mut program = ProgramBuilder::new();
    program.once(vec![on(MAIN, computes(8.0)), on(SIDE, gathers())]);
    let workload = ExplicitWorkload {
        endpoints: vec![EndpointId::new(0), EndpointId::new(1)],
        role_of_rank: vec![RoleId::new(0); 2],
        programs: vec![program.build()],
        groups: vec![vec![vec![RankId::new(0), RankId::new(1)]]],
        ..ExplicitWorkload::default()
    };
    let mut options = Options::new(Transport::ideal()).slowed(slowing(999));
    options.limits.time = microseconds(20.0);
    let outcome = simulate(&two_chips(), &workload, &options, &mut Unobserved).expect("the ranks fit");
    assert_eq!((outcome.stop, outcome.end), (StopReason::Completed, microseconds(10.997)));
}

/// How many cases ran, and in how many of them something was slower.
static CASES: [AtomicUsize; 2] = [AtomicUsize::new(0), AtomicUsize::new(0)];

impl Case {
    /// With a kernel under each collective and each message.
    fn with_kernels(mut self, nanoseconds: u64) -> Self {
        let acts = std::mem::take(&mut self.job.acts);
        let under = |act: Act| match act {
            Act::Collective(communicator, call) => {
                [Act::Background(communicator, call), Act::Compute(nanoseconds)]
            }
            act => [act, Act::Compute(nanoseconds)],
        };
        self.job.acts = acts.into_iter().flat_map(under).collect();
        self
    }
}

/// With all of it later by so many nanoseconds.
fn later(job: &Job, nanoseconds: u64) -> Job {
    let mut job = job.clone();
    job.late.extend((0..job.ranks).map(|rank| (rank, nanoseconds)));
    job
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(60)))]

    fn folded_equals_unfolded_and_later_is_no_different(
        (case, kernel) in (case(), 0..200_000_u64),
        per_mille in 1..1_000_u16,
    ) {
        let case = case.with_kernels(kernel);
        let Some(fabric) = case.machine.build() else { return Ok(()) };
        let run = |way: Way, job: &Job, slowing: Slowing| {
            let options = way.options(case.transport()).slowed(slowing);
            Evidence::of(&fabric, &job.workload(), &options)
        };
        let slowing = slowing(per_mille);
        let Some(full) = run(Way::Full, &case.job, slowing) else { return Ok(()) };
        for way in Way::SHORT {
            let other = run(way, &case.job, slowing).expect("what runs in full runs in every way");
            if let Some(difference) = other.difference_from(&full) {
                prop_assert!(false, "{:?} differs from the full simulation: {}", way, difference);
            }
        }
        let ends = |job: &Job, slowing| run(Way::FoldAndReplay, job, slowing).expect("it ran before").end;
        let after = Time::from_picoseconds(7_777_000);
        prop_assert_eq!(ends(&later(&case.job, 7_777), slowing), full.end + after);
        CASES[0].fetch_add(1, Ordering::Relaxed);
        CASES[1].fetch_add(usize::from(full.end > ends(&case.job, Slowing::NONE)), Ordering::Relaxed);
    }
}

#[test]
fn slowed_jobs_fold_exactly() {
    folded_equals_unfolded_and_later_is_no_different();
    let [all, slower] = [&CASES[0], &CASES[1]].map(|count| count.load(Ordering::Relaxed));
    assert!(3 * slower > all, "{slower} of {all} cases end later");
}

//! Single ranks by hand: notices in, entries out.

use super::account::Account;
use super::entry::LedgerEntry;
use super::rank::RankLedger;
use super::summary::LedgerSummary;
use copperlight_core::ids::{PeerSlot, RankId};
use copperlight_core::simulation::{Notice, Representative};
use copperlight_core::units::{Bytes, Time};
use copperlight_core::workload::{Operation, OperationKind, StreamId, StreamSet};

const COMPUTE: StreamId = StreamId::new(0);
const TENSOR: StreamId = StreamId::new(1);
const RECEIVE: StreamId = StreamId::new(2);
const OTHER_RECEIVE: StreamId = StreamId::new(3);
const SEND: StreamId = StreamId::new(4);
const DATA: StreamId = StreamId::new(5);

fn at(picoseconds: u64) -> Time {
    Time::from_picoseconds(picoseconds)
}

/// An operation: a kernel takes some time, everything else receives.
fn operation(stream: StreamId, entry: LedgerEntry, waits: &[StreamId]) -> Operation {
    let kind = match entry {
        LedgerEntry::Compute | LedgerEntry::Optimizer => OperationKind::Compute { duration: at(1) },
        _ => OperationKind::Receive { peer: PeerSlot::new(0), channel: 0 },
    };
    Operation { stream, waits: StreamSet::of(waits), tag: entry.tag(), kind }
}

fn send(waits: &[StreamId]) -> Operation {
    let kind = OperationKind::Send { peer: PeerSlot::new(0), bytes: Bytes::new(1), channel: 0 };
    Operation { kind, ..operation(SEND, LedgerEntry::Pipeline, waits) }
}

fn kernel(waits: &[StreamId]) -> Operation {
    operation(COMPUTE, LedgerEntry::Compute, waits)
}

fn receive(waits: &[StreamId]) -> Operation {
    operation(RECEIVE, LedgerEntry::Pipeline, waits)
}

fn tensor(waits: &[StreamId]) -> Operation {
    operation(TENSOR, LedgerEntry::Tensor, waits)
}

fn data(waits: &[StreamId]) -> Operation {
    operation(DATA, LedgerEntry::Data, waits)
}

/// A program, each operation with when it is entered, begins and ends; what is told of it, and what is booked by the end.
fn account(program: &[(Operation, [u64; 3])], end: u64) -> Account {
    let mut told: Vec<(u64, usize, usize)> = Vec::new();
    for (index, (_, times)) in program.iter().enumerate() {
        told.extend(times.iter().enumerate().map(|(what, &time)| (time, index, what)));
    }
    told.sort_unstable();
    let mut account = Account::with_track();
    for (time, index, what) in told {
        let notice =
            Notice { at: at(time), representative: 0, index: index as u32, operation: &program[index].0 };
        match what {
            0 => account.entered(&notice),
            1 => account.begun(&notice),
            _ => account.ended(&notice),
        }
    }
    account.finish(at(end));
    account
}

/// What was booked when: each entry with its end.
fn booked(program: &[(Operation, [u64; 3])], end: u64) -> Vec<(&'static str, u64)> {
    let account = account(program, end);
    let track = account.books().track();
    let (mut from, mut totals) = (0, [0; LedgerEntry::COUNT]);
    for slice in track {
        totals[slice.entry as usize] += slice.until.picoseconds() - from;
        from = slice.until.picoseconds();
    }
    assert_eq!(&totals, account.books().totals(), "the track and the totals are the same");
    track.iter().map(|slice| (slice.entry.name(), slice.until.picoseconds())).collect()
}

#[test]
fn a_starved_receive_is_a_bubble_and_then_exposed() {
    let program = [(receive(&[]), [0, 10, 13]), (kernel(&[RECEIVE]), [13, 13, 20])];
    assert_eq!(booked(&program, 25), [("bubble", 10), ("pipeline", 13), ("compute", 20), ("wait", 25)]);
    let account = account(&program, 25);
    assert_eq!((account.communication(), account.computation()), (3, 7));
}

#[test]
fn a_late_participant_is_waited_for() {
    assert_eq!(booked(&[(tensor(&[]), [0, 4, 6])], 6), [("wait", 4), ("tensor", 6)]);
}

#[test]
fn communication_under_a_kernel_is_compute() {
    let program = [(kernel(&[]), [0, 0, 5]), (tensor(&[]), [2, 2, 9])];
    assert_eq!(booked(&program, 9), [("compute", 5), ("tensor", 9)]);
    let account = account(&program, 9);
    assert_eq!((account.communication(), account.computation()), (7, 5));
}

#[test]
fn exposed_time_belongs_to_what_the_next_kernel_waits_for() {
    // Tensor moves from 0 to 6 and data from 0 to 4; the kernel at 6 waits for data only.
    let program = [(tensor(&[]), [0, 0, 6]), (data(&[]), [0, 0, 4]), (kernel(&[DATA]), [6, 6, 7])];
    assert_eq!(booked(&program, 7), [("data", 4), ("tensor", 6), ("compute", 7)]);
}

#[test]
fn of_several_waited_for_the_last_to_end_counts() {
    let program = [(tensor(&[]), [0, 0, 4]), (data(&[]), [0, 0, 6]), (kernel(&[DATA, TENSOR]), [6, 6, 7])];
    assert_eq!(booked(&program, 7), [("data", 6), ("compute", 7)]);
}

#[test]
fn the_optimizer_comes_before_all_else_and_sends_wait_without_a_bubble() {
    let optimizer = operation(COMPUTE, LedgerEntry::Optimizer, &[]);
    let program = [(send(&[]), [0, 4, 5]), (optimizer, [1, 1, 3])];
    assert_eq!(booked(&program, 5), [("wait", 1), ("optimizer", 3), ("wait", 4), ("pipeline", 5)]);
}

#[test]
fn a_posted_receive_that_the_next_kernel_does_not_wait_for_makes_no_bubble() {
    // The receive is posted at 0; the rank is blocked in a collective that somebody enters at 5 only.
    let program = [
        (receive(&[]), [0, 9, 12]),
        (tensor(&[]), [0, 5, 7]),
        (kernel(&[TENSOR]), [7, 7, 8]),
        (kernel(&[RECEIVE]), [12, 12, 15]),
    ];
    assert_eq!(
        booked(&program, 15),
        [("wait", 5), ("tensor", 7), ("compute", 8), ("bubble", 9), ("pipeline", 12), ("compute", 15)]
    );
}

#[test]
fn a_receive_after_the_kernel_on_a_stream_that_it_names_is_not_waited_for() {
    // The kernel waits for the first receive, which has long come; the second is posted on the same stream meanwhile.
    let program = [
        (receive(&[]), [0, 0, 1]),
        (tensor(&[]), [0, 6, 8]),
        (kernel(&[RECEIVE, TENSOR]), [8, 8, 9]),
        (receive(&[]), [1, 20, 21]),
        (kernel(&[RECEIVE]), [21, 21, 22]),
    ];
    assert_eq!(
        booked(&program, 22),
        [
            ("pipeline", 1),
            ("wait", 6),
            ("tensor", 8),
            ("compute", 9),
            ("bubble", 20),
            ("pipeline", 21),
            ("compute", 22)
        ]
    );
}

#[test]
fn a_posted_receive_that_moves_bytes_does_not_hide_what_is_waited_for() {
    let program = [
        (receive(&[]), [0, 1, 9]),
        (tensor(&[]), [0, 3, 7]),
        (kernel(&[TENSOR]), [7, 7, 9]),
        (kernel(&[RECEIVE]), [9, 9, 10]),
    ];
    // Until the collective begins, only the receive moves bytes: exposed all the same.
    assert_eq!(booked(&program, 10), [("wait", 1), ("pipeline", 3), ("tensor", 7), ("compute", 10)]);
}

#[test]
fn a_collective_that_waits_for_a_receive_starves_with_it() {
    // The kernel waits for the collective alone, and that for the receive.
    let program =
        [(receive(&[]), [0, 5, 6]), (tensor(&[RECEIVE]), [6, 8, 10]), (kernel(&[TENSOR]), [10, 10, 12])];
    assert_eq!(
        booked(&program, 12),
        [("bubble", 5), ("pipeline", 6), ("wait", 8), ("tensor", 10), ("compute", 12)]
    );
}

#[test]
fn waits_are_followed_through_what_takes_no_time() {
    let mut join = operation(DATA, LedgerEntry::Compute, &[RECEIVE]);
    join.kind = OperationKind::Compute { duration: Time::ZERO };
    let alone = tensor(&[DATA]);
    let program = [
        (receive(&[]), [0, 5, 6]),
        (join, [6, 6, 6]),
        // A group of one.
        (alone, [6, 6, 6]),
        (send(&[TENSOR]), [6, 7, 8]),
        (kernel(&[SEND]), [8, 8, 9]),
    ];
    assert_eq!(
        booked(&program, 9),
        [("bubble", 5), ("pipeline", 6), ("wait", 7), ("pipeline", 8), ("compute", 9)]
    );
}

#[test]
fn several_operations_of_one_stream_and_entry_follow_one_another_in_a_gap() {
    // Two buckets on one stream beside a starved receive; the kernel waits for the first bucket and the receive.
    let program = [
        (data(&[]), [0, 1, 3]),
        (receive(&[]), [0, 7, 8]),
        (kernel(&[DATA, RECEIVE]), [8, 8, 9]),
        (data(&[]), [3, 4, 6]),
    ];
    assert_eq!(
        booked(&program, 9),
        [
            ("bubble", 1),
            ("data", 3),
            ("bubble", 4),
            ("data", 6),
            ("bubble", 7),
            ("pipeline", 8),
            ("compute", 9)
        ]
    );
}

#[test]
fn streams_may_carry_operations_of_several_entries() {
    let expert = operation(TENSOR, LedgerEntry::Expert, &[]);
    let program = [(tensor(&[]), [0, 0, 2]), (expert, [2, 3, 5]), (kernel(&[TENSOR]), [5, 5, 6])];
    assert_eq!(booked(&program, 6), [("tensor", 2), ("wait", 3), ("expert", 5), ("compute", 6)]);
}

#[test]
fn two_receives_starve_as_one_bubble_only_where_one_is_awaited() {
    let other = operation(OTHER_RECEIVE, LedgerEntry::Pipeline, &[]);
    let program = [
        (receive(&[]), [0, 4, 5]),
        (kernel(&[RECEIVE]), [5, 5, 6]),
        (other, [0, 8, 9]),
        (kernel(&[OTHER_RECEIVE]), [9, 9, 10]),
    ];
    assert_eq!(
        booked(&program, 10),
        [("bubble", 4), ("pipeline", 5), ("compute", 6), ("bubble", 8), ("pipeline", 9), ("compute", 10)]
    );
}

#[test]
fn after_the_last_kernel_everything_is_waited_for() {
    let program = [(kernel(&[]), [0, 0, 1]), (receive(&[]), [1, 4, 5]), (data(&[]), [1, 1, 2])];
    assert_eq!(
        booked(&program, 7),
        [("compute", 1), ("data", 2), ("bubble", 4), ("pipeline", 5), ("wait", 7)]
    );
}

/// A rank with these summed durations, of whose step of 10 ps `tensor` were exposed.
fn rank(multiplicity: u32, [communication, computation, tensor]: [u64; 3]) -> RankLedger {
    let mut totals = [0; LedgerEntry::COUNT];
    totals[LedgerEntry::Tensor as usize] = tensor;
    totals[LedgerEntry::Compute as usize] = 10 - tensor;
    let representative = Representative { rank: RankId::new(0), multiplicity };
    RankLedger { representative, totals, communication: at(communication), computation: at(computation) }
}

#[test]
fn means_do_not_depend_on_who_stands_for_whom() {
    let shares = [[1, 2, 1], [1, 6, 2], [0, 0, 0], [3, 8, 3]];
    let folded = shares.map(|share| rank(3, share));
    let unfolded = shares.iter().rev().cycle().take(12).map(|&share| rank(1, share));
    let [folded, unfolded] =
        [LedgerSummary::of(folded.into_iter(), at(10)), LedgerSummary::of(unfolded, at(10))];
    assert_eq!(folded, unfolded);
    // (1/3 + 1/7 + 0 + 3/11) / 4, and 6 of 40.
    assert!((folded.communication_share - (1.0 / 3.0 + 1.0 / 7.0 + 3.0 / 11.0) / 4.0).abs() < 1e-15);
    assert_eq!(folded.exposed_communication_share, 0.15);
    assert_eq!(folded.breakdown.seconds(LedgerEntry::Tensor), 1.5e-12);
}

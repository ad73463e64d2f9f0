//! The definition of the ledger, read out of a whole program with all its times.

use super::programs::Timed;
use copperlight::training::LedgerEntry;
use std::collections::BTreeSet;

/// Which entry holds when, each with its end; neighbours differ.
pub(super) fn states(program: &[Timed], end: u64) -> Vec<(LedgerEntry, u64)> {
    let times = program.iter().flat_map(|timed| [timed.entered, timed.begun, timed.ended]);
    let times: BTreeSet<u64> = times.chain([0, end]).collect();
    let times: Vec<u64> = times.into_iter().collect();
    let mut states: Vec<(LedgerEntry, u64)> = Vec::new();
    for span in times.windows(2) {
        let state = state(program, [span[0], span[1]]);
        match states.last_mut() {
            Some((last, until)) if *last == state => *until = span[1],
            _ => states.push((state, span[1])),
        }
    }
    states
}

/// The first state that applies from one time to another, between which nothing changes.
fn state(program: &[Timed], [from, until]: [u64; 2]) -> LedgerEntry {
    let during = |start: u64, end: u64| start <= from && until <= end;
    let running = program.iter().filter(|timed| timed.is_kernel() && during(timed.begun, timed.ended));
    let running: BTreeSet<LedgerEntry> = running.map(Timed::entry).collect();
    if let Some(&kernel) = running.last() {
        // The optimizer comes after other kernels in the order of entries, and before them in that of states.
        return kernel;
    }
    let kernels = program.iter().filter(|timed| timed.is_kernel() && timed.begun >= until);
    let next = kernels.map(|timed| timed.begun).min();
    let awaited = awaited(program, next);
    let with_others = || program.iter().enumerate().filter(|(_, timed)| !timed.operation.kind.is_compute());
    let moving = with_others().filter(|(_, timed)| during(timed.begun, timed.ended));
    // What has not ended when the gap ends is taken to end last; of several that end together, the lowest stream counts.
    let last = moving.max_by_key(|(index, timed)| {
        let ended = if next.is_some_and(|next| timed.ended > next) { u64::MAX } else { timed.ended };
        (awaited.contains(index), ended, std::cmp::Reverse(timed.operation.stream))
    });
    if let Some((_, last)) = last {
        return last.entry();
    }
    let mut blocked = with_others().filter(|(_, timed)| during(timed.entered, timed.begun));
    if blocked.any(|(index, timed)| awaited.contains(&index) && timed.starves()) {
        return LedgerEntry::Bubble;
    }
    LedgerEntry::Wait
}

/// All that the kernels which begin at a time have waited for, directly or not; everything after the last kernel.
fn awaited(program: &[Timed], next: Option<u64>) -> BTreeSet<usize> {
    let Some(next) = next else { return (0..program.len()).collect() };
    let kernels = program.iter().enumerate().filter(|(_, timed)| timed.is_kernel() && timed.begun == next);
    let mut pending: Vec<usize> = kernels.map(|(index, _)| index).collect();
    let mut awaited = BTreeSet::new();
    while let Some(index) = pending.pop() {
        let operation = program[index].operation;
        for stream in operation.waits.with(operation.stream).iter() {
            let before = program[..index].iter().rposition(|timed| timed.operation.stream == stream);
            pending.extend(before.filter(|&before| awaited.insert(before)));
        }
    }
    awaited
}

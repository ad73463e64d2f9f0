//! Errors of journals, shards and merging, and how a run says that it did not come to its end.

use super::Case;
use copperlight::commands::Failure;
use copperlight::file::{PointFailure, PointPlace};
use copperlight::run::RunError;
use copperlight::sweep::{JournalError, MergeError, Shard, ShardError};
use std::collections::BTreeMap;
use std::io::{Error, ErrorKind};
use std::path::PathBuf;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = shards();
    cases.extend(journals());
    cases.extend(merges());
    cases.extend(ends());
    cases
}

fn denied() -> Error {
    Error::from(ErrorKind::PermissionDenied)
}

fn journal() -> PathBuf {
    PathBuf::from("out/points.jsonl")
}

fn part(number: usize) -> PathBuf {
    PathBuf::from(format!("out/points-{number}-of-4.jsonl"))
}

fn shards() -> Vec<Case> {
    [ShardError::Form { text: "2".to_owned() }, ShardError::Number { number: 5, count: 4 }, ShardError::None]
        .iter()
        .map(Case::of)
        .collect()
}

fn journals() -> Vec<Case> {
    let (found, expected) = ("dense".to_owned(), "experts".to_owned());
    [
        JournalError::CreateFolder { path: "out".into(), source: denied() },
        JournalError::OtherScenario { path: journal(), found, expected },
        JournalError::InUse { path: journal() },
        JournalError::Read { path: journal(), source: denied() },
        JournalError::Write { path: journal(), source: Error::from(ErrorKind::StorageFull) },
    ]
    .iter()
    .map(Case::of)
    .collect()
}

fn merges() -> Vec<Case> {
    let (found, expected) = ("dense".to_owned(), "experts".to_owned());
    let shard = Shard { number: 2, count: 4 };
    let difference = "with other options (`--no-fold` or limits)".to_owned();
    let other = Shard { number: 1, count: 3 };
    [
        MergeError::NoShard { path: "out".into() },
        MergeError::Unsharded { path: journal() },
        MergeError::NotAShard { path: "notes.txt".into() },
        MergeError::Read { path: part(2), source: denied() },
        MergeError::OtherScenario { path: part(2), found, first: part(1), expected },
        MergeError::Differs { path: part(2), first: part(1), difference },
        MergeError::OtherCount {
            path: part(2),
            shard,
            first: "out/points-1-of-3.jsonl".into(),
            expected: other,
        },
        MergeError::Twice { first: part(2), path: "again/points-2-of-4.jsonl".into(), shard },
        MergeError::Incomplete { path: part(2), shard, done: 12, parts: 24 },
        MergeError::Missing { shards: "3, 4".to_owned(), count: 4 },
    ]
    .iter()
    .map(Case::of)
    .collect()
}

fn ends() -> Vec<Case> {
    let full = || "cannot write out/points.jsonl: no storage space".to_owned();
    let place = PointPlace {
        index: 7,
        system_index: 0,
        system_name: "star".to_owned(),
        chips: Some(12),
        values: BTreeMap::new(),
    };
    let message = "illegal plan: 12 chips are no multiple of tensor = 8".to_owned();
    let mut cases: Vec<Case> = [
        RunError::Point(PointFailure { place, message }),
        RunError::EveryPointFailed { message: "star: no link".to_owned(), unfinished: false },
        RunError::Keep { reason: full() },
    ]
    .iter()
    .map(Case::of)
    .collect();
    let failures = [
        Failure::Journal(JournalError::InUse { path: journal() }),
        Failure::Kept(full()),
        Failure::Merge(MergeError::NoShard { path: "out".into() }),
        Failure::Unfinished { scenario: "sweep".to_owned(), unfinished: 2, points: 96 },
        Failure::Interrupted { done: 12, points: 96, path: journal() },
        Failure::InterruptedWithoutFiles,
    ];
    cases.extend(failures.iter().map(Case::of));
    cases
}

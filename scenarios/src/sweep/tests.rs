//! Journals of any contents: torn at every byte, changed in the middle, arbitrary, and of other runs.

use super::journal::Journal;
use super::*;
use crate::report::{CurveKind, FigureForm, PointResult, Work};
use crate::run::{EngineOptions, Frame, FrameSystem, PartRecord, PointRecord, Records};
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A folder of a test's own under the system's temporary folder, removed at the end.
struct Scratch(PathBuf);

static SCRATCHES: AtomicUsize = AtomicUsize::new(0);

impl Scratch {
    fn new() -> Self {
        let number = SCRATCHES.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("copperlight-sweep-{}-{number}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn frame(scenario: &str, points: usize) -> Frame {
    Frame {
        scenario: scenario.to_owned(),
        version: "1.0.0".to_owned(),
        input_hash: "5f0e".to_owned(),
        seed: 1,
        fidelity: "flow".to_owned(),
        points,
        busbw: 0,
        systems: vec![FrameSystem { name: "a".to_owned(), first_point: Some(0) }],
        question: String::new(),
        warnings: Vec::new(),
        assumptions: Vec::new(),
        resolved_toml: String::new(),
        curves: vec![CurveKind::Mfu],
        figures: FigureForm::default(),
        measured: Vec::new(),
    }
}

fn header(points: usize) -> Header {
    Header::new(frame("sweep", points), EngineOptions::default(), None)
}

fn record(part: usize) -> PartRecord {
    let result = PointResult { system: "a".to_owned(), chips: part as u64, ..PointResult::default() };
    PartRecord::Point(Box::new(PointRecord {
        result,
        work: Work::default(),
        digest: format!("{part:032x}"),
        notes: vec!["ends in ü".to_owned()],
        stages: None,
        roofline: None,
        timelines: Vec::new(),
        message_bytes: None,
        failure: None,
    }))
}

/// The journal of a run of so many points of which the first ones are done.
fn begun(folder: &Path, header: Header, done: usize) -> Vec<u8> {
    let (journal, notes) = Journal::open(folder, header, Opening::Resume).expect("the folder can be written");
    assert_eq!(notes, Vec::<String>::new());
    (0..done).for_each(|part| journal.keep(part, &record(part)).expect("the journal can be written"));
    journal.leave();
    fs::read(journal.path()).expect("the journal is there")
}

fn open(folder: &Path, header: Header) -> (Journal, Vec<String>) {
    Journal::open(folder, header, Opening::Resume).expect("the journal can be gone on with")
}

#[test]
fn what_is_kept_is_read_back() {
    let scratch = Scratch::new();
    begun(&scratch.0, header(5), 3);
    let (journal, notes) = open(&scratch.0, header(5));
    assert_eq!(journal.missing(), [3, 4]);
    let path = scratch.0.join("points.jsonl");
    assert_eq!(notes, [format!("3 of 5 points are taken from {}; --fresh starts over", path.display())]);
    for part in 0..3 {
        assert_eq!(*journal.read(part).expect("it was kept"), record(part));
    }
    assert_eq!(journal.read(3).expect_err("it was not").to_string(), "part 3 was not run");
    journal.remove();
    drop(journal);
    assert_eq!(fs::read_dir(&scratch.0).expect("the folder is there").count(), 0, "the lock goes too");
    let (journal, _) = open(&scratch.0.join("a/b"), header(1));
    journal.remove();
    assert!(!scratch.0.join("a").exists(), "folders that were made for it go with it");
}

#[test]
fn a_last_line_that_was_torn_anywhere_is_cut_off() {
    let scratch = Scratch::new();
    let whole = begun(&scratch.0, header(4), 3);
    let path = scratch.0.join("points.jsonl");
    let body = &whole[..whole.len() - 1];
    let last = body.iter().rposition(|&byte| byte == b'\n').expect("there are several lines") + 1;
    for length in last..whole.len() {
        fs::write(&path, &whole[..length]).expect("the journal can be torn");
        let (journal, notes) = open(&scratch.0, header(4));
        assert_eq!(journal.missing(), [2, 3], "torn after {length} of {} bytes", whole.len());
        let torn = notes.iter().any(|note| note.contains("was torn and is left out"));
        assert_eq!(torn, length > last, "{notes:?}");
        journal.keep(2, &record(2)).expect("the journal can be written");
        journal.leave();
        assert_eq!(fs::read(&path).expect("the journal is there"), whole, "the line is written again");
    }
}

#[test]
fn a_line_that_has_changed_is_left_out_wherever_it_stands() {
    let scratch = Scratch::new();
    let whole = begun(&scratch.0, header(4), 4);
    let path = scratch.0.join("points.jsonl");
    let starts: Vec<usize> =
        whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1).collect();
    // The second record: its checksum, its JSON, its end.
    for at in [starts[1], starts[1] + 30, starts[2] - 1] {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        fs::write(&path, &changed).expect("the journal can be changed");
        let (journal, notes) = open(&scratch.0, header(4));
        let missing = journal.missing();
        assert!(missing.contains(&1), "{missing:?}");
        assert!(notes.iter().any(|note| note.contains("cannot be read; what was in")), "{notes:?}");
        for part in missing {
            journal.keep(part, &record(part)).expect("the journal can be written");
        }
        (0..4).for_each(|part| assert_eq!(*journal.read(part).expect("it was kept"), record(part)));
        journal.leave();
    }
}

#[test]
fn a_journal_has_one_writer() {
    let scratch = Scratch::new();
    let (first, _) = open(&scratch.0, header(2));
    let error = Journal::open(&scratch.0, header(2), Opening::Resume).expect_err("it is in use");
    assert!(matches!(error, JournalError::InUse { .. }), "{error}");
    first.keep(0, &record(0)).expect("the journal can be written");
    first.leave();
    drop(first);
    assert_eq!(open(&scratch.0, header(2)).0.missing(), [1]);
}

#[test]
fn other_records_are_put_aside_or_left_alone() {
    let other_version = {
        let mut header = header(3);
        header.frame.version = "0.9.0".to_owned();
        header
    };
    let other_text = {
        let mut header = header(3);
        header.frame.input_hash = "77".to_owned();
        header
    };
    let other_options = {
        let mut header = header(3);
        header.options.fold = false;
        header
    };
    let cases = [
        (other_version, "by version 0.9.0 of this program"),
        (other_text, "from another version of the scenario"),
        (other_options, "with other options (`--no-fold` or limits)"),
    ];
    for (other, words) in cases {
        let scratch = Scratch::new();
        let before = begun(&scratch.0, other, 2);
        let (journal, notes) = open(&scratch.0, header(3));
        assert_eq!(journal.missing(), [0, 1, 2]);
        assert!(notes[0].contains(words) && notes[0].contains("points.jsonl.old-1"), "{notes:?}");
        assert_eq!(fs::read(scratch.0.join("points.jsonl.old-1")).expect("it is kept"), before);
    }
    let scratch = Scratch::new();
    let before = begun(&scratch.0, Header::new(frame("other", 3), EngineOptions::default(), None), 2);
    for opening in [Opening::Resume, Opening::Fresh] {
        let error = Journal::open(&scratch.0, header(3), opening).expect_err("it is another scenario's");
        assert!(matches!(error, JournalError::OtherScenario { .. }), "{error}");
    }
    assert_eq!(fs::read(scratch.0.join("points.jsonl")).expect("it is kept"), before);
    assert!(check_journals(&scratch.0, "sweep").is_err() && check_journals(&scratch.0, "other").is_ok());
}

#[test]
fn a_strangers_file_is_kept() {
    let scratch = Scratch::new();
    fs::create_dir_all(&scratch.0).expect("the temporary folder is writable");
    fs::write(scratch.0.join("points.jsonl"), "{\"mine\": 1}\n").expect("the temporary folder is writable");
    let (journal, notes) = open(&scratch.0, header(1));
    assert_eq!(journal.missing(), [0]);
    assert!(notes[0].contains("without a first line that can be read"), "{notes:?}");
    let kept = fs::read_to_string(scratch.0.join("points.jsonl.old-1")).expect("it is kept");
    assert_eq!(kept, "{\"mine\": 1}\n");
}

#[test]
fn fresh_starts_over() {
    let scratch = Scratch::new();
    begun(&scratch.0, header(3), 2);
    let opened = Journal::open(&scratch.0, header(3), Opening::Fresh);
    let (journal, notes) = opened.expect("the journal can be begun again");
    assert_eq!((journal.missing(), notes), (vec![0, 1, 2], Vec::new()));
}

#[test]
fn texts_that_are_no_shards_are_refused() {
    let says = |text: &str| text.parse::<Shard>().expect_err("it is none").to_string();
    assert_eq!(says("0/4"), "there is no shard 0 of 4: shards are numbered from 1 to 4");
    assert_eq!(says("5/4"), "there is no shard 5 of 4: shards are numbered from 1 to 4");
    assert_eq!(says("1/0"), "a scenario cannot be shared among 0 shards");
    for text in ["x/y", "1", "1/", "/2", "-1/2", "1/2/3", ""] {
        let form = format!("`{text}` is not of the form I/N, such as 2/4 for the second of four shards");
        assert_eq!(says(text), form);
    }
    assert_eq!("2/4".parse(), Ok(Shard { number: 2, count: 4 }));
}

proptest! {
    #[test]
    fn shards_are_disjoint_complete_and_balanced(parts in 0_usize..200, count in 1_usize..40) {
        let mut owners = vec![0; parts];
        let mut sizes = Vec::new();
        for number in 1..=count {
            let shard = Shard { number, count };
            let own: Vec<usize> = shard.parts(parts).collect();
            sizes.push(own.len());
            prop_assert!(own.iter().all(|&part| shard.has(part)));
            own.into_iter().for_each(|part| owners[part] += 1);
        }
        prop_assert!(owners.iter().all(|&owners| owners == 1));
        prop_assert!(sizes.iter().max().unwrap_or(&0) - sizes.iter().min().unwrap_or(&0) <= 1);
    }

    #[test]
    fn any_bytes_can_be_scanned(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let found = scan(&bytes[..]).expect("a slice can be read");
        prop_assert_eq!(found.length, bytes.len() as u64);
        prop_assert!(found.header.is_none() && found.end == 0);
    }

    #[test]
    fn damage_costs_what_it_touches(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in any::<prop::sample::Index>(),
        noise in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let mut bytes = WHOLE.with(Clone::clone);
        let first = bytes.iter().position(|&byte| byte == b'\n').expect("there is a first line") + 1;
        bytes.truncate(first + cut.index(bytes.len() - first + 1));
        let clean = scan(&bytes[..]).expect("a slice can be read");
        for (at, byte) in damage {
            if bytes.len() > first {
                let at = first + at.index(bytes.len() - first);
                bytes[at] = byte;
            }
        }
        bytes.extend(noise);
        let found = scan(&bytes[..]).expect("a slice can be read");
        prop_assert!(found.header.is_some());
        prop_assert!(found.end <= found.length && found.length == bytes.len() as u64);
        for (part, place) in &found.places {
            prop_assert_eq!(clean.places.get(part), Some(place), "no record is invented");
        }
    }
}

thread_local! {
    static WHOLE: Vec<u8> = {
        let scratch = Scratch::new();
        begun(&scratch.0, header(6), 6)
    };
}

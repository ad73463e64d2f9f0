//! A line of a journal: the checksum of its JSON in 16 hexadecimal digits, a space, the JSON, a line break.
//!
//! The checksum is SipHash-1-3 with a key of zeros. A line that was torn by a crash or changed on a disk is not read.

use serde::Serialize;
use siphasher::sip::SipHasher13;
use std::hash::Hasher;

/// The length of the checksum with the space after it.
const START: usize = 17;

/// The line of a value.
pub(super) fn line(value: &impl Serialize) -> Vec<u8> {
    let mut line = vec![b' '; START];
    serde_json::to_writer(&mut line, value).expect("records serialise and a vector takes every byte");
    let checksum = checksum(&line[START..]);
    line[..START - 1].copy_from_slice(checksum.as_bytes());
    line.push(b'\n');
    line
}

/// The JSON of a line, with or without its line break, if the checksum is that of it.
pub(super) fn json(line: &[u8]) -> Option<&[u8]> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let (start, json) = line.split_at_checked(START)?;
    (start[START - 1] == b' ' && &start[..START - 1] == checksum(json).as_bytes()).then_some(json)
}

fn checksum(json: &[u8]) -> String {
    let mut hasher = SipHasher13::new();
    hasher.write(json);
    format!("{:016x}", hasher.finish())
}

//! Reads a journal of any contents: which records are whole, and where they stand.

use super::header::Header;
use super::line;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::{self, BufRead, Read};

/// No line is longer; what is longer was written by nobody of us.
const LONGEST_LINE: u64 = 64 << 20;

/// Where a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Bytes before its line.
    pub offset: u64,
    /// Bytes of its line.
    pub length: u32,
}

/// What a journal holds.
#[derive(Debug, Clone, Default)]
pub struct Scan {
    /// The first line; without it nothing else is known.
    pub header: Option<Header>,
    /// The whole records by part.
    pub places: BTreeMap<usize, Place>,
    /// Whether the journal says that it is complete.
    pub complete: bool,
    /// Lines before the last whole one that cannot be read.
    pub damaged: usize,
    /// Bytes up to the end of the last whole line.
    pub end: u64,
    /// Bytes in all.
    pub length: u64,
}

/// What stands in a line, as far as it tells which.
#[derive(Deserialize)]
struct Glance {
    part: Option<usize>,
    complete: Option<usize>,
}

/// The first line.
#[derive(Deserialize)]
struct First {
    header: Header,
}

/// Reads a journal to its end.
///
/// # Errors
/// When the file cannot be read; whatever stands in it is no error.
pub fn scan(mut file: impl BufRead) -> io::Result<Scan> {
    let (mut scan, mut line, mut suspected) = (Scan::default(), Vec::new(), 0);
    loop {
        let offset = scan.length;
        scan.length += next_line(&mut file, &mut line)?;
        if scan.length == offset {
            return Ok(scan);
        }
        // A line without its break is torn, even where all else of it is there: the next one would follow it directly.
        let whole = line.ends_with(b"\n") && scan.take(&line, offset);
        if whole {
            scan.end = scan.length;
            scan.damaged += std::mem::take(&mut suspected);
        } else if offset == 0 {
            scan.length += io::copy(&mut file, &mut io::sink())?;
        } else {
            suspected += 1;
        }
    }
}

impl Scan {
    /// Takes what stands in a line, if it can be read.
    fn take(&mut self, line: &[u8], offset: u64) -> bool {
        let Some(json) = line::json(line) else { return false };
        let Some(header) = &self.header else {
            self.header = serde_json::from_slice::<First>(json).ok().map(|first| first.header);
            return self.header.is_some();
        };
        let Ok(length) = u32::try_from(line.len()) else { return false };
        match serde_json::from_slice(json) {
            Ok(Glance { part: Some(part), .. }) if header.has(part) => {
                self.places.entry(part).or_insert(Place { offset, length });
                true
            }
            Ok(Glance { complete: Some(_), .. }) => {
                self.complete = true;
                true
            }
            _ => false,
        }
    }
}

/// Reads up to and with the next line break; of a line that is too long its start only. The number of its bytes.
fn next_line(file: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<u64> {
    line.clear();
    let mut length = file.by_ref().take(LONGEST_LINE).read_until(b'\n', line)? as u64;
    if length == LONGEST_LINE && !line.ends_with(b"\n") {
        length += file.skip_until(b'\n')? as u64;
    }
    Ok(length)
}

//! The journals of an output folder, and whose they are.

use super::journal::JournalError;
use super::scan::scan;
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

/// The name of the journal of a run that has no shards.
pub const JOURNAL: &str = "points.jsonl";

/// The first line of a journal is no longer.
const LONGEST_HEADER: u64 = 64 << 20;

/// Checks that the folder has no journal of another scenario.
///
/// # Errors
/// [`JournalError::OtherScenario`] names the journal that is in the way, [`JournalError::Read`] one that cannot be read.
pub fn check_journals(folder: &Path, scenario: &str) -> Result<(), JournalError> {
    let of_shards = shards(folder).unwrap_or_default();
    for path in of_shards.into_iter().chain([folder.join(JOURNAL)]) {
        match owner(&path) {
            Ok(Some(found)) if found != scenario => {
                return Err(JournalError::OtherScenario { path, found, expected: scenario.to_owned() });
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) if path.exists() => return Err(JournalError::Read { path, source }),
            Err(_) => {}
        }
    }
    Ok(())
}

/// The journals of shards in a folder, by name.
pub(super) fn shards(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name().and_then(|name| name.to_str()).is_some_and(is_shard) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Whether a name is `points-I-of-N.jsonl`.
fn is_shard(name: &str) -> bool {
    let numbers = name.strip_prefix("points-").and_then(|name| name.strip_suffix(".jsonl"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    numbers
        .and_then(|numbers| numbers.split_once("-of-"))
        .is_some_and(|(number, count)| is_number(number) && is_number(count))
}

/// The scenario of a journal; `None` where the first line does not say.
fn owner(path: &Path) -> io::Result<Option<String>> {
    let file = BufReader::new(File::open(path)?).take(LONGEST_HEADER);
    let mut first = Vec::new();
    io::BufRead::read_until(&mut { file }, b'\n', &mut first)?;
    Ok(scan(first.as_slice())?.header.map(|header| header.frame.scenario))
}

//! The journals of all shards as one: what they must have in common, and that nothing is missing or there twice.

use super::folder::{JOURNAL, shards};
use super::header::Header;
use super::journal::{record_at, unreadable};
use super::scan::{Place, Scan, scan};
use super::shard::Shard;
use crate::run::{Frame, PartRecord, Records};
use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use thiserror::Error;

/// Files that are held open at a time; of more, one is opened again for each record.
const MOST_OPEN: usize = 128;

/// Why shards cannot be merged.
#[derive(Debug, Error)]
pub enum MergeError {
    /// A folder without a journal of a shard.
    #[error(
        "{} holds no file `points-I-of-N.jsonl`: name the folders or the files that `run --shard I/N` has written",
        path.display()
    )]
    NoShard {
        /// The folder.
        path: PathBuf,
    },
    /// The journal of a run that was interrupted.
    #[error(
        "{} is of a run that is not shared among shards; `copperlight run` with the same --out goes on with it",
        path.display()
    )]
    Unsharded {
        /// The journal.
        path: PathBuf,
    },
    /// A file of something else.
    #[error("{} is no shard of a run: its first line cannot be read", path.display())]
    NotAShard {
        /// The file.
        path: PathBuf,
    },
    /// A file that cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Shards of different scenarios.
    #[error(
        "{} is of the scenario `{found}` and {} of `{expected}`; merge shards of one scenario",
        path.display(),
        first.display()
    )]
    OtherScenario {
        /// The shard that differs.
        path: PathBuf,
        /// Its scenario.
        found: String,
        /// The first shard.
        first: PathBuf,
        /// Its scenario.
        expected: String,
    },
    /// Shards that were made otherwise.
    #[error(
        "{} was made otherwise than {}: {difference}; run its shard again as the others",
        path.display(),
        first.display()
    )]
    Differs {
        /// The shard that differs.
        path: PathBuf,
        /// The first shard.
        first: PathBuf,
        /// In what.
        difference: String,
    },
    /// Shards of different partitions.
    #[error(
        "{} is shard {shard} and {} is shard {expected}; shards of one run have the same N",
        path.display(),
        first.display()
    )]
    OtherCount {
        /// The shard that differs.
        path: PathBuf,
        /// Which one it is.
        shard: Shard,
        /// The first shard.
        first: PathBuf,
        /// Which one it is.
        expected: Shard,
    },
    /// One shard twice.
    #[error("{} and {} are both shard {shard}; leave one of them out", first.display(), path.display())]
    Twice {
        /// The one.
        first: PathBuf,
        /// The other.
        path: PathBuf,
        /// Which shard.
        shard: Shard,
    },
    /// A shard that is not done.
    #[error(
        "{} has {done} of its {parts} parts; run it to its end with `--shard {shard}` first",
        path.display()
    )]
    Incomplete {
        /// The shard.
        path: PathBuf,
        /// Which one.
        shard: Shard,
        /// How many parts it has.
        done: usize,
        /// How many it should have.
        parts: usize,
    },
    /// Shards that were not named.
    #[error("these shards of {count} are missing: {shards}; name their folders or files too")]
    Missing {
        /// Which ones, with commas.
        shards: String,
        /// Of how many.
        count: usize,
    },
}

/// One shard, read.
struct Part {
    path: PathBuf,
    header: Header,
    shard: Shard,
    scan: Scan,
}

/// The records of all shards of a run.
#[derive(Debug)]
pub struct Merged {
    frame: Frame,
    paths: Vec<PathBuf>,
    open: Mutex<Vec<Option<File>>>,
    /// The places of the records by part, each in the file of its shard.
    places: Vec<Place>,
}

/// Puts shards together, given as files or as folders that hold some.
///
/// # Errors
/// [`MergeError`] names the shard that is missing, doubled, incomplete, or not of the same run as the first.
pub fn merge(given: &[PathBuf]) -> Result<Merged, MergeError> {
    let mut parts: Vec<Part> = Vec::new();
    for path in given {
        for path in journals(path)? {
            let part = read(path)?;
            if let Some(first) = parts.first() {
                check_alike(first, &part)?;
            }
            if let Some(same) = parts.iter().find(|other| other.shard == part.shard) {
                return Err(MergeError::Twice {
                    first: same.path.clone(),
                    path: part.path,
                    shard: part.shard,
                });
            }
            parts.push(part);
        }
    }
    parts.sort_by_key(|part| part.shard);
    check_all_there(&parts)?;
    parts.iter().try_for_each(check_complete)?;
    Ok(Merged::of(parts))
}

impl Merged {
    fn of(parts: Vec<Part>) -> Self {
        let frame = parts.first().expect("there is a shard").header.frame.clone();
        let count = parts.len();
        let place = |part: usize| parts[part % count].scan.places[&part];
        let places = (0..frame.parts()).map(place).collect();
        let open = Mutex::new((0..count.min(MOST_OPEN)).map(|_| None).collect());
        Self { frame, paths: parts.into_iter().map(|part| part.path).collect(), open, places }
    }

    /// The report without its points.
    pub const fn frame(&self) -> &Frame {
        &self.frame
    }

    fn read_from(&self, shard: usize, place: Place) -> io::Result<PartRecord> {
        let path = &self.paths[shard];
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        match open.get_mut(shard) {
            Some(slot @ None) => record_at(slot.insert(File::open(path)?), place),
            Some(Some(file)) => record_at(file, place),
            None => record_at(&mut File::open(path)?, place),
        }
    }
}

impl Records for Merged {
    fn read(&self, part: usize) -> io::Result<Cow<'_, PartRecord>> {
        let shard = part % self.paths.len();
        let record = self.read_from(shard, self.places[part]);
        record.map(Cow::Owned).map_err(|error| unreadable(&self.paths[shard], &error))
    }
}

/// The journals that a path names: itself, or those of shards in it.
fn journals(path: &Path) -> Result<Vec<PathBuf>, MergeError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let found = shards(path).map_err(|source| MergeError::Read { path: path.to_owned(), source })?;
    if found.is_empty() {
        let journal = path.join(JOURNAL);
        let path = path.to_owned();
        return Err(if journal.exists() {
            MergeError::Unsharded { path: journal }
        } else {
            MergeError::NoShard { path }
        });
    }
    Ok(found)
}

fn read(path: PathBuf) -> Result<Part, MergeError> {
    let scanned = File::open(&path).and_then(|file| scan(BufReader::new(file)));
    let mut scan = match scanned {
        Ok(scan) => scan,
        Err(source) => return Err(MergeError::Read { path, source }),
    };
    match scan.header.take() {
        None => Err(MergeError::NotAShard { path }),
        Some(Header { shard: None, .. }) => Err(MergeError::Unsharded { path }),
        Some(header @ Header { shard: Some(shard), .. }) => Ok(Part { path, header, shard, scan }),
    }
}

/// Checks that a shard is of the same run as the first one.
fn check_alike(first: &Part, part: &Part) -> Result<(), MergeError> {
    let (path, known) = (part.path.clone(), first.path.clone());
    let (found, expected) = (&part.header.frame.scenario, &first.header.frame.scenario);
    if found != expected {
        let (found, expected) = (found.clone(), expected.clone());
        return Err(MergeError::OtherScenario { path, found, first: known, expected });
    }
    if let Some(difference) = first.header.difference(&part.header) {
        return Err(MergeError::Differs { path, first: known, difference });
    }
    if part.shard.count != first.shard.count {
        return Err(MergeError::OtherCount { path, shard: part.shard, first: known, expected: first.shard });
    }
    Ok(())
}

fn check_all_there(parts: &[Part]) -> Result<(), MergeError> {
    let count = parts.first().map_or(1, |part| part.shard.count);
    let is_there = |number: usize| parts.binary_search_by_key(&number, |part| part.shard.number).is_ok();
    let missing: Vec<String> =
        (1..=count).filter(|&number| !is_there(number)).map(|number| number.to_string()).collect();
    match missing.is_empty() {
        true => Ok(()),
        false => Err(MergeError::Missing { shards: missing.join(", "), count }),
    }
}

fn check_complete(part: &Part) -> Result<(), MergeError> {
    let (done, parts) = (part.scan.places.len(), part.header.parts().len());
    if done == parts && part.scan.complete {
        return Ok(());
    }
    Err(MergeError::Incomplete { path: part.path.clone(), shard: part.shard, done, parts })
}

//! A journal: records of parts, appended as they are done, in a file that outlives any end of the process.
//!
//! Every record is one line and one call to the system that writes, so that an end at any moment tears the last line
//! at most. Who opens a journal again cuts a torn line off, and goes on after the last whole one.

use super::header::Header;
use super::line::{self, line};
use super::lock::Lock;
use super::scan::{Place, Scan, scan};
use crate::run::{CurveRecord, PartRecord, PointRecord, Records};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use thiserror::Error;

/// Why a journal cannot be written or gone on with.
#[derive(Debug, Error)]
pub enum JournalError {
    /// The folder cannot be made.
    #[error("cannot create the output folder {}: {source}; choose another with --out", path.display())]
    CreateFolder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The journal is of another scenario.
    #[error(
        "{} holds points of the scenario `{found}`, not of `{expected}`; choose another folder with --out or \
         remove the file",
        path.display()
    )]
    OtherScenario {
        /// The journal.
        path: PathBuf,
        /// The scenario it belongs to.
        found: String,
        /// The scenario to be run.
        expected: String,
    },
    /// Another process writes the journal.
    #[error(
        "{} is being written by another run; wait for it to end, or choose another folder with --out",
        path.display()
    )]
    InUse {
        /// The journal.
        path: PathBuf,
    },
    /// The journal cannot be read.
    #[error("cannot read {}: {source}; remove it or choose another folder with --out", path.display())]
    Read {
        /// The journal.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The journal cannot be written.
    #[error("cannot write {}: {source}; choose another folder with --out", path.display())]
    Write {
        /// The journal.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// What becomes of a journal that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// It is gone on with.
    Resume,
    /// It is begun again.
    Fresh,
}

/// The journal of a run.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    header: Header,
    lock: Lock,
    writer: Mutex<Writer>,
    reader: Mutex<File>,
    /// Whether the file says that it is complete.
    is_complete: bool,
    /// The folders that were made for it, the innermost first.
    made: Vec<PathBuf>,
}

#[derive(Debug)]
struct Writer {
    file: File,
    end: u64,
    places: Vec<Option<Place>>,
}

/// The first line.
#[derive(Serialize)]
struct FirstLine<'a> {
    header: &'a Header,
}

/// The line of a record.
#[derive(Serialize)]
struct RecordLine<'a> {
    part: usize,
    #[serde(flatten)]
    record: &'a PartRecord,
}

/// The line of a record, read.
#[derive(Deserialize)]
struct ReadLine {
    point: Option<Box<PointRecord>>,
    curve: Option<Box<CurveRecord>>,
}

/// The last line of a complete shard.
#[derive(Serialize)]
struct LastLine {
    complete: usize,
}

impl Journal {
    /// Opens the journal of `header` in `folder`, which is made if needed, and says in notes what became of one that
    /// was there.
    ///
    /// # Errors
    /// [`JournalError`] when it is of another scenario, in use, or cannot be read or written.
    pub fn open(
        folder: &Path,
        header: Header,
        opening: Opening,
    ) -> Result<(Self, Vec<String>), JournalError> {
        let path = folder.join(header.file_name());
        let read = |source| JournalError::Read { path: path.clone(), source };
        let write = |source| JournalError::Write { path: path.clone(), source };
        let made = make(folder)?;
        let lock = Lock::take(&path).map_err(write)?;
        let lock = lock.ok_or_else(|| JournalError::InUse { path: path.clone() })?;
        let scanned = scanned(&path).map_err(read)?;
        let mut notes = Vec::new();
        let scanned = usable(&path, (&header, opening), scanned, &mut notes)?;
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(write)?;
        let mut writer = Writer { file, end: 0, places: vec![None; header.frame.parts()] };
        writer.begin(&header, scanned.as_ref()).map_err(write)?;
        let reader = Mutex::new(File::open(&path).map_err(read)?);
        let is_complete = scanned.as_ref().is_some_and(|scan| scan.complete);
        let writer = Mutex::new(writer);
        let journal = Self { path, header, lock, writer, reader, is_complete, made };
        notes.extend(scanned.iter().flat_map(|scan| journal.told(scan)));
        Ok((journal, notes))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What its records belong to.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The parts that are still to be run.
    pub fn missing(&self) -> Vec<usize> {
        let writer = self.writer();
        self.header.parts().into_iter().filter(|&part| writer.places[part].is_none()).collect()
    }

    /// The number of points that are kept, and of all that are to be.
    pub fn points(&self) -> (usize, usize) {
        let writer = self.writer();
        let points = self.header.parts().into_iter().filter(|&part| part < self.header.frame.points);
        let kept = |part: usize| usize::from(writer.places[part].is_some());
        points.fold((0, 0), |(done, all), part| (done + kept(part), all + 1))
    }

    /// Appends the record of a part.
    ///
    /// # Errors
    /// When it cannot be written; what was written of it is cut off again.
    pub fn keep(&self, part: usize, record: &PartRecord) -> io::Result<()> {
        let line = line(&RecordLine { part, record });
        let mut writer = self.writer();
        let place = writer.append(&line).map_err(|source| self.cannot_write(source))?;
        writer.places[part] = Some(place);
        Ok(())
    }

    /// Marks the journal of a shard as complete.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn complete(&self) -> io::Result<()> {
        if self.is_complete {
            return Ok(());
        }
        let complete = self.header.parts().len();
        let appended = self.writer().append(&line(&LastLine { complete }));
        appended.map(|_| ()).map_err(|source| self.cannot_write(source))
    }

    /// Leaves the journal where it is, for a run that goes on or for `merge`.
    pub fn leave(&self) {
        self.lock.remove();
    }

    /// Removes the journal, and folders that were made for it if nothing else is in them.
    pub fn remove(&self) {
        // A journal that stays is gone on with, and nothing is left to do.
        fs::remove_file(&self.path).unwrap_or_default();
        self.lock.remove();
        self.made.iter().for_each(|folder| fs::remove_dir(folder).unwrap_or_default());
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cannot_write(&self, source: io::Error) -> io::Error {
        let kind = source.kind();
        io::Error::new(kind, JournalError::Write { path: self.path.clone(), source })
    }

    /// What is said of records that were found.
    fn told(&self, scan: &Scan) -> Vec<String> {
        let path = self.path.display();
        let mut notes = Vec::new();
        if scan.length > scan.end {
            notes.push(format!("the last line of {path} was torn and is left out"));
        }
        if scan.damaged > 0 {
            let lines =
                if scan.damaged == 1 { "1 line".to_owned() } else { format!("{} lines", scan.damaged) };
            notes.push(format!("{lines} of {path} cannot be read; what was in them is run again"));
        }
        let (done, all) = self.points();
        if done > 0 {
            let of = self.header.shard.map_or_else(String::new, |shard| format!(" of shard {shard}"));
            notes.push(format!("{done} of {all} points{of} are taken from {path}; --fresh starts over"));
        }
        notes
    }
}

impl Records for Journal {
    fn read(&self, part: usize) -> io::Result<Cow<'_, PartRecord>> {
        let place = self.writer().places.get(part).copied().flatten();
        let place = place.ok_or_else(|| io::Error::other(format!("part {part} was not run")))?;
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let record = record_at(&mut reader, place);
        record.map(Cow::Owned).map_err(|error| unreadable(&self.path, &error))
    }
}

impl Writer {
    /// Goes on after the last whole line, or writes the first one.
    fn begin(&mut self, header: &Header, scanned: Option<&Scan>) -> io::Result<()> {
        self.end = scanned.map_or(0, |scan| scan.end);
        self.file.set_len(self.end)?;
        match scanned {
            Some(scan) => scan.places.iter().for_each(|(part, place)| self.places[*part] = Some(*place)),
            None => drop(self.append(&line(&FirstLine { header }))?),
        }
        Ok(())
    }

    fn append(&mut self, line: &[u8]) -> io::Result<Place> {
        let offset = self.end;
        self.file.seek(SeekFrom::Start(offset))?;
        if let Err(error) = self.file.write_all(line) {
            // Invariant: nothing follows a torn line. One that cannot be cut off is found by its checksum.
            self.file.set_len(offset).unwrap_or_default();
            return Err(error);
        }
        self.end += line.len() as u64;
        let length = u32::try_from(line.len()).map_err(|_| io::Error::other("a record is above 4 GiB"))?;
        Ok(Place { offset, length })
    }
}

/// The record at a place of a file.
pub(super) fn record_at(file: &mut File, place: Place) -> io::Result<PartRecord> {
    let mut line = vec![0; place.length as usize];
    file.seek(SeekFrom::Start(place.offset))?;
    file.read_exact(&mut line)?;
    let json =
        line::json(&line).ok_or_else(|| io::Error::other("a line has changed since it was read first"))?;
    match serde_json::from_slice(json)? {
        ReadLine { point: Some(point), .. } => Ok(PartRecord::Point(point)),
        ReadLine { curve: Some(curve), .. } => Ok(PartRecord::Curve(curve)),
        ReadLine { .. } => Err(io::Error::other("a line has no record")),
    }
}

/// What is said of a record that cannot be read.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot read {}: {error}", path.display()))
}

/// Makes a folder; which ones had to be made, the innermost first.
fn make(folder: &Path) -> Result<Vec<PathBuf>, JournalError> {
    let missing = folder.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists());
    let missing = missing.map(Path::to_owned).collect();
    let path = folder.to_owned();
    fs::create_dir_all(folder).map(|()| missing).map_err(|source| JournalError::CreateFolder { path, source })
}

/// What stands in the file; `None` where there is none.
fn scanned(path: &Path) -> io::Result<Option<Scan>> {
    match File::open(path) {
        Ok(file) => scan(BufReader::new(file)).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The records of a journal if they are those of `header`; another version of them is put aside with a note.
fn usable(
    path: &Path,
    (header, opening): (&Header, Opening),
    scanned: Option<Scan>,
    notes: &mut Vec<String>,
) -> Result<Option<Scan>, JournalError> {
    let Some(scan) = scanned.filter(|scan| scan.length > 0) else { return Ok(None) };
    let why = match &scan.header {
        None => "without a first line that can be read".to_owned(),
        Some(found) if found.frame.scenario != header.frame.scenario => {
            let (found, expected) = (found.frame.scenario.clone(), header.frame.scenario.clone());
            return Err(JournalError::OtherScenario { path: path.to_owned(), found, expected });
        }
        Some(_) if opening == Opening::Fresh => return Ok(None),
        Some(found) => match header.difference(found) {
            None => return Ok(Some(scan)),
            Some(difference) => format!("written {difference}"),
        },
    };
    let aside = put_aside(path).map_err(|source| JournalError::Write { path: path.to_owned(), source })?;
    let (path, aside) = (path.display(), aside.display());
    notes.push(format!("{path} is {why}; it is kept as {aside}, and every point is run"));
    Ok(None)
}

/// Gives the file the first free name `points.jsonl.old-N`.
fn put_aside(path: &Path) -> io::Result<PathBuf> {
    let named = |number: u32| {
        let mut name = path.to_owned().into_os_string();
        name.push(format!(".old-{number}"));
        PathBuf::from(name)
    };
    let free = (1..).map(named).find(|name| !name.exists()).expect("some number is free");
    fs::rename(path, &free).map(|()| free)
}

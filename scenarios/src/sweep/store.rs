//! Where a run keeps the records of its parts until the report is put together.

use super::header::Header;
use super::journal::{Journal, JournalError, Opening};
use crate::run::{HeldRecords, PartRecord, Records};
use std::borrow::Cow;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Where records are kept.
#[derive(Debug)]
pub enum Store {
    /// In memory.
    Held(Mutex<HeldRecords>),
    /// In a journal that a later run can go on with.
    Journal(Box<Journal>),
    /// In a file that is removed with the store, because there are too many for memory.
    Spool(Box<Spool>),
}

/// A journal in the system's temporary folder, removed when it is dropped.
#[derive(Debug)]
pub struct Spool(Option<Journal>);

/// The number of spools that this process has made.
static SPOOLS: AtomicUsize = AtomicUsize::new(0);

impl Store {
    /// Nowhere that lasts: in memory, or in a temporary file where there are too many points for that.
    ///
    /// # Errors
    /// [`JournalError`] when the temporary file cannot be made.
    pub fn nowhere(header: Header) -> Result<Self, JournalError> {
        if !header.frame.is_large() {
            return Ok(Self::Held(Mutex::new(HeldRecords::new(header.frame.parts()))));
        }
        let number = SPOOLS.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("copperlight-{}-{number}", std::process::id()));
        let (journal, _) = Journal::open(&folder, header, Opening::Fresh)?;
        Ok(Self::Spool(Box::new(Spool(Some(journal)))))
    }

    /// Keeps the record of a part.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(&self, part: usize, record: PartRecord) -> io::Result<()> {
        match self {
            Self::Held(held) => {
                held.lock().unwrap_or_else(PoisonError::into_inner).put(part, record);
                Ok(())
            }
            Self::Journal(journal) => journal.keep(part, &record),
            Self::Spool(spool) => spool.journal().keep(part, &record),
        }
    }

    /// The journal that a later run can go on with.
    pub fn journal(&self) -> Option<&Journal> {
        match self {
            Self::Journal(journal) => Some(journal),
            Self::Held(_) | Self::Spool(_) => None,
        }
    }

    /// Gives back what was taken: the records are no longer needed.
    pub fn remove(&self) {
        if let Self::Journal(journal) = self {
            journal.remove();
        }
    }

    /// Leaves a journal where it is, for a run that goes on or for `merge`.
    pub fn leave(&self) {
        if let Self::Journal(journal) = self {
            journal.leave();
        }
    }
}

impl Records for Store {
    fn read(&self, part: usize) -> io::Result<Cow<'_, PartRecord>> {
        match self {
            Self::Held(held) => {
                let held = held.lock().unwrap_or_else(PoisonError::into_inner);
                held.read(part).map(|record| Cow::Owned(record.into_owned()))
            }
            Self::Journal(journal) => journal.read(part),
            Self::Spool(spool) => spool.journal().read(part),
        }
    }
}

impl Spool {
    fn journal(&self) -> &Journal {
        self.0.as_ref().expect("a spool has its journal until it is dropped")
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        if let Some(journal) = self.0.take() {
            journal.remove();
        }
    }
}

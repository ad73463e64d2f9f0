//! One writer at a time: a lock on a file beside the journal, which the system takes back when a process ends.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// A lock that is held.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    /// `None` on file systems that know no locks.
    _file: Option<File>,
}

impl Lock {
    /// Takes the lock of a journal; `None` where somebody else has it.
    pub(super) fn take(journal: &Path) -> io::Result<Option<Self>> {
        let mut path = journal.to_owned().into_os_string();
        path.push(".lock");
        let path = PathBuf::from(path);
        loop {
            let file = File::options().create(true).truncate(false).write(true).open(&path)?;
            match file.try_lock() {
                // Who had the lock before may have removed the file in between: then it locks nothing.
                Ok(()) if !is_at(&file, &path) => {}
                Ok(()) => return Ok(Some(Self { path, _file: Some(file) })),
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(_)) => return Ok(Some(Self { path, _file: None })),
            }
        }
    }

    /// Removes the file of the lock, which is given back when this is dropped.
    pub(super) fn remove(&self) {
        // Nothing depends on the file being gone.
        fs::remove_file(&self.path).unwrap_or_default();
    }
}

/// Whether the file still stands under its path.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (Ok(file), Ok(path)) = (file.metadata(), fs::metadata(path)) else { return false };
    (file.dev(), file.ino()) == (path.dev(), path.ino())
}

/// Whether the file still stands under its path; one that is open cannot be replaced here.
#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
}

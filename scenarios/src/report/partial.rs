//! A file that is complete or absent: written under a temporary name beside its own, then renamed.

use super::files::FilesError;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

/// A complete file under a temporary name beside its own.
pub(super) struct Partial {
    partial: PathBuf,
    path: PathBuf,
}

impl Partial {
    /// Writes the file that is to be at `path`.
    pub(super) fn write(
        path: PathBuf,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Self, FilesError> {
        let mut partial = path.clone().into_os_string();
        partial.push(format!(".{}.partial", std::process::id()));
        let file = Self { partial: PathBuf::from(partial), path };
        let written = File::create(&file.partial).map(BufWriter::new).and_then(|mut out| {
            write(&mut out)?;
            out.flush()
        });
        match written {
            Ok(()) => Ok(file),
            Err(source) => {
                let path = file.path.clone();
                file.remove();
                Err(FilesError::Write { path, source })
            }
        }
    }

    /// Gives the file its name.
    pub(super) fn complete(self) -> Result<PathBuf, FilesError> {
        match fs::rename(&self.partial, &self.path) {
            Ok(()) => Ok(self.path),
            Err(source) => {
                let path = self.path.clone();
                self.remove();
                Err(FilesError::Write { path, source })
            }
        }
    }

    /// What cannot be removed is of no use to anybody either way.
    pub(super) fn remove(self) {
        fs::remove_file(&self.partial).unwrap_or_default();
    }
}

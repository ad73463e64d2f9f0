//! The file of a trace: complete under its name, or absent.

use super::chrome::write_chrome;
use super::perfetto::write_perfetto;
use super::record::Trace;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a trace could not be written.
#[derive(Debug, Error)]
pub enum TraceFileError {
    /// A folder stands where the file is to be.
    #[error("cannot write the trace {}: it is a folder; name a file with --trace", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
    },
    /// The file cannot be written.
    #[error("cannot write the trace {}: {source}; choose another file with --trace", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// A trace that is about to be written, under a temporary name beside its own; that one goes when it is not written.
#[derive(Debug)]
pub struct TraceFile {
    path: PathBuf,
    partial: PathBuf,
    file: File,
}

impl TraceFile {
    /// Makes sure that `path` can be written, before any time is spent on what it is to hold.
    ///
    /// # Errors
    /// [`TraceFileError`] when it cannot.
    pub fn create(path: &Path) -> Result<Self, TraceFileError> {
        if path.is_dir() {
            return Err(TraceFileError::Folder { path: path.to_owned() });
        }
        let mut partial = path.as_os_str().to_owned();
        partial.push(format!(".{}.partial", std::process::id()));
        let partial = PathBuf::from(partial);
        let file = File::create(&partial)
            .map_err(|source| TraceFileError::Write { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned(), partial, file })
    }

    /// Writes traces and gives the file its name: as JSON where that ends in `.json`, else as packets of Perfetto.
    ///
    /// # Errors
    /// [`TraceFileError::Write`] when the disk does not take it.
    pub fn write(self, traces: &[Trace]) -> Result<PathBuf, TraceFileError> {
        let mut out = BufWriter::new(&self.file);
        let is_json = self.path.extension().is_some_and(|end| end.eq_ignore_ascii_case("json"));
        let write = if is_json { write_chrome } else { write_perfetto };
        write(&mut out, traces)
            .and_then(|()| out.flush())
            .and_then(|()| fs::rename(&self.partial, &self.path))
            .map_err(|source| TraceFileError::Write { path: self.path.clone(), source })?;
        Ok(self.path.clone())
    }
}

impl Drop for TraceFile {
    fn drop(&mut self) {
        // Once it has its name, there is none; and what cannot be removed is of no use to anybody either way.
        fs::remove_file(&self.partial).unwrap_or_default();
    }
}

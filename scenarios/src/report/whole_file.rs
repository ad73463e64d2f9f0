//! A file that is there completely or not at all.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Writes a file under a temporary name beside its own and renames it, so that nobody reads half of it.
///
/// # Errors
/// Why it cannot be written, in words.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), String> {
    can_be_written(path)?;
    let mut partial = path.as_os_str().to_owned();
    partial.push(format!(".{}.partial", std::process::id()));
    let partial = PathBuf::from(partial);
    let written = fs::write(&partial, bytes).and_then(|()| fs::rename(&partial, path));
    written.map_err(|error| {
        // What cannot be removed is of no use to anybody either way.
        fs::remove_file(&partial).unwrap_or_default();
        error.to_string()
    })
}

/// Whether there is a folder for the file, before any time is spent on what it is to hold.
///
/// # Errors
/// Why it cannot be written, in words.
pub fn can_be_written(path: &Path) -> Result<(), String> {
    if path.is_dir() {
        return Err("it is a folder".to_owned());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match fs::metadata(folder) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => Err(format!("{} is no folder", folder.display())),
        Err(error) if error.kind() == ErrorKind::NotFound => Err("there is no such folder".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

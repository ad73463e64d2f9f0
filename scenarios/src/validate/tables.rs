//! Where tables come from: a folder laid out like the published data, or the tables that are built in.

use super::embedded;
use super::table::{Table, TableKind};
use crate::file::utf8;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// The folder of tables of collectives.
const COLLECTIVES: &str = "collectives";

/// The file of training runs.
const TRAINING: &str = "training_truth.csv";

/// The largest table, in bytes: 64 MiB.
const LARGEST: u64 = 64 << 20;

/// Why measurements cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ValidateError {
    /// A folder that cannot be listed.
    #[error("{path}: {reason}; name a folder that holds {COLLECTIVES}/*.csv or {TRAINING}")]
    Folder {
        /// The folder.
        path: String,
        /// Why.
        reason: String,
    },
    /// A folder without a table.
    #[error("{path}: there is neither {COLLECTIVES}/*.csv nor {TRAINING}; name the folder that holds them")]
    NoTables {
        /// The folder.
        path: String,
    },
    /// A table that cannot be read.
    #[error("{path}: {reason}")]
    File {
        /// The file.
        path: String,
        /// Why, with the remedy.
        reason: String,
    },
    /// A table whose first line does not name the columns that are needed.
    #[error("{path}: {problem}")]
    Header {
        /// The file.
        path: String,
        /// What is wrong, with the remedy.
        problem: String,
    },
}

/// The tables of a folder, by name and training last, or without a folder those that are built in.
///
/// # Errors
/// [`ValidateError`] when a folder or file cannot be read, or a table has not the columns that are needed. What is
/// wrong with a row stands in that row.
pub fn measured_tables(folder: Option<&Path>) -> Result<Vec<Table>, ValidateError> {
    match folder {
        Some(folder) => tables_of(folder),
        None => {
            let kinds = [TableKind::Collectives, TableKind::Training];
            Ok(kinds.into_iter().flat_map(built_in_tables).collect())
        }
    }
}

/// A table from the text of a file.
///
/// # Errors
/// [`ValidateError::Header`] when the table has not the columns that are needed.
pub fn read_table(path: &str, name: &str, kind: TableKind, text: &str) -> Result<Table, ValidateError> {
    Table::read(path, name, kind, text)
}

/// The built-in tables of one kind, by name.
pub fn built_in_tables(kind: TableKind) -> Vec<Table> {
    let texts = match kind {
        TableKind::Collectives => &embedded::TABLES[..],
        TableKind::Training => &[embedded::TRAINING],
    };
    let read = |(name, text): &(&str, &str)| {
        Table::read(name, name, kind, text).expect("built-in tables have their columns")
    };
    texts.iter().map(read).collect()
}

fn tables_of(folder: &Path) -> Result<Vec<Table>, ValidateError> {
    // A name that leads nowhere is not a folder without tables.
    list(folder)?;
    let mut files = Vec::new();
    let collectives = folder.join(COLLECTIVES);
    if collectives.exists() {
        let is_table = |path: &PathBuf| path.extension().is_some_and(|end| end.eq_ignore_ascii_case("csv"));
        files.extend(
            list(&collectives)?.into_iter().filter(is_table).map(|path| (path, TableKind::Collectives)),
        );
    }
    let training = folder.join(TRAINING);
    if training.exists() {
        files.push((training, TableKind::Training));
    }
    if files.is_empty() {
        return Err(ValidateError::NoTables { path: folder.display().to_string() });
    }
    files.into_iter().map(|(path, kind)| read(&path, kind)).collect()
}

/// What is in a folder, in the order of names.
fn list(folder: &Path) -> Result<Vec<PathBuf>, ValidateError> {
    let fault = |error: &io::Error| {
        let reason = match error.kind() {
            ErrorKind::NotFound => "there is no such folder".to_owned(),
            ErrorKind::NotADirectory => "it is not a folder".to_owned(),
            ErrorKind::PermissionDenied => "permission is denied".to_owned(),
            _ => error.to_string(),
        };
        ValidateError::Folder { path: folder.display().to_string(), reason }
    };
    let entries: Result<Vec<PathBuf>, io::Error> =
        fs::read_dir(folder).map_err(|error| fault(&error))?.map(|entry| Ok(entry?.path())).collect();
    let mut paths = entries.map_err(|error| fault(&error))?;
    paths.sort();
    Ok(paths)
}

fn read(path: &Path, kind: TableKind) -> Result<Table, ValidateError> {
    let shown = path.display().to_string();
    let text = text_of(path).map_err(|reason| ValidateError::File { path: shown.clone(), reason })?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Table::read(&shown, &name, kind, &text)
}

/// The text of a file, or why there is none.
pub(crate) fn text_of(path: &Path) -> Result<String, String> {
    let fault = |error: io::Error| match error.kind() {
        ErrorKind::PermissionDenied => "permission is denied; make it a file that can be read".to_owned(),
        _ => error.to_string(),
    };
    if path.is_dir() {
        return Err("it is a folder; rename it, a table is a file".to_owned());
    }
    let mut bytes = Vec::new();
    File::open(path).map_err(fault)?.take(LARGEST + 1).read_to_end(&mut bytes).map_err(fault)?;
    if bytes.len() as u64 > LARGEST {
        return Err("it is larger than 64 MiB; split the table".to_owned());
    }
    utf8(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_tables_have_rows_that_can_run() {
        let tables = built_in_tables(TableKind::Collectives);
        assert_eq!(tables.len(), embedded::TABLES.len());
        for table in &tables {
            assert!(!table.rows.is_empty(), "{} is empty", table.name);
            let malformed = table.rows.iter().filter_map(|row| row.run.as_ref().err());
            let malformed: Vec<&String> = malformed.filter(|reason| reason.contains("fields, and")).collect();
            assert!(malformed.is_empty(), "{}: {malformed:?}", table.name);
        }
        let can_run = |table: &Table| table.rows.iter().filter(|row| row.run.is_ok()).count();
        let total: usize = tables.iter().map(can_run).sum();
        assert!(total > 1000, "only {total} rows can run");
    }

    #[test]
    fn built_in_training_runs_can_all_be_read() {
        let tables = measured_tables(None).expect("the built-in tables are well-formed");
        let last = tables.last().expect("there are tables");
        assert_eq!((last.kind, last.rows.len()), (TableKind::Training, 663));
        let unread = last.rows.iter().filter_map(|row| row.training.as_ref()?.as_ref().err());
        assert_eq!(unread.collect::<Vec<_>>(), Vec::<&String>::new());
    }
}

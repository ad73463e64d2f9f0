//! The page of the book about the model beside measurements: `copperlight validate --write-page FILE`.

use super::failure::Failure;
use crate::plot::{PlotError, validation_figures};
use crate::report::validation_page::{FIGURES, write_page};
use crate::report::{ValidationReport, VectorFigure};
use crate::validate::{Table, evidence};
use std::path::{Path, PathBuf};
use std::{fs, io};
use thiserror::Error;

/// Why the page could not be written.
#[derive(Debug, Error)]
pub enum BookError {
    /// A figure could not be drawn.
    #[error("{0}; leave out --write-page")]
    Draw(#[from] PlotError),
    /// A file could not be written.
    #[error("{path}: the page of --write-page cannot be written here: {reason}")]
    Write {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
}

/// The page and its figures.
pub(super) struct Book {
    pub(super) page: Vec<u8>,
    pub(super) figures: Vec<VectorFigure>,
}

/// Draws and writes what stands on the page.
pub(super) fn book(
    tables: &[Table],
    report: &ValidationReport,
    threads: Option<usize>,
) -> Result<Book, Failure> {
    let evidence = evidence(tables, threads)?;
    let figures = validation_figures(report, &evidence).map_err(BookError::Draw)?;
    let mut page = Vec::new();
    write_page(&mut page, report, &evidence, &figures)?;
    Ok(Book { page, figures })
}

impl Book {
    /// Every file with its content, when the page is at `path`.
    pub(super) fn files(&self, path: &Path) -> Vec<(PathBuf, &[u8])> {
        let folder = path.parent().unwrap_or_else(|| Path::new("")).join(FIGURES);
        let figures = self.figures.iter();
        let figures =
            figures.map(|figure| (folder.join(format!("{}.svg", figure.name)), figure.svg.as_bytes()));
        std::iter::once((path.to_owned(), self.page.as_slice())).chain(figures).collect()
    }

    /// Writes the page, and the figures into a folder beside it.
    pub(super) fn write(&self, path: &Path) -> Result<(), BookError> {
        for (file, content) in self.files(path) {
            write_file(&file, content).map_err(|error| BookError::Write {
                path: file.display().to_string(),
                reason: error.to_string(),
            })?;
        }
        Ok(())
    }
}

/// Writes a file into a folder that is made where it is missing.
fn write_file(path: &Path, content: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::{TableKind, built_in_tables, compare};
    use std::env;

    #[test]
    fn a_page_that_cannot_be_written_is_named() {
        let book = Book { page: Vec::new(), figures: Vec::new() };
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml/page.md");
        let error = book.write(&path).expect_err("a file is no folder").to_string();
        assert!(
            error.contains("Cargo.toml/page.md: the page of --write-page cannot be written here: "),
            "{error}"
        );
    }

    #[test]
    fn the_page_in_the_book_is_what_the_program_writes() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src/validation.md");
        let tables = built_in_tables(TableKind::Collectives);
        let report = compare(&tables, None).expect("there are threads");
        let book = book(&tables, &report, None).expect("the page can be drawn");
        if env::var_os("COPPERLIGHT_UPDATE_DOCS").is_some() {
            book.write(&path).expect("the page can be written");
        }
        for (file, content) in book.files(&path) {
            let kept = fs::read(&file).unwrap_or_default();
            let name = file.file_name().unwrap_or_default().display();
            assert!(
                kept == content,
                "{name} in docs/src is not what the program writes; run this test with COPPERLIGHT_UPDATE_DOCS=1"
            );
        }
    }
}

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
    use crate::report::training_page::UNEXPLAINED;
    use crate::report::{Evidence, TrainingSource, example};
    use crate::validate::{TableKind, built_in_tables, compare, left_out};
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

    /// The page of the book.
    fn shipped() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src/validation.md")
    }

    /// The part of a page about collectives, and that about training runs, which may be missing.
    fn parts(page: &str) -> (&str, &str) {
        page.find("\n## Training runs\n").map_or((page, ""), |start| page.split_at(start))
    }

    #[test]
    fn the_page_in_the_book_is_what_the_program_writes_of_collectives() {
        let path = shipped();
        let tables = built_in_tables(TableKind::Collectives);
        let report = compare(&tables, None).expect("there are threads");
        let mut book = book(&tables, &report, None).expect("the page can be drawn");
        let kept = fs::read_to_string(&path).unwrap_or_default();
        // Training runs take minutes to simulate: what is kept of them is held by its form alone.
        book.page.extend(parts(&kept).1.bytes());
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

    /// The headings, and the files of figures, of the part about training runs.
    fn form(page: &str) -> (Vec<&str>, Vec<&str>) {
        let training = parts(page).1;
        let headings = training.lines().filter(|line| line.starts_with('#')).collect();
        let linked = |line| str::split_once(line, "](figures/").map(|(_, file)| file.trim_end_matches(')'));
        (headings, training.lines().filter(|line| line.starts_with("![")).filter_map(linked).collect())
    }

    #[test]
    fn the_page_in_the_book_has_every_section_and_figure_of_training_runs() {
        let report = example::training_report();
        let run = TrainingSource { family: "RUNS".to_owned(), rows: 3, published: vec!["a page".to_owned()] };
        let (sources, growth) = (Vec::new(), Vec::new());
        let evidence = Evidence { sources, growth, runs: vec![run], left_out: left_out() };
        let figures = validation_figures(&report, &evidence).expect("the figures can be drawn");
        let mut page = Vec::new();
        write_page(&mut page, &report, &evidence, &figures).expect("a vector takes every byte");
        let written = String::from_utf8(page).expect("the page is UTF-8");
        let kept = fs::read_to_string(shipped()).expect("the page is there");
        let (headings, links) = form(&kept);
        assert_eq!(
            (&headings, &links),
            (&form(&written).0, &form(&written).1),
            "write the page with `copperlight validate --write-page docs/src/validation.md`"
        );
        assert_eq!(links.len(), 4);
        for link in links {
            assert!(shipped().with_file_name(FIGURES).join(link).is_file(), "{link} is not there");
        }
        assert!(!kept.contains(UNEXPLAINED), "a pair on the page misses and has no sentence that says why");
    }
}

//! The output folder of a scenario: results, figures and the page, each complete or absent.
//!
//! A file is written under a temporary name beside its own and then renamed, so that a reader never sees half
//! of one. A folder that holds another scenario's results is left as it is.

use super::figure::Drawn;
use super::listing::{Listing, Points};
use super::partial::Partial;
use super::scenario_report::{CurveKind, ScenarioReport};
use super::{csv, html, json, jsonl};
use serde::Deserialize;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use thiserror::Error;

const RESULTS: &str = "results.json";

/// How the name of a figure on a dark ground ends, where there is one of each.
const DARK_PNG: &str = "_dark.png";

/// Why the output folder could not be written.
#[derive(Debug, Error)]
pub enum FilesError {
    /// The folder cannot be made.
    #[error("cannot create the output folder {}: {source}; choose another with --out", path.display())]
    CreateFolder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file stands where the folder is to be.
    #[error("{} is a file and not a folder; choose another folder with --out", path.display())]
    NotAFolder {
        /// The file.
        path: PathBuf,
    },
    /// A folder stands where a file is to be.
    #[error(
        "{} is a folder where a file is to be written; remove it or choose another folder with --out",
        path.display()
    )]
    Blocked {
        /// The folder.
        path: PathBuf,
    },
    /// The folder has results of another scenario.
    #[error(
        "{} holds the results of the scenario `{found}`, not of `{expected}`; choose another folder with --out \
         or remove this one",
        path.display()
    )]
    OtherScenario {
        /// The file of results that is there.
        path: PathBuf,
        /// The scenario it belongs to.
        found: String,
        /// The scenario to be written.
        expected: String,
    },
    /// The folder has a file of results that is none of ours.
    #[error(
        "{} exists and is not a file of results of Copperlight; choose another folder with --out or remove it",
        path.display()
    )]
    NotResults {
        /// The file.
        path: PathBuf,
    },
    /// A file of results that is there cannot be read.
    #[error("cannot read {}: {source}; choose another folder with --out", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write {}: {source}; choose another folder with --out", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Checks that `folder` may take the results of `scenario`, before any time is spent on them.
///
/// A folder that does not exist is made and removed again: nothing is left behind.
///
/// # Errors
/// [`FilesError`] when the folder holds results of another scenario or a `results.json` that is not ours, and when
/// it or a file in it cannot be written.
pub fn check_folder(folder: &Path, scenario: &str) -> Result<(), FilesError> {
    check_contents(folder, scenario)?;
    let missing = folder.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists());
    let missing: Vec<&Path> = missing.collect();
    let tried = make(folder).and_then(|()| {
        let probe = Partial::write(folder.join(RESULTS), |_| Ok(()))?;
        probe.remove();
        Ok(())
    });
    // The innermost comes first; one that somebody has put something into meanwhile stays.
    missing.into_iter().for_each(|path| fs::remove_dir(path).unwrap_or_default());
    tried
}

/// Whether the folder has earlier results of this scenario; it must have none of another, and nothing in the way.
fn check_contents(folder: &Path, scenario: &str) -> Result<Contents, FilesError> {
    if folder.exists() && !folder.is_dir() {
        return Err(FilesError::NotAFolder { path: folder.to_owned() });
    }
    if let Some(path) = file_names().map(|name| folder.join(name)).find(|path| path.is_dir()) {
        return Err(FilesError::Blocked { path });
    }
    let path = folder.join(RESULTS);
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if is_missing(&error) => return Ok(Contents::None),
        Err(source) => return Err(FilesError::Read { path, source }),
    };
    match serde_json::from_slice::<Owner>(&text) {
        Ok(owner) if owner.scenario == scenario => Ok(Contents::Earlier),
        Ok(owner) => {
            Err(FilesError::OtherScenario { path, found: owner.scenario, expected: scenario.to_owned() })
        }
        Err(_) => Err(FilesError::NotResults { path }),
    }
}

/// A path below a file is as missing as one below nothing; making the folder says what is wrong.
fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// What a folder of results holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Contents {
    /// No results.
    None,
    /// Results of the same scenario.
    Earlier,
}

/// The part of a file of results that says whose they are.
#[derive(Deserialize)]
struct Owner {
    scenario: String,
}

/// The name of every file that a run may write.
fn file_names() -> impl Iterator<Item = String> {
    let tables = [RESULTS, "results.csv", "results.jsonl", "resolved.toml", "report.html"].map(str::to_owned);
    tables.into_iter().chain(figure_names())
}

fn figure_names() -> impl Iterator<Item = String> {
    let ends = [".svg", ".png", DARK_PNG];
    CurveKind::ALL.into_iter().flat_map(move |kind| ends.map(|end| format!("{}{end}", kind.name())))
}

fn make(folder: &Path) -> Result<(), FilesError> {
    fs::create_dir_all(folder).map_err(|source| FilesError::CreateFolder { path: folder.to_owned(), source })
}

/// What is written about a scenario.
#[derive(Clone, Copy)]
pub struct Written<'a> {
    /// The report.
    pub report: &'a ScenarioReport,
    /// All of its rows, shown or not.
    pub points: &'a dyn Points,
    /// Its figures.
    pub drawn: &'a Drawn,
}

/// Writes everything into `folder`, which is made if needed, and names the files in the order of writing.
///
/// Files get their names when all are complete; figures of an earlier run that were not drawn again are removed.
///
/// # Errors
/// [`FilesError`] when the folder belongs to another scenario or a file cannot be written.
pub fn write_files(written: Written<'_>, folder: &Path) -> Result<Vec<PathBuf>, FilesError> {
    let contents = check_contents(folder, &written.report.results.scenario)?;
    make(folder)?;
    let paths = complete_all(write_partials(files_of(written), folder)?)?;
    if contents == Contents::Earlier {
        let stale = figure_names().map(|name| folder.join(name)).filter(|path| !paths.contains(path));
        // Most of these are not there.
        stale.for_each(|path| fs::remove_file(path).unwrap_or_default());
    }
    Ok(paths)
}

/// Writes every file under its temporary name, or none.
fn write_partials(files: Vec<NamedFile<'_>>, folder: &Path) -> Result<Vec<Partial>, FilesError> {
    let mut partials = Vec::new();
    for (name, write) in files {
        match Partial::write(folder.join(name), write) {
            Ok(partial) => partials.push(partial),
            Err(error) => {
                partials.into_iter().for_each(Partial::remove);
                return Err(error);
            }
        }
    }
    Ok(partials)
}

/// Gives every file its name.
fn complete_all(partials: Vec<Partial>) -> Result<Vec<PathBuf>, FilesError> {
    let (mut partials, mut written) = (partials.into_iter(), Vec::new());
    while let Some(partial) = partials.next() {
        match partial.complete() {
            Ok(path) => written.push(path),
            Err(error) => {
                partials.for_each(Partial::remove);
                return Err(error);
            }
        }
    }
    Ok(written)
}

/// A file by its name, and who writes it.
type NamedFile<'a> = (String, Box<dyn FnOnce(&mut dyn Write) -> io::Result<()> + 'a>);

/// The files in the order of writing.
fn files_of(Written { report, points, drawn }: Written<'_>) -> Vec<NamedFile<'_>> {
    let listing = Listing { results: &report.results, points };
    let bytes = |name: String, bytes| file(name, move |out| out.write_all(bytes));
    let mut files = vec![
        file(RESULTS, move |out| json::write_results(out, listing)),
        file("results.csv", move |out| csv::write_results(out, listing)),
        file("results.jsonl", move |out| jsonl::write_results(out, listing)),
        bytes("resolved.toml".to_owned(), report.resolved_toml.as_bytes()),
    ];
    for figure in &drawn.figures {
        files.push(bytes(format!("{}.svg", figure.name), figure.svg.as_bytes()));
        files.push(bytes(format!("{}.png", figure.name), &figure.png));
        if let Some(png) = &figure.dark_png {
            files.push(bytes(format!("{}{DARK_PNG}", figure.name), png));
        }
    }
    files.push(file("report.html", move |out| html::write_report(out, report, drawn)));
    files
}

fn file<'a>(
    name: impl Into<String>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()> + 'a,
) -> NamedFile<'a> {
    (name.into(), Box::new(write))
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::super::figure::Figure;
    use super::*;

    /// A folder of this test's own under the system's temporary folder, removed at the end.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(test: &str) -> Self {
            let path = std::env::temp_dir().join(format!("copperlight-{test}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            Self(path)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn drawn() -> Drawn {
        let figure = Figure {
            name: "mfu".into(),
            title: "MFU".into(),
            svg: "<svg/>".into(),
            png: vec![1, 2],
            dark_png: None,
        };
        Drawn { figures: vec![figure], ..Drawn::default() }
    }

    fn write(report: &ScenarioReport, drawn: &Drawn, folder: &Path) -> Result<Vec<PathBuf>, FilesError> {
        write_files(Written { report, points: &report.results.results, drawn }, folder)
    }

    #[test]
    fn every_file_is_written_under_its_name_and_nothing_else() {
        let scratch = Scratch::new("all-files");
        let report = example::two_systems(1);
        let written = write(&report, &drawn(), &scratch.0).expect("the temporary folder is writable");
        let mut found: Vec<_> = fs::read_dir(&scratch.0)
            .expect("the folder was made")
            .map(|entry| entry.expect("its entries can be listed").path())
            .collect();
        found.sort();
        let mut written_names = written.clone();
        written_names.sort();
        assert_eq!(found, written_names);
        let names = [
            "results.json",
            "results.csv",
            "results.jsonl",
            "resolved.toml",
            "mfu.svg",
            "mfu.png",
            "report.html",
        ];
        assert_eq!(written, names.map(|name| scratch.0.join(name)));
        write(&report, &drawn(), &scratch.0).expect("the same scenario may be written again");
    }

    #[test]
    fn another_scenarios_folder_is_left_alone() {
        let scratch = Scratch::new("other-scenario");
        let mut report = example::two_systems(1);
        write(&report, &drawn(), &scratch.0).expect("the temporary folder is writable");
        let before = fs::read(scratch.0.join(RESULTS)).expect("results were written");
        report.results.scenario = "another".into();
        let error = write(&report, &drawn(), &scratch.0).expect_err("the folder is taken");
        assert!(error.to_string().contains("the scenario `nvl72-vs-cm384`, not of `another`"), "{error}");
        assert_eq!(fs::read(scratch.0.join(RESULTS)).expect("results are still there"), before);
    }

    #[test]
    fn a_strangers_results_file_is_left_alone() {
        let scratch = Scratch::new("stranger");
        fs::create_dir_all(&scratch.0).expect("the temporary folder is writable");
        fs::write(scratch.0.join(RESULTS), "[1, 2]").expect("the temporary folder is writable");
        let error = check_folder(&scratch.0, "any").expect_err("the file is not ours");
        assert!(matches!(error, FilesError::NotResults { .. }), "{error}");
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("the folder is there");
        let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
        let mut names: Vec<String> = entries.map(|entry| name(entry.expect("it can be listed"))).collect();
        names.sort();
        names
    }

    #[test]
    fn a_check_leaves_nothing_behind() {
        let scratch = Scratch::new("checked");
        check_folder(&scratch.0.join("a/b"), "any").expect("the temporary folder is writable");
        assert!(!scratch.0.exists());
        fs::create_dir_all(scratch.0.join("a")).expect("the temporary folder is writable");
        check_folder(&scratch.0.join("a/b"), "any").expect("the temporary folder is writable");
        assert_eq!((names(&scratch.0), names(&scratch.0.join("a"))), (vec!["a".to_owned()], Vec::new()));
    }

    #[test]
    fn what_stands_in_the_way_is_named_and_nothing_is_written() {
        let scratch = Scratch::new("in-the-way");
        fs::create_dir_all(scratch.0.join("report.html")).expect("the temporary folder is writable");
        for error in [
            check_folder(&scratch.0, "any").expect_err("a folder is in the way"),
            write(&example::two_systems(1), &drawn(), &scratch.0).expect_err("a folder is in the way"),
        ] {
            assert!(
                matches!(&error, FilesError::Blocked { path } if path.ends_with("report.html")),
                "{error}"
            );
        }
        assert_eq!(names(&scratch.0), ["report.html"]);
        let file = scratch.0.join("file");
        fs::write(&file, "kept").expect("the temporary folder is writable");
        let error = check_folder(&file, "any").expect_err("a file is in the way");
        assert!(matches!(error, FilesError::NotAFolder { .. }), "{error}");
        assert_eq!(fs::read_to_string(&file).expect("it is still there"), "kept");
    }

    #[test]
    fn figures_of_an_earlier_run_go_and_strangers_stay() {
        let scratch = Scratch::new("stale");
        fs::create_dir_all(&scratch.0).expect("the temporary folder is writable");
        let report = example::two_systems(1);
        let put = |name: &str| fs::write(scratch.0.join(name), "").expect("the temporary folder is writable");
        put("busbw.svg");
        write(&report, &drawn(), &scratch.0).expect("the folder is writable");
        assert!(names(&scratch.0).contains(&"busbw.svg".to_owned()), "it was there before any results");
        put("notes.txt");
        write(&report, &Drawn::default(), &scratch.0).expect("the folder is writable");
        let expected =
            ["notes.txt", "report.html", "resolved.toml", "results.csv", "results.json", "results.jsonl"];
        assert_eq!(names(&scratch.0), expected);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let scratch = Scratch::new("blocked");
        fs::create_dir_all(&scratch.0).expect("the temporary folder is writable");
        let blocked = scratch.0.join("file");
        fs::write(&blocked, "").expect("the temporary folder is writable");
        let folder = blocked.join("below");
        let error = write(&example::two_systems(1), &drawn(), &folder).expect_err("a file is in the way");
        assert!(error.to_string().contains("below"), "{error}");
    }
}

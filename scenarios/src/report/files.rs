//! The output folder of a scenario: results, figures and the page, each complete or absent.
//!
//! A file is written under a temporary name beside its own and then renamed, so that a reader never sees half
//! of one. A folder that holds another scenario's results is left as it is.

use super::figure::Drawn;
use super::scenario_report::ScenarioReport;
use super::{csv, html, json};
use serde::Deserialize;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

const RESULTS: &str = "results.json";

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
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Checks that `folder` may take the results of `scenario`, before any time is spent on them.
///
/// A folder that does not exist, or that has no results, may.
///
/// # Errors
/// [`FilesError`] when the folder holds results of another scenario, or a `results.json` that is not ours.
pub fn check_folder(folder: &Path, scenario: &str) -> Result<(), FilesError> {
    let path = folder.join(RESULTS);
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(FilesError::Read { path, source }),
    };
    match serde_json::from_slice::<Owner>(&text) {
        Ok(owner) if owner.scenario == scenario => Ok(()),
        Ok(owner) => {
            Err(FilesError::OtherScenario { path, found: owner.scenario, expected: scenario.to_owned() })
        }
        Err(_) => Err(FilesError::NotResults { path }),
    }
}

/// The part of a file of results that says whose they are.
#[derive(Deserialize)]
struct Owner {
    scenario: String,
}

/// Writes everything into `folder`, which is made if needed, and names the files in the order of writing.
///
/// # Errors
/// [`FilesError`] when the folder belongs to another scenario or a file cannot be written.
pub fn write_files(
    report: &ScenarioReport,
    drawn: &Drawn,
    folder: &Path,
) -> Result<Vec<PathBuf>, FilesError> {
    check_folder(folder, &report.results.scenario)?;
    fs::create_dir_all(folder)
        .map_err(|source| FilesError::CreateFolder { path: folder.to_owned(), source })?;
    let results = &report.results;
    let mut files = vec![
        (RESULTS.to_owned(), rendered(|out| json::write_results(out, results))),
        ("results.csv".to_owned(), rendered(|out| csv::write_results(out, results))),
        ("resolved.toml".to_owned(), report.resolved_toml.clone().into_bytes()),
    ];
    for figure in &drawn.figures {
        files.push((format!("{}.svg", figure.name), figure.svg.clone().into_bytes()));
        files.push((format!("{}.png", figure.name), figure.png.clone()));
    }
    files.push(("report.html".to_owned(), rendered(|out| html::write_report(out, report, drawn))));
    files.into_iter().map(|(name, bytes)| write_whole(folder.join(name), &bytes)).collect()
}

fn rendered(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut bytes).expect("a report serialises and a vector takes every byte");
    bytes
}

/// Writes a file under a temporary name in its own folder and renames it.
fn write_whole(path: PathBuf, bytes: &[u8]) -> Result<PathBuf, FilesError> {
    let mut partial = path.clone().into_os_string();
    partial.push(format!(".{}.partial", std::process::id()));
    let partial = PathBuf::from(partial);
    let written = fs::write(&partial, bytes).and_then(|()| fs::rename(&partial, &path));
    match written {
        Ok(()) => Ok(path),
        Err(source) => {
            // The rename may have failed after a complete write; what is left is of no use to anybody.
            let _ = fs::remove_file(&partial);
            Err(FilesError::Write { path, source })
        }
    }
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
        let figure =
            Figure { name: "mfu".into(), title: "MFU".into(), svg: "<svg/>".into(), png: vec![1, 2] };
        Drawn { figures: vec![figure], notes: Vec::new() }
    }

    #[test]
    fn every_file_is_written_under_its_name_and_nothing_else() {
        let scratch = Scratch::new("all-files");
        let report = example::two_systems(1);
        let written = write_files(&report, &drawn(), &scratch.0).expect("the temporary folder is writable");
        let mut found: Vec<_> = fs::read_dir(&scratch.0)
            .expect("the folder was made")
            .map(|entry| entry.expect("its entries can be listed").path())
            .collect();
        found.sort();
        let mut written_names = written.clone();
        written_names.sort();
        assert_eq!(found, written_names);
        let names = ["results.json", "results.csv", "resolved.toml", "mfu.svg", "mfu.png", "report.html"];
        assert_eq!(written, names.map(|name| scratch.0.join(name)));
        write_files(&report, &drawn(), &scratch.0).expect("the same scenario may be written again");
    }

    #[test]
    fn another_scenarios_folder_is_left_alone() {
        let scratch = Scratch::new("other-scenario");
        let mut report = example::two_systems(1);
        write_files(&report, &drawn(), &scratch.0).expect("the temporary folder is writable");
        let before = fs::read(scratch.0.join(RESULTS)).expect("results were written");
        report.results.scenario = "another".into();
        let error = write_files(&report, &drawn(), &scratch.0).expect_err("the folder is taken");
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

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let scratch = Scratch::new("blocked");
        fs::create_dir_all(&scratch.0).expect("the temporary folder is writable");
        let blocked = scratch.0.join("file");
        fs::write(&blocked, "").expect("the temporary folder is writable");
        let folder = blocked.join("below");
        let error =
            write_files(&example::two_systems(1), &drawn(), &folder).expect_err("a file is in the way");
        assert!(error.to_string().contains("below"), "{error}");
    }
}

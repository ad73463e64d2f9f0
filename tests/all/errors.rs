//! The message of every error, and the proof that none is left out.
//!
//! Each file below this one makes every error of one crate, most of them by doing what is wrong. The messages are
//! in `snapshots/`; a message is good when it names the field, the value and the remedy. Errors of scenario files
//! ([`ScenarioError`](copperlight::file::ScenarioError)) have a broken file and a snapshot each beside their reader.

mod core;
mod scenarios;
mod sweeps;
mod topologies;

use std::any::type_name;
use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// The message of one error.
struct Case {
    /// Enum and variant, as in `FabricError::SelfLoop`.
    name: String,
    message: String,
}

impl Case {
    fn of<E: Error>(error: &E) -> Self {
        let path = type_name::<E>();
        let enumeration = path.rsplit("::").next().unwrap_or(path);
        let debug = format!("{error:?}");
        let variant = debug.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or(&debug);
        Self { name: format!("{enumeration}::{variant}"), message: error.to_string() }
    }
}

/// The error of something that must fail.
fn fault<T, E: Error>(result: Result<T, E>) -> Case {
    match result {
        Ok(_) => panic!("what is wrong was accepted where {} was expected", type_name::<E>()),
        Err(error) => Case::of(&error),
    }
}

fn text(cases: &[Case]) -> String {
    let block = |case: &Case| format!("{}\n  {}\n", case.name, case.message.trim_end().replace('\n', "\n  "));
    cases.iter().map(block).collect::<Vec<_>>().join("\n")
}

#[test]
fn core_messages() {
    insta::assert_snapshot!("core", text(&core::cases()));
}

#[test]
fn topologies_messages() {
    insta::assert_snapshot!("topologies", text(&topologies::cases()));
}

#[test]
fn scenarios_messages() {
    insta::assert_snapshot!("scenarios", text(&scenarios::cases()));
}

#[test]
fn messages_are_sentences_without_shouting() {
    for case in [core::cases(), topologies::cases(), scenarios::cases()].into_iter().flatten() {
        let message = case.message.trim();
        assert!(!message.is_empty(), "{} says nothing", case.name);
        assert!(!message.ends_with(['.', '!']), "{}: {message}", case.name);
        assert!(!message.contains("Some("), "{} shows a debug form: {message}", case.name);
    }
}

#[test]
fn every_variant_of_every_error_has_a_case() {
    let all = [core::cases(), topologies::cases(), scenarios::cases()];
    let tried: BTreeSet<String> = all.into_iter().flatten().map(|case| case.name).collect();
    let declared = declared_variants();
    assert!(declared.len() > 50, "the search for error enums found only {}", declared.len());
    let missing: Vec<&String> = declared.difference(&tried).collect();
    assert!(missing.is_empty(), "errors without a case in `tests/all/errors`: {missing:?}");
    let gone: Vec<&String> = tried.difference(&declared).collect();
    assert!(gone.is_empty(), "cases of errors that the sources do not declare: {gone:?}");
}

/// `Enum::Variant` of every public error enum in the sources of the three crates.
fn declared_variants() -> BTreeSet<String> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package is in a workspace");
    let mut files = Vec::new();
    for package in ["sim-core", "topologies", "scenarios"] {
        collect_sources(&workspace.join(package).join("src"), &mut files);
    }
    let read = |file: &PathBuf| fs::read_to_string(file).expect("sources are text");
    files.iter().map(read).flat_map(|source| variants_in(&source)).collect()
}

fn collect_sources(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("every package has sources") {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() {
            collect_sources(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
}

/// The variants of the error enums of one file, which is formatted: variants are indented once.
fn variants_in(source: &str) -> Vec<String> {
    let mut variants = Vec::new();
    let mut inside: Option<&str> = None;
    for line in source.lines() {
        match inside {
            None => inside = error_enum(line),
            Some(_) if line == "}" => inside = None,
            Some(name) => {
                let unindented = line.strip_prefix("    ").unwrap_or_default();
                if unindented.starts_with(|c: char| c.is_ascii_uppercase()) {
                    let end =
                        unindented.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(unindented.len());
                    variants.push(format!("{name}::{}", &unindented[..end]));
                }
            }
        }
    }
    variants
}

/// The name of the error enum that begins on this line; `ScenarioError` is held elsewhere.
fn error_enum(line: &str) -> Option<&str> {
    let name = line.strip_prefix("pub enum ")?.strip_suffix(" {")?;
    let is_error = name.ends_with("Error") || name == "Failure";
    (is_error && name != "ScenarioError").then_some(name)
}

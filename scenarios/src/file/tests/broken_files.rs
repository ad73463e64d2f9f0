//! Every error has a broken file and the message that it gives, drawn as on a terminal.
//!
//! A case is `broken/NAME.toml` beside `broken/NAME.txt`; settings stand in its first lines as `#--set PATH=VALUE`.
//! With the environment variable `UPDATE_EXPECTED` set, the messages are written instead of compared.

use crate::commands::diagnostics::{Colour, render};
use crate::file::{ScenarioError, ScenarioErrors, SourceText, check};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/file/tests/broken")
}

fn errors_of(path: &Path) -> ScenarioErrors {
    let name = path.file_name().and_then(|name| name.to_str()).expect("cases have plain names");
    let text = fs::read(path).expect("a case can be read");
    let settings: Vec<String> = String::from_utf8_lossy(&text)
        .lines()
        .filter_map(|line| line.strip_prefix("#--set "))
        .map(str::to_owned)
        .collect();
    match SourceText::read(name, text.as_slice()) {
        Ok(source) => check(source, &settings).expect_err("a broken file is refused"),
        Err(error) => ScenarioErrors::whole(name, error),
    }
}

fn compare(case: &Path, errors: &ScenarioErrors) {
    let drawn = render(errors, Colour::Off);
    let expected = case.with_extension("txt");
    if env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(&expected, &drawn).expect("the expected message can be written");
    }
    let expected = fs::read_to_string(&expected).expect("every case has its expected message");
    assert_eq!(drawn, expected, "{}", case.display());
}

#[test]
fn every_variant_has_a_broken_file_and_its_message() {
    let mut seen = BTreeSet::new();
    let mut cases: Vec<PathBuf> = fs::read_dir(folder())
        .expect("the folder of broken files is there")
        .map(|entry| entry.expect("an entry can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    cases.sort();
    for case in &cases {
        let errors = errors_of(case);
        seen.extend(errors.errors.iter().map(|located| located.error.name()));
        compare(case, &errors);
    }
    for (name, error) in unreadable() {
        seen.insert(error.name());
        compare(&folder().join(name), &ScenarioErrors::whole(name, error));
    }
    let all: BTreeSet<&str> = ScenarioError::NAMES.iter().copied().collect();
    let missing: Vec<&&str> = all.difference(&seen).collect();
    assert!(missing.is_empty(), "these errors have no broken file: {missing:?}");
}

/// Faults that no file of the folder can show.
fn unreadable() -> Vec<(&'static str, ScenarioError)> {
    let missing = SourceText::find("nvl72-vs-cm348").expect_err("there is no such scenario");
    let folder = SourceText::find(env!("CARGO_MANIFEST_DIR")).expect_err("a folder is no scenario");
    let large = SourceText::read("large", vec![b'#'; 2 << 20].as_slice()).expect_err("two MiB are too much");
    let bytes = SourceText::read("bytes", [b'a', 0xff].as_slice()).expect_err("this is no UTF-8");
    vec![("no-such-file", missing), ("a-folder", folder), ("too-large", large), ("not-utf8", bytes)]
}

//! The command line, end to end: every test runs the binary in a folder of its own.

mod analysis;
mod calibrate;
mod check;
mod claims;
mod collective;
mod collective_rows;
mod compare;
mod explain;
mod fabrics;
mod flows;
mod gaps;
mod inventory;
mod json_schema;
mod keys;
mod limits;
mod merge;
mod new;
mod pages;
mod physical;
mod plan;
mod plans;
mod readme;
mod run;
mod sensitivity;
mod sweep;
mod trace;
mod validate;
mod validate_training;
mod wrong_input;

use assert_cmd::Command;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Bad usage or bad input.
const BAD_INPUT: i32 = 2;
/// The exit code of a simulation that cannot finish.
const UNFINISHED: i32 = 3;

/// A small training job: two machines, two points each, less than a second even in a debug build.
const TINY: &str = include_str!("cli/tiny.toml");

/// A star without software costs: what is simulated equals the closed forms.
const STAR: &str = r#"
family = "star"
link_bandwidth = "900 GB/s"
link_latency = "250 ns"
"#;

/// An empty folder to run in.
struct Workplace {
    folder: TempDir,
}

/// What a run of the binary left behind.
struct Done {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Workplace {
    fn new() -> Self {
        Self { folder: TempDir::new().expect("a folder for the test can be made") }
    }

    /// A folder with one file.
    fn with(name: &str, text: &str) -> Self {
        let place = Self::new();
        place.put(name, text);
        place
    }

    fn put(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("the folder of the test can be written");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        let path = self.path(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The names of files and folders, sorted.
    fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).expect("the folder is there");
        let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
        let mut names: Vec<String> = entries.map(|entry| name(entry.expect("it can be listed"))).collect();
        names.sort();
        names
    }

    fn run(&self, arguments: &[&str]) -> Done {
        self.run_with("", arguments)
    }

    /// Runs with a text on standard input.
    fn run_with(&self, input: &str, arguments: &[&str]) -> Done {
        let output = command(self.folder.path()).args(arguments).write_stdin(input).output();
        let output = output.expect("the binary can be started");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the binary writes UTF-8");
        let code = output.status.code().expect("the binary is not killed");
        Done { code, stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Runs what must succeed.
    fn succeed(&self, arguments: &[&str]) -> Done {
        let done = self.run(arguments);
        assert_eq!(done.code, 0, "{arguments:?} failed:\n{}", done.stderr);
        done
    }

    /// Runs what must succeed and print one JSON document.
    fn json(&self, arguments: &[&str]) -> Value {
        let mut arguments = arguments.to_vec();
        arguments.extend(["--format", "json"]);
        let done = self.succeed(&arguments);
        serde_json::from_str(&done.stdout).unwrap_or_else(|error| panic!("{error} in:\n{}", done.stdout))
    }

    /// Runs what must be refused as bad input, with all `fragments` on standard error and nothing written.
    fn refuse(&self, arguments: &[&str], fragments: &[&str]) {
        let before = self.names(".");
        let done = self.run(arguments);
        let stderr = &done.stderr;
        assert_eq!(done.code, BAD_INPUT, "{arguments:?}:\n{}{stderr}", done.stdout);
        assert_eq!(done.stdout, "", "{arguments:?} is refused and prints data");
        assert!(!stderr.contains("panicked"), "{arguments:?}:\n{stderr}");
        for fragment in fragments {
            assert!(stderr.contains(fragment), "{arguments:?} does not say `{fragment}`:\n{stderr}");
        }
        assert_eq!(self.names("."), before, "{arguments:?} is refused and writes files");
    }
}

/// The binary, started in `folder`.
fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_copperlight-under-test"));
    command.current_dir(folder);
    command
}

/// The names of an object, sorted.
fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = value.as_object().expect("an object").keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is not a number"))
}

fn sorted<const N: usize>(mut names: [&str; N]) -> [&str; N] {
    names.sort_unstable();
    names
}

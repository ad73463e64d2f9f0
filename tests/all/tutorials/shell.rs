//! A folder in which a student works, and what is typed there.

use super::folder;
use std::cell::Cell;
use std::fs::{self, File};
use std::io::{Read, pipe};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// An empty folder, and how the last command in it ended.
pub(crate) struct Shell {
    place: TempDir,
    code: Cell<i32>,
}

impl Shell {
    /// A folder with the answers to exercises beside it, where the book has them.
    pub(crate) fn with_exercises() -> Self {
        let shell =
            Self { place: TempDir::new().expect("a folder for the test can be made"), code: Cell::new(0) };
        let answers = shell.path("answers");
        fs::create_dir(&answers).expect("the folder of the test can be written");
        for entry in fs::read_dir(folder().join("answers")).expect("there are answers to exercises") {
            let entry = entry.expect("it can be listed");
            fs::copy(entry.path(), answers.join(entry.file_name())).expect("an answer can be copied");
        }
        shell
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    /// Saves a file.
    pub(crate) fn save(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("the folder of the test can be written");
    }

    /// What a file holds that commands have made.
    pub(crate) fn made(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("no command makes {name}: {error}"))
    }

    /// Runs a line and returns what a terminal shows: standard output and standard error, as they come.
    pub(crate) fn run(&self, line: &str) -> Vec<String> {
        if line == "echo $?" {
            return vec![self.code.replace(0).to_string()];
        }
        self.assert_succeeded();
        let mut words = words(line);
        assert_eq!(words[0], "copperlight", "`{line}` is not a command that this test can run");
        let target =
            (words.len() > 2 && words[words.len() - 2] == ">").then(|| words.split_off(words.len() - 2));
        let (mut reader, writer) = pipe().expect("a pipe can be made");
        let mut command = Command::new(env!("CARGO_BIN_EXE_copperlight-under-test"));
        command.args(&words[1..]).current_dir(self.place.path()).stdin(Stdio::null());
        command.stderr(writer.try_clone().expect("a pipe has many writers"));
        match target {
            Some(target) => {
                // Reading ends when no writing end is open any more, and nobody writes by this one.
                drop(writer);
                command.stdout(File::create(self.path(&target[1])).expect("a file can be made"))
            }
            None => command.stdout(writer),
        };
        let mut child = command.spawn().expect("the binary can be started");
        // The command too holds writing ends after it has started the program.
        drop(command);
        let mut printed = String::new();
        reader.read_to_string(&mut printed).expect("the binary writes UTF-8");
        let status = child.wait().expect("the binary ends");
        self.code.set(status.code().expect("the binary is not killed"));
        lines(&printed)
    }

    /// Holds that the last command succeeded, or that its code was asked for.
    pub(crate) fn assert_succeeded(&self) {
        assert_eq!(
            self.code.get(),
            0,
            "a command failed and the page does not ask for its code with `$ echo $?`"
        );
    }
}

/// The lines of what was printed, without the progress that slow machines report.
fn lines(printed: &str) -> Vec<String> {
    let progress = |line: &&str| line.contains(" parts after ") && line.ends_with(" to go");
    let mut lines: Vec<String> =
        printed.lines().filter(|line| !progress(line)).map(|line| line.trim_end().to_owned()).collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// The words of a line as a shell reads them; nothing in the tutorials needs more than quotes.
pub(crate) fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for letter in line.chars() {
        match (quote, letter) {
            (None, ' ') => words.push(String::new()),
            (None, '\'' | '"') => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            _ => words.last_mut().expect("there is a first word").push(letter),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

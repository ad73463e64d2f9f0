//! The commands of the README, as they stand there.

use super::Workplace;
use std::fs;
use std::path::Path;

const README: &str = include_str!("../../../README.md");
const PREFIX: &str = "$ cargo run --release -- ";

/// The arguments of every command.
fn commands() -> Vec<Vec<String>> {
    README.lines().filter_map(|line| line.strip_prefix(PREFIX)).map(words).collect()
}

/// The words of a line as a shell reads them; nothing in the README needs more than quotes.
fn words(line: &str) -> Vec<String> {
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
    words
}

/// Copies the files of the repository that a command names to where it runs.
fn bring_files(command: &[String], place: &Workplace) {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package is in a workspace");
    for path in command.iter().filter(|word| word.ends_with(".json") || word.ends_with(".toml")) {
        let text = fs::read_to_string(repository.join(path)).expect("the README names a file that is there");
        let target = place.path(path);
        fs::create_dir_all(target.parent().expect("a file is in a folder")).expect("a folder can be made");
        fs::write(target, text).expect("the folder of the test can be written");
    }
}

#[test]
fn every_command_is_accepted_as_written() {
    let place = Workplace::new();
    let commands = commands();
    assert!(commands.len() > 5, "the README shows commands");
    for command in &commands {
        bring_files(command, &place);
        let mut words: Vec<&str> = command.iter().map(String::as_str).collect();
        // The founding step takes minutes in a debug build; a fortieth of its batch takes seconds.
        if words[0] == "run" {
            words.extend(["--set", "workload.global_batch=288", "--set", "report.curves=[\"mfu\"]"]);
        }
        place.succeed(&words);
    }
}

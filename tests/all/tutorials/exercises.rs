//! Exercises: `check` refuses them as they are given, and holds their answers.

use super::page::{Block, Page};
use super::shell::Shell;
use super::{TUTORIALS, folder};
use std::fs;

/// The files of exercises that tutorials give, with the state that a student starts from.
fn exercises() -> Vec<(String, String)> {
    let blocks = TUTORIALS.iter().flat_map(|name| Page::read(name).blocks);
    let files = blocks.filter_map(|block| match block {
        Block::File { name, text } if name.starts_with("exercise-") => Some((name, text)),
        _ => None,
    });
    files.collect()
}

/// The names of the answers, sorted.
fn answers() -> Vec<String> {
    let entries = fs::read_dir(folder().join("answers")).expect("there are answers");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("it can be listed").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn every_exercise_has_an_answer() {
    let mut given: Vec<String> =
        exercises().into_iter().map(|(name, _)| name.replace("exercise-", "")).collect();
    given.sort();
    assert!(given.len() >= 2 * TUTORIALS.len(), "two exercises to a tutorial");
    assert_eq!(given, answers());
}

#[test]
fn answers_hold_and_what_is_given_does_not() {
    let shell = Shell::with_exercises();
    for (name, given) in exercises() {
        shell.save(&name, &given);
        shell.run(&format!("copperlight check {name} --quiet"));
        let code = shell.run("echo $?");
        assert!(code == ["1"] || code == ["2"], "{name} as given is no right answer, but ends with {code:?}");
        let answer = format!("answers/{}", name.replace("exercise-", ""));
        let printed = shell.run(&format!("copperlight check {answer} --quiet"));
        assert_eq!(shell.run("echo $?"), ["0"], "{answer}: {printed:#?}");
    }
}

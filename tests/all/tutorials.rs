//! The tutorials of the book, done as a student would do them.
//!
//! Every tutorial is worked through in an empty folder, from its first line to its last. What its blocks mean:
//!
//! - ```` ```toml ```` with a first line `# NAME.toml`: the student saves it under that name;
//! - ```` ```console ````: lines that begin with `$ ` are run, and what follows is printed to the letter; a line `...`
//!   stands for any number of lines. A command that fails is followed by `$ echo $?`;
//! - ```` ```arithmetic ````: done by hand, units and all, and compared to the printed digit;
//! - pictures in a folder of their own: the commands above have drawn them, to the byte.
//!
//! Numbers of the prose stand in one of these blocks. With `COPPERLIGHT_UPDATE_DOCS=1` what is printed and drawn is
//! written into the book; its author then reads the difference.

mod arithmetic;
mod exercises;
pub(crate) mod page;
mod prose;
pub(crate) mod shell;

use page::{Block, Page};
use shell::Shell;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[test]
fn what_an_all_reduce_costs() {
    work_through("all-reduce");
}

#[test]
fn rings_trees_and_switches_that_add() {
    work_through("algorithms");
}

#[test]
fn copper_light_and_reach() {
    work_through("reach");
}

#[test]
fn a_trillion_parameter_step() {
    work_through("training-step");
}

#[test]
fn curves_stragglers_and_dead_planes() {
    work_through("utilization");
}

#[test]
fn your_own_machine() {
    work_through("own-machine");
}

/// The tutorials above, by the names of their files.
const TUTORIALS: [&str; 6] =
    ["all-reduce", "algorithms", "reach", "training-step", "utilization", "own-machine"];

/// The tutorial from which the others start, whose commands are those of a clone: `cli/readme.rs` runs them.
const FIRST: &str = "first_run";

#[test]
fn no_tutorial_is_left_out() {
    let mut expected: Vec<String> =
        TUTORIALS.iter().chain([&FIRST]).map(|name| format!("{name}.md")).collect();
    expected.sort();
    let entries = fs::read_dir(folder()).expect("there are tutorials");
    let names =
        entries.map(|entry| entry.expect("it can be listed").file_name().to_string_lossy().into_owned());
    let mut pages: Vec<String> = names.filter(|name| name.ends_with(".md")).collect();
    pages.sort();
    assert_eq!(pages, expected);
}

/// Does what a tutorial says, and compares what is printed and drawn with what it shows.
fn work_through(name: &str) {
    let page = Page::read(name);
    let shell = Shell::with_exercises();
    let mut shown = page.text.clone();
    for block in &page.blocks {
        match block {
            Block::File { name, text } => shell.save(name, text),
            Block::Console(commands) => {
                for command in commands {
                    let printed = shell.run(&command.line);
                    if !page::shows(&command.output, &printed) {
                        let fresh = page::refreshed(&command.output, &printed);
                        let stale = format!("{}\n{}", command.source, joined(&command.output));
                        shown = shown.replacen(&stale, &format!("{}\n{}", command.source, joined(&fresh)), 1);
                    }
                }
            }
            Block::Arithmetic(lines) => lines.iter().for_each(|line| arithmetic::check(line)),
        }
    }
    shell.assert_succeeded();
    hold(&format!("{name}.md"), shown.as_bytes());
    for picture in &page.pictures {
        hold(picture, &shell.made(picture));
    }
    prose::check(&page);
}

/// Lines of a block as they stand there.
fn joined(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// The folder of the tutorials.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src/tutorial")
}

/// Holds a file of the tutorials to what it must be; with `COPPERLIGHT_UPDATE_DOCS` it is written first.
fn hold(name: &str, made: &[u8]) {
    let path = folder().join(name);
    if env::var_os("COPPERLIGHT_UPDATE_DOCS").is_some() {
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder can be made");
        fs::write(&path, made).expect("a file of the repository can be written");
    }
    let kept = fs::read(&path).unwrap_or_default();
    if kept != made {
        let difference = first_difference(&String::from_utf8_lossy(&kept), &String::from_utf8_lossy(made));
        panic!(
            "{name} is not what its commands make; run this test with COPPERLIGHT_UPDATE_DOCS=1\n{difference}"
        );
    }
}

/// Where two texts part, and what each has there.
fn first_difference(kept: &str, made: &str) -> String {
    let parting = kept.lines().zip(made.lines()).enumerate().find(|(_, (kept, made))| kept != made);
    match parting {
        Some((line, (kept, made))) => format!("line {}\n  kept: {kept}\n  made: {made}", line + 1),
        None => "one of them ends before the other".to_owned(),
    }
}

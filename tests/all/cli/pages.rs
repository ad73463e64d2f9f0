//! The page that answers the founding question: its tables are what the commands above them write.
//!
//! `COPPERLIGHT_UPDATE_DOCS=1 cargo test --release -p copperlight-tests --test all -- --ignored copper_or_light` writes
//! them again.

use super::Workplace;
use copperlight::file::{library_scenario, library_scenario_names};
use std::path::Path;
use std::{env, fs};

const BEGIN: &str = "<!-- begin: copperlight ";
const END: &str = "<!-- end -->";

fn path() -> impl AsRef<Path> {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src/guide/copper-or-light.md")
}

fn page() -> String {
    fs::read_to_string(path()).expect("the page is there")
}

/// The arguments of a marked command.
fn command(line: &str) -> Option<Vec<&str>> {
    Some(line.strip_prefix(BEGIN)?.strip_suffix(" -->")?.split_whitespace().collect())
}

/// The comparisons of what a command writes: its tables of tokens/s, and its break-evens.
fn comparisons(markdown: &str) -> String {
    let (mut kept, mut is_kept) = (Vec::new(), false);
    for line in markdown.lines() {
        if line.starts_with('#') {
            is_kept = line.contains("Tokens/s of") || line.contains("What moves");
        }
        let is_line = line.starts_with('#') || line.starts_with('|') || line.is_empty();
        if is_kept && is_line || line.starts_with("- break-even") {
            kept.push(line.trim_start_matches('#').trim_start().to_owned());
        }
    }
    format!("{}\n", kept.join("\n").trim())
}

/// The page with every marked place filled again.
fn written(page: &str) -> String {
    let place = Workplace::new();
    let (mut text, mut is_old) = (String::new(), false);
    for line in page.lines() {
        is_old &= line != END;
        if is_old {
            continue;
        }
        text.push_str(line);
        text.push('\n');
        if let Some(mut arguments) = command(line) {
            if arguments[0] == "run" {
                arguments.push("--no-files");
            }
            arguments.extend(["--quiet", "--format", "markdown"]);
            text.push_str(&format!("\n{}\n", comparisons(&place.succeed(&arguments).stdout)));
            is_old = true;
        }
    }
    text
}

#[test]
#[ignore = "it simulates for minutes; run it in a release build"]
fn copper_or_light_is_what_the_commands_write() {
    let old = page();
    let new = written(&old);
    if env::var_os("COPPERLIGHT_UPDATE_DOCS").is_some() {
        return fs::write(path(), new).expect("the page can be written");
    }
    assert!(
        old == new,
        "docs/src/guide/copper-or-light.md is old; run this test with COPPERLIGHT_UPDATE_DOCS=1"
    );
}

#[test]
fn commands_of_the_page_name_scenarios_of_the_library() {
    let page = page();
    let commands: Vec<Vec<&str>> = page.lines().filter_map(command).collect();
    assert!(commands.len() >= 5, "{commands:?}");
    assert_eq!(page.lines().filter(|line| *line == END).count(), commands.len());
    for name in library_scenario_names().filter(|name| name.starts_with("nvl72-vs-cm384")) {
        assert!(commands.iter().any(|command| command[..2] == ["run", name]), "nothing runs {name}");
    }
    for command in commands {
        assert!(["run", "sensitivity"].contains(&command[0]), "{command:?}");
        assert!(library_scenario(command[1]).is_some(), "{command:?}");
    }
}

#[test]
fn only_comparisons_are_kept() {
    let markdown = "| a |\n|---|\n\n### Tokens/s of a over those of b\n\n| per chip |\n|---|\n\n### Links\n\n| x |\n\n- \
                    break-even: never\n- other\n";
    assert_eq!(
        comparisons(markdown),
        "Tokens/s of a over those of b\n\n| per chip |\n|---|\n\n- break-even: never\n"
    );
}

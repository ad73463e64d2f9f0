//! What people see of a scenario fits where they see it.

use copperlight::report::{Page, ScenarioReport, TextStyle, markdown, table};

/// The widest lines that a terminal shows unless it says otherwise, and that files and pipes are given.
const COLUMNS: usize = 80;

/// What a comment on a pull request takes.
const MOST_CHARACTERS: usize = 65_536;

/// The fewest lines of a report: a head, a rule, a row, and the answer.
const LEAST_LINES: usize = 5;

/// Holds the text of a report against the width of a page and of a terminal, and its Markdown against a comment.
pub(crate) fn fits_pages(name: &str, report: &ScenarioReport) {
    for page in [Page::PLAIN, Page::of_terminal(COLUMNS, TextStyle::Drawn)] {
        let text = written(|out| table::write_report(out, report, page));
        assert!(text.lines().count() >= LEAST_LINES, "{name} shows nothing");
        let too_wide: Vec<&str> = text.lines().filter(|line| line.chars().count() > COLUMNS).collect();
        assert_eq!(too_wide, [""; 0], "{name} is wider than {COLUMNS} columns");
    }
    let text = written(|out| markdown::write_report(out, report));
    assert!(text.starts_with("## ") && text.chars().count() <= MOST_CHARACTERS, "{name}: {}", text.len());
}

fn written(write: impl Fn(&mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).expect("a vector takes every byte");
    String::from_utf8(out).expect("reports are UTF-8")
}

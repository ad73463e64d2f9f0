//! What `check` has found as JUnit XML, which GitLab and Jenkins read: a suite for each scenario, a case for each
//! expectation and point. No times are written, so that equal results are equal files.

use super::check_report::{Against, CheckCase, CheckReport, CheckedScenario, Finding};
use std::io::{self, Write};

/// Writes the document.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_junit(out: &mut dyn Write, report: &CheckReport) -> io::Result<()> {
    let all = Counts::of(report.scenarios.iter().flat_map(|scenario| &scenario.cases));
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"copperlight check\" {}>", all.attributes())?;
    report.scenarios.iter().try_for_each(|scenario| write_suite(out, scenario))?;
    writeln!(out, "</testsuites>")
}

struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
}

impl Counts {
    fn of<'a>(cases: impl Iterator<Item = &'a CheckCase>) -> Self {
        let mut counts = Self { tests: 0, failures: 0, errors: 0 };
        for case in cases {
            counts.tests += 1;
            match case.against {
                _ if case.held => {}
                Against::Run => counts.errors += 1,
                Against::Expectation | Against::Baseline => counts.failures += 1,
            }
        }
        counts
    }

    fn attributes(&self) -> String {
        format!(
            "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"0\"",
            self.tests, self.failures, self.errors
        )
    }
}

fn write_suite(out: &mut dyn Write, scenario: &CheckedScenario) -> io::Result<()> {
    let name = escaped(&scenario.scenario);
    writeln!(out, "  <testsuite name=\"{name}\" {}>", Counts::of(scenario.cases.iter()).attributes())?;
    scenario.cases.iter().try_for_each(|case| write_case(out, scenario, case))?;
    writeln!(out, "  </testsuite>")
}

fn write_case(out: &mut dyn Write, scenario: &CheckedScenario, case: &CheckCase) -> io::Result<()> {
    // Two expectations may say the same; the line tells them apart.
    let line = case.line.map_or(String::new(), |line| format!(" (line {line})"));
    let name = escaped(&format!("{}{line}", case.title()));
    let class = escaped(&format!("{}.{}", scenario.scenario, case.against.word()));
    let file = scenario.file.as_ref().map_or(String::new(), |file| format!(" file=\"{}\"", escaped(file)));
    write!(out, "    <testcase name=\"{name}\" classname=\"{class}\"{file}")?;
    if case.held {
        return writeln!(out, "/>");
    }
    let sentences: Vec<String> = case.findings.iter().map(Finding::sentence).collect();
    let tag = if case.against == Against::Run { "error" } else { "failure" };
    let first = escaped(sentences.first().map_or("", String::as_str));
    let mut body = vec![format!("at {}", scenario.place(case))];
    body.extend(sentences);
    body.extend(case.message.clone());
    writeln!(out, ">")?;
    writeln!(
        out,
        "      <{tag} message=\"{first}\" type=\"{}\">{}</{tag}>",
        case.against.word(),
        escaped(&body.join("\n"))
    )?;
    writeln!(out, "    </testcase>")
}

/// A text for an attribute or an element. Characters that XML cannot have become the replacement character.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            '\n' => safe.push_str("&#10;"),
            '\r' => safe.push_str("&#13;"),
            '\t' => safe.push_str("&#9;"),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_taken_for_markup() {
        assert_eq!(escaped("a<b>&\"c\"'d'"), "a&lt;b&gt;&amp;&quot;c&quot;&apos;d&apos;");
        assert_eq!(escaped("]]>\u{0}\u{7}\u{fffe}\t\r\n"), "]]&gt;\u{fffd}\u{fffd}\u{fffd}&#9;&#13;&#10;");
        assert_eq!(escaped("µ 光 🦀"), "µ 光 🦀");
    }
}

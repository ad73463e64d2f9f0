//! What `check` has found as annotations of GitHub Actions: `::error file=..,line=..,title=..::message`.

use super::check_report::{CheckCase, CheckReport, CheckedScenario};
use std::io::{self, Write};

/// Writes an annotation for each case that failed.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_annotations(out: &mut dyn Write, report: &CheckReport) -> io::Result<()> {
    for scenario in &report.scenarios {
        scenario.failed().try_for_each(|case| write_one(out, scenario, case))?;
    }
    Ok(())
}

fn write_one(out: &mut dyn Write, scenario: &CheckedScenario, case: &CheckCase) -> io::Result<()> {
    let mut properties = Vec::new();
    if let Some(file) = &scenario.file {
        properties.push(format!("file={}", property(file)));
        properties.extend(case.line.map(|line| format!("line={line}")));
    }
    properties.push(format!("title={}", property(&format!("{}: {}", scenario.scenario, case.claim))));
    let point = case.point.as_ref().map(super::CheckedPoint::words);
    let mut lines: Vec<String> = point.into_iter().collect();
    lines.extend(case.findings.iter().map(super::Finding::sentence));
    lines.extend(case.message.clone());
    writeln!(out, "::error {}::{}", properties.join(","), message(&lines.join("\n")))
}

/// The text after the second `::`, in which line breaks and `%` have a meaning.
fn message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, in which `:` and `,` have one as well.
fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_taken_for_syntax() {
        assert_eq!(property("a,b:c%d\r\ne::f"), "a%2Cb%3Ac%25d%0D%0Ae%3A%3Af");
        assert_eq!(message("50 %\r\n::error::x"), "50 %25%0D%0A::error::x");
    }
}

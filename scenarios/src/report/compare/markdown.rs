//! A comparison as Markdown for a comment on GitHub: the answer, what meets, and the rest folded away.

use super::super::fitted_markdown::Fitted;
use super::super::markdown::{escaped, sheet_text};
use super::answer::sentences;
use super::document::{CompareReport, ComparedStep};
use super::sheets::{details, overview};
use std::io::{self, Write};

/// Writes as much as a comment takes, and says what is left out.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_markdown(out: &mut dyn Write, report: &CompareReport) -> io::Result<()> {
    let mut text = Fitted::new();
    let (a, b) = (escaped(&report.a.source), escaped(&report.b.source));
    text.push(&format!("**{}**\n\nA is {a}, B is {b}.\n", escaped(&report.answer)));
    report.notes.iter().for_each(|note| text.push(&format!("\n> {}\n", escaped(note))));
    overview(report).iter().for_each(|sheet| text.push_sheet(sheet));
    for step in &report.steps {
        let (title, body) = (step.place.setting(), detail(report, step));
        text.push_details(&title, &body);
    }
    text.write(out)
}

fn detail(report: &CompareReport, step: &ComparedStep) -> String {
    let mut body: String = details(report, step).iter().map(sheet_text).collect();
    sentences(step).for_each(|text| body.push_str(&format!("{}\n\n", escaped(text))));
    body
}

//! Name, question and answer.

use super::super::answer::answer;
use super::super::scenario_report::ScenarioReport;
use super::escape::escaped;

/// The name of the scenario and its question.
pub(super) fn header(report: &ScenarioReport) -> String {
    let name = escaped(&report.results.scenario);
    let question = match report.question.as_str() {
        "" => String::new(),
        question => format!("<p class=\"question\">{}</p>\n", escaped(question)),
    };
    format!("<header>\n<h1>{name}</h1>\n{question}</header>\n")
}

/// The sentence that answers the question, and what it is made of.
pub(super) fn answer_section(report: &ScenarioReport) -> String {
    let answer = answer(report);
    let summary = escaped(&answer.summary);
    format!(
        "<section class=\"answer\" aria-labelledby=\"answer\">\n<h2 id=\"answer\">Answer</h2>\n<p>{summary}</p>\n{}\
         </section>\n",
        list(&answer.details)
    )
}

/// Sentences as a list; nothing where there are none.
pub(super) fn list(items: &[String]) -> String {
    if items.is_empty() {
        return String::new();
    }
    let items: String = items.iter().map(|item| format!("<li>{}</li>\n", escaped(item))).collect();
    format!("<ul>\n{items}</ul>\n")
}

//! The page: its sections in their order, and what surrounds them.

use super::super::figure::Drawn;
use super::super::headline::{details, headline};
use super::super::scenario_report::ScenarioReport;
use super::assets::{SCRIPT, STYLE};
use super::escape::escaped;
use super::figures::{data, figures, timeline};
use super::opening::{answer_section, header, list};
use super::policy::policy;
use super::sheets::table;
use super::{evidence, explained, reproduction};
use std::io::{self, Write};

/// Writes the page.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_report(out: &mut dyn Write, report: &ScenarioReport, drawn: &Drawn) -> io::Result<()> {
    let warnings = evidence::warnings(report, drawn);
    let sections = sections(report, drawn, &warnings);
    out.write_all(head(report, drawn).as_bytes())?;
    out.write_all(header(report).as_bytes())?;
    out.write_all(contents(&sections).as_bytes())?;
    writeln!(out, "<main id=\"main\">")?;
    out.write_all(answer_section(report).as_bytes())?;
    out.write_all(caution(warnings.len()).as_bytes())?;
    sections.iter().try_for_each(|section| out.write_all(section.html().as_bytes()))?;
    writeln!(out, "</main>\n{}{}", reproduction::footer(report), data(&drawn.charts))?;
    writeln!(out, "<script>{}</script>\n</body>\n</html>", *SCRIPT)
}

/// A part of the page under its own heading.
struct Section {
    id: &'static str,
    title: &'static str,
    body: String,
}

impl Section {
    fn html(&self) -> String {
        let Self { id, title, body } = self;
        format!("<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{title}</h2>\n{body}</section>\n")
    }
}

/// The sections that have something to say, after the answer.
fn sections(report: &ScenarioReport, drawn: &Drawn, warnings: &[String]) -> Vec<Section> {
    let further: String = details(&report.results).iter().map(|sheet| table(sheet, "")).collect();
    let all = [
        ("results", "Results", table(&headline(&report.results), "Results")),
        ("figures", "Figures", figures(drawn)),
        ("timeline", "Timeline", timeline(drawn)),
        ("details", "Details", further),
        ("why", "Why it came out so", explained::explanations(&report.results)),
        ("assumptions", "What the results rest on", evidence::assumptions(&report.assumptions)),
        ("warnings", "Before you use these numbers", list(warnings)),
        ("again", "How to make these results again", reproduction::reproduction(report)),
    ];
    let sections = all.into_iter().map(|(id, title, body)| Section { id, title, body });
    sections.filter(|section| !section.body.is_empty()).collect()
}

fn head(report: &ScenarioReport, drawn: &Drawn) -> String {
    let name = escaped(&report.results.scenario);
    let policy = policy(&SCRIPT, STYLE, drawn.figures.iter().map(|figure| figure.svg.as_str()));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{name} · Copperlight</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">Skip to the answer</a>\n"
    )
}

fn contents(sections: &[Section]) -> String {
    let link = |section: &Section| format!("<li><a href=\"#{}\">{}</a></li>\n", section.id, section.title);
    let links: String = sections.iter().map(link).collect();
    format!("<nav aria-label=\"Contents\">\n<ul>\n{links}</ul>\n</nav>\n")
}

/// A pointer to the warnings, beside the answer that they concern.
fn caution(warnings: usize) -> String {
    let what = match warnings {
        0 => return String::new(),
        1 => "One thing to know".to_owned(),
        many => format!("{many} things to know"),
    };
    format!("<p class=\"caution\"><a href=\"#warnings\">{what} before using these numbers</a></p>\n")
}

#[cfg(test)]
mod tests {
    use super::super::super::example;
    use super::super::super::figure::Figure;
    use super::*;

    /// The largest page of a founding scenario, in bytes.
    const MOST_BYTES: usize = 1_500_000;

    fn written(report: &ScenarioReport, drawn: &Drawn) -> String {
        let mut out = Vec::new();
        write_report(&mut out, report, drawn).expect("a vector takes every byte");
        String::from_utf8(out).expect("pages are UTF-8")
    }

    fn page(report: &ScenarioReport) -> String {
        let figure = Figure {
            name: "mfu".into(),
            title: "MFU".into(),
            svg: "<svg></svg>\n".into(),
            ..Figure::default()
        };
        written(report, &Drawn { figures: vec![figure], notes: vec!["a note".into()], ..Drawn::default() })
    }

    #[test]
    fn hostile_names_stay_text() {
        let hostile = "</script><script>alert('x')</script>\" onload=\"y";
        let mut report = example::two_systems(1);
        let clean = page(&report).matches("<script").count();
        report.results.scenario = hostile.into();
        report.question = hostile.into();
        report.results.digest = hostile.into();
        report.reproduce = hostile.into();
        report.resolved_toml = hostile.into();
        report.warnings = vec![hostile.into()];
        report.assumptions[0].source = hostile.into();
        for point in &mut report.results.results {
            point.system = hostile.into();
        }
        let page = page(&report);
        assert_eq!(page.matches("<script").count(), clean, "a script has slipped in");
        assert!(!page.contains("\" onload"));
        assert!(page.contains("&lt;script&gt;"));
    }

    #[test]
    fn only_links_to_sources_and_within_the_page_lead_anywhere() {
        let page = page(&example::two_systems(2));
        for loader in ["src=", "@import", "url(", "<link"] {
            assert!(!page.contains(loader), "{loader} in the page");
        }
        for target in page.split("href=\"").skip(1) {
            assert!(target.starts_with('#'), "{}", &target[..40]);
        }
    }

    #[test]
    fn links_within_the_page_have_a_target_each() {
        let page = page(&example::two_systems(1));
        let mut targets = page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next());
        assert!(targets.clone().count() > 5);
        assert!(targets.all(|target| page.matches(&format!(" id=\"{target}\"")).count() == 1));
    }

    #[test]
    fn the_page_holds_answer_figure_sources_and_command() {
        let page = page(&example::two_systems(2));
        for part in
            ["wins on step time", "<svg>", "data sheet", "copperlight run nvl72-vs-cm384", "a note", "1,152"]
        {
            assert!(page.contains(part), "{part} is missing");
        }
    }

    #[test]
    fn the_answer_changes_with_the_numbers() {
        let mut report = example::two_systems(1);
        let before = page(&report);
        for point in report.results.results.iter_mut().filter(|point| point.system == "CM384 optical") {
            point.step_time_s = Some(1.0);
        }
        assert!(before.contains("<p>NVL72 copper wins") && page(&report).contains("<p>CM384 optical wins"));
    }

    #[cfg(feature = "plots")]
    #[test]
    fn the_founding_sweep_with_all_figures_is_small_enough() {
        let report = example::two_systems(8);
        let drawn = crate::plot::draw(&report).expect("the example can be drawn");
        let page = written(&report, &drawn);
        assert!(page.contains("id=\"figure-link_utilization\"") && page.contains("\"name\":\"mfu\""));
        assert!(page.len() <= MOST_BYTES, "{} bytes", page.len());
    }
}

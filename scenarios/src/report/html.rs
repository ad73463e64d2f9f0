//! Results as one HTML page that needs no network: the answer, the figures, the tables, what they rest on.
//!
//! Every string from a scenario is escaped; the only markup that passes through is that of our own figures.

use super::answer::answer;
use super::figure::{Drawn, Figure};
use super::headline::{details, headline};
use super::scenario_report::{Assumption, ScenarioReport};
use super::sheet::{Align, Column, Sheet};
use std::io::{self, Write};

const STYLE: &str = include_str!("../../assets/report.css");

/// Writes the page.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_report(out: &mut dyn Write, report: &ScenarioReport, drawn: &Drawn) -> io::Result<()> {
    write_head(out, report)?;
    write_answer(out, report)?;
    write_sheet(out, &headline(&report.results))?;
    write_warnings(out, &[&report.warnings[..], &report.notes, &drawn.notes].concat())?;
    write_figures(out, &drawn.figures)?;
    write_details(out, report)?;
    write_assumptions(out, &report.assumptions)?;
    write_reproduction(out, report)?;
    writeln!(out, "</body>\n</html>")
}

fn write_head(out: &mut dyn Write, report: &ScenarioReport) -> io::Result<()> {
    let name = escaped(&report.results.scenario);
    writeln!(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">")?;
    writeln!(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")?;
    writeln!(out, "<title>{name} · Copperlight</title>\n<style>\n{STYLE}</style>\n</head>\n<body>")?;
    writeln!(out, "<header>\n<h1>{name}</h1>")?;
    if !report.question.is_empty() {
        writeln!(out, "<p class=\"question\">{}</p>", escaped(&report.question))?;
    }
    writeln!(out, "</header>")
}

fn write_answer(out: &mut dyn Write, report: &ScenarioReport) -> io::Result<()> {
    let answer = answer(report);
    writeln!(out, "<section class=\"answer\">\n<p>{}</p>", escaped(&answer.summary))?;
    write_list(out, "", &answer.details)?;
    writeln!(out, "</section>")
}

fn write_list(out: &mut dyn Write, class: &str, items: &[String]) -> io::Result<()> {
    if items.is_empty() {
        return Ok(());
    }
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
    writeln!(out, "<ul{class}>")?;
    items.iter().try_for_each(|item| writeln!(out, "<li>{}</li>", escaped(item)))?;
    writeln!(out, "</ul>")
}

fn write_warnings(out: &mut dyn Write, warnings: &[String]) -> io::Result<()> {
    if warnings.is_empty() {
        return Ok(());
    }
    writeln!(out, "<h2>Before you trust these numbers</h2>")?;
    write_list(out, "warnings", warnings)
}

fn write_figures(out: &mut dyn Write, figures: &[Figure]) -> io::Result<()> {
    if figures.is_empty() {
        return Ok(());
    }
    writeln!(out, "<h2>Figures</h2>")?;
    for figure in figures {
        let title = escaped(&figure.title);
        writeln!(out, "<figure role=\"img\" aria-label=\"{title}\">\n{}</figure>", figure.svg.trim_start())?;
    }
    Ok(())
}

fn write_details(out: &mut dyn Write, report: &ScenarioReport) -> io::Result<()> {
    let sheets = details(&report.results);
    if sheets.is_empty() {
        return Ok(());
    }
    writeln!(out, "<h2>Details</h2>")?;
    sheets.iter().try_for_each(|sheet| write_sheet(out, sheet))
}

fn write_assumptions(out: &mut dyn Write, assumptions: &[Assumption]) -> io::Result<()> {
    if assumptions.is_empty() {
        return Ok(());
    }
    let columns = vec![Column::text("value of"), Column::text("value"), Column::text("source")];
    let mut sheet = Sheet::new("", columns);
    for assumption in assumptions {
        sheet.push(vec![assumption.what.clone(), assumption.value.clone(), assumption.source.clone()]);
    }
    writeln!(out, "<h2>What the results rest on</h2>")?;
    write_sheet(out, &sheet)
}

fn write_reproduction(out: &mut dyn Write, report: &ScenarioReport) -> io::Result<()> {
    let results = &report.results;
    writeln!(out, "<h2>How to make these results again</h2>")?;
    writeln!(out, "<pre><code>{}</code></pre>", escaped(&report.reproduce))?;
    let digest = escaped(&results.digest);
    writeln!(
        out,
        "<p>The same input gives the digest <code>{digest}</code> on every machine (seed {}).</p>",
        results.seed
    )?;
    if !report.resolved_toml.is_empty() {
        let toml = escaped(&report.resolved_toml);
        writeln!(out, "<details>\n<summary>The scenario with every default filled in</summary>")?;
        writeln!(out, "<pre><code>{toml}</code></pre>\n</details>")?;
    }
    let work = results.work;
    writeln!(
        out,
        "<footer>Copperlight {}: {} events, {} flows, {} rate solves, {} ranks simulated in {} classes, {} \
         collectives replayed.</footer>",
        env!("CARGO_PKG_VERSION"),
        work.events,
        work.flows,
        work.rate_solves,
        work.ranks_simulated,
        work.classes,
        work.replayed
    )
}

fn write_sheet(out: &mut dyn Write, sheet: &Sheet) -> io::Result<()> {
    if !sheet.title.is_empty() {
        writeln!(out, "<h3>{}</h3>", escaped(&sheet.title))?;
    }
    writeln!(out, "<div class=\"scroll\">\n<table class=\"values\">\n<thead><tr>")?;
    for column in &sheet.columns {
        let unit = match column.unit.as_str() {
            "" => String::new(),
            unit => format!("<span class=\"unit\">{}</span>", escaped(unit)),
        };
        writeln!(out, "<th{}>{}{unit}</th>", class(column), escaped(&column.name))?;
    }
    writeln!(out, "</tr></thead>\n<tbody>")?;
    for row in &sheet.rows {
        write!(out, "<tr>")?;
        for (cell, column) in row.iter().zip(&sheet.columns) {
            write!(out, "<td{}>{}</td>", class(column), escaped(cell))?;
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</tbody>\n</table>\n</div>")
}

fn class(column: &Column) -> &'static str {
    match column.align {
        Align::Left => "",
        Align::Right => " class=\"number\"",
    }
}

/// The text with every character that HTML would act on made plain, in elements and in quoted attributes.
fn escaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => plain.push_str("&amp;"),
            '<' => plain.push_str("&lt;"),
            '>' => plain.push_str("&gt;"),
            '"' => plain.push_str("&quot;"),
            '\'' => plain.push_str("&#39;"),
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    fn page(report: &ScenarioReport) -> String {
        let mut out = Vec::new();
        let figure = Figure {
            name: "mfu".into(),
            title: "MFU".into(),
            svg: "<svg></svg>\n".into(),
            png: Vec::new(),
            dark_png: None,
        };
        let drawn = Drawn { figures: vec![figure], notes: vec!["a note".into()] };
        write_report(&mut out, report, &drawn).expect("a vector takes every byte");
        String::from_utf8(out).expect("pages are UTF-8")
    }

    #[test]
    fn hostile_names_stay_text() {
        let hostile = "<script>alert('x')</script>\" onload=\"y";
        let mut report = example::two_systems(1);
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
        assert!(!page.contains("<script"), "{page}");
        assert!(!page.contains("\" onload"), "{page}");
        assert!(page.contains("&lt;script&gt;"));
    }

    #[test]
    fn the_page_loads_nothing() {
        let page = page(&example::two_systems(2));
        for loader in ["src=", "href=", "@import", "url(", "<link"] {
            assert!(!page.contains(loader), "{loader} in the page");
        }
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
}

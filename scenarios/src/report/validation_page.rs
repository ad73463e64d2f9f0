//! The page of the book about the model beside measurements: `copperlight validate --write-page`.

use super::evidence::{Evidence, Growth, TableSource};
use super::figure::VectorFigure;
use super::markdown::{escaped, write_sheet};
use super::number::{grouped, percent, rounded, size};
use super::sheet::{Column, Sheet};
use super::training_page::write_training;
use super::validation::{MeanSummary, RowKind, ValidationReport, ValidationRow};
use super::validation_table::{FOOTER, groups, not_compared, share, worst};
use std::io::{self, Write};

/// The folder of figures, beside the page.
pub const FIGURES: &str = "figures";

/// What the names of figures about training runs begin with.
const TRAINING_FIGURES: &str = "validation_training";

const HEAD: &str = "# The model beside measurements

<!-- Written by `copperlight validate --write-page docs/src/validation.md`; edit what writes it instead. -->

`copperlight validate` simulates every row of every published table that ships with Copperlight and compares it with
what was measured. Nothing is left out: rows that are far off are named and drawn, rows that cannot be compared stand
below with the reason. The equations are on [the page about collectives](models/collectives.md), the fitted
parameters with how each was obtained in [the catalog](reference/catalog.md), and the errors of the last release in
`scenarios/library/measured/baseline.json`, which a test does not let grow.
";

const UNMEASURED: &str = "
## What no row here measures

- **The optical side.** No table of all-reduce, all-gather or reduce-scatter on a CloudMatrix384, or on any machine
  whose domain is optical, is public. What is published of it are a few expert exchanges and point-to-point figures.
  Its collectives rest on planning constants of Ascend's own performance model and on the form that holds for GPUs; read
  them as [the envelope of their ranges](models/collectives.md#what-is-calibrated-and-what-is-not).
- **Growth beyond two large domains.** One and two domains of 72, and eight nodes of eight, are all there is. The depth
  of pipelines, steps over the network and waiting for the slowest rank grow differently, and cannot be told apart at
  two domains.
- **Small messages on 72 and more GPUs**: no row below 512 MiB.
- **In-place runs** of all-gather and reduce-scatter, broadcast, reduce, send-receive and barrier, and several collectives at once.
- **RoCE between domains**: no table; one point over EFA, and one table over TCPXO.
";

/// Writes the page about what `copperlight validate` finds, with links to figures beside it.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_page(
    out: &mut dyn Write,
    report: &ValidationReport,
    evidence: &Evidence,
    figures: &[VectorFigure],
) -> io::Result<()> {
    let (training, collectives): (Vec<_>, Vec<_>) =
        figures.iter().partition(|figure| figure.name.starts_with(TRAINING_FIGURES));
    writeln!(out, "{HEAD}")?;
    write_collectives(out, &report.of_kind(RowKind::Collective), evidence, collectives)?;
    write_training(out, &report.of_kind(RowKind::Training), evidence, &training)
}

fn write_collectives(
    out: &mut dyn Write,
    report: &ValidationReport,
    evidence: &Evidence,
    figures: Vec<&VectorFigure>,
) -> io::Result<()> {
    let (first, rest): (Vec<_>, Vec<_>) = figures.into_iter().partition(|figure| is_overview(figure));
    write_scores(out, report)?;
    first.into_iter().try_for_each(|figure| write_figure(out, figure))?;
    writeln!(out, "## Larger groups\n")?;
    writeln!(out, "{}\n", LARGER.replace('\n', " "))?;
    write_sheet(out, &larger(report))?;
    evidence.growth.iter().try_for_each(|growth| write_sheet(out, &growth_sheet(growth)))?;
    writeln!(out, "## Table by table\n")?;
    rest.into_iter().try_for_each(|figure| write_figure(out, figure))?;
    write_misses(out, report)?;
    write_sources(out, &evidence.sources)?;
    out.write_all(UNMEASURED.as_bytes())
}

const LARGER: &str = "Rows of 12 GPUs and more, from 64 MiB on. Under them the growth with the number of GPUs: what was
measured on machines with NVLink5, beside what the model says of GB200 NVL72. Beyond the last measured number the model
extrapolates.";

/// Whether a figure shows all tables, and not some of them.
fn is_overview(figure: &VectorFigure) -> bool {
    ["validation_errors", "validation_growth"].contains(&figure.name.as_str())
}

pub(super) fn write_figure(out: &mut dyn Write, figure: &VectorFigure) -> io::Result<()> {
    writeln!(out, "![{}]({FIGURES}/{}.svg)\n", escaped(&figure.title), figure.name)
}

fn write_scores(out: &mut dyn Write, report: &ValidationReport) -> io::Result<()> {
    let mean = |summary: &MeanSummary| share(summary.mean_absolute_error);
    let compared: u64 = report.groups.iter().map(|group| group.all.compared).sum();
    writeln!(out, "## Errors by group\n")?;
    writeln!(
        out,
        "{} of {} rows are compared. **The mean over {} groups of their mean absolute errors in time is {} % over all \
         sizes, and {} % from 64 MiB on.** {}\n",
        grouped(compared),
        grouped(report.rows.len() as u64),
        report.mean.all.groups,
        mean(&report.mean.all),
        mean(&report.mean.large),
        escaped(FOOTER),
    )?;
    write_sheet(out, &groups(report))?;
    for group in &report.groups {
        if let Some(explanation) = &group.explanation {
            let name = escaped(&group.name);
            writeln!(out, "\\* {name} stands apart and is not in the mean: {}.\n", escaped(explanation))?;
        }
    }
    report.notes.iter().try_for_each(|note| writeln!(out, "- Note: {}.", escaped(note)))?;
    writeln!(out)
}

/// Large messages on 12 chips and more.
fn larger(report: &ValidationReport) -> Sheet {
    let columns = vec![
        Column::text("system"),
        Column::number("chips", ""),
        Column::text("operation"),
        Column::number("size", ""),
        Column::text("modelled as"),
        Column::number("measured", ""),
        Column::number("modelled", ""),
        Column::number("error", "%"),
    ];
    let mut sheet = Sheet::new("", columns);
    for row in &report.rows {
        if row.chips.is_some_and(|chips| chips >= 12) && row.size_bytes.is_some_and(|size| size >= 64 << 20) {
            sheet.rows.extend(larger_row(row));
        }
    }
    sheet
}

fn larger_row(row: &ValidationRow) -> Option<Vec<String>> {
    let operation = row.op.as_ref().filter(|operation| !operation.starts_with("ep-"))?;
    Some(vec![
        row.preset.clone()?,
        row.chips?.to_string(),
        operation.clone(),
        size(row.size_bytes?),
        row.algorithm.clone()?,
        format!("{} {}", rounded(row.measured?), row.unit?),
        rounded(row.modelled?),
        percent(row.error?),
    ])
}

/// What was measured and modelled at each number of chips.
fn growth_sheet(growth: &Growth) -> Sheet {
    let title = format!("All-reduce of {}", size(growth.size_bytes));
    let columns = vec![
        Column::number("GPUs", ""),
        Column::text("measured busbw (GB/s)"),
        Column::number("modelled busbw", "GB/s"),
        Column::text(""),
    ];
    let mut sheet = Sheet::new(title, columns);
    for point in &growth.modelled {
        let measured = growth.measured.iter().filter(|measured| measured.chips == point.chips);
        let measured: Vec<String> = measured
            .map(|measured| format!("{} ({})", rounded(measured.busbw_gb_per_s), measured.system))
            .collect();
        let beyond = point.chips > growth.last_measured();
        sheet.push(vec![
            point.chips.to_string(),
            if measured.is_empty() { "-".to_owned() } else { measured.join(", ") },
            rounded(point.busbw_gb_per_s),
            if beyond { "extrapolated".to_owned() } else { String::new() },
        ]);
    }
    sheet
}

fn write_misses(out: &mut dyn Write, report: &ValidationReport) -> io::Result<()> {
    writeln!(out, "## Misses\n")?;
    write_sheet(out, &worst(report))?;
    writeln!(out, "### Rows that are not compared\n")?;
    let lines = not_compared(report);
    lines.iter().try_for_each(|line| writeln!(out, "- {}", escaped(line)))?;
    if lines.is_empty() {
        writeln!(out, "None.")?;
    }
    writeln!(out)
}

fn write_sources(out: &mut dyn Write, sources: &[TableSource]) -> io::Result<()> {
    writeln!(out, "## Sources and licences\n")?;
    let mut sheet =
        Sheet::new("", ["table", "source", "licence", "how it was taken"].map(Column::text).to_vec());
    for TableSource { table, source, url, licence, notes } in sources {
        let source = if url.is_empty() { source.clone() } else { format!("{source}: {url}") };
        sheet.push(vec![table.clone(), source, licence.clone(), notes.clone()]);
    }
    let mut text = Vec::new();
    write_sheet(&mut text, &sheet)?;
    out.write_all(text.trim_ascii_end())?;
    writeln!(out, "\n\nTables without a stated licence are quoted in parts, each row with its source.")
}

#[cfg(test)]
mod tests {
    use super::super::evidence::GrowthPoint;
    use super::super::example;
    use super::super::training_page::LeftOut;
    use super::*;

    fn page() -> String {
        let point = |system: &str, chips, busbw_gb_per_s| GrowthPoint {
            system: system.to_owned(),
            chips,
            busbw_gb_per_s,
        };
        let growth = Growth {
            size_bytes: 1 << 30,
            measured: vec![point("a", 8, 700.0)],
            modelled: vec![point("b", 8, 710.0), point("b", 16, 690.0)],
        };
        let source = TableSource {
            table: "a.csv".to_owned(),
            source: "someone".to_owned(),
            url: String::new(),
            licence: "MIT".to_owned(),
            notes: String::new(),
        };
        let evidence = Evidence {
            sources: vec![source],
            growth: vec![growth],
            runs: Vec::new(),
            left_out: LeftOut::default(),
        };
        let figure = VectorFigure { name: "f".to_owned(), title: "F".to_owned(), svg: String::new() };
        let mut out = Vec::new();
        write_page(&mut out, &example::validation(), &evidence, &[figure])
            .expect("a vector takes every byte");
        String::from_utf8(out).expect("the page is UTF-8")
    }

    #[test]
    fn scores_misses_reasons_sources_and_figures_are_on_the_page() {
        let page = page();
        for part in [
            "over all sizes",
            "stands apart and is not in the mean: a report of trouble",
            "a.csv: 1 row not compared: chips is blank",
            "![F](figures/f.svg)",
            "| a.csv | someone | MIT |  |",
            "| 8 | 700 (a) | 710 |  |",
            "| 16 | - | 690 | extrapolated |",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
    }
}

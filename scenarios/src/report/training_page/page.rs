//! The sections about training runs, in their order.

use super::super::evidence::Evidence;
use super::super::figure::VectorFigure;
use super::super::markdown::{escaped, write_sheet};
use super::super::number::{grouped, percent};
use super::super::pairs::PairReport;
use super::super::sheet::Sheet;
use super::super::validation::ValidationReport;
use super::super::validation_page::write_figure;
use super::super::validation_table::not_compared;
use super::{claims, effects, errors, left_out, rows};
use std::io::{self, Write};

const HEAD: &str = "## Training runs

Every published run of the table `training_truth.csv` is simulated from its own columns: model, machine, plan, software
and flags, with nothing fitted to a row. How a row is read is on
[the page about the training step](models/training.md#how-a-published-run-is-read). Rows are held against the column
that was measured, as time: above zero the model is slower. Tier A was published in full; tier B lacks something or has
a weaker source; tier C is never compared. A row of which micro-batch or virtual stages were not published is a range
over all plans that it can mean: ranges have a class of their own, and their middle is never the best match.

Beside each error stands that of the least model that there is: one MFU for each chip and precision, dense and with
experts apart, each the median of the very rows that it is held against.
";

const NOISE: &str = "**Noise.** The same run on the same machine differs by about 7 % either way between releases of software, and \
                     software for experts moved 37 % in half a year. What knows a run's plan and not its software cannot \
                     be much nearer than that, and a single row proves little.";

const LEFT_OUT: &str = "Errors above are of rows that parameters were fitted to. Here all rows of one source, or of one chip, were \
                        left out, the parameters fitted to the others, and the error taken over the rows that were left \
                        out; a software generation that only they show has no factor then.";

const WHOLE: &str = "Ranges count too, by their middle.";

const PAIRS: &str = "Two published runs that differ in one thing: most of what a level can be wrong by cancels. An effect is the \
                     logarithm of the ratio of both times, in per cent, above zero where the second run takes longer for \
                     the same work. It is judged where the measured effect is above 3 %, and agrees where all of the \
                     modelled effect is 0.7 to 1.4 of it. What both runs leave unpublished is taken to be the same in \
                     both; what remains open makes a range, which agrees only with all of it.";

const CLAIMS: &str = "Rows differ, so the figures cannot be ranked: others ran and often profiled or traced what they predict, on one \
                      machine and with one software; the rows here are published runs that nobody measured for this \
                      simulator, of many machines and releases of software, and parameters were fitted to most of them.";

/// Writes the sections; nothing without training runs.
///
/// # Errors
/// When `out` does not take the text.
pub(in super::super) fn write_training(
    out: &mut dyn Write,
    report: &ValidationReport,
    evidence: &Evidence,
    figures: &[&VectorFigure],
) -> io::Result<()> {
    if report.rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{HEAD}\n{NOISE}\n")?;
    let (of_pairs, others): (Vec<&VectorFigure>, Vec<&VectorFigure>) =
        figures.iter().partition(|figure| figure.name.ends_with("_pairs"));
    write_classes(out, report)?;
    others.into_iter().try_for_each(|figure| write_figure(out, figure))?;
    write_left_out(out, evidence)?;
    for (by, heading) in errors::BY {
        write_section(out, heading, WHOLE, &errors::sheet(report, by, |_| true))?;
    }
    write_rows(out, report)?;
    if let Some(pairs) = &report.pairs {
        write_pairs(out, pairs, &of_pairs)?;
    }
    write_section(out, "Beside other simulators", CLAIMS, &claims::sheet(report))?;
    write_section(out, "Where the runs were published", "", &rows::sources(&evidence.runs))
}

fn write_classes(out: &mut dyn Write, report: &ValidationReport) -> io::Result<()> {
    let compared = report.rows.iter().filter(|row| row.error.is_some()).count();
    let scored = compared - rows::held(report).1;
    writeln!(out, "### Errors by class\n")?;
    writeln!(
        out,
        "{} of {} rows run: {} with one plan, and {} ranges.\n",
        grouped(compared as u64),
        grouped(report.rows.len() as u64),
        grouped(scored as u64),
        compared - scored
    )?;
    write_sheet(out, &errors::sheet(report, "class", |group| !group.name.ends_with(errors::RANGES)))
}

fn write_left_out(out: &mut dyn Write, evidence: &Evidence) -> io::Result<()> {
    let known = &evidence.left_out;
    let sheets = [left_out::sheet("source", &known.by_source), left_out::sheet("chip", &known.by_chip)];
    if sheets.iter().all(|sheet| sheet.rows.is_empty()) {
        return Ok(());
    }
    writeln!(out, "### Rows that were left out of the fit\n\n{LEFT_OUT}\n")?;
    sheets.iter().filter(|sheet| !sheet.rows.is_empty()).try_for_each(|sheet| write_sheet(out, sheet))
}

/// Ranges, misses, and what was not compared.
fn write_rows(out: &mut dyn Write, report: &ValidationReport) -> io::Result<()> {
    let (held, all) = rows::held(report);
    let text = format!("{held} of {all} ranges hold what was measured.");
    write_section(out, "Ranges", &text, &rows::ranges(report))?;
    write_section(out, "The worst rows", "", &rows::worst(report))?;
    writeln!(out, "### Runs that are not compared\n")?;
    not_compared(report).iter().try_for_each(|line| writeln!(out, "- {}", escaped(line)))?;
    writeln!(out)
}

fn write_pairs(out: &mut dyn Write, pairs: &PairReport, figures: &[&VectorFigure]) -> io::Result<()> {
    let all = &pairs.all;
    let share = if all.judged > 0 { all.within as f64 / all.judged as f64 } else { 0.0 };
    writeln!(out, "### Pairs of runs\n\n{PAIRS}\n")?;
    writeln!(
        out,
        "**{} of {} judged effects agree ({} %)**, and {} ranges are open.\n",
        all.within,
        all.judged,
        percent(share),
        all.open
    )?;
    figures.iter().try_for_each(|figure| write_figure(out, figure))?;
    write_sheet(out, &Sheet { title: String::new(), ..effects::count_sheet(pairs) })?;
    write_sheet(out, &Sheet { title: String::new(), ..effects::effect_sheet(pairs) })?;
    writeln!(out, "Why those that miss do, open ranges among them, and why some were not run:\n")?;
    effects::misses(pairs).iter().try_for_each(|line| writeln!(out, "- {}", escaped(line)))?;
    writeln!(out)
}

/// A heading, a paragraph and a table; nothing without rows.
fn write_section(out: &mut dyn Write, heading: &str, text: &str, sheet: &Sheet) -> io::Result<()> {
    if sheet.rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "### {heading}\n")?;
    if !text.is_empty() {
        writeln!(out, "{text}\n")?;
    }
    write_sheet(out, sheet)
}

#[cfg(test)]
mod tests {
    use super::super::super::evidence::TrainingSource;
    use super::super::super::example;
    use super::super::super::validation::RowKind;
    use super::super::{LeftOut, LeftOutErrors};
    use super::*;

    fn page(report: &ValidationReport) -> String {
        let (name, rows) = ("MLPERF".to_owned(), 24);
        let errors = LeftOutErrors { name, rows, in_sample: 0.047, left_out: 0.082, bias: 0.03 };
        let left_out = LeftOut { by_source: vec![errors], by_chip: Vec::new() };
        let published = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
        let runs = vec![TrainingSource { family: "RUNS".to_owned(), rows: 3, published }];
        let evidence = Evidence { sources: Vec::new(), growth: Vec::new(), runs, left_out };
        let mut out = Vec::new();
        write_training(&mut out, report, &evidence, &[]).expect("a vector takes every byte");
        String::from_utf8(out).expect("the page is UTF-8")
    }

    #[test]
    fn errors_ranges_misses_pairs_and_sources_are_on_the_page() {
        let page = page(&example::training_report().of_kind(RowKind::Training));
        for part in [
            "3 of 3 rows run: 2 with one plan, and 1 ranges.",
            "| MLPERF | 24 | 4.7 | 8.2 | 3.0 |",
            "1 of 1 ranges hold what was measured.",
            "**1 of 2 judged effects agree (50.0 %)**, and 1 ranges are open.",
            "- faster: because.",
            "| RUNS | 3 | a; b; c; and 1 more, named in the rows |",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
    }

    #[test]
    fn without_training_runs_there_is_no_section() {
        assert_eq!(page(&example::validation().of_kind(RowKind::Training)), "");
    }
}

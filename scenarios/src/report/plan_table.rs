//! Found plans for people: a table of the simulated plans of each system, and the reasons below it.

use super::markdown;
use super::number::{chips, percent, rounded, time_unit};
use super::plan::{PlanReport, PlanRow, SystemPlan};
use super::points::{short_name, value_text};
use super::sheet::{Column, Sheet};
use super::table;
use std::io::{self, Write};

const NONE: &str = "-";

/// Writes the plans as text.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_table(out: &mut dyn Write, report: &PlanReport) -> io::Result<()> {
    for plan in &report.systems {
        table::write_paragraph(out, "", &headline(plan))?;
        if plan.best.is_some() {
            writeln!(out)?;
            table::write_sheet(out, &sheet(plan))?;
        }
        plan.why.iter().try_for_each(|sentence| table::write_paragraph(out, "- ", sentence))?;
        writeln!(out)?;
    }
    Ok(())
}

/// Writes the plans as Markdown.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_markdown(out: &mut dyn Write, report: &PlanReport) -> io::Result<()> {
    for plan in &report.systems {
        writeln!(out, "{}\n", markdown::escaped(&headline(plan)))?;
        if plan.best.is_some() {
            markdown::write_sheet(out, &sheet(plan))?;
        }
        plan.why.iter().try_for_each(|sentence| writeln!(out, "- {}", markdown::escaped(sentence)))?;
        writeln!(out)?;
    }
    Ok(())
}

/// The best plan in one line.
fn headline(plan: &SystemPlan) -> String {
    let parameters: Vec<String> = plan.point.keys().cloned().collect();
    let swept = plan.point.iter().filter(|(name, _)| *name != "systems.chips");
    let settings: String = swept
        .map(|(name, value)| format!(", {} = {}", short_name(name, &parameters), value_text(value)))
        .collect();
    let place = format!("{}, {}{settings}", plan.system, chips(plan.chips));
    match &plan.best {
        Some(best) => format!("{place}: {}", best.words),
        None => format!("{place}: no plan"),
    }
}

/// The simulated plans.
fn sheet(plan: &SystemPlan) -> Sheet {
    let slowest = plan.finalists.iter().filter_map(|row| row.step_time_s).fold(0.0, f64::max);
    let (scale, unit) = time_unit(slowest);
    let columns = vec![
        Column::text("plan"),
        Column::number("step", unit),
        Column::number("estimate", unit),
        Column::number("MFU", "%"),
        Column::number("tokens/s", "per chip"),
        Column::number("memory", "GB"),
        Column::number("slower", "%"),
    ];
    let mut sheet = Sheet::new("", columns);
    for row in &plan.finalists {
        let time = |time: Option<f64>| cell(time, |time| rounded(time / scale));
        sheet.push(vec![
            name(plan, row),
            time(row.step_time_s),
            time(row.estimated_s),
            cell(row.mfu, percent),
            cell(row.tokens_per_second_per_chip, rounded),
            cell(row.memory().map(|[total, _]| total), rounded),
            cell(row.slower, percent),
        ]);
    }
    sheet
}

/// The plan, marked where it is that of the scenario.
fn name(plan: &SystemPlan, row: &PlanRow) -> String {
    let is_example = plan.example.as_ref().is_some_and(|example| example == row);
    if is_example { format!("{} (scenario)", row.words) } else { row.words.clone() }
}

fn cell(value: Option<f64>, text: impl Fn(f64) -> String) -> String {
    value.map_or_else(|| NONE.to_owned(), text)
}

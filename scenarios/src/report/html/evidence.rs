//! What the results rest on, and what to be wary of.

use super::super::figure::Drawn;
use super::super::scenario_report::{Assumption, ScenarioReport};
use super::super::sheet::{Column, Sheet};
use super::sheets::table_with_links;

/// More values than this are folded away, so that what follows them can be found.
const MOST_OPEN: usize = 12;

/// The values that the results rest on, each with its source.
pub(super) fn assumptions(assumptions: &[Assumption]) -> String {
    if assumptions.is_empty() {
        return String::new();
    }
    let columns = vec![Column::text("value of"), Column::text("value"), Column::text("source")];
    let mut sheet = Sheet::new("", columns);
    for assumption in assumptions {
        sheet.push(vec![assumption.what.clone(), assumption.value.clone(), assumption.source.clone()]);
    }
    let table = table_with_links(&sheet, "Values that the results rest on");
    if assumptions.len() <= MOST_OPEN {
        return table;
    }
    format!(
        "<details>\n<summary>{} values, each with its source</summary>\n{table}</details>\n",
        assumptions.len()
    )
}

/// What a reader should know before using the numbers, one sentence each.
pub(super) fn warnings(report: &ScenarioReport, drawn: &Drawn) -> Vec<String> {
    let of_charts = drawn.charts.iter().flat_map(|chart| {
        chart.notes.iter().map(|note| format!("interactive figure `{}`: {note}", chart.name))
    });
    [&report.warnings[..], &report.notes, &drawn.notes].concat().into_iter().chain(of_charts).collect()
}

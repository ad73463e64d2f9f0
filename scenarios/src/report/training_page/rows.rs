//! Single rows: ranges, the worst, and where rows come from.

use super::super::evidence::TrainingSource;
use super::super::number::{percent, rounded};
use super::super::sheet::{Column, Sheet};
use super::super::validation::{TrainingFigures, ValidationReport, ValidationRow};

/// How many of the worst rows are named.
const WORST: usize = 20;

/// How many parts of a step are named.
const PARTS: usize = 4;

/// What has a range, and what was measured beside it.
pub(super) fn ranges(report: &ValidationReport) -> Sheet {
    let mut sheet = Sheet::new(
        "",
        vec![
            Column::text("run"),
            Column::number("plans", ""),
            Column::number("measured", ""),
            Column::number("modelled: least", ""),
            Column::number("most", ""),
            Column::text("unit"),
            Column::text("measured is"),
        ],
    );
    for (row, figures) in trained(report) {
        let (Some([least, most]), Some(measured)) = (figures.modelled_range, row.measured) else { continue };
        sheet.push(vec![
            row.id.clone().unwrap_or_default(),
            figures.plans.len().to_string(),
            rounded(measured),
            rounded(least),
            rounded(most),
            row.unit.unwrap_or_default().to_owned(),
            place(measured, [least, most]).to_owned(),
        ]);
    }
    sheet
}

fn place(measured: f64, [least, most]: [f64; 2]) -> &'static str {
    match measured {
        value if value < least => "below",
        value if value > most => "above",
        _ => "inside",
    }
}

/// How many ranges hold what was measured, and of how many.
pub(super) fn held(report: &ValidationReport) -> (usize, usize) {
    let found = trained(report).filter_map(|(row, figures)| Some((row.measured?, figures.modelled_range?)));
    let found: Vec<(f64, [f64; 2])> = found.collect();
    (found.iter().filter(|(measured, range)| place(*measured, *range) == "inside").count(), found.len())
}

/// The rows that are farthest off, but for ranges, with what their modelled time goes into.
pub(super) fn worst(report: &ValidationReport) -> Sheet {
    let mut sheet = Sheet::new(
        "",
        vec![
            Column::text("run"),
            Column::text("class"),
            Column::number("measured", "s"),
            Column::number("modelled", "s"),
            Column::number("error", "%"),
            Column::text("the modelled step goes into"),
        ],
    );
    let mut rows: Vec<(&ValidationRow, &TrainingFigures, f64)> = trained(report)
        .filter(|(_, figures)| figures.modelled_range.is_none())
        .filter_map(|(row, figures)| Some((row, figures, row.error?)))
        .collect();
    // The sort is stable: of equal errors the first in the table comes first.
    rows.sort_by(|(_, _, one), (_, _, other)| other.abs().total_cmp(&one.abs()));
    for (row, figures, error) in rows.into_iter().take(WORST) {
        sheet.push(vec![
            row.id.clone().unwrap_or_default(),
            figures.class.to_owned(),
            rounded(figures.measured_step_time_s),
            rounded(figures.step_time_s),
            percent(error),
            parts(figures),
        ]);
    }
    sheet
}

/// The largest parts of the modelled step.
fn parts(figures: &TrainingFigures) -> String {
    let mut parts: Vec<(&str, f64)> = figures.breakdown.iter().map(|(name, share)| (*name, *share)).collect();
    parts.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let part = |(name, share): &(&str, f64)| format!("{name} {} %", percent(*share));
    parts.iter().take(PARTS).map(part).collect::<Vec<_>>().join(", ")
}

/// Where rows come from.
pub(super) fn sources(sources: &[TrainingSource]) -> Sheet {
    let columns = vec![Column::text("name"), Column::number("rows", ""), Column::text("published in")];
    let mut sheet = Sheet::new("", columns);
    for TrainingSource { family, rows, published } in sources {
        let more = published.len().saturating_sub(3);
        let mut text = published.iter().take(3).cloned().collect::<Vec<_>>().join("; ");
        if more > 0 {
            text.push_str(&format!("; and {more} more, named in the rows"));
        }
        sheet.push(vec![family.clone(), rows.to_string(), text]);
    }
    sheet
}

fn trained(report: &ValidationReport) -> impl Iterator<Item = (&ValidationRow, &TrainingFigures)> {
    report.rows.iter().filter_map(|row| Some((row, row.training.as_ref()?)))
}

#[cfg(test)]
mod tests {
    use super::super::super::example;
    use super::*;

    #[test]
    fn the_worst_come_first_and_ranges_are_apart() {
        let mut wide = example::training_figures("moe", 3.0);
        wide.modelled_range = Some([0.5, 3.0]);
        let near = example::training_figures("dense-A", 1.1);
        let far = example::training_figures("dense-B", 0.5);
        let mut report = example::validation();
        report.rows = example::training(&[("near", near), ("far", far), ("wide", wide)]).into();
        let worst = worst(&report);
        let names: Vec<&str> = worst.rows.iter().map(|row| row[0].as_str()).collect();
        assert_eq!(names, ["far", "near"]);
        assert_eq!(worst.rows[0][5], "compute 75.0 %, bubble 25.0 %");
        assert_eq!(ranges(&report).rows[0][0], "wide");
        assert_eq!(held(&report), (1, 1));
        assert_eq!((place(0.4, [0.5, 3.0]), place(4.0, [0.5, 3.0])), ("below", "above"));
    }
}

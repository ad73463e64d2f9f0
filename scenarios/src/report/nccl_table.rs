//! The rows of a collective in the columns and the order of nccl-tests, so that scripts that read one read both.
//!
//! Where a page is wide enough, three columns follow those of nccl-tests: algorithm, protocol and what the time is bound
//! by; where an envelope was asked for, its ends are the last two. On a narrower page columns are as wide as their cells,
//! and what ran stands below the table. There is no data to compare, so `#wrong` is `N/A`. All that is no row is a comment.

use super::layout::{length, rendered, wrapped};
use super::nccl_remarks::{envelope, ran};
use super::number;
use super::page::Page;
use super::results::{CollectiveReport, CollectiveRow};
use super::sheet::Sheet;
use std::io::{self, Write};

const ELEMENT_BYTES: u64 = 4;

/// What stands for a quantity that there is not.
const NONE: &str = "N/A";

/// Writes the header, one line per size, the average bus bandwidth, and what else is to be said as comments.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_collective(out: &mut dyn Write, report: &CollectiveReport, page: Page) -> io::Result<()> {
    let chips = if report.chips == 1 { "chip" } else { "chips" };
    let title =
        format!("copperlight collective {} on {}, {} {chips}", report.op, report.system, report.chips);
    write_comment(out, "# ", &title, page)?;
    let note = format!("simulated; count in float elements of {ELEMENT_BYTES} bytes");
    write_comment(out, "# ", &note, page)?;
    write_comment(out, "# ", &format!("digest {}", report.digest), page)?;
    writeln!(out, "#")?;
    let whole = lines(report, Form::Whole);
    let fits = whole.iter().all(|line| length(line) <= page.width);
    let shown = if fits { whole } else { lines(report, Form::Narrow) };
    shown.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    writeln!(out, "# Avg bus bandwidth    : {}", average_busbw(&report.rows))?;
    if !fits {
        write_sheet(out, &ran(&report.rows), page)?;
    }
    if let Some(meaning) = &report.envelope {
        if !fits {
            write_sheet(out, &envelope(&report.rows), page)?;
        }
        let text = format!("low, high: time with ranged values at their ends; {meaning}");
        write_comment(out, "# ", &text, page)?;
    }
    report.rows.iter().try_for_each(|row| write_explanation(out, row, page))
}

fn write_explanation(out: &mut dyn Write, row: &CollectiveRow, page: Page) -> io::Result<()> {
    let Some(explanation) = &row.explain else { return Ok(()) };
    writeln!(out, "#\n# {}", number::size(row.size_bytes))?;
    explanation.sentences(row).iter().try_for_each(|sentence| write_comment(out, "#   ", sentence, page))
}

/// Writes a text in lines that begin so and fit the page.
fn write_comment(out: &mut dyn Write, start: &str, text: &str, page: Page) -> io::Result<()> {
    let width = page.width.saturating_sub(length(start));
    wrapped(text, width).iter().try_for_each(|line| writeln!(out, "{start}{line}"))
}

/// Writes a table as comments.
fn write_sheet(out: &mut dyn Write, sheet: &Sheet, page: Page) -> io::Result<()> {
    let page = Page { width: page.width.saturating_sub(1), ..page };
    writeln!(out, "#")?;
    rendered(sheet, page).lines().try_for_each(|line| writeln!(out, "#{line}"))
}

/// How much of a row stands on its line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// The columns of nccl-tests as wide as there, what ran, and the ends of an envelope.
    Whole,
    /// The columns of nccl-tests as wide as their cells.
    Narrow,
}

/// The widths of the columns of nccl-tests there.
const WIDTHS: [usize; 9] = [13, 13, 7, 7, 6, 9, 8, 8, 7];

/// Where the ends of an envelope begin.
const ENDS_FROM: usize = 124;

/// The cells of one line.
struct Line {
    columns: [String; 9],
    ran: [String; 3],
    ends: Option<[String; 2]>,
}

/// The heads, their units, and the rows.
fn lines(report: &CollectiveReport, form: Form) -> Vec<String> {
    let has_ends = report.envelope.is_some();
    let head = |columns: [&str; 9], ran: [&str; 3], ends: [&str; 2]| Line {
        columns: columns.map(str::to_owned),
        ran: ran.map(str::to_owned),
        ends: has_ends.then(|| ends.map(str::to_owned)),
    };
    let names = ["size", "count", "type", "redop", "root", "time", "algbw", "busbw", "#wrong"];
    let units = ["(B)", "(elements)", "", "", "", "(us)", "(GB/s)", "(GB/s)", ""];
    let mut all = vec![
        head(names, ["algorithm", "protocol", "bound by"], ["low", "high"]),
        head(units, ["", "", ""], ["(us)", "(us)"]),
    ];
    let heads = all.len();
    all.extend(report.rows.iter().map(|row| line_of(row, &report.op)));
    let widest = |place: usize| all.iter().map(|line| length(&line.columns[place])).max().unwrap_or(0);
    let widths: [usize; 9] = match form {
        Form::Whole => std::array::from_fn(|place| widest(place).max(WIDTHS[place])),
        Form::Narrow => std::array::from_fn(widest),
    };
    let start = |index: usize| if index < heads { "#" } else { " " };
    all.iter().enumerate().map(|(index, line)| text(start(index), line, (&widths, form))).collect()
}

fn line_of(row: &CollectiveRow, operation: &str) -> Line {
    let rate = |rate: Option<f64>| rate.map_or_else(|| NONE.to_owned(), fixed_width);
    let columns = [
        row.size_bytes.to_string(),
        (row.size_bytes / ELEMENT_BYTES).to_string(),
        "float".to_owned(),
        reduction(operation).to_owned(),
        root(operation).to_owned(),
        fixed_width(row.time_us),
        rate(row.algbw_gb_per_s),
        rate(row.busbw_gb_per_s),
        NONE.to_owned(),
    ];
    Line {
        columns,
        ran: [&row.algorithm, &row.protocol, &row.bound_by].map(Clone::clone),
        ends: row.time_us_low.zip(row.time_us_high).map(|(low, high)| [low, high].map(fixed_width)),
    }
}

fn text(start: &str, line: &Line, (widths, form): (&[usize; 9], Form)) -> String {
    let columns = line.columns.iter().zip(widths).map(|(cell, width)| format!("{cell:>width$}"));
    let mut text = format!("{start}{}", columns.collect::<Vec<_>>().join(" "));
    if form == Form::Whole {
        let [algorithm, protocol, bound_by] = &line.ran;
        text = format!("{text}  {algorithm:<16} {protocol:<8} {bound_by}");
        if let Some([low, high]) = &line.ends {
            text = format!("{text:<ENDS_FROM$} {low:>9} {high:>9}");
        }
    }
    text.trim_end().to_owned()
}

/// The digits nccl-tests prints: two decimals, fewer for large numbers.
fn fixed_width(value: f64) -> String {
    match value {
        v if v >= 100_000.0 => format!("{v:.0}"),
        v if v >= 10_000.0 => format!("{v:.1}"),
        v => format!("{v:.2}"),
    }
}

fn reduction(operation: &str) -> &'static str {
    match operation {
        "all-reduce" | "reduce-scatter" | "reduce" => "sum",
        _ => "none",
    }
}

fn root(operation: &str) -> &'static str {
    match operation {
        "broadcast" | "reduce" => "0",
        _ => "-1",
    }
}

fn average_busbw(rows: &[CollectiveRow]) -> String {
    let known: Vec<f64> = rows.iter().filter_map(|row| row.busbw_gb_per_s).collect();
    if known.is_empty() {
        return NONE.to_owned();
    }
    format!("{:.4}", known.iter().sum::<f64>() / known.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    const WIDE: Page = Page { width: usize::MAX, ..Page::PLAIN };

    fn written(report: &CollectiveReport, page: Page) -> String {
        let mut out = Vec::new();
        write_collective(&mut out, report, page).expect("a vector takes every byte");
        String::from_utf8(out).expect("tables are UTF-8")
    }

    fn rows(text: &str) -> Vec<Vec<&str>> {
        let rows = text.lines().filter(|line| !line.starts_with('#'));
        rows.map(|line| line.split_whitespace().collect()).collect()
    }

    #[test]
    fn columns_are_those_of_nccl_tests_on_every_page() {
        let report = example::collective();
        for page in [Page::PLAIN, WIDE] {
            let text = written(&report, page);
            let data = rows(&text);
            assert_eq!(data.len(), report.rows.len());
            // 1 KiB are 256 floats.
            assert_eq!(data[0][..5], ["1024", "256", "float", "sum", "-1"]);
            assert_eq!(data[0][8], "N/A");
            let heads = text.lines().find(|line| line.contains("algbw")).unwrap_or_default();
            let heads: Vec<&str> = heads.trim_start_matches('#').split_whitespace().take(9).collect();
            let names = ["size", "count", "type", "redop", "root", "time", "algbw", "busbw", "#wrong"];
            assert_eq!(heads, names);
            assert!(text.contains("\n# Avg bus bandwidth    : "), "{text}");
        }
    }

    #[test]
    fn a_wide_page_has_what_ran_in_every_row_and_others_say_it_below() {
        let mut report = example::collective();
        let last = report.rows.len() - 1;
        report.rows[last].algorithm = "hierarchical".to_owned();
        let wide = written(&report, WIDE);
        assert_eq!(rows(&wide)[0][9..11], ["ring", "simple"]);
        assert_eq!(rows(&wide)[last][9], "hierarchical");
        let narrow = written(&report, Page::PLAIN);
        assert_eq!(rows(&narrow)[last].len(), 9);
        let ran: Vec<&str> = narrow.lines().skip_while(|line| !line.contains("algorithm")).skip(2).collect();
        assert_eq!(ran.len(), 2, "{narrow}");
        let from = number::size(report.rows[0].size_bytes);
        let until = number::size(report.rows[last - 1].size_bytes);
        assert!(ran[0].starts_with(&format!("# {from} to {until} ")) && ran[0].contains("ring"), "{narrow}");
        assert!(ran[1].contains("hierarchical"), "{narrow}");
    }

    #[test]
    fn all_of_it_fits_80_columns() {
        let mut report = example::collective();
        report.system = "a-system-of-a-file-with-a-long-name ".repeat(4);
        report.envelope = Some("envelope, not confidence: ".repeat(6));
        for row in &mut report.rows {
            (row.size_bytes, row.time_us) = (1 << 42, 9_999_999.4);
            (row.algbw_gb_per_s, row.busbw_gb_per_s) = (Some(12_345.6), Some(99_999.4));
            (row.time_us_low, row.time_us_high) = (Some(9_000_000.0), Some(12_000_000.0));
        }
        let text = written(&report, Page::PLAIN);
        assert!(text.lines().all(|line| length(line) <= 80), "{text}");
        assert!(text.contains("9,000,000") && text.contains("12,000,000"), "{text}");
        assert!(rows(&written(&report, WIDE))[0].ends_with(&["9000000", "12000000"]), "{text}");
    }
}

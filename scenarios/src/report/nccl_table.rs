//! The rows of a collective in the columns and the order of nccl-tests, so that scripts that read one read both.
//!
//! Three columns follow those of nccl-tests: algorithm, protocol and what the time is bound by. There is no
//! data to compare, so `#wrong` is `N/A`. Where an envelope was asked for, its ends are the last two columns; why a
//! collective ran as it did stands below the table, in comments as all that is no row.

use super::number;
use super::results::{CollectiveReport, CollectiveRow};
use std::io::{self, Write};

const ELEMENT_BYTES: u64 = 4;

/// What stands for a quantity that there is not.
const NONE: &str = "N/A";

/// Writes the header, one line per size and the average bus bandwidth.
///
/// # Errors
/// When `out` does not take the text.
pub fn write_collective(out: &mut dyn Write, report: &CollectiveReport) -> io::Result<()> {
    let chips = if report.chips == 1 { "chip" } else { "chips" };
    writeln!(out, "# copperlight collective {} on {}, {} {chips}", report.op, report.system, report.chips)?;
    writeln!(out, "# simulated; count in float elements of {ELEMENT_BYTES} bytes; digest {}", report.digest)?;
    writeln!(out, "#")?;
    let ends = |low, high| report.envelope.as_ref().map(|_| [low, high]);
    write_line(out, "#", HEADS, ends("low", "high"))?;
    write_line(out, "#", UNITS, ends("(us)", "(us)"))?;
    for row in &report.rows {
        write_row(out, row, &report.op)?;
    }
    writeln!(out, "# Avg bus bandwidth    : {}", average_busbw(&report.rows))?;
    if let Some(envelope) = &report.envelope {
        writeln!(out, "# low, high            : time with ranged values at their ends; {envelope}")?;
    }
    report.rows.iter().try_for_each(|row| write_explanation(out, row))
}

fn write_explanation(out: &mut dyn Write, row: &CollectiveRow) -> io::Result<()> {
    let Some(explanation) = &row.explain else { return Ok(()) };
    writeln!(out, "#\n# {}", number::size(row.size_bytes))?;
    explanation.sentences(row).iter().try_for_each(|sentence| writeln!(out, "#   {sentence}"))
}

const HEADS: [&str; 12] = [
    "size",
    "count",
    "type",
    "redop",
    "root",
    "time",
    "algbw",
    "busbw",
    "#wrong",
    "algorithm",
    "protocol",
    "bound by",
];

const UNITS: [&str; 12] = ["(B)", "(elements)", "", "", "", "(us)", "(GB/s)", "(GB/s)", "", "", "", ""];

fn write_row(out: &mut dyn Write, row: &CollectiveRow, operation: &str) -> io::Result<()> {
    let size = row.size_bytes.to_string();
    let count = (row.size_bytes / ELEMENT_BYTES).to_string();
    let rate = |rate: Option<f64>| rate.map_or_else(|| NONE.to_owned(), fixed_width);
    let ends = row.time_us_low.zip(row.time_us_high).map(|(low, high)| [low, high].map(fixed_width));
    let ends = ends.as_ref().map(|ends| ends.each_ref().map(String::as_str));
    let (time, algbw, busbw) = (fixed_width(row.time_us), rate(row.algbw_gb_per_s), rate(row.busbw_gb_per_s));
    write_line(
        out,
        "",
        [
            &size,
            &count,
            "float",
            reduction(operation),
            root(operation),
            &time,
            &algbw,
            &busbw,
            NONE,
            &row.algorithm,
            &row.protocol,
            &row.bound_by,
        ],
        ends,
    )
}

fn write_line(
    out: &mut dyn Write,
    start: &str,
    cells: [&str; 12],
    ends: Option<[&str; 2]>,
) -> io::Result<()> {
    let [size, count, kind, redop, root, time, algbw, busbw, wrong, algorithm, protocol, bound_by] = cells;
    let mut line = format!(
        "{start:1}{size:>13} {count:>13} {kind:>7} {redop:>7} {root:>6} {time:>9} {algbw:>8} {busbw:>8} \
         {wrong:>7}  {algorithm:<16} {protocol:<8} {bound_by}"
    );
    if let Some([low, high]) = ends {
        line = format!("{line:<124} {low:>9} {high:>9}");
    }
    writeln!(out, "{}", line.trim_end())
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

    #[test]
    fn columns_are_those_of_nccl_tests() {
        let mut out = Vec::new();
        let report = example::collective();
        write_collective(&mut out, &report).expect("a vector takes every byte");
        let text = String::from_utf8(out).expect("tables are UTF-8");
        let data: Vec<Vec<&str>> = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split_whitespace().collect())
            .collect();
        assert_eq!(data.len(), report.rows.len());
        // 1 KiB are 256 floats.
        assert_eq!(data[0][..5], ["1024", "256", "float", "sum", "-1"]);
        assert_eq!(data[0][8], "N/A");
        assert_eq!(data[0][9..11], ["ring", "simple"]);
        let last = text.lines().last().unwrap_or_default();
        assert!(last.starts_with("# Avg bus bandwidth"), "{last}");
        let heads: Vec<&str> = text.lines().nth(3).unwrap_or_default().split_whitespace().collect();
        assert_eq!(
            heads[1..10],
            ["size", "count", "type", "redop", "root", "time", "algbw", "busbw", "#wrong"]
        );
    }
}

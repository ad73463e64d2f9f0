//! A table of measurements: a file of CSV, read row by row.

use super::fields::{Columns, Fields};
use super::groups;
use super::harness::Harness;
use super::row::{self, Row};
use super::tables::ValidateError;
use super::training;
use csv::{Reader, ReaderBuilder, StringRecord};

/// What a table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableKind {
    /// Measured collectives.
    Collectives,
    /// Published training runs.
    Training,
}

/// A table of measurements.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The name of its file.
    pub name: String,
    /// What it holds.
    pub kind: TableKind,
    /// Every row, in the order of the file.
    pub rows: Vec<Row>,
    /// How it was taken.
    pub harness: Harness,
}

impl TableKind {
    /// The columns that such a table must have.
    const fn needed_columns(self) -> &'static [&'static str] {
        match self {
            Self::Collectives => &["preset", "chips", "collective", "size_bytes", "time_us", "busbw_GBps"],
            Self::Training => &["id", "preset", "n_chips", "notes"],
        }
    }
}

impl Table {
    /// Whether a row makes a group of its own, which does not count.
    pub fn is_apart(&self, row: &Row) -> bool {
        groups::apart(self, row).is_some()
    }

    /// The name of the group that a row is in.
    pub fn group_of(&self, row: &Row) -> String {
        groups::name(self, row)
    }

    /// Keeps the training runs whose id contains `text`, and all rows of a table of collectives whose name does.
    pub fn keep(&mut self, text: &str) {
        let by_name = self.kind == TableKind::Collectives && self.name.contains(text);
        self.rows.retain(|row| by_name || row.id.as_ref().is_some_and(|id| id.contains(text)));
    }

    /// Reads the text of the file at `path`.
    ///
    /// # Errors
    /// [`ValidateError::Header`]. What is wrong with a row is the reason in that row.
    pub(super) fn read(path: &str, name: &str, kind: TableKind, text: &str) -> Result<Self, ValidateError> {
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let columns = columns(&mut reader, kind)
            .map_err(|problem| ValidateError::Header { path: path.to_owned(), problem })?;
        let harness = Harness::of_table(name);
        let mut rows = Vec::new();
        let mut record = StringRecord::new();
        while reader.read_record(&mut record).expect("the text is UTF-8 and rows may have any length") {
            let line = record.position().map_or(0, csv::Position::line);
            let fields = Fields { columns: &columns, record: &record, line };
            let number = rows.len() as u64 + 1;
            rows.push(match kind {
                TableKind::Collectives => measurement(&fields, number, &harness),
                TableKind::Training => training::read(&fields, number),
            });
        }
        Ok(Self { name: name.to_owned(), kind, rows, harness })
    }
}

/// A row of a table of collectives, or why rounding leaves nothing to compare.
fn measurement(fields: &Fields<'_>, number: u64, harness: &Harness) -> Row {
    let row = row::read(fields, number);
    let rounding = row.run.as_ref().ok().and_then(|run| harness.rounding(run.measured));
    match rounding {
        Some(reason) => Row { run: Err(fields.reason(&reason)), ..row },
        None => row,
    }
}

/// The columns by name, or what is wrong with the header.
fn columns(reader: &mut Reader<&[u8]>, kind: TableKind) -> Result<Columns, String> {
    let header = reader.headers().expect("the text is UTF-8");
    let needed = kind.needed_columns();
    let remedy = format!("the first line names {}", needed.join(", "));
    if header.iter().all(|name| name.trim().is_empty()) {
        return Err(format!("the file has no header; {remedy}"));
    }
    let mut columns = Columns::new();
    for (index, name) in header.iter().enumerate() {
        if columns.insert(name.trim().to_owned(), index).is_some() {
            return Err(format!("the column `{}` is there twice; keep one of them", name.trim()));
        }
    }
    match needed.iter().find(|name| !columns.contains_key(**name)) {
        None => Ok(columns),
        Some(missing) => Err(format!("there is no column `{missing}`; {remedy}")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::row::{Measured, MeasuredOperation};
    use super::*;
    use copperlight_core::units::Bandwidth;

    const HEADER: &str = "preset,chips,chips_per_domain,scale_out_gbps_per_chip,transport,collective,algorithm,\
                          tokens_per_rank,hidden,top_k,experts,system,dtype,size_bytes,time_us,busbw_GBps\n";

    fn row(line: &str) -> Row {
        let text = format!("{HEADER}{line}\n");
        let table = Table::read("mine.csv", "mine.csv", TableKind::Collectives, &text);
        table.expect("the header is good").rows.remove(0)
    }

    fn reason(line: &str) -> String {
        row(line).run.expect_err("the row cannot run")
    }

    #[test]
    fn a_time_is_compared_before_a_rate() {
        let both = row("hgx-h100,8,8,,none,all-reduce,auto,,,,,,half,1024,15.5,0.1");
        assert_eq!((both.measured, both.unit), (Some(15.5), Some("us")));
        let rate = row("hgx-h100,8,8,,none,all-reduce,auto,,,,,,half,1024,,0.1");
        assert_eq!((rate.measured, rate.unit), (Some(0.1), Some("GB/s")));
        let run = rate.run.expect("the row can run");
        assert_eq!((run.measured, run.setup.chips_per_domain), (Measured::BusbwGbPerS(0.1), Some(8)));
        let zero = row("hgx-h100,8,8,,none,all-reduce,auto,,,,,,half,8,19.28,0");
        assert_eq!((zero.measured, zero.run.is_ok()), (Some(19.28), true));
    }

    #[test]
    fn what_cannot_run_names_line_and_field() {
        for (line, expected) in [
            (
                "hgx-h100,8,8,,none,all-reduce,auto,,,,,,half,1024,,",
                "line 2: neither time_us nor busbw_GBps was published, so there is nothing to compare",
            ),
            (
                "hgx-h100,8,8,,none,all-reduce,auto,,,,,,half,1024,fast,",
                "line 2: time_us is `fast`; write a number from 1e-9 to 1e15, or leave it blank",
            ),
            (
                "hgx-h100,eight,8,,none,all-reduce,auto,,,,,,half,1024,1,",
                "line 2: chips is `eight`; write a whole number from 1 to 1000000",
            ),
            ("hgx-h100,,8,,none,all-reduce,auto,,,,,,half,1024,1,", "line 2: chips is blank"),
            (
                ",8,8,,none,all-reduce,auto,,,,,,half,1024,1,",
                "line 2: preset is blank; write a system of `copperlight list`, such as hgx-h100",
            ),
            (
                "hgx-h100,8,8,,none,all-reduce,auto,,,,,,half,,1,",
                "line 2: size_bytes is blank: the size of the message was not published",
            ),
            (
                "hgx-h100,8,8,,sneakers,all-reduce,auto,,,,,,half,8,1,",
                "line 2: transport is `sneakers`; write none, ib, roce, efa, tcpxo or unknown",
            ),
            (
                "hgx-h100,8,8,,none,ep-combine,auto,8,16,2,,,half float,,1,",
                "line 2: dtype is `half float`; write fp8, int8, bf16, fp16 or fp32",
            ),
            ("hgx-h100,8", "line 2: there are 2 fields, and the header has 16; quote fields with commas"),
        ] {
            assert_eq!(reason(line), expected);
        }
        let unknown = reason("hgx-h100,8,8,,none,all-redcue,auto,,,,,,half,8,1,");
        assert!(unknown.starts_with("line 2: ") && unknown.contains("`all-redcue`"), "{unknown}");
    }

    #[test]
    fn a_machine_in_words_is_known_by_them() {
        let mega =
            row(",16,8,200,tcpxo,all-reduce,auto,,,,,\"2x8 H100-SXM (GCP a3-mega, 8x200G)\",float,8,135.8,0");
        assert_eq!(mega.preset.as_deref(), Some("hgx-h100"));
        let setup = mega.run.expect("the row can run").setup;
        assert_eq!(setup.scale_out.map(Bandwidth::gigabytes_per_second), Some(25.0));
    }

    #[test]
    fn rows_of_experts_know_what_they_move() {
        let dispatch = row("hgx-h800,16,8,400,ib,ep-dispatch,auto,128,7168,8,,H800,fp8,,118,");
        let MeasuredOperation::ExpertDispatch(experts) = dispatch.run.expect("the row can run").operation
        else {
            panic!("the row is a dispatch");
        };
        assert_eq!((experts.tokens, experts.hidden, experts.top_k), (128, 7168, 8));
        assert_eq!((experts.experts, experts.bytes_per_element), (None, 1));
    }
}

//! What nccl-tests and rccl-tests write: a table with a line for each size.
//!
//! The columns that are read are the size and the out-of-place time. A line is `size count type [redop] [root] time
//! algbw busbw #wrong`, and then the same for in-place runs; lines that begin with `#` and other words are passed over.

use copperlight_core::units::Bytes;
use thiserror::Error;

/// One size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TimedSize {
    pub(super) size: Bytes,
    pub(super) time_us: f64,
}

/// Why a text is not what nccl-tests writes.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NcclTestsError {
    /// A line of numbers without a time.
    #[error("line {line}: `{field}` stands where the out-of-place time is expected; write a number above 0")]
    Time {
        /// The line, counted from 1.
        line: usize,
        /// What stands there.
        field: String,
    },
    /// A line that ends early.
    #[error(
        "line {line}: there are {found} fields; a line is size count type [redop] [root] time algbw busbw #wrong"
    )]
    Short {
        /// The line, counted from 1.
        line: usize,
        /// How many fields there are.
        found: usize,
    },
    /// No line of numbers at all.
    #[error("there is no line of nccl-tests: size count type [redop] [root] time algbw busbw #wrong")]
    Empty,
}

/// Every line with a size and a time.
pub(super) fn read(text: &str) -> Result<Vec<TimedSize>, NcclTestsError> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let Some(size) = size_of(&fields) else { continue };
        let time_us = time_of(&fields, index + 1)?;
        // Nothing is sent of nothing.
        if size > 0 {
            found.push(TimedSize { size: Bytes::new(size), time_us });
        }
    }
    if found.is_empty() { Err(NcclTestsError::Empty) } else { Ok(found) }
}

/// The size, where a line is one of the table: two whole numbers and a type.
fn size_of(fields: &[&str]) -> Option<u64> {
    let size = fields.first()?.parse().ok()?;
    fields.get(1)?.parse::<u64>().ok()?;
    let is_type = fields.get(2)?.starts_with(|first: char| first.is_ascii_alphabetic());
    is_type.then_some(size)
}

/// The first number after the type, the reduction and the root, which is a whole number and may be -1.
fn time_of(fields: &[&str], line: usize) -> Result<f64, NcclTestsError> {
    let rest = &fields[3..];
    let words =
        rest.iter().take_while(|field| field.starts_with(|first: char| first.is_ascii_alphabetic())).count();
    let rest = &rest[words..];
    let has_root = rest.first().is_some_and(|field| field.parse::<i64>().is_ok());
    let rest = if has_root { &rest[1..] } else { rest };
    let Some(field) = rest.first().filter(|_| rest.len() >= 3) else {
        return Err(NcclTestsError::Short { line, found: fields.len() });
    };
    let time = field.parse().ok().filter(|time: &f64| time.is_finite() && *time > 0.0);
    time.ok_or_else(|| NcclTestsError::Time { line, field: (*field).to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# nThread 1 nGpus 8 minBytes 8 maxBytes 8589934592 step: 2(factor) warmup iters: 5 iters: 20 agg iters: 1
#                                                              out-of-place                       in-place
#       size         count      type   redop    root     time   algbw   busbw #wrong     time   algbw   busbw #wrong
#        (B)    (elements)                               (us)  (GB/s)  (GB/s)            (us)  (GB/s)  (GB/s)
           8             2     float     sum      -1    20.31    0.00    0.00      0    20.20    0.00    0.00      0
  8589934592    2147483648     float     sum      -1    31215  275.19  481.58      0    31208  275.25  481.69      0
# Out of bounds values : 0 OK
# Avg bus bandwidth    : 150.0
";

    #[test]
    fn sizes_and_out_of_place_times_are_read() {
        let found = read(TEXT).expect("the text is a table");
        let pairs: Vec<(u64, f64)> = found.iter().map(|row| (row.size.count(), row.time_us)).collect();
        assert_eq!(pairs, [(8, 20.31), (8_589_934_592, 31_215.0)]);
    }

    #[test]
    fn older_tables_have_no_root_and_gathers_no_reduction() {
        let old = "1024 256 float sum 25.5 0.04 0.07 0e+00 25.4 0.04 0.07 0e+00";
        let gather = "1024 32 half none -1 18.25 0.06 0.05 N/A 18 0.06 0.05 0";
        for (text, time) in [(old, 25.5), (gather, 18.25)] {
            assert_eq!(read(text).expect("the text is a table")[0].time_us, time);
        }
    }

    #[test]
    fn what_is_wrong_names_its_line() {
        let told = |text: &str| read(text).expect_err("the text is faulty").to_string();
        assert_eq!(
            told("# nothing\n"),
            "there is no line of nccl-tests: size count type [redop] [root] time algbw busbw #wrong"
        );
        assert_eq!(
            told("#\n8 2 float sum -1 0.00 0.00 0.00 0"),
            "line 2: `0.00` stands where the out-of-place time is expected; write a number above 0"
        );
        assert_eq!(
            told("8 2 float sum -1 12.0"),
            "line 1: there are 6 fields; a line is size count type [redop] [root] time algbw busbw #wrong"
        );
    }
}

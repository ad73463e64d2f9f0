//! Errors of a source or a chip that the parameters have not seen: fitted to all other rows.

use super::super::number::percent;
use super::super::sheet::{Column, Sheet};
use serde::{Deserialize, Serialize};

/// The errors of rows that were left out of the fit, as they were last written down.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// One source after another.
    #[serde(default)]
    pub by_source: Vec<LeftOutErrors>,
    /// One chip after another.
    #[serde(default)]
    pub by_chip: Vec<LeftOutErrors>,
}

/// The errors of rows that were left out together, as shares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOutErrors {
    /// The source or the chip.
    pub name: String,
    /// How many rows there are.
    pub rows: u64,
    /// The mean absolute error of parameters that were fitted to these rows too.
    pub in_sample: f64,
    /// The mean absolute error of parameters that were fitted to all others.
    pub left_out: f64,
    /// The mean error of the latter with its sign.
    pub bias: f64,
}

/// A line for each; no rows where nothing was written down.
pub(super) fn sheet(what: &str, errors: &[LeftOutErrors]) -> Sheet {
    let columns = vec![
        Column::text(format!("{what} left out")),
        Column::number("rows", ""),
        Column::number("error in sample", "%"),
        Column::number("error left out", "%"),
        Column::number("bias left out", "%"),
    ];
    let mut sheet = Sheet::new("", columns);
    for LeftOutErrors { name, rows, in_sample, left_out, bias } in errors {
        sheet.push(vec![
            name.clone(),
            rows.to_string(),
            percent(*in_sample),
            percent(*left_out),
            percent(*bias),
        ]);
    }
    sheet
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_out_is_read_and_told() {
        let text = r#"{"by_source":[{"name":"MLPERF","rows":24,"in_sample":0.047,"left_out":0.082,"bias":0.03}],"by_chip":[]}"#;
        let read: LeftOut = serde_json::from_str(text).expect("it is well-formed");
        assert_eq!(sheet("source", &read.by_source).rows, [["MLPERF", "24", "4.7", "8.2", "3.0"]]);
        assert!(sheet("chip", &read.by_chip).rows.is_empty());
    }
}

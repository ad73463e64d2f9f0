//! What stands below the rows of a collective where a page is too narrow for it to stand in them.

use super::number::{rounded, size};
use super::results::CollectiveRow;
use super::sheet::{Column, Sheet};

/// What ran and what bound it, once for neighbouring sizes that have it in common.
pub(super) fn ran(rows: &[CollectiveRow]) -> Sheet {
    let columns = ["sizes", "algorithm", "protocol", "bound by"].map(Column::text).to_vec();
    let mut sheet = Sheet::new("", columns);
    let alike = |one: &CollectiveRow, next: &CollectiveRow| what(one) == what(next);
    for group in rows.chunk_by(alike) {
        let [first, last] = [&group[0], &group[group.len() - 1]].map(|row| size(row.size_bytes));
        let sizes = if group.len() == 1 { first } else { format!("{first} to {last}") };
        sheet.push([vec![sizes], what(&group[0]).map(str::to_owned).to_vec()].concat());
    }
    sheet
}

fn what(row: &CollectiveRow) -> [&str; 3] {
    [&row.algorithm, &row.protocol, &row.bound_by]
}

/// The ends of the time at each size.
pub(super) fn envelope(rows: &[CollectiveRow]) -> Sheet {
    let columns = vec![
        Column::number("size", ""),
        Column::number("time", "us"),
        Column::number("low", "us"),
        Column::number("high", "us"),
    ];
    let mut sheet = Sheet::new("", columns);
    for row in rows {
        let Some((low, high)) = row.time_us_low.zip(row.time_us_high) else { continue };
        sheet.push([vec![size(row.size_bytes)], [row.time_us, low, high].map(rounded).to_vec()].concat());
    }
    sheet
}

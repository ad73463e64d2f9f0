//! Tables.

use super::super::sheet::{Align, Column, Sheet};
use super::escape::{escaped, linked};

/// The table, named by its title or, where it has none, by `name`; it scrolls where the page is narrow.
pub(super) fn table(sheet: &Sheet, name: &str) -> String {
    table_with(sheet, name, escaped)
}

/// The same with sources on the web as links.
pub(super) fn table_with_links(sheet: &Sheet, name: &str) -> String {
    table_with(sheet, name, linked)
}

fn table_with(sheet: &Sheet, name: &str, text: fn(&str) -> String) -> String {
    let caption = escaped(if sheet.title.is_empty() { name } else { &sheet.title });
    let class = if sheet.title.is_empty() { " class=\"unseen\"" } else { "" };
    let head: String = sheet.columns.iter().map(head_cell).collect();
    let rows: String = sheet.rows.iter().map(|row| body_row(row, &sheet.columns, text)).collect();
    format!(
        "<div class=\"scroll\" role=\"group\" aria-label=\"{caption}\" tabindex=\"0\">\n<table>\n\
         <caption><span{class}>{caption}</span></caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n\
         </table>\n</div>\n"
    )
}

fn head_cell(column: &Column) -> String {
    let unit = match column.unit.as_str() {
        "" => String::new(),
        unit => format!(" <span class=\"unit\">{}</span>", escaped(unit)),
    };
    format!("<th scope=\"col\"{}>{}{unit}</th>", class(column), escaped(&column.name))
}

/// A row; its first cell names it.
fn body_row(row: &[String], columns: &[Column], text: fn(&str) -> String) -> String {
    let cells = row.iter().zip(columns).enumerate().map(|(index, (cell, column))| {
        let (class, cell) = (class(column), text(cell));
        if index == 0 {
            format!("<th scope=\"row\"{class}>{cell}</th>")
        } else {
            format!("<td{class}>{cell}</td>")
        }
    });
    format!("<tr>{}</tr>\n", cells.collect::<String>())
}

fn class(column: &Column) -> &'static str {
    match column.align {
        Align::Left => "",
        Align::Right => " class=\"number\"",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_name_columns_and_rows() {
        let mut sheet = Sheet::new("A & B", vec![Column::text("system"), Column::number("time", "s")]);
        sheet.push(vec!["<x>".into(), "1.5".into()]);
        let table = table(&sheet, "unused");
        for part in [
            "<caption><span>A &amp; B</span></caption>",
            "<th scope=\"col\" class=\"number\">time <span class=\"unit\">s</span></th>",
            "<tr><th scope=\"row\">&lt;x&gt;</th><td class=\"number\">1.5</td></tr>",
        ] {
            assert!(table.contains(part), "{part} is missing in {table}");
        }
    }

    #[test]
    fn a_table_without_a_title_has_a_name_that_is_not_seen() {
        let table = table(&Sheet::new("", vec![Column::text("a")]), "Results");
        assert!(table.contains("aria-label=\"Results\""), "{table}");
        assert!(table.contains("<caption><span class=\"unseen\">Results</span></caption>"), "{table}");
    }
}

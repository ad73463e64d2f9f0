//! Markdown that fits in a comment on GitHub, however much there is to say.

use super::markdown::{sheet_text, table_text};
use super::number::grouped;
use super::sheet::Sheet;
use std::io::{self, Write};

/// The most characters of a comment.
pub(super) const MOST: usize = 65_536;

/// What is kept for the last sentence.
const RESERVE: usize = 600;

/// The most rows of a table that stands open.
const MOST_ROWS: usize = 60;

/// A text that takes whole parts as long as they fit.
#[derive(Debug, Default)]
pub(super) struct Fitted {
    text: String,
    characters: usize,
    left_out: usize,
}

impl Fitted {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Takes a part, or counts it as left out.
    pub(super) fn push(&mut self, part: &str) {
        let characters = part.chars().count();
        if self.characters + characters > MOST - RESERVE {
            self.left_out += 1;
            return;
        }
        self.text.push_str(part);
        self.characters += characters;
    }

    /// Takes a table; of a long one the first rows, the others folded away.
    pub(super) fn push_sheet(&mut self, sheet: &Sheet) {
        if sheet.rows.len() <= MOST_ROWS {
            return self.push(&format!("\n{}", sheet_text(sheet)));
        }
        let part = |rows: &[Vec<String>]| Sheet { rows: rows.to_vec(), ..sheet.clone() };
        self.push(&format!("\n{}", sheet_text(&part(&sheet.rows[..MOST_ROWS]))));
        let (count, rest) = (sheet.rows.len(), &sheet.rows[MOST_ROWS..]);
        for (index, rows) in rest.chunks(MOST_ROWS).enumerate() {
            let first = MOST_ROWS * (index + 1) + 1;
            let title = format!("Rows {first} to {} of {count}", first + rows.len() - 1);
            self.push_details(&title, &table_text(&part(rows)));
        }
    }

    /// Takes a table that is folded away, in parts where it is long.
    pub(super) fn push_folded(&mut self, title: &str, sheet: &Sheet) {
        for (index, rows) in sheet.rows.chunks(MOST_ROWS).enumerate() {
            let first = MOST_ROWS * index + 1;
            let last = first + rows.len() - 1;
            let all = sheet.rows.len();
            let title = if all > MOST_ROWS {
                format!("{title}: rows {first} to {last} of {all}")
            } else {
                title.to_owned()
            };
            let part = Sheet { rows: rows.to_vec(), ..sheet.clone() };
            self.push_details(&title, &table_text(&part));
        }
    }

    /// Takes what is folded away under a title.
    pub(super) fn push_details(&mut self, title: &str, body: &str) {
        let title = in_html(title);
        self.push(&format!("\n<details><summary>{title}</summary>\n\n{}\n\n</details>\n", body.trim()));
    }

    /// Writes the text, and how much did not fit.
    pub(super) fn write(self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(self.text.as_bytes())?;
        if self.left_out == 0 {
            return Ok(());
        }
        let parts = if self.left_out == 1 { "part is" } else { "parts are" };
        writeln!(
            out,
            "\n{} {parts} left out, for a comment takes {} characters: `--format json` has everything.",
            grouped(self.left_out as u64),
            grouped(MOST as u64)
        )
    }
}

/// Text between tags, where Markdown has no say.
fn in_html(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::sheet::Column;
    use super::*;

    fn written(text: Fitted) -> String {
        let mut out = Vec::new();
        text.write(&mut out).expect("a vector takes every byte");
        String::from_utf8(out).expect("Markdown is UTF-8")
    }

    #[test]
    fn a_comment_takes_what_is_written_however_long_it_is() {
        let mut sheet = Sheet::new("Points", vec![Column::text("system"), Column::number("MFU", "%")]);
        (0..20_000).for_each(|index| sheet.push(vec![format!("system {index}"), "41.2".to_owned()]));
        let mut text = Fitted::new();
        text.push_sheet(&sheet);
        let text = written(text);
        let length = text.chars().count();
        assert!(length > MOST / 2 && length <= MOST, "{length}");
        assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
        assert!(text.trim_end().ends_with("has everything."), "{}", &text[text.len() - 300..]);
    }

    #[test]
    fn names_cannot_open_tags() {
        let mut text = Fitted::new();
        text.push_details("a </summary><script> & b", "body");
        let text = written(text);
        assert!(text.contains("<summary>a &lt;/summary&gt;&lt;script&gt; &amp; b</summary>"), "{text}");
    }
}

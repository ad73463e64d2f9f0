//! A table of text in columns that fit a page.
//!
//! What is too wide gets narrower gaps, then heads of several lines, then sentences of several lines; what is still too
//! wide becomes several tables, each with the columns that name its rows. Numbers are never broken.

use super::page::{Page, TextStyle};
use super::sheet::{Align, Column, Sheet};

/// The widest and the narrowest gap between columns.
const GAPS: [usize; 3] = [3, 2, 1];

/// Words up to this long stay whole where they can, and up to the other always.
const LONGEST_WORD: usize = 30;
const LEAST_TEXT: usize = 12;

/// A table as text without its title, on a page.
pub(super) fn rendered(sheet: &Sheet, page: Page) -> String {
    let blocks = blocks(sheet, page.width);
    let texts: Vec<String> = blocks.iter().map(|block| text(block, page)).collect();
    texts.join("\n\n")
}

/// Columns that stand beside each other, and how wide each is.
struct Block<'a> {
    columns: Vec<(&'a Column, usize)>,
    /// The cells by row, then by column.
    rows: Vec<Vec<&'a str>>,
    gap: usize,
}

fn blocks(sheet: &Sheet, width: usize) -> Vec<Block<'_>> {
    let all: Vec<usize> = (0..sheet.columns.len()).collect();
    let mut blocks = Vec::new();
    let keys: Vec<usize> = all.iter().copied().take(sheet.keys).collect();
    let mut left = &all[keys.len()..];
    let whole = fitted(sheet, &all, width);
    if whole.is_some() || left.is_empty() {
        return vec![whole.unwrap_or_else(|| narrowest(sheet, &all))];
    }
    while !left.is_empty() {
        let with = |count: usize| -> Vec<usize> { keys.iter().chain(&left[..count]).copied().collect() };
        let most =
            (1..=left.len()).rev().find_map(|count| Some((count, fitted(sheet, &with(count), width)?)));
        let (count, block) = most.unwrap_or_else(|| (1, narrowest(sheet, &with(1))));
        blocks.push(block);
        left = &left[count..];
    }
    blocks
}

/// The columns as wide as they can be within a width; `None` where they do not fit.
fn fitted<'a>(sheet: &'a Sheet, places: &[usize], width: usize) -> Option<Block<'a>> {
    let wide: Vec<usize> =
        places.iter().map(|&place| cells_width(sheet, place).max(head_width(sheet, place))).collect();
    let heads_wrapped: Vec<usize> =
        places.iter().map(|&place| cells_width(sheet, place).max(head_word(sheet, place))).collect();
    let [comfortable, close, tight] = GAPS;
    let tries = [
        (&wide, comfortable),
        (&wide, close),
        (&heads_wrapped, comfortable),
        (&heads_wrapped, close),
        (&wide, tight),
        (&heads_wrapped, tight),
    ];
    if let Some((widths, gap)) = tries.into_iter().find(|(widths, gap)| total(widths, *gap) <= width) {
        return Some(block(sheet, (places, widths), gap));
    }
    // Words stay whole where they can.
    let whole = places.iter().map(|&place| least_width(sheet, place, LONGEST_WORD)).collect();
    let broken = places.iter().map(|&place| least_width(sheet, place, LEAST_TEXT)).collect();
    let tries: [(Vec<usize>, usize); 2] = [(whole, tight), (broken, tight)];
    let (least, gap) = tries.into_iter().find(|(least, gap)| total(least, *gap) <= width)?;
    let gap = if total(&least, close) <= width { close } else { gap };
    let mut widths = heads_wrapped;
    while total(&widths, gap) > width {
        let can = (0..widths.len()).filter(|&index| widths[index] > least[index]);
        // Names of rows are broken last.
        let widest = can.max_by_key(|&index| (places[index] >= sheet.keys, widths[index]))?;
        widths[widest] -= 1;
    }
    Some(block(sheet, (places, &widths), gap))
}

fn narrowest<'a>(sheet: &'a Sheet, places: &[usize]) -> Block<'a> {
    let widths: Vec<usize> = places.iter().map(|&place| least_width(sheet, place, LEAST_TEXT)).collect();
    block(sheet, (places, &widths), GAPS[2])
}

fn block<'a>(sheet: &'a Sheet, (places, widths): (&[usize], &[usize]), gap: usize) -> Block<'a> {
    let columns = places.iter().zip(widths).map(|(&place, &width)| (&sheet.columns[place], width)).collect();
    let row = |row: &'a Vec<String>| places.iter().map(|&place| row[place].as_str()).collect();
    Block { columns, rows: sheet.rows.iter().map(row).collect(), gap }
}

/// The width of a line with a blank before it.
fn total(widths: &[usize], gap: usize) -> usize {
    1 + widths.iter().sum::<usize>() + gap * widths.len().saturating_sub(1)
}

fn cells_width(sheet: &Sheet, place: usize) -> usize {
    sheet.rows.iter().map(|row| length(&row[place])).max().unwrap_or(0)
}

fn head_width(sheet: &Sheet, place: usize) -> usize {
    head(&sheet.columns[place]).iter().map(|line| length(line)).max().unwrap_or(0)
}

/// The longest word of a head.
fn head_word(sheet: &Sheet, place: usize) -> usize {
    let head = head(&sheet.columns[place]);
    head.iter().flat_map(|line| line.split_whitespace()).map(length).max().unwrap_or(0)
}

/// How narrow a column can be: words of text may be broken where they are long, numbers not.
fn least_width(sheet: &Sheet, place: usize, longest_word: usize) -> usize {
    let words = sheet.rows.iter().flat_map(|row| row[place].split_whitespace());
    let word = words.map(length).max().unwrap_or(0);
    let least = match sheet.columns[place].align {
        Align::Right => cells_width(sheet, place),
        Align::Left => word.min(longest_word),
    };
    least.max(head_word(sheet, place))
}

/// The name of a column, and its unit.
fn head(column: &Column) -> [String; 2] {
    let unit = if column.unit.is_empty() { String::new() } else { format!("({})", column.unit) };
    [column.name.clone(), unit]
}

fn text(block: &Block<'_>, page: Page) -> String {
    let mut lines = heads(block);
    let rule = if page.style == TextStyle::Plain { "-" } else { "─" };
    let width: Vec<usize> = block.columns.iter().map(|(_, width)| *width).collect();
    lines.push(rule.repeat((total(&width, block.gap) + 1).min(page.width)));
    for row in &block.rows {
        let cells: Vec<Vec<String>> =
            row.iter().zip(&block.columns).map(|(cell, (_, width))| wrapped(cell, *width)).collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        lines.extend((0..height).map(|line| aligned(block, |place| cells[place].get(line))));
    }
    page.spelled(&lines.join("\n"))
}

/// The lines of all heads: names end above the units.
fn heads(block: &Block<'_>) -> Vec<String> {
    let has_units = block.columns.iter().any(|(column, _)| !column.unit.is_empty());
    let names: Vec<Vec<String>> =
        block.columns.iter().map(|(column, width)| wrapped(&head(column)[0], *width)).collect();
    let units: Vec<Vec<String>> =
        block.columns.iter().map(|(column, width)| wrapped(&head(column)[1], *width)).collect();
    let height = |all: &[Vec<String>]| all.iter().map(Vec::len).max().unwrap_or(0);
    let name_lines = height(&names);
    let mut lines: Vec<String> =
        (0..name_lines).map(|line| aligned(block, |place| names[place].get(line))).collect();
    if has_units {
        lines.extend((0..height(&units)).map(|line| aligned(block, |place| units[place].get(line))));
    }
    lines
}

/// One line of cells, each flush where its column is.
fn aligned<'t>(block: &Block<'_>, cell: impl Fn(usize) -> Option<&'t String>) -> String {
    let cells = block.columns.iter().enumerate().map(|(place, (column, width))| {
        let text = cell(place).map_or("", String::as_str);
        let blank = " ".repeat(width.saturating_sub(length(text)));
        match column.align {
            Align::Left => format!("{text}{blank}"),
            Align::Right => format!("{blank}{text}"),
        }
    });
    let line = cells.collect::<Vec<_>>().join(&" ".repeat(block.gap));
    format!(" {line}").trim_end().to_owned()
}

/// A text in lines of at most so many characters, broken at blanks, and inside of words that are longer.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    if length(text) <= width {
        return vec![text.to_owned()];
    }
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut().filter(|line| length(line) + 1 + length(word) <= width) {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => {
                let letters: Vec<char> = word.chars().collect();
                lines.extend(letters.chunks(width.max(1)).map(|part| part.iter().collect::<String>()));
            }
        }
    }
    lines
}

/// How many characters wide a text is.
pub(super) fn length(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NARROW: Page = Page { width: 40, style: TextStyle::Plain };

    fn sheet(columns: &[(&str, Align)], rows: &[&[&str]]) -> Sheet {
        let column = |(name, align): &(&str, Align)| Column {
            name: (*name).to_owned(),
            unit: String::new(),
            align: *align,
        };
        let mut sheet = Sheet::new("", columns.iter().map(column).collect());
        rows.iter().for_each(|row| sheet.push(row.iter().map(|cell| (*cell).to_owned()).collect()));
        sheet
    }

    fn widest(text: &str) -> usize {
        text.lines().map(length).max().unwrap_or(0)
    }

    #[test]
    fn what_fits_stays_as_it_is() {
        let sheet = sheet(&[("name", Align::Left), ("value", Align::Right)], &[&["a", "1"], &["b", "1,000"]]);
        assert_eq!(rendered(&sheet, NARROW), " name   value\n--------------\n a          1\n b      1,000");
    }

    #[test]
    fn heads_are_broken_before_tables_are() {
        let heads =
            [("system", Align::Left), ("exposed communication", Align::Right), ("step time", Align::Right)];
        let text = rendered(&sheet(&heads, &[&["NVL72 copper", "12.8", "3.17"]]), NARROW);
        assert!(text.starts_with(" system               exposed   step\n"), "{text}");
        assert!(widest(&text) <= 40, "{text}");
    }

    #[test]
    fn too_many_columns_become_tables_that_repeat_the_names_of_rows() {
        let heads: Vec<(String, Align)> =
            (0..9).map(|index| (format!("number {index}"), Align::Right)).collect();
        let mut columns = vec![("system", Align::Left)];
        columns.extend(heads.iter().map(|(name, align)| (name.as_str(), *align)));
        let cells: Vec<String> = (0..9).map(|index| format!("{index}23,456.7")).collect();
        let mut row = vec!["NVL72"];
        row.extend(cells.iter().map(String::as_str));
        let text = rendered(&sheet(&columns, &[&row]), NARROW);
        assert!(widest(&text) <= 40, "{text}");
        assert_eq!(text.matches("NVL72").count(), text.split("\n\n").count(), "{text}");
        cells.iter().for_each(|cell| assert!(text.contains(cell), "{cell} is broken in\n{text}"));
    }

    #[test]
    fn sentences_and_long_words_are_broken_and_numbers_are_not() {
        let heads = [("key", Align::Left), ("what", Align::Left), ("value", Align::Right)];
        let row =
            ["systems[1].scale_up.link_bandwidth", "what a link carries in one direction", "123,456.789"];
        let text = rendered(&sheet(&heads, &[&row]), NARROW);
        assert!(widest(&text) <= 40, "{text}");
        assert!(text.contains("123,456.789"), "{text}");
    }
}

//! The embedded font: registering it, measuring with it, breaking lines.

use plotters::style::{FontDesc, FontFamily, FontStyle, register_font};
use std::sync::OnceLock;

/// The font list that SVG files name. The first is the embedded one; a viewer without it takes the next it has.
const FAMILY: &str = "Inter, Helvetica, Arial, sans-serif";

static FONT: &[u8] = include_bytes!("../../assets/inter/Inter-Regular-subset.otf");

/// The embedded font at a size, registered on first use.
pub(super) fn font(size: f64) -> FontDesc<'static> {
    static REGISTERED: OnceLock<()> = OnceLock::new();
    REGISTERED.get_or_init(|| {
        let registered = register_font(FAMILY, FontStyle::Normal, FONT);
        assert!(registered.is_ok(), "the embedded font is a well-formed font file");
    });
    FontDesc::new(FontFamily::Name(FAMILY), size, FontStyle::Normal)
}

/// The width of a text in pixels.
pub(super) fn width(text: &str, size: f64) -> f64 {
    let ((left, _), (right, _)) =
        font(size).layout_box(text).expect("the embedded font is registered before it measures");
    f64::from(right - left)
}

/// The text in at most `most_lines` lines no wider than `widest`; what is left over becomes an ellipsis.
///
/// Lines break at spaces and never at a non-breaking one.
pub(super) fn wrapped(text: &str, size: f64, widest: f64, most_lines: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split([' ', '\n']).filter(|word| !word.is_empty()) {
        let longer = lines.last().map(|line| format!("{line} {word}"));
        match longer {
            Some(longer) if width(&longer, size) <= widest => {
                lines.pop();
                lines.push(longer);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    let cut = lines.len() > most_lines;
    lines.truncate(most_lines);
    let last = lines.len().saturating_sub(1);
    for (index, line) in lines.iter_mut().enumerate() {
        *line = shortened(line, size, widest, cut && index == last);
    }
    lines
}

/// The line with its end replaced by an ellipsis where it is too wide or more text followed.
fn shortened(line: &str, size: f64, widest: f64, more_follows: bool) -> String {
    if !more_follows && width(line, size) <= widest {
        return line.to_owned();
    }
    let mut kept = line.to_owned();
    while !kept.is_empty() && width(&format!("{kept}…"), size) > widest {
        kept.pop();
    }
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_no_wider_than_allowed() {
        let text = "For a trillion-parameter dense model, do optical supernodes beat copper domains?";
        let lines = wrapped(text, 28.0, 300.0, 10);
        assert!(lines.len() > 2);
        assert!(lines.iter().all(|line| width(line, 28.0) <= 300.0), "{lines:?}");
        assert_eq!(lines.join(" "), text);
    }

    #[test]
    fn what_does_not_fit_ends_in_an_ellipsis() {
        let lines = wrapped("one two three four", 28.0, 110.0, 1);
        assert_eq!(lines.len(), 1);
        assert!(lines[0].ends_with('…') && width(&lines[0], 28.0) <= 110.0, "{lines:?}");
        let word = wrapped("incomprehensibilities", 28.0, 100.0, 2);
        assert!(word[0].ends_with('…'), "{word:?}");
    }
}

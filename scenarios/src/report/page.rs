//! How wide text may be, and whether it may draw.

/// What a text is written on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// The most characters of a line.
    pub width: usize,
    /// With which characters.
    pub style: TextStyle,
}

/// The characters of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextStyle {
    /// Rules of hyphens, and no curves: for files, pipes and plain terminals.
    Plain,
    /// Rules, and curves of braille.
    Drawn,
}

impl Page {
    /// What every file and pipe is: the same text on every machine.
    pub const PLAIN: Self = Self { width: 80, style: TextStyle::Plain };

    /// A terminal of so many columns, which is used from 40 on.
    pub fn of_terminal(columns: usize, style: TextStyle) -> Self {
        Self { width: columns.max(40), style }
    }

    /// The text in the characters of this page; names are left as they are written.
    pub(super) fn spelled(self, text: &str) -> String {
        match self.style {
            TextStyle::Plain => text.replace('µ', "u"),
            TextStyle::Drawn => text.to_owned(),
        }
    }
}

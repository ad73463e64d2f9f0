//! A table of text that is not yet in any format: every table that people see is one of these.

/// On which side a column's cells are flush.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Names and sentences.
    Left,
    /// Numbers.
    Right,
}

/// The head of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// What the cells are.
    pub name: String,
    /// The unit of the cells; empty for names and pure counts.
    pub unit: String,
    /// Where the cells are flush.
    pub align: Align,
}

impl Column {
    /// A column of names or sentences.
    pub fn text(name: impl Into<String>) -> Self {
        Self { name: name.into(), unit: String::new(), align: Align::Left }
    }

    /// A column of numbers in `unit`.
    pub fn number(name: impl Into<String>, unit: impl Into<String>) -> Self {
        Self { name: name.into(), unit: unit.into(), align: Align::Right }
    }

    /// The name with its unit on one line: `MFU (%)`.
    pub fn heading(&self) -> String {
        if self.unit.is_empty() { self.name.clone() } else { format!("{} ({})", self.name, self.unit) }
    }
}

/// A titled table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// What the table shows; may be empty.
    pub title: String,
    /// The heads of the columns.
    pub columns: Vec<Column>,
    /// The rows, each with one cell per column.
    pub rows: Vec<Vec<String>>,
    /// How many of the first columns name the rows: where a table is too wide, each part of it has them.
    pub keys: usize,
}

impl Sheet {
    /// A table without rows.
    pub fn new(title: impl Into<String>, columns: Vec<Column>) -> Self {
        Self { title: title.into(), columns, rows: Vec::new(), keys: 1 }
    }

    /// The same with so many columns that name the rows.
    #[must_use]
    pub fn with_keys(self, keys: usize) -> Self {
        Self { keys, ..self }
    }

    /// Adds a row.
    ///
    /// # Panics
    /// When the row has not one cell per column.
    pub fn push(&mut self, row: Vec<String>) {
        assert_eq!(row.len(), self.columns.len(), "a row has one cell per column");
        self.rows.push(row);
    }
}

//! Flags of rows that publish none: a container without flags follows the one before, of the same model and chip.

use super::notes::Notes;
use super::published::Published;

/// Containers whose rows carry no flags, and the container that they follow.
const FOLLOWS: [(&str, &str); 3] =
    [("MB26.06.01", "MB26.06"), ("MB26.08", "MB26.06"), ("MB25.09", "MB25.11")];

/// The flags of a row: its own, or those of the row that it follows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flags<'a> {
    pub(super) notes: Notes<'a>,
    /// What was computed again, in the words of the table; blank where it is not known.
    pub(super) recompute: &'a str,
    /// The row that was followed.
    pub(super) followed: Option<&'a str>,
}

/// The flags of a row, with those of `others` to follow.
pub(super) fn of<'a>(row: &'a Published, others: &[&'a Published]) -> Flags<'a> {
    let own = Flags { notes: row.notes(), recompute: &row.recompute, followed: None };
    let Some((_, before)) = FOLLOWS.into_iter().find(|(family, _)| *family == row.family()) else {
        return own;
    };
    if row.notes().value("cuda_graph_impl").is_some() || row.notes().say("preset v") {
        return own;
    }
    let is_like = |other: &&&'a Published| {
        other.family() == before && other.model == row.model && other.chip == row.chip
    };
    let alike = || others.iter().filter(is_like);
    let same_precision = alike().find(|other| other.precision == row.precision);
    let Some(followed) = same_precision.or_else(|| alike().next()) else { return own };
    let recompute = if row.recompute.is_empty() { &followed.recompute } else { &row.recompute };
    Flags { notes: followed.notes(), recompute, followed: Some(&followed.id) }
}

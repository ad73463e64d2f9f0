//! `copperlight catalog`: every value with unit, range, confidence and source.
//!
//! `part` names the parts and their columns, `listed` brings chips, models and gaps into one form, `sheets` lays
//! them out, `book` writes all of them as a page of the book, and `show` is the command.

mod book;
mod listed;
mod part;
mod sheets;
mod show;

pub(super) use show::{CatalogArguments, run};

//! `copperlight catalog`: every value with unit, range, confidence and source.
//!
//! `part` names the parts and their columns, `part_argument` reads one, `listed` brings chips, systems and gaps into one form,
//! `listed_model` models, `sheets` lays them out, `book` writes all of them as a page of the book, and `show` is the command.

mod book;
mod listed;
mod listed_model;
mod part;
mod part_argument;
mod sheets;
mod show;

pub(super) use show::{CatalogArguments, run};

//! A fabric as text for other programs: [`dot()`] for Graphviz, [`json()`] for anything that reads nodes and links.
//!
//! The JSON reads back as a file of family `graph`.

mod dot;
mod json;
#[cfg(test)]
mod tests;

pub use dot::dot;
pub use json::json;

//! The part of the page about measurements that is about published training runs.
//!
//! | file | idea |
//! |---|---|
//! | `page.rs` | the sections in their order |
//! | `errors.rs` | errors by class and by what rows have in common |
//! | `left_out.rs` | errors of a source or a chip that the parameters have not seen |
//! | `rows.rs` | ranges, the worst rows, and where rows come from |
//! | `effects.rs` | pairs of runs that differ in one thing |
//! | `claims.rs` | what other simulators say of themselves |

mod claims;
mod effects;
mod errors;
mod left_out;
mod page;
mod rows;

#[cfg(all(test, feature = "plots"))]
pub(crate) use effects::UNEXPLAINED;
pub(super) use effects::{count_sheet, effect_sheet};
pub use left_out::{LeftOut, LeftOutErrors};
pub(super) use page::write_training;

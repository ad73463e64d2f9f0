//! Claims about machines, judged: scenarios whose results, and values of the catalog, speak for or against them.
//!
//! A claim is the table `[claim]` of a scenario that `run` runs as any other. [`judge_claims`] runs the scenarios of
//! claims and looks at each piece of evidence (`evidence`): a metric of a point, or one that follows from several
//! (`figures`), a value of a system, or one of the catalog (`facts`). A verdict follows from which conditions hold
//! (`verdict`), and nothing else. [`ClaimReport`] is what is known of a claim in the end, `table` and `page` its forms.

mod evidence;
mod facts;
mod figures;
mod judge;
mod page;
mod report;
mod table;
#[cfg(test)]
mod tests;
mod verdict;

pub(crate) use facts::{entries_of, parts as catalog_parts};
pub(crate) use figures::derived as derived_metrics;
pub use judge::{AskedClaim, ClaimError, judge_claims};
pub use page::page;
pub use report::{ClaimEvidence, ClaimReport};
pub use table::{claim_details, claim_rows, claim_verdicts};
pub use verdict::Standing;

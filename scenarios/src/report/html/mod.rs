//! Results as one HTML page that needs no network: the answer, the figures, the tables, what they rest on.
//!
//! | file | idea |
//! |---|---|
//! | `page.rs` | the page: its sections in their order, and what surrounds them |
//! | `opening.rs` | name, question and answer |
//! | `sheets.rs` | tables |
//! | `figures.rs`, `chart_table.rs` | figures, and the values behind them as tables |
//! | `explained.rs` | why points came out as they did |
//! | `evidence.rs` | what the results rest on, and what to be wary of |
//! | `reproduction.rs` | how to make the results again |
//! | `policy.rs` | what a browser may run and load: the scripts and styles of the page, and nothing else |
//! | `assets.rs` | the scripts and styles, embedded in the binary |
//! | `escape.rs` | text from a scenario as text, in HTML and in JSON |
//!
//! Every string from a scenario is escaped; the only markup that passes through is that of our own figures. Without
//! JavaScript the page shows its figures as pictures; with it, those that have a [`Chart`](super::Chart) as charts.

mod assets;
mod chart_table;
mod escape;
mod evidence;
mod explained;
mod figures;
mod opening;
mod page;
mod policy;
mod reproduction;
mod sheets;

pub use page::write_report;

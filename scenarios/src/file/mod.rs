//! Scenario files: from TOML text to a checked [`Scenario`].
//!
//! [`load`] finds, reads and checks; whoever holds a [`Scenario`] may trust every field. The text becomes a
//! tree in which every key and value knows its place (`document`), `--set` puts values into it (`settings`),
//! and each table is read by a file of its own through typed accessors (`section`) that note every error and
//! every default. Swept values are put into the tree too, so that each point is checked as if it stood in a
//! file of its own (`points`).
//!
//! Errors carry byte ranges and are drawn elsewhere: nothing here writes to a terminal.

mod choice;
mod collective;
mod config_json;
mod config_json_families;
mod config_json_fields;
mod document;
mod error;
mod expectation;
mod expert_tokens;
mod findings;
mod header;
mod key_path;
mod library;
mod limits;
mod load;
mod model;
mod model_attention;
mod model_experts;
mod model_table;
mod named_file;
mod overlap;
mod pairing;
mod parallelism;
mod points;
mod recipe;
mod recompute;
mod report;
mod resolved;
mod scenario;
mod section;
mod settings;
mod source;
pub(crate) mod suggestion;
mod sweep;
mod sweep_range;
mod system_file;
mod systems;
#[cfg(test)]
mod tests;
mod traffic;
mod training;
mod workload;
mod written_plan;

pub use collective::{
    DEFAULT_TOP_K, MOST_GROUPS, MOST_HIDDEN, MOST_IMBALANCE, MOST_TOKENS, MOST_TOP_K, algorithm_named,
    check_algorithm, operation_named, protocol_named,
};
pub use document::Place;
pub use error::{LocatedError, ScenarioError, ScenarioErrors};
pub use expert_tokens::{DEFAULT_ELEMENT, ExpertTokens, element_named};
pub use key_path::KeyPathError;
pub use library::{scenario as library_scenario, scenario_names as library_scenario_names};
pub use load::{check, load};
pub(crate) use named_file::utf8;
pub use scenario::{
    CollectiveSpec, Expectation, Fidelity, Point, ReportSpec, Scenario, Sweep, SystemEntry, Workload,
};
pub use source::{LARGEST_FILE, SourceText};
pub use system_file::{NamedSystem, load_system};
pub use written_plan::{parallelism_table, with_plans};

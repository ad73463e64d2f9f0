//! Scenario files: from TOML text to a checked [`Scenario`].
//!
//! [`load`] finds, reads and checks; whoever holds a [`Scenario`] may trust every field. The text becomes a
//! tree in which every key and value knows its place (`document`), `--set` puts values into it (`settings`),
//! and each table is read by a file of its own through typed accessors (`section`) that note every error and
//! every default. Swept values are put into the tree too, so that each point is checked as if it stood in a
//! file of its own (`points`), when it is asked for; `survey` makes some of them before anything runs.
//!
//! Errors carry byte ranges and are drawn elsewhere: nothing here writes to a terminal.

mod choice;
mod claim;
mod claim_evidence;
mod claim_keys;
mod claimed;
mod collective;
mod combinations;
mod config_json;
mod config_json_families;
mod config_json_fields;
mod document;
mod error;
mod expectation;
mod expectation_keys;
mod expectation_selector;
mod expected;
mod expert_tokens;
mod findings;
mod header;
mod idle;
mod invisible;
mod kept;
mod key;
mod key_path;
mod library;
mod library_claims;
mod limits;
mod load;
mod model;
mod model_attention;
mod model_experts;
mod model_keys;
mod model_table;
mod named_file;
mod overlap;
mod page;
mod pairing;
mod parallelism;
mod point_place;
mod points;
mod recipe;
mod recompute;
mod report;
mod resolved;
mod root;
mod scenario;
mod schema;
mod section;
mod seeds;
mod settings;
mod source;
pub(crate) mod suggestion;
mod survey;
mod sweep;
mod sweep_range;
mod system_file;
mod system_keys;
mod systems;
#[cfg(test)]
mod tests;
mod traffic;
mod training;
mod workload;
mod written_plan;

pub use claimed::{
    CatalogKey, ClaimHead, ClaimStatement, ClaimTable, Divisor, Evidence, Figure, Flip, Verdict,
};
pub use collective::{
    DEFAULT_TOP_K, MOST_GROUPS, MOST_HIDDEN, MOST_IMBALANCE, MOST_TOKENS, MOST_TOP_K, algorithm_named,
    check_algorithm, operation_named, protocol_named,
};
pub use document::Place;
#[cfg(feature = "cli")]
pub(crate) use error::shown;
pub use error::{LocatedError, ScenarioError, ScenarioErrors};
pub(crate) use expected::relative_tolerance;
pub use expected::{Claim, Expectation, Order, PointSelector, Tolerance};
pub use expert_tokens::{DEFAULT_ELEMENT, ExpertTokens, element_named};
pub use header::fidelity_named;
#[cfg(feature = "cli")]
pub(crate) use header::usable_name;
pub use key_path::KeyPathError;
pub use library::{scenario as library_scenario, scenario_names as library_scenario_names};
pub use library_claims::{LibraryClaim, all as library_claims};
pub use load::{check, load};
pub(crate) use named_file::utf8;
pub use page::reference_page;
pub use point_place::{PointFailure, PointPlace};
pub use scenario::{CollectiveSpec, Fidelity, Point, ReportSpec, Scenario, Sweep, SystemEntry, Workload};
pub use schema::{SCHEMA_LINE, schema};
pub use seeds::{ScenarioHash, point_seed};
pub use source::{LARGEST_FILE, SourceText};
pub use system_file::{NamedSystem, load_system};
pub use written_plan::{job_of_table, parallelism_table, with_plans};

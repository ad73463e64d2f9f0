//! The answer to a flow case.

use serde::Serialize;
use serde_json::Value;

/// When each flow of a case finishes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CaseAnswer {
    /// The flows in the order of the case.
    pub flows: Vec<FinishedFlow>,
    /// The last finish, in seconds.
    pub makespan_s: f64,
}

/// A flow and its finish.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FinishedFlow {
    /// The id as the case writes it.
    pub id: Value,
    /// When the last byte has drained, in seconds.
    pub finish_s: f64,
}

impl FinishedFlow {
    /// The id without the quotes of JSON.
    pub fn id_text(&self) -> String {
        self.id.as_str().map_or_else(|| self.id.to_string(), str::to_owned)
    }
}

//! How far the figures of a point go when the ranged values of its system go to their ends.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The lowest and the highest figure over all runs of a point: every value as it is, each ranged value at either end of its
/// range, and all of them at their low and at their high ends. An envelope, not confidence.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct PointEnvelope {
    /// The time of one step, in seconds.
    pub step_time_s: Option<[f64; 2]>,
    /// Model FLOPs utilization.
    pub mfu: Option<[f64; 2]>,
    /// Communication over communication plus compute.
    pub communication_share: Option<[f64; 2]>,
    /// Exposed communication over the step time.
    pub exposed_communication_share: Option<[f64; 2]>,
}

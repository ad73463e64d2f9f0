//! What the stages of a pipeline do over one step, as a figure shows it.

use serde::{Deserialize, Serialize};

/// What a stage does; at each instant exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageState {
    /// Kernels of forward passes.
    Forward,
    /// Kernels of backward passes.
    Backward,
    /// Kernels of backward passes that compute activations again.
    BackwardWithRecompute,
    /// Kernels of passes that find gradients of weights only.
    WeightGradient,
    /// Kernels of a forward and a backward pass side by side.
    ForwardAndBackward,
    /// Kernels outside of passes.
    StepOverhead,
    /// The optimizer.
    Optimizer,
    /// Exposed communication of any kind.
    Communication,
    /// Blocked on another stage that has nothing to send yet.
    Bubble,
    /// Blocked in an operation that some participant has not come to, or done before the others.
    Wait,
}

impl StageState {
    /// How many states there are.
    pub const COUNT: usize = 10;

    /// All states, in the order of legends.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Forward,
        Self::Backward,
        Self::BackwardWithRecompute,
        Self::WeightGradient,
        Self::ForwardAndBackward,
        Self::StepOverhead,
        Self::Optimizer,
        Self::Communication,
        Self::Bubble,
        Self::Wait,
    ];

    /// The state in words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::Backward => "backward",
            Self::BackwardWithRecompute => "backward with recompute",
            Self::WeightGradient => "weight gradients",
            Self::ForwardAndBackward => "forward beside backward",
            Self::StepOverhead => "step overhead",
            Self::Optimizer => "optimizer",
            Self::Communication => "exposed communication",
            Self::Bubble => "bubble",
            Self::Wait => "wait",
        }
    }
}

/// The stages of one pipeline over one step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageTimeline {
    /// The system's name.
    pub system: String,
    /// The number of chips.
    pub chips: u64,
    /// The other swept values that tell the point from others; empty where none varies.
    pub setting: String,
    /// The time of the step, in seconds.
    pub step_seconds: f64,
    /// How much of the step is shown at its begin, and as much at its end, in seconds, where passes are too many for all of
    /// them to be seen; `None` where all of it is shown.
    #[serde(default)]
    pub shown_ends: Option<f64>,
    /// The number of stages, shown or not.
    pub stages: usize,
    /// The stages that are shown, from the first on.
    pub rows: Vec<StageRow>,
}

/// One stage: what its first simulated rank does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageRow {
    /// The stage.
    pub stage: usize,
    /// The rank.
    pub rank: usize,
    /// What it does, from zero to the end of what is shown without a gap. What is too short to be seen is counted to what
    /// lasts longest of its surroundings.
    pub blocks: Vec<StageBlock>,
    /// The same for the end of the step, where only both of its ends are shown.
    #[serde(default)]
    pub last_blocks: Vec<StageBlock>,
    /// Seconds by state, exact, in the order of [`StageState::ALL`].
    pub seconds: [f64; StageState::COUNT],
}

/// A time that a stage was in one state, from the end of the one before.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StageBlock {
    /// What it did.
    pub state: StageState,
    /// When that ended, in seconds.
    pub until: f64,
}

//! What no exchange can make faster: the kernels of the busiest stage, and those that come before and after them.

use crate::training::{COMPUTE, Schedule};
use copperlight_core::units::Time;
use copperlight_core::workload::{Operation, OperationKind, Program};

/// The kernels of a stage, in seconds.
struct Kernels {
    /// Of its first pass.
    first: f64,
    /// Of all passes.
    passes: f64,
    /// Of its last pass.
    last: f64,
    /// After all passes.
    end: f64,
}

/// The kernels of all stages.
pub(super) struct StageKernels(Vec<Kernels>);

impl StageKernels {
    pub(super) fn of(programs: &[Program]) -> Self {
        Self(programs.iter().map(Kernels::of).collect())
    }

    /// Those of a job that has so many times what these have more than `fewer`.
    pub(super) fn extend(mut self, fewer: &Self, times: f64) -> Self {
        for (stage, fewer) in self.0.iter_mut().zip(&fewer.0) {
            stage.passes += (stage.passes - fewer.passes) * times;
        }
        self
    }

    /// The time before which no step ends.
    ///
    /// A stage begins when those before it have made their first forward pass, and where both gradients of a pass are
    /// found at once, those before it make their last backward pass after its own.
    pub(super) fn lower_bound(&self, schedule: Schedule) -> Time {
        let in_turn = schedule != Schedule::DualPipe;
        let drains = matches!(schedule, Schedule::GPipe | Schedule::OneForwardOneBackward);
        let (mut before, mut after, mut longest) = (0.0, 0.0, 0.0_f64);
        for stage in &self.0 {
            let tail = if drains && after > 0.0 { stage.end.max(after + self.0[0].end) } else { stage.end };
            longest = longest.max(before + stage.passes + tail);
            if in_turn {
                before += stage.first;
            }
            after += stage.last;
        }
        // A little less, for sums of numbers are rounded.
        Time::from_seconds(longest * (1.0 - 1e-12))
    }
}

impl Kernels {
    fn of(program: &Program) -> Self {
        let blocks: Vec<f64> = program.blocks().iter().map(|block| kernels(block.operations())).collect();
        let of = |number: usize| blocks[program.block_number(number) as usize];
        let end = program.instances() - 1;
        Self { first: of(0), passes: (0..end).map(of).sum(), last: of(end.saturating_sub(1)), end: of(end) }
    }
}

/// The seconds of the kernels among some operations.
pub(super) fn kernels(operations: &[Operation]) -> f64 {
    let kernels = operations.iter().filter(|operation| operation.stream == COMPUTE);
    let seconds = kernels.map(|operation| match operation.kind {
        OperationKind::Compute { duration } => duration.seconds(),
        _ => 0.0,
    });
    seconds.sum()
}

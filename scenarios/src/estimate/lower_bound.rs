//! What no exchange can make faster: the kernels of the busiest stage, and those that must come before and after them.

use crate::training::COMPUTE;
use copperlight_core::workload::{OperationKind, Program};

/// Seconds of the kernels of a program.
pub(super) fn kernels(program: &Program) -> f64 {
    let of_block = |operations: &[copperlight_core::workload::Operation]| -> f64 {
        let kernels = operations.iter().filter(|operation| operation.stream == COMPUTE);
        kernels
            .map(|operation| match operation.kind {
                OperationKind::Compute { duration } => duration.seconds(),
                _ => 0.0,
            })
            .sum()
    };
    let blocks: Vec<f64> = program.blocks().iter().map(|block| of_block(block.operations())).collect();
    (0..program.instances()).map(|number| blocks[program.block_number(number) as usize]).sum()
}

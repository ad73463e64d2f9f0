//! Two passes of different micro-batches side by side: while tokens of one are under way, the other computes.
//!
//! Both keep their own order. They take turns wherever a kernel waits for experts, as DeepSeek-V3 (arXiv:2412.19437,
//! figure 4) and Megatron's combined 1F1B do.

use super::streams::{COMPUTE, Track};
use copperlight_core::workload::{Operation, StreamSet};
use std::collections::VecDeque;

/// The operations of both passes in turns, the first pass's first.
pub(super) fn side_by_side(first: Vec<Operation>, second: Vec<Operation>) -> Vec<Operation> {
    let mut queues = [turns(first), turns(second)];
    let mut operations = Vec::new();
    while queues.iter().any(|queue| !queue.is_empty()) {
        for queue in &mut queues {
            operations.extend(queue.pop_front().into_iter().flatten());
        }
    }
    operations
}

/// A pass cut before each kernel that waits for experts.
fn turns(pass: Vec<Operation>) -> VecDeque<Vec<Operation>> {
    let experts = StreamSet::of(&[Track::MAIN.expert, Track::BESIDE.expert]);
    let mut turns: VecDeque<Vec<Operation>> = VecDeque::new();
    for operation in pass {
        let waits = operation.stream == COMPUTE && !operation.waits.intersection(experts).is_empty();
        match turns.back_mut() {
            Some(turn) if !waits => turn.push(operation),
            _ => turns.push_back(vec![operation]),
        }
    }
    turns
}

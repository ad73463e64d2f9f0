//! ZB-H1 (Qi et al. 2023, arXiv:2401.10241): 1F1B whose weight gradients come later, where the bubble would be.
//!
//! Forward passes and gradients of inputs are in the order of 1F1B. Stage `s` runs a weight pass only when it owes more
//! than `s` of them: the later the stage, the sooner its inputs' gradients are on their way, and every stage has
//! `p` micro-batches at most for which something is still to be done, as many as the first stage has under 1F1B.

use super::pass::{PassOf, Step};
use crate::training::plan::Stage;

pub(super) fn steps(stage: &Stage, micro_batches: u64) -> Vec<Step> {
    let warm_up = (stage.stages - 1 - stage.index).min(micro_batches);
    let mut steps: Vec<Step> = Vec::new();
    let mut push = |pass: PassOf| steps.push(Step::One(pass));
    for micro_batch in 0..warm_up {
        push(PassOf::forward(0, micro_batch));
    }
    for micro_batch in 0..micro_batches {
        if warm_up + micro_batch < micro_batches {
            push(PassOf::forward(0, warm_up + micro_batch));
        }
        push(PassOf::backward_input(0, micro_batch));
        if micro_batch >= stage.index {
            push(PassOf::backward_weight(0, micro_batch - stage.index));
        }
    }
    for micro_batch in micro_batches.saturating_sub(stage.index)..micro_batches {
        push(PassOf::backward_weight(0, micro_batch));
    }
    steps
}

//! Small schedules in full.
//!
//! `2F3` is micro-batch 3 forward through the stage's chunk 2; `B` is a backward pass, `I` and `W` its two parts (the
//! gradients of input and weights), `+` joins a pair. The chunk is left out where there is one only.

use super::pipeline;
use crate::training::plan::Schedule;
use crate::training::schedule::{Pass, PassOf, Step, steps};

/// The order of every stage, a line each.
fn orders(
    schedule: Schedule,
    [stages, virtual_stages, micro_batches]: [u64; 3],
    paired: bool,
) -> Vec<String> {
    let stages = pipeline(schedule, stages, virtual_stages);
    let order = |stage| {
        let steps = steps(schedule, stage, micro_batches, paired);
        steps.iter().map(|&step| text(step, stage.chunks.len())).collect::<Vec<_>>().join(" ")
    };
    stages.iter().map(order).collect()
}

fn text(step: Step, chunks: usize) -> String {
    let of_pass = |PassOf { pass, chunk, micro_batch }: PassOf| {
        let letter = match pass {
            Pass::Forward => "F",
            Pass::Backward => "B",
            Pass::BackwardInput => "I",
            Pass::BackwardWeight => "W",
        };
        let chunk = if chunks == 1 { String::new() } else { chunk.to_string() };
        format!("{chunk}{letter}{micro_batch}")
    };
    step.passes().map(of_pass).collect::<Vec<_>>().join("+")
}

#[test]
fn gpipe_goes_back_in_reverse() {
    assert_eq!(orders(Schedule::GPipe, [2, 1, 3], false), ["F0 F1 F2 B2 B1 B0"; 2]);
}

#[test]
fn the_last_stage_of_1f1b_alternates_at_once() {
    let orders = orders(Schedule::OneForwardOneBackward, [3, 1, 4], false);
    assert_eq!(orders, ["F0 F1 F2 B0 F3 B1 B2 B3", "F0 F1 B0 F2 B1 F3 B2 B3", "F0 B0 F1 B1 F2 B2 F3 B3",]);
}

#[test]
fn pairs_are_of_two_micro_batches_on_every_stage() {
    let orders = orders(Schedule::OneForwardOneBackward, [3, 1, 6], true);
    assert_eq!(
        orders,
        [
            "F0 F1 F2 F3 F4 F5+B0 B1 B2 B3 B4 B5",
            "F0 F1 F2 F3+B0 F4+B1 F5+B2 B3 B4 B5",
            "F0 F1+B0 F2+B1 F3+B2 F4+B3 F5+B4 B5",
        ]
    );
}

#[test]
fn interleaved_chunks_take_as_many_micro_batches_in_turn_as_there_are_stages() {
    let orders = orders(Schedule::OneForwardOneBackward, [2, 2, 4], false);
    assert_eq!(
        orders,
        [
            "0F0 0F1 1F0 1F1 0F2 1B0 0F3 1B1 1F2 0B0 1F3 0B1 1B2 1B3 0B2 0B3",
            "0F0 0F1 1F0 1B0 1F1 1B1 0F2 0B0 0F3 0B1 1F2 1B2 1F3 1B3 0B2 0B3",
        ]
    );
}

#[test]
fn interleaved_pairs_start_one_forward_pass_later() {
    let orders = orders(Schedule::OneForwardOneBackward, [2, 2, 4], true);
    assert_eq!(
        orders,
        [
            "0F0 0F1 1F0 1F1 0F2 0F3+1B0 1F2+1B1 1F3+0B0 0B1 1B2 1B3 0B2 0B3",
            "0F0 0F1 1F0 1F1+1B0 0F2+1B1 0F3+0B0 1F2+0B1 1F3+1B2 1B3 0B2 0B3",
        ]
    );
}

#[test]
fn zero_bubble_puts_off_one_weight_pass_for_each_stage_before() {
    let orders = orders(Schedule::ZeroBubble, [3, 1, 4], false);
    assert_eq!(
        orders,
        [
            "F0 F1 F2 I0 W0 F3 I1 W1 I2 W2 I3 W3",
            "F0 F1 I0 F2 I1 W0 F3 I2 W1 I3 W2 W3",
            "F0 I0 F1 I1 F2 I2 W0 F3 I3 W1 W2 W3",
        ]
    );
}

#[test]
fn two_stages_of_dual_pipe_are_both_in_the_middle() {
    let orders = orders(Schedule::DualPipe, [2, 1, 4], false);
    assert_eq!(orders, ["0F0 1F2 0F1 1B2 1F3+0B0 1B3 0I1 0W1", "1F2 0F0 1F3 0B0 0F1+1B2 0B1 1I3 1W3",]);
}

#[test]
fn dual_pipe_is_symmetric_but_for_the_numbers() {
    let orders = orders(Schedule::DualPipe, [4, 1, 8], false);
    assert_eq!(
        orders,
        [
            "0F0 0F1 0F2 1F4 1I4 1W4 1F5 0F3+1B5 1F6+0B0 1B6 1F7+0B1 1B7 0I2 0W2 0I3 0W3",
            "0F0 1F4 0F1 1F5 0F2 1B4 1F6+0B0 0F3+1B5 1F7+0B1 1B6 0B2 1I7 0I3 1W7 0W3",
            "1F4 0F0 1F5 0F1 1F6 0B0 0F2+1B4 1F7+0B1 0F3+1B5 0B2 1B6 0I3 1I7 0W3 1W7",
            "1F4 1F5 1F6 0F0 0I0 0W0 0F1 1F7+0B1 0F2+1B4 0B2 0F3+1B5 0B3 1I6 1W6 1I7 1W7",
        ]
    );
}

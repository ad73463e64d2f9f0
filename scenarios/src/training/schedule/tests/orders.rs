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
fn all() {
    use Schedule::*;
    let mut all = String::new();
    for (s, n, paired) in [
        (OneForwardOneBackward, [3, 1, 4], false),
        (OneForwardOneBackward, [3, 1, 6], true),
        (OneForwardOneBackward, [2, 2, 4], false),
        (OneForwardOneBackward, [2, 2, 4], true),
        (ZeroBubble, [3, 1, 4], false),
        (DualPipe, [2, 1, 4], false),
        (DualPipe, [4, 1, 8], false),
    ] {
        all += &format!("{s:?} {n:?} {paired}\n{}\n", orders(s, n, paired).join("\n"));
    }
    std::fs::write("/tmp/t7-schedules-orders.txt", all).unwrap();
}

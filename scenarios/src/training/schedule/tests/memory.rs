//! How many micro-batches stages hold at once.

use super::pipeline;
use crate::training::plan::{Chunk, Schedule, Stage};
use crate::training::schedule::{Pass, PassOf, Step, held_at_peak, steps};

fn held(schedule: Schedule, stage: &Stage, micro_batches: u64, paired: bool) -> Vec<u64> {
    held_at_peak(&steps(schedule, stage, micro_batches, paired), &stage.chunks)
}

#[test]
fn gpipe_holds_all_and_1f1b_as_many_as_stages_are_left() {
    for (p, m) in (1..=8).flat_map(|p| (1..=6 * p).map(move |m| (p, m))) {
        for stage in pipeline(Schedule::GPipe, p, 1) {
            assert_eq!(held(Schedule::GPipe, &stage, m, false), [m]);
        }
        for stage in pipeline(Schedule::OneForwardOneBackward, p, 1) {
            assert_eq!(held(Schedule::OneForwardOneBackward, &stage, m, false), [m.min(p - stage.index)]);
            assert_eq!(
                held(Schedule::OneForwardOneBackward, &stage, m, true),
                [m.min(2 * (p - stage.index))]
            );
        }
    }
}

#[test]
fn late_weight_passes_let_no_stage_hold_more_than_the_first_under_1f1b() {
    for (p, m) in (1..=8).flat_map(|p| (1..=6 * p).map(move |m| (p, m))) {
        for stage in pipeline(Schedule::ZeroBubble, p, 1) {
            assert_eq!(held(Schedule::ZeroBubble, &stage, m, false), [m.min(p)]);
        }
    }
}

#[test]
fn interleaved_stages_hold_one_pass_more_than_they_run_before_the_first_gradient() {
    let schedule = Schedule::OneForwardOneBackward;
    for (p, v) in (2..=8).flat_map(|p| (2..=4).map(move |v| (p, v))) {
        for (m, stage) in (1..=6)
            .flat_map(|groups| pipeline(schedule, p, v).into_iter().map(move |stage| (groups * p, stage)))
        {
            let warm_up = 2 * (p - stage.index - 1) + (v - 1) * p;
            let passes = |paired| held(schedule, &stage, m, paired).into_iter().sum::<u64>();
            assert_eq!(passes(false), (m * v).min(warm_up + 1), "p {p} v {v} m {m}");
            assert_eq!(passes(true), (m * v).min(warm_up + 2), "p {p} v {v} m {m}");
        }
    }
    let stages = pipeline(schedule, 4, 3);
    assert_eq!(held(schedule, &stages[0], 16, false), [7, 4, 4]);
    assert_eq!(held(schedule, &stages[3], 16, false), [4, 4, 1]);
}

#[test]
fn dual_pipe_holds_one_pass_more_than_there_are_stages() {
    for (p, m) in [2, 4, 6, 8].into_iter().flat_map(|p| (2 * p..=6 * p).step_by(2).map(move |m| (p, m))) {
        for stage in pipeline(Schedule::DualPipe, p, 1) {
            assert_eq!(held(Schedule::DualPipe, &stage, m, true), [p - stage.index, stage.index + 1]);
        }
    }
}

#[test]
fn the_peak_is_where_most_layers_are_held() {
    let pass = |pass, chunk, micro_batch| Step::One(PassOf { pass, chunk, micro_batch });
    let steps = [
        pass(Pass::Forward, 0, 0),
        pass(Pass::Forward, 0, 1),
        pass(Pass::BackwardInput, 0, 0),
        pass(Pass::BackwardWeight, 0, 0),
        pass(Pass::Backward, 0, 1),
        pass(Pass::Forward, 1, 0),
    ];
    let chunk = |index, layers| Chunk { index, chunks: 2, layers };
    assert_eq!(held_at_peak(&steps, &[chunk(0, 0..1), chunk(1, 1..4)]), [0, 1]);
    assert_eq!(held_at_peak(&steps, &[chunk(0, 0..2), chunk(1, 2..4)]), [2, 0]);
    assert_eq!(held_at_peak(&steps, &[chunk(0, 0..0), chunk(1, 0..0)]), [2, 0]);
}

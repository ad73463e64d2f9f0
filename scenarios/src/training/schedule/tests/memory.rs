//! How many micro-batches stages hold at once.

use super::pipeline;
use crate::training::plan::{Schedule, Stage};
use crate::training::schedule::{held_at_peak, steps};

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
fn probe() {
    let mut t = String::new();
    for (p, v) in (2..=4).flat_map(|p| (2..=3).map(move |v| (p, v))) {
        for stage in pipeline(Schedule::OneForwardOneBackward, p, v) {
            let s = Schedule::OneForwardOneBackward;
            t += &format!(
                "p {p} v {v} s {} {:?} {:?}\n",
                stage.index,
                held(s, &stage, 4 * p, false),
                held(s, &stage, 4 * p, true)
            );
        }
    }
    for p in [2, 4, 6, 8] {
        for stage in pipeline(Schedule::DualPipe, p, 1) {
            for m in [2 * p, 3 * p, 6 * p] {
                t += &format!(
                    "p {p} s {} m {m} {:?}\n",
                    stage.index,
                    held(Schedule::DualPipe, &stage, m, false)
                );
            }
        }
    }
    std::fs::write("/tmp/t7-schedules-held.txt", t).unwrap();
}

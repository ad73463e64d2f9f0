//! The time of a step against the closed forms of the papers.
//!
//! `m` micro-batches, `p` stages, `v` virtual stages; F, B and W are the times of a stage's forward pass and of its
//! gradients of inputs and of weights. Without a bubble a step takes m (F + B + W).

use super::pipeline;
use crate::training::plan::Schedule;
use crate::training::schedule::executor::{Durations, UNITS, makespan};

const SEVERAL: [Durations; 3] =
    [UNITS, Durations { forward: 2, input: 2, weight: 1 }, Durations { forward: 10, input: 11, weight: 9 }];

#[test]
fn gpipe_and_1f1b_wait_for_the_pipeline_to_fill_and_to_drain() {
    for schedule in [Schedule::GPipe, Schedule::OneForwardOneBackward] {
        for (p, durations) in (1..=8).flat_map(|p| SEVERAL.map(|durations| (p, durations))) {
            for m in 1..=6 * p {
                let span = makespan(schedule, &pipeline(schedule, p, 1), m, false, durations);
                assert_eq!(span, (m + p - 1) * durations.both(), "{schedule:?} p {p} m {m}");
            }
        }
    }
}

#[test]
fn interleaving_divides_the_bubble_by_the_virtual_stages() {
    let schedule = Schedule::OneForwardOneBackward;
    for (p, v) in (2..=8).flat_map(|p| (2..=4).map(move |v| (p, v))) {
        for (m, durations) in (1..=6).flat_map(|groups| SEVERAL.map(|durations| (groups * p, durations))) {
            // Durations are those of a chunk here: m v (F + B) and (p - 1) (F + B), with F and B of a chunk.
            let span = makespan(schedule, &pipeline(schedule, p, v), m, false, durations);
            assert_eq!(span, (m * v + p - 1) * durations.both(), "p {p} v {v} m {m}");
        }
    }
}

#[test]
fn pairs_that_take_the_sum_of_their_passes_leave_the_bubble_as_it_is() {
    let schedule = Schedule::OneForwardOneBackward;
    for (p, v) in (1..=8).flat_map(|p| (1..=4).map(move |v| (p, v))).filter(|&(p, v)| p > 1 || v == 1) {
        for groups in 1..=6 {
            let m = groups * p;
            let span = makespan(schedule, &pipeline(schedule, p, v), m, true, UNITS);
            assert_eq!(span, (m * v + p - 1) * UNITS.both(), "p {p} v {v} m {m}");
        }
    }
}

#[test]
fn late_weight_passes_fill_most_of_the_bubble() {
    let schedule = Schedule::ZeroBubble;
    for (p, durations) in (1..=8).flat_map(|p| SEVERAL.map(|durations| (p, durations))) {
        for m in 1..=6 * p {
            // (p - 1) (F + B - W), as published, if there are enough micro-batches that each stage can put off p - 1.
            let put_off = (p - 1).min(m - 1);
            let bubble = (p - 1) * (durations.forward + durations.input) - put_off * durations.weight;
            let span = makespan(schedule, &pipeline(schedule, p, 1), m, false, durations);
            assert_eq!(span, m * durations.both() + bubble, "p {p} m {m}");
        }
    }
}

#[test]
fn two_directions_leave_half_a_pipeline_of_bubble() {
    let schedule = Schedule::DualPipe;
    for (p, durations) in [2, 4, 6, 8].into_iter().flat_map(|p| SEVERAL.map(|durations| (p, durations))) {
        for m in (2 * p..=6 * p).step_by(2) {
            // Published: (p/2 - 1) (F&B + G - 3 W), with G = B + W and a pair F&B of F + G, which is F + 2 B - W. The
            // reference order takes (p/2 - 1) (2 F + B - W): the same where F = B, as the paper draws them.
            let Durations { forward, input, weight } = durations;
            let bubble = (p / 2 - 1) * (2 * forward + input - weight);
            assert!(forward != input || bubble == (p / 2 - 1) * (forward + 2 * input - weight));
            let span = makespan(schedule, &pipeline(schedule, p, 1), m, true, durations);
            assert_eq!(span, m * durations.both() + bubble, "p {p} m {m}");
        }
    }
}

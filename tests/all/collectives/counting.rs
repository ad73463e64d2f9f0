//! What a position waits for is what others send to it, in every step of every schedule.

use copperlight_core::collectives::{GroupShape, Schedule, effective, expand};
use copperlight_core::units::Bytes;
use copperlight_core::workload::{Algorithm, CollectiveCall, CollectiveKind, ExpertRouting};

/// In every step, all that a position takes part in and others start is counted, and steps that repeat are equal.
fn assert_counted(schedule: &Schedule) {
    let ranks = schedule.ranks;
    for phase in &schedule.phases {
        for step in phase.first..phase.first + phase.steps.min(4) {
            let mut counted = vec![0; ranks];
            for position in 0..ranks {
                let sends = phase.pattern.sends(ranks, position, step);
                if phase.pattern.repeats() {
                    assert_eq!(sends, phase.pattern.sends(ranks, position, phase.first), "{phase:?}");
                }
                let others = sends.iter().flat_map(|send| send.partners.others(position));
                others.for_each(|other| counted[other] += 1);
            }
            let receives = |position| phase.pattern.receives(ranks, position, step);
            let expected: Vec<usize> = (0..ranks).map(receives).collect();
            assert_eq!(counted, expected, "{phase:?}, step {step}");
        }
    }
}

/// So many ranks in tiers, innermost first.
fn shape(tiers: &[usize]) -> GroupShape {
    let ranks: usize = tiers.iter().product();
    let mut inside = 1;
    let mut levels = Vec::new();
    for tier in &tiers[..tiers.len() - 1] {
        inside *= tier;
        levels.push((0..ranks).map(|rank| (rank / inside) as u32).collect());
    }
    GroupShape::from_containers(ranks, &levels)
}

#[test]
fn receives_are_what_others_send() {
    let flat = (1..=40).chain([72, 96]).map(|ranks| vec![ranks]);
    let tiered = [[4, 2], [8, 3], [8, 8], [3, 5], [2, 7], [5, 2], [12, 6]].map(Vec::from);
    for tiers in flat.chain(tiered).chain([vec![2, 4, 3], vec![2, 2, 2, 3]]) {
        let shape = shape(&tiers);
        for kind in CollectiveKind::ALL {
            let experts = ExpertRouting::new(2, 1.5);
            let call = CollectiveCall { experts, ..CollectiveCall::auto(kind, Bytes::new(100_003)) };
            for asked in Algorithm::ALL {
                let algorithm = effective(asked, kind, &shape, shape.tiers()[0] > 1);
                for chunks in [1, 2, 7] {
                    assert_counted(&expand(&call, algorithm, &shape, chunks));
                }
            }
        }
    }
}

//! Whether flows that wait for others can all begin.

use copperlight_core::simulation::Flow;
use std::collections::VecDeque;

/// The flows of a cycle in the order in which they wait, or nothing when there is none.
///
/// Flows without open waits are taken away until none is left (Kahn 1962); what remains holds a cycle.
pub(super) fn find_cycle(flows: &[Flow]) -> Option<Vec<usize>> {
    let mut open: Vec<usize> = flows.iter().map(|flow| flow.after.len()).collect();
    let mut followers = vec![Vec::new(); flows.len()];
    for (index, flow) in flows.iter().enumerate() {
        for &before in &flow.after {
            followers[before].push(index);
        }
    }
    let mut free: VecDeque<usize> = (0..flows.len()).filter(|&index| open[index] == 0).collect();
    while let Some(index) = free.pop_front() {
        for &follower in &followers[index] {
            open[follower] -= 1;
            if open[follower] == 0 {
                free.push_back(follower);
            }
        }
    }
    let start = (0..flows.len()).find(|&index| open[index] > 0)?;
    Some(walk(flows, &open, start))
}

/// Walks from a stuck flow to flows that it waits for until one comes again.
fn walk(flows: &[Flow], open: &[usize], start: usize) -> Vec<usize> {
    let mut met = vec![false; flows.len()];
    let mut walked = Vec::new();
    let mut current = start;
    while !met[current] {
        met[current] = true;
        walked.push(current);
        let stuck = flows[current].after.iter().find(|&&before| open[before] > 0);
        current = *stuck.expect("a stuck flow waits for a stuck flow");
    }
    let first =
        walked.iter().position(|&index| index == current).expect("the walk came back to a flow it met");
    walked.split_off(first)
}

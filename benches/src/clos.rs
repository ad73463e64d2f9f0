//! The Clos network of the benches: 384 hosts on 48 leaves of 8, and 7 spines.
//!
//! Links by index: up and down of each host, then up and down between each leaf and each spine.

use std::ops::RangeInclusive;

/// How many hosts there are.
pub const HOSTS: usize = LEAVES * HOSTS_PER_LEAF;

/// How many switches join the leaves.
pub const SPINES: usize = 7;

/// How many links there are.
pub const LINKS: usize = HOST_LINKS + 2 * LEAVES * SPINES;

/// Links with smaller indices lead to and from hosts, the others join leaves and spines.
pub const HOST_LINKS: usize = 2 * HOSTS;

const LEAVES: usize = 48;
const HOSTS_PER_LEAF: usize = 8;

/// The links from a host to another: over `spine` when their leaves differ.
pub fn path(from: usize, to: usize, spine: usize) -> Vec<usize> {
    let (source, target) = (from / HOSTS_PER_LEAF, to / HOSTS_PER_LEAF);
    if source == target {
        return vec![from, HOSTS + to];
    }
    let rise = HOST_LINKS + source * SPINES + spine;
    let fall = HOST_LINKS + (LEAVES + target) * SPINES + spine;
    vec![from, rise, fall, HOSTS + to]
}

/// The links between two hosts chosen at random, over a spine chosen at random.
pub fn random_path(draw: &mut impl FnMut(RangeInclusive<u64>) -> u64) -> Vec<usize> {
    let mut below = |bound: usize| draw(0..=bound as u64 - 1) as usize;
    let (from, distance, spine) = (below(HOSTS), 1 + below(HOSTS - 1), below(SPINES));
    path(from, (from + distance) % HOSTS, spine)
}

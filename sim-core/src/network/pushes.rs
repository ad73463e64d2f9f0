//! What the level of a link takes from other links: one entry for each other link of each flow that it leads.

use super::flows::Flows;

/// The other links of the flows that a link leads.
#[derive(Debug, Default)]
pub(super) struct Pushes {
    /// The places of the links.
    to: Vec<u32>,
    /// The hops over them.
    hops: Vec<u32>,
    /// The weight of all hops, unless they are `mixed`.
    weight: u64,
    mixed: bool,
}

impl Pushes {
    /// Adds an entry; returns its position.
    pub(super) fn add(&mut self, to: u32, hop: u32, weight: u64) -> u32 {
        if self.to.is_empty() {
            (self.weight, self.mixed) = (weight, false);
        }
        self.mixed |= weight != self.weight;
        self.to.push(to);
        self.hops.push(hop);
        self.to.len() as u32 - 1
    }

    /// Takes an entry out; returns the hop whose entry stands there now.
    pub(super) fn remove(&mut self, position: u32) -> Option<u32> {
        self.to.swap_remove(position as usize);
        self.hops.swap_remove(position as usize);
        self.hops.get(position as usize).copied()
    }

    /// The hops over one link.
    pub(super) fn hops_to(&self, place: u32) -> impl Iterator<Item = u32> {
        self.to.iter().zip(&self.hops).filter(move |(to, _)| **to == place).map(|(_, hop)| *hop)
    }

    /// Takes so many units for each unit of weight off what is left on the links.
    pub(super) fn take(&self, rest: &mut [i128], flows: &Flows, units: i128) {
        if self.mixed {
            for (&to, &hop) in self.to.iter().zip(&self.hops) {
                rest[to as usize] -= units * i128::from(flows.hop(hop as usize).weight);
            }
            return;
        }
        let amount = units * i128::from(self.weight);
        for &to in &self.to {
            rest[to as usize] -= amount;
        }
    }
}

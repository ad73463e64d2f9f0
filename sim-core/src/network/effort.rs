//! What finding rates has cost.

use std::ops::AddAssign;

/// Sums over all times that rates were solved for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Effort {
    /// How often rates were solved for; flows that share no link with others need no solution.
    pub solves: u64,
    /// Flows looked at.
    pub flows: u64,
    /// Links looked at.
    pub links: u64,
    /// How often a solution was found for a region, before it grew or when it was final.
    pub growths: u64,
    /// How many of the solutions were sweeps over coupled links.
    pub sweeps: u64,
    /// How often a link stood lowest while the water rose.
    pub rounds: u64,
}

impl AddAssign for Effort {
    fn add_assign(&mut self, other: Self) {
        self.solves += other.solves;
        self.flows += other.flows;
        self.links += other.links;
        self.growths += other.growths;
        self.sweeps += other.sweeps;
        self.rounds += other.rounds;
    }
}

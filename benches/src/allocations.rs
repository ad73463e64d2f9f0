//! Flows that ask for rates on shared links.

use crate::clos::{self, HOSTS};
use crate::draws::draws;
use copperlight_core::network::{Contender, Crossing};

/// The capacity of every link, in bytes per second.
pub const CAPACITY: f64 = 900e9;

/// Links of equal capacity, and the links that each flow crosses.
#[derive(Debug, Clone, PartialEq)]
pub struct Allocation {
    /// The capacity of each link, in bytes per second.
    pub capacities: Vec<f64>,
    /// What each flow crosses.
    pub flows: Vec<Vec<Crossing>>,
}

impl Allocation {
    /// The flows as the solver takes them, none with a cap of its own.
    pub fn contenders(&self) -> Vec<Contender<'_>> {
        self.flows.iter().map(|crossings| Contender { crossings, cap: f64::INFINITY }).collect()
    }

    /// The sum of the rates on each link.
    pub fn loads(&self, rates: &[f64]) -> Vec<f64> {
        let mut loads = vec![0.0; self.capacities.len()];
        for (flow, rate) in self.flows.iter().zip(rates) {
            flow.iter().for_each(|crossing| loads[crossing.link as usize] += crossing.weight as f64 * rate);
        }
        loads
    }

    /// Whether no link is above its capacity, and every flow crosses a full link on which no flow is faster:
    /// the property that makes rates max-min fair (Bertsekas and Gallager, *Data Networks*, 1992, section 6.5.2).
    pub fn is_max_min_fair(&self, rates: &[f64]) -> bool {
        const TOLERANCE: f64 = 1e-9;
        let loads = self.loads(rates);
        let full = |link: usize| loads[link] >= self.capacities[link] * (1.0 - TOLERANCE);
        let mut fastest = vec![0.0_f64; self.capacities.len()];
        for (flow, &rate) in self.flows.iter().zip(rates) {
            for crossing in flow {
                let link = crossing.link as usize;
                fastest[link] = fastest[link].max(rate);
            }
        }
        let held_back = |(flow, &rate): (&Vec<Crossing>, &f64)| {
            let mut links = flow.iter().map(|crossing| crossing.link as usize);
            links.any(|link| full(link) && rate >= fastest[link] * (1.0 - TOLERANCE))
        };
        let within = |(load, capacity): (&f64, &f64)| *load <= capacity * (1.0 + TOLERANCE);
        loads.iter().zip(&self.capacities).all(within) && self.flows.iter().zip(rates).all(held_back)
    }
}

/// 384 hosts on one switch, each with a flow to the next: every flow gets a whole link.
pub fn star_ring_384() -> Allocation {
    let flow = |host: usize| path(&[host, HOSTS + (host + 1) % HOSTS]);
    Allocation { capacities: vec![CAPACITY; 2 * HOSTS], flows: (0..HOSTS).map(flow).collect() }
}

/// 2,000 flows between random hosts of a Clos network, over random spines: many levels of rates.
pub fn clos_random_2000() -> Allocation {
    const FLOWS: usize = 2_000;
    let mut draw = draws("clos");
    let flows = (0..FLOWS).map(|_| path(&clos::random_path(&mut draw))).collect();
    Allocation { capacities: vec![CAPACITY; clos::LINKS], flows }
}

fn path(links: &[usize]) -> Vec<Crossing> {
    let crossing = |&link: &usize| Crossing { link: u32::try_from(link).expect("links are few"), weight: 1 };
    links.iter().map(crossing).collect()
}

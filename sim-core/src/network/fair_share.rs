//! Max-min fair rates by plain water-filling.
//!
//! The rates of all flows are raised together; when a link is full, the flows that cross it keep their rate and
//! the others go on (Bertsekas and Gallager, *Data Networks*, 1992, section 6.5.2). A flow also stops at its own cap.
//!
//! The arithmetic is canonical: all links within 10^-12 of the lowest level freeze together, each link is charged
//! once a level, and weights are integers, so that no result depends on the order of flows or links.

/// A link that a flow crosses, and how much of the flow crosses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crossing {
    /// The index of the link.
    pub link: u32,
    /// The share of the flow's rate, as an integer in the unit of the capacities' scale.
    pub weight: u64,
}

/// A flow that wants a rate.
#[derive(Debug, Clone, Copy)]
pub struct Contender<'a> {
    /// The links that it crosses, each once.
    pub crossings: &'a [Crossing],
    /// The largest rate that it can use.
    pub cap: f64,
}

/// Levels that differ by less than this, relatively, are one level.
pub(super) const TIE: f64 = 1e-12;

/// The max-min fair rates of `flows`, where `sum of weight(l, f) * rate(f) <= capacities[l]` on every link `l`.
///
/// A flow without links and without a cap gets an infinite rate. Complexity: O(levels x (links + crossings)).
pub fn max_min_rates(capacities: &[f64], flows: &[Contender<'_>]) -> Vec<f64> {
    let mut filling = Filling::new(capacities, flows);
    let mut open = flows.len();
    while open > 0 {
        open -= filling.freeze_one_level(flows);
    }
    filling.rates
}

/// A solution on its way.
#[derive(Debug)]
struct Filling {
    rates: Vec<f64>,
    fixed: Vec<bool>,
    rest: Vec<f64>,
    load: Vec<u64>,
    freed: Vec<u64>,
}

impl Filling {
    /// All flows are open.
    fn new(capacities: &[f64], flows: &[Contender<'_>]) -> Self {
        let mut load = vec![0; capacities.len()];
        for crossing in flows.iter().flat_map(|flow| flow.crossings) {
            load[crossing.link as usize] += crossing.weight;
        }
        Self {
            rates: vec![0.0; flows.len()],
            fixed: vec![false; flows.len()],
            rest: capacities.to_vec(),
            load,
            freed: vec![0; capacities.len()],
        }
    }

    /// Freezes all flows that stop at the lowest level; returns how many.
    fn freeze_one_level(&mut self, flows: &[Contender<'_>]) -> usize {
        let level = self.lowest_level(flows);
        let ceiling = level * (1.0 + TIE);
        let mut frozen = 0;
        for (index, flow) in flows.iter().enumerate() {
            if !self.fixed[index] && self.stops_at(flow, ceiling) {
                self.fixed[index] = true;
                self.rates[index] = level;
                frozen += 1;
                for crossing in flow.crossings {
                    self.freed[crossing.link as usize] += crossing.weight;
                }
            }
        }
        self.charge(level);
        frozen
    }

    fn lowest_level(&self, flows: &[Contender<'_>]) -> f64 {
        let links = (0..self.rest.len()).map(|link| self.level(link));
        let caps = flows.iter().zip(&self.fixed).filter(|(_, fixed)| !**fixed).map(|(flow, _)| flow.cap);
        links.chain(caps).fold(f64::INFINITY, f64::min)
    }

    fn level(&self, link: usize) -> f64 {
        if self.load[link] == 0 { f64::INFINITY } else { self.rest[link] / self.load[link] as f64 }
    }

    fn stops_at(&self, flow: &Contender<'_>, ceiling: f64) -> bool {
        flow.cap <= ceiling
            || flow.crossings.iter().any(|crossing| self.level(crossing.link as usize) <= ceiling)
            || ceiling == f64::INFINITY
    }

    /// Takes what froze at `level` off every link: one subtraction a link.
    fn charge(&mut self, level: f64) {
        for link in 0..self.rest.len() {
            if self.freed[link] > 0 {
                self.rest[link] = (self.rest[link] - self.freed[link] as f64 * level).max(0.0);
                self.load[link] -= self.freed[link];
                self.freed[link] = 0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(capacities: &[f64], flows: &[(&[u32], f64)]) -> Vec<f64> {
        let crossings: Vec<Vec<Crossing>> = flows
            .iter()
            .map(|(links, _)| links.iter().map(|&link| Crossing { link, weight: 1 }).collect())
            .collect();
        let contenders: Vec<_> =
            crossings.iter().zip(flows).map(|(crossings, &(_, cap))| Contender { crossings, cap }).collect();
        max_min_rates(capacities, &contenders)
    }

    #[test]
    fn a_parking_lot_gives_the_long_flow_its_share_of_the_narrowest_link() {
        // Links 10 and 4; the long flow shares both: it gets 2, the short ones 8 and 2.
        let free = f64::INFINITY;
        assert_eq!(rates(&[10.0, 4.0], &[(&[0, 1], free), (&[0], free), (&[1], free)]), [2.0, 8.0, 2.0]);
    }

    #[test]
    fn a_cap_leaves_the_rest_to_others() {
        assert_eq!(rates(&[10.0], &[(&[0], 1.0), (&[0], f64::INFINITY)]), [1.0, 9.0]);
    }

    #[test]
    fn weights_count() {
        // 3 x rate + 1 x rate = 8.
        let heavy = [Crossing { link: 0, weight: 3 }];
        let light = [Crossing { link: 0, weight: 1 }];
        let cap = f64::INFINITY;
        let flows = [Contender { crossings: &heavy, cap }, Contender { crossings: &light, cap }];
        assert_eq!(max_min_rates(&[8.0], &flows), [2.0, 2.0]);
    }

    #[test]
    fn a_flow_without_links_is_bound_by_its_cap_alone() {
        assert_eq!(rates(&[], &[(&[], 5.0), (&[], f64::INFINITY)]), [5.0, f64::INFINITY]);
    }
}

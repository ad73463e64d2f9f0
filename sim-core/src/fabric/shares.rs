//! How a flow divides over parallel ways: in proportion to their max-min fair rates.
//!
//! With each way a flow of its own, all ways rise together until links are full; those on a full link stay, the
//! others rise on. Where ways share links as the branches of a tree do, which they do in fabrics of stages, the rates
//! add up to all that the healthy links between the two can carry: a plane gets what its narrowest stage has left.

/// Ways that would be filled at levels closer than this, relatively, are filled together.
const TIE: f64 = 1e-12;

/// The max-min fair rates of ways over links of these capacities; zero for a way with a link that has none.
///
/// Each way is the list of its links' places. Equal ways get equal rates, to the bit, whatever the order of ways and
/// links. Complexity: O(levels x (links + crossings)).
pub(super) fn max_min_shares(capacities: &[f64], ways: &[&[u32]]) -> Vec<f64> {
    let mut filling = Filling::new(capacities, ways);
    while let Some(level) = filling.lowest() {
        filling.freeze(level, ways);
    }
    filling.rates
}

struct Filling {
    rates: Vec<f64>,
    open: Vec<bool>,
    /// What is left of each link, and how many open ways cross it.
    rest: Vec<f64>,
    crossing: Vec<u32>,
    /// Ways taken off each link by the level that is frozen.
    frozen: Vec<u32>,
}

impl Filling {
    fn new(capacities: &[f64], ways: &[&[u32]]) -> Self {
        let healthy = |way: &&[u32]| way.iter().all(|&link| capacities[link as usize] > 0.0);
        let open: Vec<bool> = ways.iter().map(healthy).collect();
        let mut crossing = vec![0; capacities.len()];
        for (way, _) in ways.iter().zip(&open).filter(|(_, open)| **open) {
            way.iter().for_each(|&link| crossing[link as usize] += 1);
        }
        Self {
            rates: vec![0.0; ways.len()],
            open,
            rest: capacities.to_vec(),
            frozen: vec![0; capacities.len()],
            crossing,
        }
    }

    /// The level at which the next link is full; `None` when no way is open.
    fn lowest(&self) -> Option<f64> {
        let links = self.rest.iter().zip(&self.crossing).filter(|(_, ways)| **ways > 0);
        links.map(|(rest, &ways)| rest / f64::from(ways)).min_by(f64::total_cmp)
    }

    /// Freezes the open ways on all links that are full at this level.
    fn freeze(&mut self, level: f64, ways: &[&[u32]]) {
        let ceiling = level * (1.0 + TIE);
        let is_full = |&link: &u32| {
            let link = link as usize;
            self.rest[link] <= ceiling * f64::from(self.crossing[link])
        };
        for (index, way) in ways.iter().enumerate() {
            if self.open[index] && way.iter().any(is_full) {
                self.open[index] = false;
                self.rates[index] = level;
                way.iter().for_each(|&link| self.frozen[link as usize] += 1);
            }
        }
        for (link, frozen) in self.frozen.iter_mut().enumerate().filter(|(_, frozen)| **frozen > 0) {
            self.rest[link] = (self.rest[link] - level * f64::from(*frozen)).max(0.0);
            self.crossing[link] -= *frozen;
            *frozen = 0;
        }
    }
}

/// Shares as whole weights over `denominator`, to the nearest: equal shares have equal weights.
///
/// The weights add up to the denominator where equal shares divide it, and else differ from it by less than one half
/// for each way.
pub(super) fn whole_weights(shares: &[f64], denominator: u64) -> Vec<u64> {
    let mut ascending: Vec<f64> = shares.iter().copied().filter(|share| *share > 0.0).collect();
    ascending.sort_unstable_by(f64::total_cmp);
    let ways = ascending.len() as u64;
    if ascending.first() == ascending.last() {
        let equal = |share: &f64| if *share > 0.0 { (denominator + ways / 2) / ways } else { 0 };
        return shares.iter().map(equal).collect();
    }
    // In ascending order, so that the sum does not depend on the order of ways.
    let total: f64 = ascending.iter().sum();
    shares.iter().map(|share| (share / total * denominator as f64).round() as u64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_ways_get_equal_shares_and_dead_ones_nothing() {
        let capacities = [50.0, 50.0, 0.0];
        let shares = max_min_shares(&capacities, &[&[0], &[1], &[2], &[0, 2]]);
        assert_eq!(shares, [50.0, 50.0, 0.0, 0.0]);
        assert_eq!(whole_weights(&shares, 720_720), [360_360, 360_360, 0, 0]);
        assert_eq!(whole_weights(&[0.0, 0.0], 720_720), [0, 0]);
    }

    #[test]
    fn a_plane_gets_what_its_narrowest_stage_has_left() {
        // Two planes of two ways each: the first link of each plane carries 4, each way 3, and one way nothing.
        // Plane 0: min(4, 3) = 3 over one way; plane 1: 4 over two ways of 2.
        let capacities = [4.0, 4.0, 3.0, 0.0, 3.0, 3.0];
        let shares = max_min_shares(&capacities, &[&[0, 2], &[0, 3], &[1, 4], &[1, 5]]);
        assert_eq!(shares, [3.0, 0.0, 2.0, 2.0]);
        assert_eq!(whole_weights(&shares, 7 * 16), [48, 0, 32, 32]);
    }

    #[test]
    fn what_a_narrow_way_leaves_goes_to_the_others() {
        // One link of 6 before three ways, one of which carries 1: the others get 2.5 each.
        let shares = max_min_shares(&[6.0, 1.0, 9.0, 9.0], &[&[0, 1], &[0, 2], &[0, 3]]);
        assert_eq!(shares, [1.0, 2.5, 2.5]);
    }

    #[test]
    fn weights_are_near_their_shares_where_the_denominator_does_not_divide() {
        assert_eq!(whole_weights(&[1.0; 17], 720_720), [42_395; 17]);
    }
}

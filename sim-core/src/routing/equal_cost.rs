//! Routing over equal-cost paths in any graph: one of them by a hash, or all of them at once.

use super::costs::{Costs, Towards};
use crate::fabric::{Fabric, Route, Router, RoutingError, Ways};
use crate::ids::{EndpointId, LinkId, NodeId};
use siphasher::sip::SipHasher13;
use std::hash::Hasher;

/// A spray goes over at most so many paths: the first ones, in the order of link identifiers.
const MOST_PATHS: usize = 4096;

/// What a pair takes of its equal-cost paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spread {
    /// One, chosen by a hash of the pair under this seed.
    Hash(u64),
    /// All.
    Spray,
}

/// Routes each pair over paths of least latency and then fewest links, as switches that know several next hops do.
///
/// A hash puts several pairs on one link by chance and leaves others idle, as in real networks; with it, no two ranks
/// are alike any more, so that folding is exact and finds nothing to fold.
#[derive(Debug)]
pub struct EqualCost {
    spread: Spread,
    costs: Costs,
}

impl EqualCost {
    /// One path for each pair, chosen at every node by a portable hash of seed, pair and node.
    pub fn hashed(seed: u64) -> Self {
        Self { spread: Spread::Hash(seed), costs: Costs::default() }
    }

    /// All equal-cost paths of each pair, by what each can carry (see [`Route::over`]).
    pub fn sprayed() -> Self {
        Self { spread: Spread::Spray, costs: Costs::default() }
    }
}

impl Router for EqualCost {
    fn route(&self, fabric: &Fabric, from: EndpointId, to: EndpointId) -> Result<Route, RoutingError> {
        let towards = self.costs.towards(fabric, to);
        match self.spread {
            Spread::Hash(seed) => {
                let hashed = |at: NodeId, links: &[LinkId]| {
                    let hash = hash(seed, [from.index(), to.index(), at.index()]);
                    links[(hash % links.len() as u64) as usize]
                };
                Ok(Route::path(fabric, &towards.path((from, to), hashed)?))
            }
            Spread::Spray => {
                let paths = all_paths(fabric, &towards, (from, to));
                if paths.is_empty() {
                    return Err(towards.unreachable(from, to));
                }
                Route::over(fabric, &Ways::Paths(paths))
            }
        }
    }

    fn splits_unevenly(&self, _fabric: &Fabric) -> bool {
        self.spread == Spread::Spray
    }
}

/// Every path of least cost, up to [`MOST_PATHS`], in the order of link identifiers.
fn all_paths(
    fabric: &Fabric,
    towards: &Towards<'_>,
    (from, to): (EndpointId, EndpointId),
) -> Vec<Vec<LinkId>> {
    let mut paths = Vec::new();
    let mut begun: Vec<Vec<LinkId>> = vec![Vec::new()];
    while let Some(path) = begun.pop() {
        let at = path.last().map_or(from.into(), |&link| fabric.link(link).to);
        if at == to.into() {
            paths.push(path);
            if paths.len() == MOST_PATHS {
                break;
            }
            continue;
        }
        for link in towards.next_links(at).into_iter().rev() {
            begun.push(path.iter().copied().chain([link]).collect());
        }
    }
    paths
}

/// The same on every platform and in every version.
fn hash(seed: u64, numbers: [usize; 3]) -> u64 {
    let mut hasher = SipHasher13::new_with_keys(seed, 0x6563_6d70);
    numbers.iter().for_each(|&number| hasher.write(&(number as u64).to_le_bytes()));
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fabric::{FabricBuilder, FabricError, Link, Scope};
    use crate::units::{Bandwidth, Time};

    /// Four chips on two leaves, four spines between the leaves; the last spine's links have half the capacity.
    fn fabric(router: EqualCost) -> Result<Fabric, FabricError> {
        let mut builder = FabricBuilder::new();
        let chips = [0, 1, 2, 3].map(|chip| builder.endpoint(format!("chip{chip}")));
        let leaves = [0, 1].map(|leaf| builder.switch(format!("leaf{leaf}")));
        let spines = [0, 1, 2, 3].map(|spine| builder.switch(format!("spine{spine}")));
        let tier = builder.tier("scale-up", Scope::ScaleUp);
        let medium = builder.medium("copper");
        let mut join = |from, to, gigabytes: f64| {
            let capacity = Bandwidth::from_gigabytes_per_second(gigabytes);
            let latency = Time::from_picoseconds(1000);
            builder.duplex(Link { from, to, capacity, latency, tier, medium });
        };
        for (index, chip) in chips.into_iter().enumerate() {
            join(chip.into(), leaves[index / 2], 400.0);
        }
        for (index, spine) in spines.into_iter().enumerate() {
            let capacity = if index == 3 { 50.0 } else { 100.0 };
            leaves.into_iter().for_each(|leaf| join(leaf, spine, capacity));
        }
        builder.build(Box::new(router))
    }

    fn route(fabric: &Fabric, from: usize, to: usize) -> Route {
        fabric.route(EndpointId::new(from), EndpointId::new(to)).expect("all chips are joined")
    }

    #[test]
    fn a_hash_chooses_one_path_and_spreads_pairs() -> Result<(), FabricError> {
        let spines = |seed| -> Result<Vec<String>, FabricError> {
            let fabric = fabric(EqualCost::hashed(seed))?;
            let spine = |(from, to)| {
                let route = route(&fabric, from, to);
                assert_eq!(route.latency(), Time::from_picoseconds(4000));
                let links: usize = route.hops().iter().map(|hop| hop.range().len()).sum();
                assert_eq!(links, 4);
                let mut all = route.hops().iter().flat_map(|hop| hop.range().map(LinkId::new));
                let middle = all.find(|&link| fabric.link(link).from.index() == 4);
                fabric.link_name(middle.expect("the path leaves the first leaf"))
            };
            Ok([(0, 2), (0, 3), (1, 2), (1, 3)].map(spine).to_vec())
        };
        let seeded = spines(1)?;
        assert_eq!(seeded, spines(1)?, "the same seed gives the same paths");
        assert!((2..20).any(|seed| spines(seed).is_ok_and(|other| other != seeded)), "seeds matter");
        assert!(seeded.iter().any(|spine| *spine != seeded[0]), "pairs spread: {seeded:?}");
        Ok(())
    }

    #[test]
    fn a_spray_weighs_paths_by_what_they_carry() -> Result<(), FabricError> {
        // 400 GB/s into the leaf, spines of 100, 100, 100 and 50: shares 2/7, 2/7, 2/7 and 1/7.
        let fabric = fabric(EqualCost::sprayed())?;
        let route = route(&fabric, 0, 2);
        let links = route.hops().iter().flat_map(|hop| hop.range().map(|link| (link, hop.weight)));
        let of_leaf = links.filter(|(link, _)| fabric.links()[*link].from.index() == 4);
        let weights: Vec<u64> = of_leaf.map(|(_, weight)| weight).collect();
        let seventh = fabric.weight_denominator() / 7;
        assert_eq!(weights, [2 * seventh, 2 * seventh, 2 * seventh, seventh]);
        Ok(())
    }
}

//! Where groups stand: groups that run the same plans on links that are alike have one number.

use crate::collectives::{Partners, Pattern};
use crate::fabric::{Fabric, RoutingError, Scope};
use crate::ids::{EndpointId, LinkId};
use crate::transport::{Plan, transfer_route};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The plans and the placements of groups that are known.
#[derive(Debug, Clone, Default)]
pub(super) struct Placements {
    plans: Vec<Arc<Plan>>,
    numbers: FxHashMap<Key, Placement>,
    /// What was found for groups that stand in the same places but for a move by whole cells of the fabric.
    of_places: FxHashMap<(Vec<u64>, Vec<EndpointId>), Placement>,
}

/// How a group stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Placement {
    /// Groups with equal numbers run the same plans on links that are alike.
    pub(super) alike: u32,
    pub(super) symmetry: Symmetry,
}

/// In which other orders the members of a group could stand and would do the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symmetry {
    /// In any order.
    All,
    /// Moved on around the group by any multiple of so many positions.
    Rotations(u32),
}

impl Symmetry {
    /// An order in which members of these classes could stand as well, the same for all orders that are equivalent.
    pub fn canonical_order(self, classes: &[u32]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..classes.len()).collect();
        match self {
            Self::All => order.sort_by_key(|&position| classes[position]),
            Self::Rotations(by) => {
                let by = (by as usize).max(1);
                let from =
                    |start: usize| (0..classes.len()).map(move |at| classes[(start + at) % classes.len()]);
                let starts = (0..classes.len()).step_by(by);
                let best = starts.min_by(|&one, &other| from(one).cmp(from(other))).unwrap_or(0);
                order.rotate_left(best);
            }
        }
        order
    }
}

/// What distinguishes placements: the plans of the group, and what its transfers meet; or where it stands, if that is
/// too much to compare.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Transfers(Vec<u64>, Vec<u64>),
    Places(Vec<u64>, Vec<EndpointId>),
}

/// Placements of which more would have to be compared are compared by their places.
const MOST_NUMBERS: usize = 1 << 18;

/// So many rotations are tried.
const MOST_ROTATIONS: usize = 8;

impl Placements {
    /// The number of a plan.
    pub(super) fn plan(&mut self, plan: Arc<Plan>) -> u64 {
        let same = |known: &Arc<Plan>| Arc::ptr_eq(known, &plan) || **known == *plan;
        let known = self.plans.iter().position(same);
        known.unwrap_or_else(|| {
            self.plans.push(plan);
            self.plans.len() - 1
        }) as u64
    }

    /// The placement of a group that runs `plans`, which send by `patterns`, at `places`.
    ///
    /// # Errors
    /// [`RoutingError`] when members cannot reach one another.
    pub(super) fn placement(
        &mut self,
        fabric: &Fabric,
        (plans, places): (&[u64], &[EndpointId]),
        patterns: &[(Pattern, usize)],
    ) -> Result<Placement, RoutingError> {
        let moved = (plans.to_vec(), in_first_cells(fabric, places));
        if let Some(&known) = self.of_places.get(&moved) {
            return Ok(known);
        }
        let group = Placed { fabric, places, patterns };
        let in_order: Vec<usize> = (0..places.len()).collect();
        let key = match group.met(&in_order)? {
            Some(met) => Key::Transfers(plans.to_vec(), met),
            None => Key::Places(plans.to_vec(), moved.1.clone()),
        };
        let placement = match self.numbers.get(&key) {
            Some(&known) => known,
            None => {
                let symmetry = match &key {
                    Key::Transfers(_, met) => group.symmetry(met)?,
                    Key::Places(..) => Symmetry::Rotations(places.len() as u32),
                };
                let alike = self.numbers.len() as u32;
                self.numbers.insert(key, Placement { alike, symmetry });
                Placement { alike, symmetry }
            }
        };
        self.of_places.insert(moved, placement);
        Ok(placement)
    }
}

/// The same places moved down by as many whole cells of the fabric as there are below all of them.
pub(crate) fn in_first_cells(fabric: &Fabric, places: &[EndpointId]) -> Vec<EndpointId> {
    let lowest = places.iter().map(|place| place.index()).min().unwrap_or(0);
    let moved = fabric.cell().map_or(0, |cell| lowest - lowest % cell);
    places.iter().map(|place| EndpointId::new(place.index() - moved)).collect()
}

/// A group at its places.
struct Placed<'a> {
    fabric: &'a Fabric,
    places: &'a [EndpointId],
    patterns: &'a [(Pattern, usize)],
}

impl Placed<'_> {
    /// What the transfers of a group meet when its members are named in this order, with hops numbered in the order in
    /// which they are met; nothing if it is much, or if hops have links in common.
    ///
    /// Groups with equal numbers have the same transfers, after the same delays, over links that carry as much and are
    /// shared among the transfers of the group in the same way.
    fn met(&self, order: &[usize]) -> Result<Option<Vec<u64>>, RoutingError> {
        let mut name_of = vec![0; order.len()];
        order.iter().enumerate().for_each(|(name, &position)| name_of[position] = name);
        let mut numbers = Vec::new();
        let mut names: FxHashMap<(LinkId, u32), u64> = FxHashMap::default();
        for &(pattern, step) in self.patterns {
            for &position in order {
                let mut sends = pattern.sends(order.len(), position, step);
                sends.sort_by_key(|send| match send.partners {
                    Partners::One(target) => name_of[target],
                    Partners::Copies(_) | Partners::Sum(_) => order.len(),
                });
                for send in sends {
                    let at = |position: usize| self.places[position];
                    let (scope, route) = transfer_route(self.fabric, at, position, send.partners)?;
                    let (service, served) = match send.partners {
                        Partners::One(target) => (0, target..target + 1),
                        Partners::Copies(span) => (1, span.positions()),
                        Partners::Sum(span) => (2, span.positions()),
                    };
                    let outside = u64::from(scope == Scope::ScaleOut);
                    numbers.extend([service, send.blocks, outside, route.latency().picoseconds()]);
                    let first = numbers.len();
                    numbers.extend(served.map(|position| name_of[position] as u64));
                    numbers[first..].sort_unstable();
                    numbers.push(u64::MAX);
                    for hop in route.hops() {
                        let next = names.len() as u64;
                        let name = *names.entry((hop.first, hop.count)).or_insert(next);
                        numbers.extend([name, hop.weight, u64::from(hop.count)]);
                        if name < next {
                            continue;
                        }
                        for run in self.fabric.runs(hop.range()) {
                            let until = (run.end as usize).min(hop.range().end) - hop.range().start;
                            let capacity = run.capacity.bytes_per_second().to_bits();
                            numbers.extend([until as u64, capacity, run.tier.index() as u64]);
                        }
                    }
                    numbers.push(u64::MAX);
                    if numbers.len() > MOST_NUMBERS {
                        return Ok(None);
                    }
                }
            }
            numbers.push(u64::MAX - 1);
        }
        Ok(are_apart(names.keys()).then_some(numbers))
    }

    /// Orders in which the transfers meet the same.
    fn symmetry(&self, in_order: &[u64]) -> Result<Symmetry, RoutingError> {
        let count = self.places.len();
        let same = |order: Vec<usize>| -> Result<bool, RoutingError> {
            Ok(self.met(&order)?.is_some_and(|met| met == in_order))
        };
        let rotation = |by: usize| -> Vec<usize> { (0..count).map(|at| (at + by) % count).collect() };
        let divisors = (1..count).filter(|by| count.is_multiple_of(*by));
        for by in divisors.take(MOST_ROTATIONS) {
            if !same(rotation(by))? {
                continue;
            }
            let mut swapped: Vec<usize> = (0..count).collect();
            swapped.swap(0, 1);
            let any = by == 1 && count > 2 && same(swapped)?;
            return Ok(if any { Symmetry::All } else { Symmetry::Rotations(by as u32) });
        }
        Ok(Symmetry::Rotations(count as u32))
    }
}

/// Whether no two hops have some links in common, but not all.
fn are_apart<'h>(hops: impl Iterator<Item = &'h (LinkId, u32)>) -> bool {
    let mut hops: Vec<(usize, u32)> = hops.map(|hop| (hop.0.index(), hop.1)).collect();
    hops.sort_unstable();
    hops.windows(2).all(|pair| pair[0].0 + pair[0].1 as usize <= pair[1].0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equivalent_orders_have_one_canonical_order() {
        let named = |symmetry: Symmetry, classes: &[u32]| -> Vec<u32> {
            symmetry.canonical_order(classes).into_iter().map(|position| classes[position]).collect()
        };
        assert_eq!(named(Symmetry::All, &[3, 1, 2, 1]), [1, 1, 2, 3]);
        assert_eq!(named(Symmetry::Rotations(1), &[3, 1, 2, 1]), [1, 2, 1, 3]);
        assert_eq!(named(Symmetry::Rotations(2), &[3, 1, 2, 1]), [2, 1, 3, 1]);
        assert_eq!(named(Symmetry::Rotations(4), &[3, 1, 2, 1]), [3, 1, 2, 1]);
    }
}

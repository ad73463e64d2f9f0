//! Where groups stand: groups that run the same plans on links that are alike have one number.

use crate::collectives::{Partners, Pattern};
use crate::fabric::{Fabric, RoutingError, Scope};
use crate::ids::EndpointId;
use crate::transport::{Plan, transfer_route};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The plans and the placements of groups that are known.
#[derive(Debug, Clone, Default)]
pub(super) struct Placements {
    plans: Vec<Arc<Plan>>,
    numbers: FxHashMap<Key, u32>,
    /// What was found for groups that stand in the same places but for a move by whole cells of the fabric.
    of_places: FxHashMap<(Vec<u64>, Vec<EndpointId>), u32>,
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

    /// The number of the placement of a group that runs `plans`, which send by `patterns`, at `places`.
    ///
    /// # Errors
    /// [`RoutingError`] when members cannot reach one another.
    pub(super) fn number(
        &mut self,
        fabric: &Fabric,
        (plans, places): (&[u64], &[EndpointId]),
        patterns: &[(Pattern, usize)],
    ) -> Result<u32, RoutingError> {
        let moved = (plans.to_vec(), in_first_cells(fabric, places));
        if let Some(&known) = self.of_places.get(&moved) {
            return Ok(known);
        }
        let key = match met(fabric, places, patterns)? {
            Some(met) => Key::Transfers(plans.to_vec(), met),
            None => Key::Places(plans.to_vec(), moved.1.clone()),
        };
        let next = self.numbers.len() as u32;
        let number = *self.numbers.entry(key).or_insert(next);
        self.of_places.insert(moved, number);
        Ok(number)
    }
}

/// The same places moved down by as many whole cells of the fabric as there are below all of them.
pub(crate) fn in_first_cells(fabric: &Fabric, places: &[EndpointId]) -> Vec<EndpointId> {
    let lowest = places.iter().map(|place| place.index()).min().unwrap_or(0);
    let moved = fabric.cell().map_or(0, |cell| lowest - lowest % cell);
    places.iter().map(|place| EndpointId::new(place.index() - moved)).collect()
}

/// What the transfers of a group meet, with links numbered in the order in which they are met; nothing if it is much.
///
/// Groups with equal numbers have the same transfers, after the same delays, over links that carry as much and are
/// shared among the transfers of the group in the same way.
fn met(
    fabric: &Fabric,
    places: &[EndpointId],
    patterns: &[(Pattern, usize)],
) -> Result<Option<Vec<u64>>, RoutingError> {
    let mut numbers = Vec::new();
    let mut names: FxHashMap<usize, u64> = FxHashMap::default();
    for &(pattern, step) in patterns {
        for position in 0..places.len() {
            for send in pattern.sends(places.len(), position, step) {
                let (scope, route) = transfer_route(fabric, |at| places[at], position, send.partners)?;
                let (service, first, count) = match send.partners {
                    Partners::One(target) => (0, target, 1),
                    Partners::Copies(span) => (1, span.first, span.count),
                    Partners::Sum(span) => (2, span.first, span.count),
                };
                let outside = u64::from(scope == Scope::ScaleOut);
                numbers.extend([service, first as u64, count as u64]);
                numbers.extend([send.blocks, outside, route.latency().picoseconds()]);
                for (link, weight) in
                    route.hops().iter().flat_map(|hop| hop.range().map(|at| (at, hop.weight)))
                {
                    let next = names.len() as u64;
                    let name = *names.entry(link).or_insert(next);
                    let alike = &fabric.links()[link];
                    let capacity = alike.capacity.bytes_per_second().to_bits();
                    numbers.extend([name, weight, capacity, alike.tier.index() as u64]);
                }
                numbers.push(u64::MAX);
                if numbers.len() > MOST_NUMBERS {
                    return Ok(None);
                }
            }
        }
        numbers.push(u64::MAX - 1);
    }
    Ok(Some(numbers))
}

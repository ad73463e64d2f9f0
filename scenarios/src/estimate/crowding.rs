//! How much longer collectives of groups take that fill the same links.
//!
//! Rings stand for all algorithms: every member sends to the next of its group, and to the next that is in another domain,
//! all groups at once. Where the fullest link then has more on it than that of one group alone, bytes take so much longer.

use super::exchanges::ranks_of_stage;
use crate::training::{Communicator, RankLayout};
use copperlight_core::fabric::{Fabric, RoutingError};
use copperlight_core::ids::{EndpointId, RankId};
use copperlight_core::transport::Transport;
use rustc_hash::FxHashMap;

/// The most ranks of a stage that are looked at.
const MOST_SENDERS: usize = 256;

/// The seconds a byte of the fullest link.
#[derive(Default)]
struct Loads {
    links: FxHashMap<usize, f64>,
}

impl Loads {
    fn send(&mut self, fabric: &Fabric, from: EndpointId, to: EndpointId) -> Result<(), RoutingError> {
        for hop in fabric.route(from, to)?.hops() {
            let share = hop.weight as f64 / fabric.weight_denominator() as f64;
            hop.range().for_each(|link| *self.links.entry(link).or_default() += share);
        }
        Ok(())
    }

    fn fullest(&self, fabric: &Fabric, transport: &Transport) -> f64 {
        let time = |(&link, &load): (&usize, &f64)| {
            let link = &fabric.links()[link];
            let scope = fabric.tiers()[link.tier.index()].scope;
            load / (link.capacity.bytes_per_second() * transport.scope(scope).efficiency)
        };
        self.links.iter().map(time).fold(0.0, f64::max)
    }
}

/// How many times as long bytes of collectives of a stage's groups take as those of one group alone.
pub(super) fn crowding(
    (fabric, transport): (&Fabric, &Transport),
    layout: &RankLayout,
    (communicator, stage): (Communicator, usize),
) -> Result<f64, RoutingError> {
    let mut members: FxHashMap<usize, Vec<EndpointId>> = FxHashMap::default();
    let mut most = 1.0_f64;
    let senders: Vec<(usize, RankId)> = ranks_of_stage(layout, stage)
        .take(MOST_SENDERS)
        .map(|rank| (layout.group(communicator, rank), rank))
        .collect();
    let Some(&(first, _)) = senders.first() else { return Ok(1.0) };
    for beyond_domains in [false, true] {
        let (mut one, mut all) = (Loads::default(), Loads::default());
        for &(group, rank) in &senders {
            let others = members.entry(group).or_insert_with(|| {
                let ranks = layout.members(communicator, group).into_iter();
                ranks.map(|rank| EndpointId::new(rank.index())).collect()
            });
            let from = EndpointId::new(rank.index());
            let Some(to) = next(fabric, others, from, beyond_domains) else { continue };
            all.send(fabric, from, to)?;
            if group == first {
                one.send(fabric, from, to)?;
            }
        }
        let [one, all] = [one, all].map(|loads| loads.fullest(fabric, transport));
        if one > 0.0 {
            most = most.max(all / one);
        }
    }
    Ok(most)
}

/// The member after another one, or the first after it in another domain.
fn next(fabric: &Fabric, members: &[EndpointId], from: EndpointId, beyond: bool) -> Option<EndpointId> {
    let place = members.iter().position(|&member| member == from)?;
    let after = members[place + 1..].iter().chain(&members[..place]).copied();
    after.into_iter().find(|&member| !beyond || !fabric.same_domain(from, member))
}

//! Groups whose collectives are nodes: what a collective that nobody disturbs does depends on who its members are and on
//! what its transfers meet, and is found when it runs. Its members are not told apart by their places in it.

use super::fold::UNCROSSED;
use super::listing::Listing;
use super::placements::Symmetry;
use super::refine::{Classes, Refinement};
use super::transfers::{NodeHub, Transfers};
use crate::collectives::Pattern;
use crate::ids::{CommunicatorId, RankId};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// Groups whose members are of the same classes in the same order, and whose transfers meet the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeClass {
    /// The communicator.
    pub communicator: CommunicatorId,
    /// The members of the group that stands for all, in their own order.
    pub group: Vec<RankId>,
    /// The same members in an order in which they could stand as well, and do the same.
    pub members: Vec<RankId>,
    /// Which orders are equivalent.
    pub symmetry: Symmetry,
    /// How many groups there are, this one included.
    pub multiplicity: u32,
    /// Groups with equal numbers run the same plans on links that are alike, whoever their members are.
    pub alike: u32,
    /// What the transfers of a class of groups put on links.
    pub loads: Vec<NodeLoad>,
}

/// What transfers of one step put on one link of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeLoad {
    /// The class of links.
    pub link: u32,
    /// The step.
    pub pattern: Pattern,
    /// Its number.
    pub step: usize,
    /// The sum over transfers of their weight times the blocks that they carry.
    pub weighted_blocks: u128,
}

/// Splits classes of nodes whose members stand in different orders, until there are none.
pub(super) fn split_by_sequence(transfers: &Transfers, refinement: &mut Refinement<'_>) {
    while let Some(keys) = differing(transfers, refinement.classes()) {
        refinement.split_hubs(&keys);
    }
}

/// The classes of the members of a node in their canonical order, and that order.
fn sequence(
    transfers: &Transfers,
    classes: &Classes,
    (hub, node): (usize, &NodeHub),
) -> (Vec<u32>, Vec<usize>) {
    let incidences = &transfers.incidences.of_hub(hub)[..node.members];
    let in_place: Vec<u32> =
        incidences.iter().map(|member| classes.things.class_of()[member.other as usize]).collect();
    let order = node.placement.symmetry.canonical_order(&in_place);
    (order.iter().map(|&position| in_place[position]).collect(), order)
}

/// For the members of classes that must be split, a number for the order in which their own members stand.
fn differing(transfers: &Transfers, classes: &Classes) -> Option<Vec<(u32, u64)>> {
    let class_of_hub = classes.hubs.class_of();
    let sequence = |hub: usize, node: &NodeHub| sequence(transfers, classes, (hub, node)).0;
    let hubs = || transfers.nodes.iter().enumerate().map(|(node, hub)| (transfers.transfers + node, hub));
    let mut first: FxHashMap<u32, usize> = FxHashMap::default();
    let mut split: Vec<u32> = Vec::new();
    let mut of_first: Vec<Vec<u32>> = Vec::new();
    for (hub, node) in hubs().filter(|(hub, _)| classes.hubs.size(class_of_hub[*hub]) > 1) {
        let (class, own) = (class_of_hub[hub], sequence(hub, node));
        let representative = *first.entry(class).or_insert_with(|| {
            of_first.push(own.clone());
            of_first.len() - 1
        });
        if of_first[representative] != own && split.last() != Some(&class) {
            split.push(class);
        }
    }
    split.sort_unstable();
    let mut numbers: FxHashMap<Vec<u32>, u64> = FxHashMap::default();
    let mut keys = Vec::new();
    for (hub, node) in hubs().filter(|(hub, _)| split.binary_search(&class_of_hub[*hub]).is_ok()) {
        let next = numbers.len() as u64;
        keys.push((hub as u32, *numbers.entry(sequence(hub, node)).or_insert(next)));
    }
    (!keys.is_empty()).then_some(keys)
}

/// The classes of nodes, in the order of their first groups.
pub(super) fn node_classes(
    listing: &Listing,
    transfers: &Transfers,
    classes: &Classes,
    class_of_segment: &[u32],
) -> Vec<NodeClass> {
    let mut found: Vec<NodeClass> = Vec::new();
    let mut known: FxHashMap<u32, usize> = FxHashMap::default();
    for (index, node) in transfers.nodes.iter().enumerate() {
        let place = *known.entry(classes.hubs.class_of()[transfers.transfers + index]).or_insert_with(|| {
            let order = sequence(transfers, classes, (transfers.transfers + index, node)).1;
            let members = &listing.groups[node.group];
            found.push(NodeClass {
                communicator: node.communicator,
                group: members.clone(),
                members: order.into_iter().map(|position| members[position]).collect(),
                symmetry: node.placement.symmetry,
                multiplicity: 0,
                alike: node.placement.alike,
                loads: Vec::new(),
            });
            found.len() - 1
        });
        found[place].multiplicity += 1;
    }
    let mut next_class = 0;
    for (segment, &link) in class_of_segment.iter().enumerate() {
        // The first segment of each class tells for all.
        if link == UNCROSSED || link != next_class {
            continue;
        }
        next_class += 1;
        let mut loads: BTreeMap<(usize, Pattern, usize), u128> = BTreeMap::new();
        for (hub, way) in transfers.touches(segment) {
            let hub = hub as usize;
            if transfers.node(hub).is_none() {
                continue;
            }
            let (pattern, step, blocks) = transfers.load(way.role);
            let place = known[&classes.hubs.class_of()[hub]];
            *loads.entry((place, pattern, step)).or_default() += u128::from(way.weight) * u128::from(blocks);
        }
        for ((place, pattern, step), weighted_blocks) in loads {
            found[place].loads.push(NodeLoad { link, pattern, step, weighted_blocks });
        }
    }
    found
}

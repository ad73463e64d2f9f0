//! Decides about a proposed colouring: every member is compared with the first of its class, exactly.

use super::refine::Colours;
use super::transfers::Transfers;
use std::collections::BTreeMap;

type RankView = Vec<(u32, bool, u32, u32)>;
type SegmentView = BTreeMap<(u32, u32, u32, u32), u64>;

/// Whether members of each class agree on their own properties, on the kinds, peers' classes and routes' classes of
/// everything that they send and receive, and links of each class on the weight of every class of transfers.
pub(super) fn is_equitable(transfers: &Transfers<'_>, colours: &Colours) -> bool {
    let routes = route_classes(transfers, colours);
    let mut ranks: Vec<RankView> = vec![Vec::new(); colours.ranks.len()];
    let mut segments: Vec<SegmentView> = vec![BTreeMap::new(); colours.segments.len()];
    for transfer in &transfers.list {
        let (source, target) =
            (colours.ranks[transfer.source as usize], colours.ranks[transfer.target as usize]);
        let route = routes[transfer.route as usize];
        ranks[transfer.source as usize].push((transfer.kind, true, target, route));
        ranks[transfer.target as usize].push((transfer.kind, false, source, route));
        for &(segment, weight, _) in &transfers.routes[transfer.route as usize] {
            *segments[segment as usize].entry((transfer.kind, source, target, route)).or_default() += weight;
        }
    }
    ranks.iter_mut().for_each(|view| view.sort_unstable());
    all_like_first(&colours.ranks, |a, b| transfers.own[a] == transfers.own[b] && ranks[a] == ranks[b])
        && all_like_first(&colours.segments, |a, b| segments[a] == segments[b])
        && messages_pair_up(transfers, colours)
}

/// Routes that cross the same classes of links with the same weights, after the same delay, are of one class.
fn route_classes(transfers: &Transfers<'_>, colours: &Colours) -> Vec<u32> {
    let mut known: BTreeMap<(u64, BTreeMap<u32, u64>), u32> = BTreeMap::new();
    let mut class = |(route, &latency): (&Vec<(u32, u64, u64)>, &u64)| {
        let mut crossed = BTreeMap::new();
        for &(segment, _, total) in route {
            *crossed.entry(colours.segments[segment as usize]).or_default() += total;
        }
        let next = known.len() as u32;
        *known.entry((latency, crossed)).or_insert(next)
    };
    transfers.routes.iter().zip(&transfers.latencies).map(&mut class).collect()
}

fn all_like_first(colours: &[u32], alike: impl Fn(usize, usize) -> bool) -> bool {
    let mut first: BTreeMap<u32, usize> = BTreeMap::new();
    colours.iter().enumerate().all(|(member, &colour)| alike(*first.entry(colour).or_insert(member), member))
}

/// A message joins one send of the one class with one receive of the other, so the classes are equally large.
fn messages_pair_up(transfers: &Transfers<'_>, colours: &Colours) -> bool {
    let mut sizes = BTreeMap::new();
    for &colour in &colours.ranks {
        *sizes.entry(colour).or_insert(0u32) += 1;
    }
    let size = |rank: u32| sizes[&colours.ranks[rank as usize]];
    transfers
        .list
        .iter()
        .filter(|transfer| transfers.messages[transfer.kind as usize])
        .all(|transfer| size(transfer.source) == size(transfer.target))
}

//! Proposes classes by colour refinement: colours are split by hashed signatures until nothing splits.

use super::transfers::Transfers;
use rustc_hash::FxHashMap;

/// A colour for each rank and each segment of links; equal colours propose equal behaviour.
#[derive(Debug)]
pub(super) struct Colours {
    pub(super) ranks: Vec<u32>,
    pub(super) segments: Vec<u32>,
}

/// Refines from ranks' own properties and `segment_kinds` to a stable colouring.
///
/// Complexity: O(rounds x crossings of all transfers); a defect in a ring takes as many rounds as the ring is long.
pub(super) fn refine(transfers: &Transfers<'_>, segment_kinds: Vec<u32>) -> Colours {
    let mut ranks = Palette::default();
    let start = transfers.own.iter().map(|own| ranks.colour(0, own.iter().fold(0, |hash, &o| mix(hash, o))));
    let mut colours = Colours { ranks: start.collect(), segments: segment_kinds };
    let mut counts = (0, 0);
    loop {
        colours = refine_once(transfers, &colours);
        let next = (distinct(&colours.ranks), distinct(&colours.segments));
        if next == counts {
            return colours;
        }
        counts = next;
    }
}

fn refine_once(transfers: &Transfers<'_>, old: &Colours) -> Colours {
    let mut ranks = vec![0u64; old.ranks.len()];
    let mut segments = vec![0u64; old.segments.len()];
    let route_hashes: Vec<u64> = (transfers.routes.iter().zip(&transfers.latencies))
        .map(|(route, &latency)| {
            let crossing = |&(segment, _, total): &(u32, u64, u64)| {
                scramble(mix(u64::from(old.segments[segment as usize]), total))
            };
            route.iter().map(crossing).fold(latency, u64::wrapping_add)
        })
        .collect();
    for transfer in &transfers.list {
        let (source, target) = (old.ranks[transfer.source as usize], old.ranks[transfer.target as usize]);
        let route = mix(route_hashes[transfer.route as usize], transfer.kind);
        let sent = scramble(mix(mix(route, target), 1u32));
        let received = scramble(mix(mix(route, source), 2u32));
        let at = |node: u32| node as usize;
        ranks[at(transfer.source)] = ranks[at(transfer.source)].wrapping_add(sent);
        ranks[at(transfer.target)] = ranks[at(transfer.target)].wrapping_add(received);
        let ends = mix(mix(route, source), target);
        for &(segment, weight, _) in &transfers.routes[transfer.route as usize] {
            let load = scramble(ends).wrapping_mul(weight);
            segments[segment as usize] = segments[segment as usize].wrapping_add(load);
        }
    }
    Colours { ranks: recolour(&old.ranks, &ranks), segments: recolour(&old.segments, &segments) }
}

/// Names colours densely in order of first appearance.
#[derive(Default)]
struct Palette(FxHashMap<(u32, u64), u32>);

impl Palette {
    fn colour(&mut self, old: u32, signature: u64) -> u32 {
        let next = self.0.len() as u32;
        *self.0.entry((old, signature)).or_insert(next)
    }
}

pub(super) fn recolour(old: &[u32], signatures: &[u64]) -> Vec<u32> {
    let mut palette = Palette::default();
    old.iter().zip(signatures).map(|(&old, &signature)| palette.colour(old, signature)).collect()
}

/// Colours are dense, so their number is the largest and one.
fn distinct(colours: &[u32]) -> u32 {
    colours.iter().max().map_or(0, |&largest| largest + 1)
}

pub(super) fn mix(hash: u64, value: impl Into<u64>) -> u64 {
    scramble(hash.rotate_left(23) ^ value.into().wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
pub(super) fn scramble(mut value: u64) -> u64 {
    value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    value = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ value >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ value >> 31
}

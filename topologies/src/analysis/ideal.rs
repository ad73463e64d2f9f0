//! What no collective can be faster than, whatever its algorithm.

use copperlight_core::fabric::{Fabric, Scope};
use copperlight_core::ids::EndpointId;
use copperlight_core::units::{Bytes, Time};
use copperlight_core::workload::CollectiveKind;

/// The least bytes that a set of `inside` of `ranks` ranks must send to the others, and take from them.
///
/// From counting what the others have to learn, once each (Chan et al., 2007, section 3): the sum of the set's
/// buffers in an all-reduce, their part of it in a reduce-scatter, the set's shares in an all-gather, and every
/// message of an all-to-all.
fn crossing(kind: CollectiveKind, bytes: f64, (inside, ranks): (f64, f64)) -> (f64, f64) {
    let share = inside / ranks;
    let (sent, taken) = match kind {
        CollectiveKind::AllReduce => (1.0, 1.0),
        CollectiveKind::ReduceScatter => (1.0 - share, share),
        CollectiveKind::AllGather => (share, 1.0 - share),
        CollectiveKind::AllToAll => (inside * (1.0 - share), inside * (1.0 - share)),
    };
    (bytes * sent, bytes * taken)
}

/// The least bytes that all ranks together send when no switch reduces or copies.
fn sent_by_all(kind: CollectiveKind, bytes: f64, ranks: f64) -> f64 {
    match kind {
        CollectiveKind::AllReduce => 2.0 * (ranks - 1.0) * bytes,
        CollectiveKind::ReduceScatter | CollectiveKind::AllGather | CollectiveKind::AllToAll => {
            (ranks - 1.0) * bytes
        }
    }
}

/// The time that a collective over the first `ranks` endpoints takes at least, from bandwidth alone.
///
/// The largest of: what all ranks must send over what they can inject; what each domain must send and take over what
/// joins it to the others. Buffers follow the conventions of nccl-tests. It holds for every algorithm in which
/// switches neither reduce nor copy.
pub fn shortest_time(fabric: &Fabric, kind: CollectiveKind, bytes: Bytes, ranks: usize) -> Time {
    if ranks <= 1 {
        return Time::ZERO;
    }
    let (size, n) = (bytes.count() as f64, ranks as f64);
    let rates = Rates::of(fabric, ranks);
    let mut longest = sent_by_all(kind, size, n) / rates.injection;
    for domain in rates.domains.iter().filter(|domain| domain.ranks < n) {
        let (sent, taken) = crossing(kind, size, (domain.ranks, n));
        longest = longest.max(sent / domain.out).max(taken / domain.into);
    }
    Time::from_seconds(longest)
}

/// What the ranks of one domain can send to other domains and take from them, in bytes per second.
#[derive(Debug, Clone, Default)]
struct DomainRates {
    ranks: f64,
    out: f64,
    into: f64,
}

struct Rates {
    injection: f64,
    domains: Vec<DomainRates>,
}

impl Rates {
    fn of(fabric: &Fabric, ranks: usize) -> Self {
        let level = fabric.levels().last();
        let domain_of =
            |rank: usize| level.map_or(0, |level| level.container(EndpointId::new(rank)) as usize);
        let mut domains = vec![DomainRates::default(); (0..ranks).map(domain_of).max().unwrap_or(0) + 1];
        for rank in 0..ranks {
            domains[domain_of(rank)].ranks += 1.0;
        }
        let mut injection = 0.0;
        for link in fabric.links() {
            let rate = link.capacity.bytes_per_second();
            let outside = fabric.tiers()[link.tier.index()].scope == Scope::ScaleOut;
            if link.from.index() < ranks {
                injection += rate;
                domains[domain_of(link.from.index())].out += if outside { rate } else { 0.0 };
            }
            if link.to.index() < ranks && outside {
                domains[domain_of(link.to.index())].into += rate;
            }
        }
        Self { injection, domains }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::System;

    fn shortest(name: &str, kind: CollectiveKind, bytes: u64, chips: usize) -> f64 {
        let system = System::preset(name).expect("the preset is in the catalog");
        let fabric = system.build(chips).expect("the system can be built");
        shortest_time(&fabric, kind, Bytes::new(bytes), chips).seconds()
    }

    #[test]
    fn inside_a_domain_injection_is_the_bound() {
        // 2 x 71/72 x 7.2 GB over 900 GB/s.
        let seconds = shortest("gb200-nvl72", CollectiveKind::AllReduce, 7_200_000_000, 72);
        assert!((seconds - 2.0 * 71.0 / 72.0 * 7.2 / 900.0).abs() < 1e-12, "{seconds}");
        let seconds = shortest("cloudmatrix384", CollectiveKind::AllToAll, 3_840_000_000, 384);
        assert!((seconds - 383.0 / 384.0 * 3.84 / 392.0).abs() < 1e-12, "{seconds}");
        assert_eq!(shortest("gb200-nvl72", CollectiveKind::AllGather, 1 << 30, 1), 0.0);
    }

    #[test]
    fn between_domains_the_adapters_are() {
        // Each of two domains sends half of every rank's buffer: 72 x 1/2 x 14.4 GB over 72 x 50 GB/s.
        let seconds = shortest("gb200-nvl72", CollectiveKind::AllToAll, 14_400_000_000, 144);
        assert!((seconds - 0.5 * 14.4 / 50.0).abs() < 1e-12, "{seconds}");
        // The smaller of two domains, 28 chips of 100, must send the whole sum: 28 x 50 GB/s.
        let seconds = shortest("gb200-nvl72", CollectiveKind::AllReduce, 1_400_000_000_000, 100);
        let by_injection: f64 = 2.0 * 99.0 / 100.0 * 1400.0 / 950.0;
        assert!((seconds - by_injection.max(1.4e12 / (28.0 * 50e9))).abs() < 1e-9, "{seconds}");
    }
}

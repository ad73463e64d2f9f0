//! What no collective can be faster than, whatever its algorithm.

use super::joints;
use copperlight_core::fabric::Fabric;
use copperlight_core::units::{Bandwidth, Bytes, Time};
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
        CollectiveKind::SendRecv => (1.0, 1.0),
        // What a set has to send and take depends on whether the root, or the experts, stand in it.
        CollectiveKind::Broadcast | CollectiveKind::Reduce => (0.0, 0.0),
        CollectiveKind::Barrier | CollectiveKind::EpDispatch | CollectiveKind::EpCombine => (0.0, 0.0),
    };
    (bytes * sent, bytes * taken)
}

/// The least bytes that all ranks together send when no switch reduces or copies.
fn sent_by_all(kind: CollectiveKind, bytes: f64, ranks: f64) -> f64 {
    match kind {
        CollectiveKind::AllReduce => 2.0 * (ranks - 1.0) * bytes,
        CollectiveKind::ReduceScatter
        | CollectiveKind::AllGather
        | CollectiveKind::AllToAll
        | CollectiveKind::Broadcast
        | CollectiveKind::Reduce => (ranks - 1.0) * bytes,
        CollectiveKind::SendRecv => ranks * bytes,
        CollectiveKind::Barrier | CollectiveKind::EpDispatch | CollectiveKind::EpCombine => 0.0,
    }
}

/// The time that a collective over the first `ranks` endpoints takes at least, from bandwidth alone.
///
/// The largest of: what all ranks must send over what they can inject, and what they must take over what reaches them;
/// what each rank must send and take over its own links; what each domain must over the links that join it to the
/// others. Buffers follow the conventions of nccl-tests. It holds for every algorithm in which switches neither reduce
/// nor copy.
pub fn shortest_time(fabric: &Fabric, kind: CollectiveKind, bytes: Bytes, ranks: usize) -> Time {
    if ranks <= 1 {
        return Time::ZERO;
    }
    let (size, n) = (bytes.count() as f64, ranks as f64);
    let each = joints::of_each_rank(fabric, ranks);
    let injected: f64 = each.iter().map(|rank| rank.out).sum();
    let taken: f64 = each.iter().map(|rank| rank.into).sum();
    let all = Time::from_seconds(sent_by_all(kind, size, n) / injected.min(taken));
    all.max(shortest_time_in_network(fabric, kind, bytes, ranks))
}

/// The time that a collective over the first `ranks` endpoints takes at least where switches reduce and copy: what each
/// rank, and each domain, must still send and take.
pub fn shortest_time_in_network(fabric: &Fabric, kind: CollectiveKind, bytes: Bytes, ranks: usize) -> Time {
    if ranks <= 1 {
        return Time::ZERO;
    }
    let (size, n) = (bytes.count() as f64, ranks as f64);
    let each = joints::of_each_rank(fabric, ranks);
    let mut longest: f64 = 0.0;
    for joint in each.into_iter().chain(joints::of_domains(fabric, ranks)) {
        let (sent, taken) = crossing(kind, size, (joint.ranks as f64, n));
        longest = longest.max(sent / joint.out).max(taken / joint.into);
    }
    Time::from_seconds(longest)
}

/// The time that a collective over `ranks` ranks takes at least when the first half of them can send the rest no more
/// than `bisection`.
///
/// In fabrics that block, tori and thin trees, it is longer than [`shortest_time`], which knows no cut inside a domain.
pub fn shortest_time_across_halves(
    bisection: Bandwidth,
    kind: CollectiveKind,
    bytes: Bytes,
    ranks: usize,
) -> Time {
    if ranks <= 1 {
        return Time::ZERO;
    }
    let (sent, _) = crossing(kind, bytes.count() as f64, ((ranks / 2) as f64, ranks as f64));
    Time::from_seconds(sent / bisection.bytes_per_second())
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

    fn shortest_of(system: &System, kind: CollectiveKind, gigabytes: u64) -> f64 {
        let fabric = system.build(4).expect("the system can be built");
        shortest_time(&fabric, kind, Bytes::new(gigabytes * 1_000_000_000), 4).seconds()
    }

    /// Two domains of two chips, each around a switch with links of 50 GB/s.
    fn graph(down: &str, between: &str) -> System {
        let chips = [("a", "left", "s"), ("b", "left", "s"), ("c", "right", "t"), ("d", "right", "t")];
        let nodes: String = chips
            .iter()
            .map(|(name, domain, _)| format!("{{ name = '{name}', domain = '{domain}' }}, "))
            .collect();
        let links = chips.iter().map(|(name, _, switch)| {
            format!(
                "{{ from = '{name}', to = '{switch}', duplex = false }}, \
                 {{ from = '{switch}', to = '{name}', bandwidth = '{down}', duplex = false }}, "
            )
        });
        let text = format!(
            "bandwidth = '50 GB/s'\nlatency = '1 us'\n\
             nodes = [{nodes}{{ name = 's', kind = 'switch' }}, {{ name = 't', kind = 'switch' }}]\n\
             links = [{}{{ from = 's', to = 't', bandwidth = '{between}', scope = 'scale-out', duplex = true }}]",
            links.collect::<String>()
        );
        let table = "family = 'graph'\nfile = 'x.toml'".parse().expect("the test writes TOML");
        System::from_family_with_files(&table, &|_| Ok(text.clone())).expect("the graph is sound")
    }

    #[test]
    fn links_between_switches_join_domains_too() {
        // Two chips of each domain share 25 GB/s: the sum of their 100 GB, or half of 2 x 100 GB, takes 4 s.
        let system = graph("50 GB/s", "25 GB/s");
        assert_eq!(shortest_of(&system, CollectiveKind::AllReduce, 100), 4.0);
        assert_eq!(shortest_of(&system, CollectiveKind::AllToAll, 100), 4.0);
        assert_eq!(shortest_of(&system, CollectiveKind::AllGather, 100), 2.0);
    }

    #[test]
    fn what_all_must_take_bounds_as_what_they_send() {
        // 2 x 3 x 100 GB leave at 200 GB/s and arrive at 80 GB/s.
        assert_eq!(shortest_of(&graph("20 GB/s", "1 TB/s"), CollectiveKind::AllReduce, 100), 7.5);
    }

    #[test]
    fn the_slowest_rank_bounds_all() {
        let star = "family = 'star'\nlink_bandwidth = '50 GB/s'\nlink_latency = '1 us'";
        let mut star =
            System::from_family(&star.parse().expect("the test writes TOML")).expect("it is sound");
        let slow = "it = [{ target = 'chip:2', capacity = 0.1 }]".parse::<toml::Table>();
        star.set("degrade", &slow.expect("the test writes TOML")["it"]).expect("the override is sound");
        // It sends its 100 GB at 5 GB/s, or takes or sends 3/4 of them.
        assert_eq!(shortest_of(&star, CollectiveKind::AllReduce, 100), 20.0);
        assert_eq!(shortest_of(&star, CollectiveKind::AllGather, 100), 15.0);
        assert_eq!(shortest_of(&star, CollectiveKind::ReduceScatter, 100), 15.0);
        assert_eq!(shortest_of(&star, CollectiveKind::AllToAll, 100), 15.0);
    }

    #[test]
    fn a_torus_exchanges_no_faster_than_its_halves_are_joined() {
        // 512 links of 50 GB/s between halves of 2,048 chips, half of whose 40.96 GB each go there.
        let rate = Bandwidth::from_gigabytes_per_second(25_600.0);
        let time = |kind| shortest_time_across_halves(rate, kind, Bytes::new(40_960_000_000), 4096).seconds();
        assert!((time(CollectiveKind::AllToAll) - 2048.0 * 20.48 / 25_600.0).abs() < 1e-12);
        assert!((time(CollectiveKind::AllReduce) - 40.96 / 25_600.0).abs() < 1e-12);
        assert_eq!(shortest_time_across_halves(rate, CollectiveKind::AllToAll, Bytes::new(1), 1), Time::ZERO);
    }
}

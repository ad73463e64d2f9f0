//! How a program calls a collective: which one, how much, and how.

use crate::units::Bytes;

/// How a collective is broken into transfers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// Each rank sends to the next, around a ring.
    Ring,
    /// Each rank exchanges with every other at once, in one step (all-reduce: one-shot, the whole buffer).
    Direct,
    /// Rings within each tier: reduce-scatter from the inside out, all-gather back. Of experts: a token crosses once to
    /// each domain, and is handed on there.
    Hierarchical,
    /// All-to-all in n - 1 exchanges, the peer moving on by one rank each.
    Pairwise,
    /// Pipelined double binary trees between domains, chains inside.
    Tree,
    /// Recursive halving and doubling, for any number of ranks.
    HalvingDoubling,
    /// All-reduce in two direct exchanges: each rank sums its part, then sends it to all.
    TwoShot,
    /// Switches of a domain reduce and copy (NVLink SHARP).
    Nvls,
    /// Switches reduce and copy inside domains, double binary trees join domains.
    NvlsTree,
}

impl Algorithm {
    /// All algorithms.
    pub const ALL: [Self; 9] = [
        Self::Ring,
        Self::Tree,
        Self::HalvingDoubling,
        Self::Direct,
        Self::TwoShot,
        Self::Hierarchical,
        Self::Nvls,
        Self::NvlsTree,
        Self::Pairwise,
    ];

    /// The name on the command line and in results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ring => "ring",
            Self::Direct => "direct",
            Self::Hierarchical => "hierarchical",
            Self::Pairwise => "pairwise",
            Self::Tree => "tree",
            Self::HalvingDoubling => "halving-doubling",
            Self::TwoShot => "two-shot",
            Self::Nvls => "nvls",
            Self::NvlsTree => "nvls-tree",
        }
    }
}

/// Whose choice of algorithms `auto` follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Library {
    /// NCCL and RCCL: rings, trees, and switches that reduce.
    Nccl,
    /// HCCL: rings, halving and doubling, tiers.
    Hccl,
    /// No library in particular: rings and tiers.
    Any,
}

impl Library {
    /// All libraries.
    pub const ALL: [Self; 3] = [Self::Nccl, Self::Hccl, Self::Any];

    /// The name in the catalog.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nccl => "nccl",
            Self::Hccl => "hccl",
            Self::Any => "any",
        }
    }
}

/// How bytes and flags travel together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// Eight-byte stores of which half are flags: lowest latency.
    Ll,
    /// A flag every 128 bytes.
    Ll128,
    /// Whole chunks, a fence each: highest bandwidth.
    Simple,
}

impl Protocol {
    /// All protocols.
    pub const ALL: [Self; 3] = [Self::Ll, Self::Ll128, Self::Simple];

    /// The name on the command line and in results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ll => "ll",
            Self::Ll128 => "ll128",
            Self::Simple => "simple",
        }
    }
}

/// Which collective a group runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CollectiveKind {
    /// Every rank ends with the sum of all buffers.
    AllReduce,
    /// Every rank ends with its share of the sum.
    ReduceScatter,
    /// Every rank ends with all shares.
    AllGather,
    /// Every rank sends a different share to every other.
    AllToAll,
    /// Every rank ends with the buffer of the first.
    Broadcast,
    /// The first rank ends with the sum of all buffers.
    Reduce,
    /// Every rank sends a message to the next.
    SendRecv,
    /// Nobody goes on before everybody has come.
    Barrier,
    /// Every rank sends its tokens to the ranks of the experts that they are for.
    EpDispatch,
    /// The experts' ranks send back what they made of the tokens, which is summed.
    EpCombine,
}

impl CollectiveKind {
    /// All collectives.
    pub const ALL: [Self; 10] = [
        Self::AllReduce,
        Self::ReduceScatter,
        Self::AllGather,
        Self::AllToAll,
        Self::Broadcast,
        Self::Reduce,
        Self::SendRecv,
        Self::Barrier,
        Self::EpDispatch,
        Self::EpCombine,
    ];

    /// The name on the command line and in results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AllReduce => "all-reduce",
            Self::ReduceScatter => "reduce-scatter",
            Self::AllGather => "all-gather",
            Self::AllToAll => "all-to-all",
            Self::Broadcast => "broadcast",
            Self::Reduce => "reduce",
            Self::SendRecv => "send-recv",
            Self::Barrier => "barrier",
            Self::EpDispatch => "ep-dispatch",
            Self::EpCombine => "ep-combine",
        }
    }

    /// Whether no rank is done before every rank has come.
    pub const fn everyone_waits(self) -> bool {
        match self {
            Self::AllReduce
            | Self::ReduceScatter
            | Self::AllGather
            | Self::AllToAll
            | Self::Barrier
            | Self::EpDispatch
            | Self::EpCombine => true,
            Self::Broadcast | Self::Reduce | Self::SendRecv => false,
        }
    }

    /// What algbw is multiplied by to give busbw, over `ranks` ranks; 0 where there is none.
    ///
    /// 2(n-1)/n for all-reduce; (n-1)/n for reduce-scatter, all-gather and all-to-all; 1 for broadcast, reduce and
    /// send-recv. Source: nccl-tests, `doc/PERFORMANCE.md`.
    pub fn bus_factor(self, ranks: usize) -> f64 {
        let n = ranks as f64;
        match self {
            Self::AllReduce => 2.0 * (n - 1.0) / n,
            Self::ReduceScatter | Self::AllGather | Self::AllToAll => (n - 1.0) / n,
            Self::Broadcast | Self::Reduce | Self::SendRecv => f64::from(u8::from(ranks > 1)),
            Self::Barrier | Self::EpDispatch | Self::EpCombine => 0.0,
        }
    }
}

/// How tokens spread over the ranks of experts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ExpertRouting {
    /// How many experts are chosen for each token: so many answers are summed.
    pub choices: u32,
    /// What the busiest rank gets, over the mean, in thousandths.
    imbalance: u32,
    /// Of how many groups of experts a token may choose from how many; `None` where it may choose from all.
    groups: Option<(u32, u32)>,
    spread: Spread,
}

/// How the choices of a token fall on ranks, where each rank is sent to directly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Spread {
    /// On as many ranks as may be, as benchmarks deal tokens out.
    Even,
    /// Independently of one another.
    Drawn,
}

impl Default for ExpertRouting {
    fn default() -> Self {
        Self::new(1, 1.0)
    }
}

impl ExpertRouting {
    /// Tokens go to `choices` experts each; the busiest rank gets `imbalance` times the mean (to three decimals).
    pub fn new(choices: u32, imbalance: f64) -> Self {
        Self {
            choices,
            imbalance: (imbalance * 1000.0).round().max(1000.0) as u32,
            groups: None,
            spread: Spread::Even,
        }
    }

    /// The same where experts stand in `groups` groups, and all choices of a token are in `chosen` of these.
    pub fn within_groups(self, chosen: u32, groups: u32) -> Self {
        Self { groups: (1..groups).contains(&chosen).then_some((chosen, groups)), ..self }
    }

    /// In how many of `places` equal parts of all experts a token is expected to have some, when its groups and its
    /// choices are drawn evenly.
    ///
    /// `p (1 - (1 - 1/p)^k)` of `p` places for `k` choices (occupancy). With `g` of `G` groups, the choices are in the
    /// `g p / G` places of these; where groups are smaller than places, a place that holds `j` of the chosen groups is
    /// missed with `(1 - j/g)^k`, and `j` is hypergeometric.
    pub fn expected_places(self, places: usize) -> f64 {
        let choices = f64::from(self.choices);
        let occupied = |places: f64| places * (1.0 - (1.0 - 1.0 / places).powf(choices));
        let places = places as f64;
        match self.groups.map(|(chosen, groups)| (f64::from(chosen), f64::from(groups))) {
            None => occupied(places),
            Some((chosen, groups)) if places >= groups => occupied(places * chosen / groups),
            Some((chosen, groups)) => {
                let here = (groups / places).round();
                places * (1.0 - missed((chosen, groups), here, choices))
            }
        }
    }

    /// The same where the choices of a token are drawn: some of them share a rank.
    pub fn drawn(self) -> Self {
        Self { spread: Spread::Drawn, ..self }
    }

    /// To how many of `ranks` ranks each token goes, to each of them once at most.
    pub fn destinations(self, ranks: usize) -> f64 {
        match self.spread {
            Spread::Even => f64::from(self.choices).min(ranks as f64),
            Spread::Drawn => self.expected_places(ranks),
        }
    }

    /// What the busiest rank gets, over the mean; at least 1.
    pub fn imbalance(self) -> f64 {
        f64::from(self.imbalance) / 1000.0
    }
}

/// How likely no choice is in a place of `here` groups, when choices fall evenly on `chosen` of `groups` groups.
fn missed((chosen, groups): (f64, f64), here: f64, choices: f64) -> f64 {
    // One by one, the chosen groups are drawn from those that are left: the chance of each number in the place.
    let mut chances = vec![1.0];
    for drawn in 0..chosen as usize {
        let mut next = vec![0.0; chances.len() + 1];
        for (inside, chance) in chances.iter().enumerate() {
            let hit = ((here - inside as f64) / (groups - drawn as f64)).clamp(0.0, 1.0);
            next[inside + 1] += chance * hit;
            next[inside] += chance * (1.0 - hit);
        }
        chances = next;
    }
    let none_in = |(inside, chance): (usize, &f64)| chance * (1.0 - inside as f64 / chosen).powf(choices);
    chances.iter().enumerate().map(none_in).sum()
}

/// One collective: what, how much, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CollectiveCall {
    /// Which collective.
    pub kind: CollectiveKind,
    /// The buffer, by the conventions of nccl-tests: all-reduce, the buffer; all-gather, the gathered buffer;
    /// reduce-scatter, the input; all-to-all, one rank's whole send buffer; send-recv, the message; of experts, one
    /// rank's tokens, each once.
    pub bytes: Bytes,
    /// The algorithm, or `None` to choose by predicted time.
    pub algorithm: Option<Algorithm>,
    /// The protocol, or `None` to choose by predicted time.
    pub protocol: Option<Protocol>,
    /// How tokens spread, for the exchanges of experts.
    pub experts: ExpertRouting,
}

impl CollectiveCall {
    /// A collective whose algorithm and protocol are chosen by predicted time.
    pub fn auto(kind: CollectiveKind, bytes: Bytes) -> Self {
        Self { kind, bytes, algorithm: None, protocol: None, experts: ExpertRouting::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_fall_on_fewer_places_than_there_are_choices() {
        let routing = ExpertRouting::new(2, 1.0);
        assert_eq!(routing.expected_places(1), 1.0);
        // Both choices in one of four with 1/4.
        assert!((routing.expected_places(4) - 1.75).abs() < 1e-12);
        assert_eq!((routing.destinations(4), routing.destinations(1)), (2.0, 1.0));
        assert!((routing.drawn().destinations(4) - 1.75).abs() < 1e-12);
    }

    #[test]
    fn groups_hold_choices_together() {
        let routing = ExpertRouting::new(2, 1.0).within_groups(2, 4);
        // Two of four groups, two choices: in both groups with 1/2.
        assert!((routing.expected_places(4) - 1.5).abs() < 1e-12);
        // Eight places: four are open.
        assert!((routing.expected_places(8) - 1.75).abs() < 1e-12);
        // Two places of two groups: with 1/3 both groups are in one, otherwise both are met with 1/2.
        assert!((routing.expected_places(2) - (1.0 / 3.0 + 2.0 / 3.0 * 1.5)).abs() < 1e-12);
        assert!((routing.expected_places(1) - 1.0).abs() < 1e-12);
        assert_eq!(routing.within_groups(4, 4), ExpertRouting::new(2, 1.0));
    }
}

//! Collectives as their schedules, without a fabric: who sends to whom in every step that differs from others.

use copperlight_core::collectives::{GroupShape, Phase, expand};
use copperlight_core::units::Bytes;
use copperlight_core::workload::{Algorithm, CollectiveCall, CollectiveKind};

/// The ranks of a domain.
const INSIDE: usize = 8;

/// Into how many chunks pipelines are cut.
const CHUNKS: usize = 64;

const SIZE: Bytes = Bytes::new(1_000_000_000);

/// The numbers of ranks.
pub const RANKS: [usize; 3] = [72, 384, 4_096];

/// For each algorithm, its transfers over so many [`RANKS`].
///
/// Where every step is the same, one is asked for: of a ring with channels `2 n`, of a tier of a hierarchy `n` each way.
/// Halving and doubling have `ceil(log2 n)` steps of `n` each, direct forms `n (n - 1)` for each exchange. Switches of
/// one domain sum in one step that differs, copy in another, and do both in two more: `6 n`. Steps in which the trees
/// over several domains fill and empty were counted once.
pub const ALGORITHMS: [(Algorithm, [u64; 3]); 9] = [
    (Algorithm::Ring, [144, 768, 8_192]),
    (Algorithm::Tree, [9_808, 64_256, 842_688]),
    (Algorithm::HalvingDoubling, [1_008, 6_912, 98_304]),
    (Algorithm::Direct, [5_112, 147_072, 16_773_120]),
    (Algorithm::TwoShot, [10_224, 294_144, 33_546_240]),
    (Algorithm::Hierarchical, [288, 1_536, 16_384]),
    (Algorithm::Nvls, [432, 2_304, 24_576]),
    (Algorithm::NvlsTree, [4_400, 33_936, 515_408]),
    (Algorithm::Pairwise, [5_112, 147_072, 16_773_120]),
];

/// A collective over domains of 8 ranks.
#[derive(Debug)]
pub struct Expansion {
    algorithm: Algorithm,
    call: CollectiveCall,
    shape: GroupShape,
}

impl Expansion {
    /// An all-reduce of 1 GB by `algorithm`, or an all-to-all where it has no other, over whole domains.
    pub fn new(algorithm: Algorithm, ranks: usize) -> Self {
        let kind = match algorithm {
            Algorithm::Pairwise => CollectiveKind::AllToAll,
            _ => CollectiveKind::AllReduce,
        };
        let domains: Vec<u32> = (0..ranks).map(|rank| (rank / INSIDE) as u32).collect();
        // The switches of one domain serve all ranks.
        let levels = if algorithm == Algorithm::Nvls { vec![] } else { vec![domains] };
        let shape = GroupShape::from_containers(ranks, &levels);
        Self { algorithm, call: CollectiveCall::auto(kind, SIZE), shape }
    }

    /// Expands it, asks every rank for its transfers in each step that differs from others, and counts them.
    pub fn run(&self) -> u64 {
        let schedule = expand(&self.call, self.algorithm, &self.shape, CHUNKS);
        let of_phase = |phase: &Phase| {
            let distinct = if phase.pattern.repeats() { 1 } else { phase.steps };
            let steps = phase.first..phase.first + distinct;
            let of_step = |step| (0..schedule.ranks).map(move |position| (position, step));
            let sends = |(position, step)| phase.pattern.sends(schedule.ranks, position, step).len() as u64;
            steps.flat_map(of_step).map(sends).sum::<u64>()
        };
        schedule.phases.iter().map(of_phase).sum()
    }
}

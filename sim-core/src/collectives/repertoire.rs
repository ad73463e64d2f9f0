//! Which algorithms a library has, which of them can run on a group, and what each expands to.

use super::{
    GroupShape, Schedule, circulant, everyone, experts, hierarchical, in_network, pairwise, relay, ring, tree,
};
use crate::workload::{Algorithm, CollectiveCall, CollectiveKind, Library};

/// Larger groups do not exchange with everyone at once: `n^2` transfers would be in flight.
const MOST_AT_ONCE: usize = 2_048;

/// Larger groups do not run chains along all ranks, whose every rank is in another stage.
const LONGEST_CHAIN: usize = 1_024;

/// The algorithms that a library chooses among on a group of this shape, none of them degenerate.
///
/// `sums_in_network` tells whether switches of each domain can reduce and copy for the ranks that stand there.
pub fn candidates(
    kind: CollectiveKind,
    shape: &GroupShape,
    (library, sums_in_network): (Library, bool),
) -> Vec<Algorithm> {
    let spans_domains = shape.tiers().len() > 1;
    match kind {
        CollectiveKind::AllToAll if shape.ranks() <= MOST_AT_ONCE => {
            vec![Algorithm::Direct, Algorithm::Pairwise]
        }
        CollectiveKind::AllToAll => vec![Algorithm::Pairwise],
        CollectiveKind::EpDispatch | CollectiveKind::EpCombine => {
            tiered(shape.has_several_domains(), vec![Algorithm::Direct])
        }
        CollectiveKind::Barrier => vec![Algorithm::HalvingDoubling],
        CollectiveKind::SendRecv => vec![Algorithm::Ring],
        CollectiveKind::Broadcast | CollectiveKind::Reduce => {
            if shape.ranks() <= LONGEST_CHAIN {
                vec![Algorithm::Ring]
            } else {
                vec![Algorithm::Tree]
            }
        }
        CollectiveKind::AllReduce => match library {
            Library::Nccl => {
                let mut found = vec![Algorithm::Ring];
                match (spans_domains, sums_in_network) {
                    (true, true) => found.extend([Algorithm::Tree, Algorithm::NvlsTree]),
                    (true, false) => found.push(Algorithm::Tree),
                    (false, true) => found.push(Algorithm::Nvls),
                    (false, false) => {}
                }
                found
            }
            Library::Hccl => tiered(spans_domains, vec![Algorithm::Ring, Algorithm::HalvingDoubling]),
            Library::Any => tiered(spans_domains, vec![Algorithm::Ring]),
        },
        CollectiveKind::ReduceScatter | CollectiveKind::AllGather => match library {
            Library::Nccl => vec![Algorithm::Ring],
            Library::Hccl => tiered(spans_domains, vec![Algorithm::Ring, Algorithm::HalvingDoubling]),
            Library::Any => tiered(spans_domains, vec![Algorithm::Ring]),
        },
    }
}

fn tiered(spans_domains: bool, mut flat: Vec<Algorithm>) -> Vec<Algorithm> {
    if spans_domains {
        flat.push(Algorithm::Hierarchical);
    }
    flat
}

/// The algorithm that runs when `asked` is asked for: a degenerate one runs as its flat form.
///
/// `sums_in_network` as for [`candidates`].
pub fn effective(
    asked: Algorithm,
    kind: CollectiveKind,
    shape: &GroupShape,
    sums_in_network: bool,
) -> Algorithm {
    use CollectiveKind as Kind;
    let spans_domains = shape.tiers().len() > 1;
    let rooted = matches!(kind, Kind::Broadcast | Kind::Reduce);
    let reduces = kind == Kind::AllReduce;
    match kind {
        Kind::EpDispatch | Kind::EpCombine => {
            return match asked {
                Algorithm::Hierarchical if shape.has_several_domains() => Algorithm::Hierarchical,
                _ => Algorithm::Direct,
            };
        }
        Kind::Barrier => return Algorithm::HalvingDoubling,
        Kind::SendRecv => return Algorithm::Ring,
        Kind::AllToAll if asked == Algorithm::Direct => return Algorithm::Direct,
        Kind::AllToAll => return Algorithm::Pairwise,
        _ => {}
    }
    match asked {
        Algorithm::Direct => Algorithm::Direct,
        Algorithm::TwoShot if reduces => Algorithm::TwoShot,
        Algorithm::TwoShot if !rooted => Algorithm::Direct,
        Algorithm::Tree if rooted || reduces => Algorithm::Tree,
        Algorithm::HalvingDoubling if !rooted => Algorithm::HalvingDoubling,
        Algorithm::Hierarchical if spans_domains && !rooted => Algorithm::Hierarchical,
        Algorithm::Nvls if sums_in_network && !spans_domains => Algorithm::Nvls,
        Algorithm::Nvls | Algorithm::NvlsTree if sums_in_network && reduces => match spans_domains {
            true => Algorithm::NvlsTree,
            false => Algorithm::Nvls,
        },
        _ if rooted && shape.ranks() > LONGEST_CHAIN => Algorithm::Tree,
        _ => Algorithm::Ring,
    }
}

/// Whether an algorithm cuts a collective into chunks that follow one another.
pub fn is_chunked(kind: CollectiveKind, algorithm: Algorithm) -> bool {
    match algorithm {
        Algorithm::Tree | Algorithm::Nvls | Algorithm::NvlsTree => true,
        Algorithm::Ring => matches!(kind, CollectiveKind::Broadcast | CollectiveKind::Reduce),
        Algorithm::Hierarchical => matches!(kind, CollectiveKind::EpDispatch | CollectiveKind::EpCombine),
        _ => false,
    }
}

/// Expands a call by an [`effective`] algorithm into its schedule, in `chunks` chunks where it [`is_chunked`].
pub fn expand(call: &CollectiveCall, algorithm: Algorithm, shape: &GroupShape, chunks: usize) -> Schedule {
    let (kind, bytes, ranks) = (call.kind, call.bytes, shape.ranks());
    match kind {
        CollectiveKind::EpDispatch | CollectiveKind::EpCombine => {
            return match algorithm {
                Algorithm::Hierarchical => relay::schedule(call, (ranks, shape.domain()), chunks),
                _ => experts::schedule(call, ranks),
            };
        }
        CollectiveKind::Barrier => return circulant::barrier(ranks),
        CollectiveKind::SendRecv => return ring::send_recv(bytes, ranks),
        _ => {}
    }
    let rooted = matches!(kind, CollectiveKind::Broadcast | CollectiveKind::Reduce);
    // Without domains around it a tree is one over all ranks; what the switches do is done in one domain.
    let domain = if shape.tiers().len() > 1 { shape.tiers()[0] } else { 1 };
    match algorithm {
        Algorithm::Ring if rooted => {
            let inside = if domain > 1 { domain } else { ranks };
            tree::chain(kind, bytes, (ranks, inside), chunks)
        }
        Algorithm::Ring => ring::schedule(kind, bytes, ranks, domain),
        Algorithm::Direct => everyone::direct(kind, bytes, ranks),
        Algorithm::TwoShot => everyone::two_shot(bytes, ranks),
        Algorithm::Hierarchical => hierarchical::schedule(kind, bytes, shape),
        Algorithm::Pairwise => pairwise::schedule(bytes, ranks),
        Algorithm::HalvingDoubling => circulant::schedule(kind, bytes, ranks),
        Algorithm::Tree => tree::schedule(kind, bytes, (ranks, domain), chunks),
        Algorithm::Nvls | Algorithm::NvlsTree => {
            in_network::schedule(kind, bytes, (ranks, if domain > 1 { domain } else { ranks }), chunks)
        }
    }
}

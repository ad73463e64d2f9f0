//! Why another algorithm runs than the one that was asked for.

use super::{InNetworkCost, Transport};
use crate::collectives::GroupShape;
use crate::workload::Algorithm;

/// Why an algorithm degenerates on a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replacement {
    /// All ranks stand in one tier: there is nothing between tiers.
    OneTier,
    /// No switches reduce and copy.
    NoSwitches,
    /// The switches are used for more ranks of a domain than there are.
    FewRanks {
        /// The ranks of a domain.
        ranks: usize,
        /// The fewest that the switches are used for.
        least: usize,
    },
    /// The ranks do not fill domains in which switches could reduce.
    Scattered,
    /// The switches of one domain do not reach the ranks of the others.
    SeveralDomains,
    /// There is one domain: no tree joins it to others.
    OneDomain,
    /// The chain would be longer than any that is run.
    LongChain,
    /// The operation does not run so.
    OtherOperation,
}

impl Replacement {
    /// Why `ran` runs in place of `asked` on a group of this shape; `sums` tells whether switches reduce for it.
    pub(super) fn find(
        (asked, ran): (Algorithm, Algorithm),
        shape: &GroupShape,
        (transport, sums): (&Transport, bool),
    ) -> Option<Self> {
        let several = shape.tiers().len() > 1;
        let in_switches = |algorithm| matches!(algorithm, Algorithm::Nvls | Algorithm::NvlsTree);
        match asked {
            _ if asked == ran => None,
            Algorithm::Hierarchical if !several => Some(Self::OneTier),
            Algorithm::Ring if ran == Algorithm::Tree => Some(Self::LongChain),
            _ if in_switches(asked) && !sums => Some(Self::without_switches(transport.in_network, shape)),
            Algorithm::Nvls if several => Some(Self::SeveralDomains),
            Algorithm::NvlsTree if in_switches(ran) => Some(Self::OneDomain),
            _ => Some(Self::OtherOperation),
        }
    }

    fn without_switches(cost: Option<InNetworkCost>, shape: &GroupShape) -> Self {
        let ranks = shape.tiers()[0];
        match cost.map(|cost| cost.least_ranks as usize) {
            None => Self::NoSwitches,
            Some(least) if ranks < least.max(2) => Self::FewRanks { ranks, least: least.max(2) },
            Some(_) => Self::Scattered,
        }
    }
}

//! Symbolic data: whose contributions stand in one place of a buffer.

/// The most ranks of a group.
pub(crate) const MOST_RANKS: usize = 384;

const WORDS: usize = MOST_RANKS / 64;

/// A sum of contributions: which ranks' stand in it, and whether any stands in it twice.
///
/// Sums only grow, so that one that holds something twice never becomes right again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Contributions {
    ranks: [u64; WORDS],
    twice: bool,
}

impl Contributions {
    /// The contribution of one rank.
    pub(crate) fn of(rank: usize) -> Self {
        let mut only = Self::default();
        only.ranks[rank / 64] = 1 << (rank % 64);
        only
    }

    /// Each of the first `ranks` once.
    pub(crate) fn of_all(ranks: usize) -> Self {
        (0..ranks).fold(Self::default(), |all, rank| all.plus(Self::of(rank)))
    }

    /// The sum of two.
    pub(crate) fn plus(mut self, other: Self) -> Self {
        self.twice |= other.twice;
        for (own, others) in self.ranks.iter_mut().zip(other.ranks) {
            self.twice |= *own & others != 0;
            *own |= others;
        }
        self
    }

    /// Whether another holds the same, however often.
    pub(crate) fn is_of_the_same_as(&self, other: &Self) -> bool {
        self.ranks == other.ranks
    }
}

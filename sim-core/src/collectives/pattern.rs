//! Who sends to whom in one step.

/// The targets of every position in the steps of a phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pattern {
    /// Positions that differ only in the coordinate of one tier form a ring; each sends to the next.
    Ring {
        /// How far apart neighbours stand: the product of the tiers inside.
        stride: usize,
        /// How many form a ring.
        size: usize,
    },
    /// Every position sends to every other at once.
    Everyone,
    /// In the `k`-th step of the phase each position sends to the one `k + 1` further on.
    Shift,
}

impl Pattern {
    /// The targets of `position` among `ranks`, in the `step`-th step of the phase.
    pub fn targets(self, ranks: usize, position: usize, step: usize) -> Vec<usize> {
        match self {
            Self::Ring { stride, size } => {
                let coordinate = position / stride % size;
                let next = (coordinate + 1) % size;
                vec![position - coordinate * stride + next * stride]
            }
            Self::Everyone => (1..ranks).map(|shift| (position + shift) % ranks).collect(),
            Self::Shift => vec![(position + step + 1) % ranks],
        }
    }

    /// How many transfers reach each position in one step.
    pub fn receives(self, ranks: usize) -> usize {
        match self {
            Self::Ring { .. } | Self::Shift => 1,
            Self::Everyone => ranks - 1,
        }
    }

    /// Whether every step of a phase has the same targets.
    pub fn repeats(self) -> bool {
        !matches!(self, Self::Shift)
    }
}

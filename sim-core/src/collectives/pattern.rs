//! Who sends to whom in one step, and what.

use super::circulant;
use super::everyone::{self, Part};
use super::experts::{self, Load};
use super::in_network::InNetwork;
use super::relay::Relay;
use super::ring;
use super::tree::Tree;

/// Who takes part in a transfer beside the position that starts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Partners {
    /// One position receives.
    One(usize),
    /// Switches copy the data to these positions, the sender among them or not.
    Copies(Span),
    /// Switches sum what these positions hold, the one that starts the transfer among them, and give it the sum.
    Sum(Span),
}

/// Consecutive positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first position.
    pub first: usize,
    /// How many.
    pub count: usize,
}

impl Span {
    /// The positions.
    pub fn positions(self) -> std::ops::Range<usize> {
        self.first..self.first + self.count
    }
}

impl Partners {
    /// The positions that take part, without the one that starts the transfer.
    pub fn others(self, starter: usize) -> impl Iterator<Item = usize> {
        let span = match self {
            Self::One(position) => Span { first: position, count: 1 },
            Self::Copies(span) | Self::Sum(span) => span,
        };
        span.positions().filter(move |&position| position != starter)
    }
}

/// A transfer that a position starts in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Send {
    /// Who else takes part.
    pub partners: Partners,
    /// What it carries, in units of [`Phase::bytes`](super::Phase).
    pub blocks: u64,
}

impl Send {
    /// A transfer of one block to one position.
    pub(super) const fn one(position: usize) -> Self {
        Self { partners: Partners::One(position), blocks: 1 }
    }
}

/// What the receiver does with what arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Adds it to what it has.
    Add,
    /// Puts it in the place of what it has.
    Set,
}

/// Equal parts of the buffer that a transfer carries: `first`, `first + stride`, ..., `count` of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Atoms {
    /// The first atom.
    pub first: usize,
    /// From one atom to the next.
    pub stride: usize,
    /// How many atoms.
    pub count: usize,
    /// What is done with them; `None` where the step of the phase decides.
    pub action: Option<Action>,
}

impl Atoms {
    pub(super) const fn one(atom: usize) -> Self {
        Self { first: atom, stride: 1, count: 1, action: None }
    }

    /// The atoms, one by one.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        (0..self.count).map(move |index| self.first + index * self.stride)
    }
}

/// The transfers of every position in the steps of a phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pattern {
    /// Positions that differ only in the coordinate of one tier form a ring; each sends to the next.
    Ring {
        /// How far apart neighbours stand: the product of the tiers inside.
        stride: usize,
        /// How many form a ring.
        size: usize,
    },
    /// As many rings as a domain has members, each of which leaves the domains by another member.
    Channels {
        /// The members of a domain.
        inside: usize,
    },
    /// Every position sends to every other at once.
    Everyone(Part),
    /// Positions that differ only in the coordinate of one tier send to each other at once.
    Exchange {
        /// How far apart neighbours stand.
        stride: usize,
        /// How many exchange.
        size: usize,
        /// What each is sent.
        part: Part,
    },
    /// In the `k`-th step each position sends to the one `k + 1` further on.
    Shift,
    /// Each position sends to the one `skip` further on, or back, the part of the buffer that it is nearer to.
    Circulant {
        /// How far.
        skip: usize,
        /// How many of the `n` parts.
        blocks: usize,
        /// Against the order of positions.
        back: bool,
    },
    /// The first position sends to every other at once, or every other to it.
    Star {
        /// Towards the first position.
        inward: bool,
    },
    /// Chunks on their way up and down trees.
    Tree(Tree),
    /// Chunks that switches sum and copy, and trees between domains.
    InNetwork(InNetwork),
    /// Every position sends tokens to the experts of every other, or gets them back.
    Experts(Load),
    /// Tokens cross once to each domain and are handed on there, or the answers to them come back.
    Relay(Relay),
}

impl Pattern {
    /// The transfers that `position` among `ranks` starts in a step; no two have the same partners.
    pub fn sends(self, ranks: usize, position: usize, step: usize) -> Vec<Send> {
        match self {
            Self::Ring { stride, size } => vec![Send::one(ring::next(position, stride, size))],
            Self::Channels { inside } => ring::channel_sends(ranks, inside, position),
            Self::Everyone(_) => everyone::sends(ranks, position),
            Self::Exchange { stride, size, .. } => everyone::tier_sends(position, stride, size),
            Self::Shift => vec![Send::one((position + step + 1) % ranks)],
            Self::Circulant { skip, back, .. } => {
                let target = if back { position + ranks - skip } else { position + skip };
                vec![Send::one(target % ranks)]
            }
            Self::Star { inward } => everyone::star_sends(ranks, position, inward),
            Self::Tree(tree) => tree.sends(position, Some(step)),
            Self::InNetwork(waves) => waves.sends(position, Some(step)),
            Self::Experts(load) => experts::sends(ranks, position, load),
            Self::Relay(relay) => relay.sends(ranks, position),
        }
    }

    /// Adds what [`Pattern::sends`] gives to a list, whose memory serves for many positions.
    pub(crate) fn add_sends(self, ranks: usize, position: usize, step: usize, list: &mut Vec<Send>) {
        match self {
            Self::Ring { stride, size } => list.push(Send::one(ring::next(position, stride, size))),
            Self::Shift => list.push(Send::one((position + step + 1) % ranks)),
            _ => list.extend(self.sends(ranks, position, step)),
        }
    }

    /// Whether a position that stands `by` further on sends to partners that stand `by` further on, past the last as to
    /// the first.
    ///
    /// Where domains are joined to channels, the last `by` positions may send to others among the first than that.
    pub(crate) fn moves_by(self, ranks: usize, by: usize) -> bool {
        match self {
            Self::Ring { stride, size } | Self::Exchange { stride, size, .. } => {
                stride * size == ranks || by.is_multiple_of(stride * size)
            }
            Self::Channels { inside } => by.is_multiple_of(inside),
            Self::Everyone(_) | Self::Shift | Self::Circulant { .. } => true,
            Self::Relay(relay) => relay.is_even() && by.is_multiple_of(relay.inside()),
            Self::Star { .. } | Self::Tree(_) | Self::InNetwork(_) | Self::Experts(_) => false,
        }
    }

    /// The transfers of a step in which every position is as busy as it ever is.
    pub fn busiest_sends(self, ranks: usize, position: usize) -> Vec<Send> {
        match self {
            Self::Tree(tree) => tree.sends(position, None),
            Self::InNetwork(waves) => waves.sends(position, None),
            _ => self.sends(ranks, position, 0),
        }
    }

    /// Adds what [`Pattern::busiest_sends`] gives to a list, whose memory serves for many positions.
    pub(crate) fn add_busiest_sends(self, ranks: usize, position: usize, list: &mut Vec<Send>) {
        match self {
            Self::Tree(_) | Self::InNetwork(_) => list.extend(self.busiest_sends(ranks, position)),
            _ => self.add_sends(ranks, position, 0, list),
        }
    }

    /// How many transfers that others start in a step `position` takes part in.
    pub fn receives(self, ranks: usize, position: usize, step: usize) -> usize {
        match self {
            Self::Ring { .. } | Self::Shift | Self::Circulant { .. } => 1,
            Self::Channels { inside } => {
                if inside > 1 {
                    2
                } else {
                    1
                }
            }
            Self::Everyone(_) | Self::Experts(_) => ranks - 1,
            Self::Exchange { size, .. } => size - 1,
            Self::Relay(relay) => relay.receives(ranks),
            Self::Star { inward } => match (inward, position) {
                (true, 0) => ranks - 1,
                (true, _) | (false, 0) => 0,
                (false, _) => 1,
            },
            Self::Tree(tree) => tree.receives(position, step),
            Self::InNetwork(waves) => waves.receives(position, step),
        }
    }

    /// The blocks that `position` sends in a step over all its ports: what it starts, and what it gives to sums.
    pub fn sent_blocks(self, ranks: usize, position: usize, step: usize) -> u64 {
        let own = self.sends(ranks, position, step).into_iter();
        let started = own.filter(|send| !matches!(send.partners, Partners::Sum(_))).map(|send| send.blocks);
        let summed = match self {
            Self::InNetwork(waves) => waves.summed_blocks(position, step),
            _ => 0,
        };
        started.sum::<u64>() + summed
    }

    /// What a transfer carries, as parts of a buffer of [`Pattern::atoms`].
    pub fn contents(self, ranks: usize, position: usize, step: usize, partners: Partners) -> Vec<Atoms> {
        match (self, partners) {
            (Self::Ring { stride, size }, _) => vec![ring::contents(ranks, position, (stride, size), step)],
            (Self::Channels { inside }, Partners::One(to)) => {
                ring::channel_contents(ranks, inside, (position, to), step)
            }
            (Self::Everyone(part), Partners::One(to)) => {
                vec![everyone::contents(ranks, (position, to), part)]
            }
            (Self::Exchange { stride, size, part }, Partners::One(to)) => {
                vec![everyone::tier_contents(ranks, (position, to), (stride, size), part)]
            }
            (Self::Shift | Self::Experts(_), Partners::One(to)) => vec![Atoms::one(position * ranks + to)],
            (Self::Relay(relay), Partners::One(to)) => vec![relay.contents(ranks, (position, to))],
            (Self::Circulant { skip, blocks, back }, _) => {
                circulant::contents(ranks, position, (skip, blocks, back))
            }
            (Self::Star { .. }, _) => vec![Atoms::one(0)],
            (Self::Tree(tree), Partners::One(to)) => tree.contents(position, step, to),
            (Self::InNetwork(waves), _) => waves.contents(position, step, partners),
            _ => Vec::new(),
        }
    }

    /// Into how many equal atoms the buffer of `ranks` positions is cut.
    pub fn atoms(self, ranks: usize) -> usize {
        match self {
            Self::Everyone(Part::OfPair) => ranks * ranks,
            Self::Ring { .. } | Self::Exchange { .. } | Self::Circulant { .. } | Self::Everyone(_) => ranks,
            Self::Channels { inside } => ranks * inside,
            Self::Shift | Self::Experts(_) | Self::Relay(_) => ranks * ranks,
            Self::Star { .. } => 1,
            Self::Tree(tree) => tree.atoms(),
            Self::InNetwork(waves) => waves.atoms(),
        }
    }

    /// Whether transfers inside domains, and transfers between them, are on their way in a step, by the pattern alone.
    pub(crate) fn activity(self, step: usize) -> (bool, bool) {
        match self {
            Self::Tree(tree) => tree.activity(step),
            Self::InNetwork(waves) => waves.activity(step),
            Self::Relay(relay) => relay.activity(),
            _ => (true, true),
        }
    }

    /// Into how many chunks that follow one another the buffer is cut; 1 where steps do without.
    pub fn chunks(self) -> usize {
        match self {
            Self::Tree(tree) => tree.chunks(),
            Self::InNetwork(waves) => waves.chunks(),
            _ => 1,
        }
    }

    /// Whether the first chunk of a pipeline is on its way between domains in a step; those after it follow it.
    pub(crate) fn leads_outside(self, step: usize) -> bool {
        match self {
            Self::Tree(tree) => tree.leads_outside(step),
            Self::InNetwork(waves) => waves.leads_outside(step),
            _ => true,
        }
    }

    /// The pattern of one chunk: positions are as busy in its busiest step as in that of many.
    pub(crate) fn of_one_chunk(self) -> Self {
        match self {
            Self::Tree(tree) => Self::Tree(tree.of_one_chunk()),
            Self::InNetwork(waves) => Self::InNetwork(waves.of_one_chunk()),
            other => other,
        }
    }

    /// How many transfers a position has under way at once, that share what its port can do.
    pub fn at_once(self, ranks: usize) -> usize {
        match self {
            Self::Everyone(_) | Self::Experts(_) => ranks - 1,
            Self::Exchange { size, .. } => size - 1,
            Self::Relay(relay) => relay.inside() - 1,
            _ => 1,
        }
    }

    /// A pattern and a step of it with the same transfers, the same for as many steps of as many patterns as can be told.
    ///
    /// Where transfers are the same in every step, it is the first; pipelines that fill before they empty are as long as
    /// the shortest such.
    pub(crate) fn canonical(self, step: usize) -> (Self, usize) {
        match self {
            Self::Tree(tree) => {
                let (tree, step) = tree.canonical(step);
                (Self::Tree(tree), step)
            }
            Self::InNetwork(waves) => {
                let (waves, step) = waves.canonical(step);
                (Self::InNetwork(waves), step)
            }
            Self::Shift => (self, step),
            _ => (self, 0),
        }
    }

    /// Whether every step of a phase has the same transfers.
    pub fn repeats(self) -> bool {
        !matches!(self, Self::Shift)
    }

    /// Whether each position starts transfers of the same sizes in each step.
    pub fn is_symmetric(self) -> bool {
        match self {
            Self::Star { .. } | Self::Tree(_) | Self::InNetwork(_) | Self::Experts(_) => false,
            Self::Relay(relay) => relay.is_even(),
            _ => true,
        }
    }
}

/// Puts together what goes to the same partners.
pub(super) fn merged(mut sends: Vec<Send>) -> Vec<Send> {
    sends.sort_unstable();
    sends.dedup_by(|next, kept| {
        let same = next.partners == kept.partners;
        if same {
            kept.blocks += next.blocks;
        }
        same
    });
    sends
}

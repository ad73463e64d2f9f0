//! The entries of the ledger, and the tags by which operations belong to them.

use copperlight_core::workload::Tag;

/// What a rank's time is spent on; at each instant exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LedgerEntry {
    /// A kernel runs.
    Compute,
    /// Exposed collectives of the tensor group, sequence-parallel ones included.
    Tensor,
    /// Exposed exchanges of context parallelism.
    Context,
    /// Exposed transfers between stages.
    Pipeline,
    /// Exposed exchange of gradients and parameters between replicas.
    Data,
    /// Exposed exchanges of expert parallelism.
    Expert,
    /// Blocked on a receive from another stage whose send has not begun.
    Bubble,
    /// The optimizer runs.
    Optimizer,
    /// Blocked in an operation that some participant has not entered, or done before the others.
    Wait,
}

impl LedgerEntry {
    /// How many entries there are.
    pub const COUNT: usize = 9;

    /// How many bits of a tag name an entry.
    pub(in crate::training) const TAG_BITS: u32 = 4;
    const MASK: u32 = (1 << Self::TAG_BITS) - 1;

    /// All entries, in the order of results.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Compute,
        Self::Tensor,
        Self::Context,
        Self::Pipeline,
        Self::Data,
        Self::Expert,
        Self::Bubble,
        Self::Optimizer,
        Self::Wait,
    ];

    /// The name in results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Compute => "compute",
            Self::Tensor => "tensor",
            Self::Context => "context",
            Self::Pipeline => "pipeline",
            Self::Data => "data",
            Self::Expert => "expert",
            Self::Bubble => "bubble",
            Self::Optimizer => "optimizer",
            Self::Wait => "wait",
        }
    }

    /// Whether this is exposed communication.
    pub const fn is_communication(self) -> bool {
        matches!(self, Self::Tensor | Self::Context | Self::Pipeline | Self::Data | Self::Expert)
    }

    /// The tag of operations whose time belongs to this entry.
    pub const fn tag(self) -> Tag {
        Tag(self as u32)
    }

    /// The entry that an operation belongs to, whatever else its tag says.
    ///
    /// # Panics
    /// When the tag is none that [`Self::tag`] made.
    pub const fn of(tag: Tag) -> Self {
        Self::ALL[(tag.0 & Self::MASK) as usize]
    }
}

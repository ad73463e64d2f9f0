//! What computations wait for, as a part of the tags of operations.

use super::seconds::Seconds;
use crate::training::LedgerEntry;
use copperlight_core::workload::Tag;

/// The shares of a computation that wait for the chip's memory and for its host, in ten-thousandths; the rest is
/// arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KernelShares {
    /// Operands and results pass the memory.
    pub memory: u16,
    /// The host launches kernels, or does what a step costs beside them.
    pub host: u16,
}

/// Bits of a tag for each share.
const BITS: u32 = 14;
const MASK: u32 = (1 << BITS) - 1;

impl KernelShares {
    /// All of a time.
    pub const WHOLE: u16 = 10_000;

    /// The shares of a duration.
    pub(in crate::training) fn of(duration: Seconds) -> Self {
        let [memory, host] = duration.shares().map(|share| share * f64::from(Self::WHOLE));
        let memory = memory.round().clamp(0.0, f64::from(Self::WHOLE)) as u16;
        // Both are rounded: together they are no more than the whole.
        Self { memory, host: (host.round() as u16).min(Self::WHOLE - memory) }
    }

    /// The tag of a computation of an entry that has these shares.
    pub(in crate::training) const fn tag(self, entry: LedgerEntry) -> Tag {
        let shares = self.memory as u32 | (self.host as u32) << BITS;
        Tag(entry.tag().0 | shares << LedgerEntry::TAG_BITS)
    }

    /// The shares that a tag tells of.
    pub const fn of_tag(tag: Tag) -> Self {
        let shares = tag.0 >> LedgerEntry::TAG_BITS;
        Self { memory: (shares & MASK) as u16, host: (shares >> BITS & MASK) as u16 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_keeps_entry_and_shares() {
        let duration = Seconds::arithmetic(1.0) + Seconds::memory(2.0) + Seconds::host(5.0);
        let shares = KernelShares::of(duration);
        assert_eq!(shares, KernelShares { memory: 2_500, host: 6_250 });
        for entry in LedgerEntry::ALL {
            let tag = shares.tag(entry);
            assert_eq!((LedgerEntry::of(tag), KernelShares::of_tag(tag)), (entry, shares));
            assert_eq!(KernelShares::of_tag(entry.tag()), KernelShares::default());
        }
    }

    #[test]
    fn shares_are_never_more_than_all() {
        let duration = Seconds::memory(1.0) + Seconds::host(1.0 / 3.0);
        let shares = KernelShares::of(duration);
        assert_eq!(shares.memory + shares.host, KernelShares::WHOLE);
        assert_eq!(KernelShares::of(Seconds::ZERO), KernelShares::default());
        let whole = KernelShares::of(Seconds::memory(3.0));
        assert_eq!(KernelShares::of_tag(whole.tag(LedgerEntry::Wait)).memory, KernelShares::WHOLE);
    }
}

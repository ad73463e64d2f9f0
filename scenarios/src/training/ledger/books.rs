//! The books of one rank: time by entry and, where asked for, which entry held when.

use super::entry::LedgerEntry;
use super::recurring::Round;
use copperlight_core::units::Time;

/// A time that was booked on one entry, from the end of the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerSlice {
    /// What it was booked on.
    pub entry: LedgerEntry,
    /// When it ended.
    pub until: Time,
}

/// Time by entry, booked from zero on without a gap.
#[derive(Debug, Clone, Default)]
pub(super) struct Books {
    until: Time,
    totals: [u64; LedgerEntry::COUNT],
    /// What was booked in the order of time; neighbours differ.
    track: Option<Vec<LedgerSlice>>,
}

impl Books {
    /// Empty books that also keep which entry held when.
    pub(super) fn with_track() -> Self {
        Self { track: Some(Vec::new()), ..Self::default() }
    }

    /// Books the time since the last booking.
    pub(super) fn book(&mut self, entry: LedgerEntry, until: Time) {
        self.totals[entry as usize] += (until - self.until).picoseconds();
        self.until = until;
        let Some(track) = &mut self.track else { return };
        match track.last_mut() {
            Some(last) if last.entry == entry => last.until = until,
            _ => track.push(LedgerSlice { entry, until }),
        }
    }

    /// The same, without what was kept of when.
    pub(super) const fn without_track(&self) -> Self {
        Self { until: self.until, totals: self.totals, track: None }
    }

    /// Whether a round has booked up to as much later.
    pub(super) fn follow(&self, before: &Self, round: Round) -> bool {
        round.moves_time(before.until, self.until)
    }

    /// Books what was booked since `before` so many times again.
    pub(super) fn pass_over(&mut self, before: &Self, rounds: u64) {
        let duration = self.until - before.until;
        if let Some(track) = &self.track {
            let first = track.partition_point(|slice| slice.until <= before.until);
            let booked = track[first..].to_vec();
            for round in 1..=rounds {
                booked.iter().for_each(|slice| self.book(slice.entry, slice.until + duration * round));
            }
        } else {
            self.until += duration * rounds;
            for (total, before) in self.totals.iter_mut().zip(before.totals) {
                *total += (*total - before) * rounds;
            }
        }
    }

    /// Picoseconds by entry.
    pub(super) const fn totals(&self) -> &[u64; LedgerEntry::COUNT] {
        &self.totals
    }

    /// Which entry held when, contiguous from zero; nothing where it was not kept.
    pub(super) fn track(&self) -> &[LedgerSlice] {
        self.track.as_deref().unwrap_or_default()
    }
}

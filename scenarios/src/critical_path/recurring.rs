//! What rounds that recur come to, without telling each of them.
//!
//! Where a round has made every path that it went through longer by the same account, and everything later by its duration,
//! the next does the same: of paths that come to one event together, the one that was the greatest still is.

use super::account::Account;
use super::stream::Stream;
use copperlight_core::units::Time;

/// Where the streams of all ranks stood before a round.
#[derive(Debug)]
pub(super) struct Standing(Vec<Vec<Stream>>);

/// By how much one round brings paths further.
#[derive(Debug, Clone, Copy)]
struct Advance {
    duration: Time,
    account: Account,
}

impl Standing {
    pub(super) fn of<'a>(ranks: impl Iterator<Item = &'a [Stream]>) -> Self {
        Self(ranks.map(<[Stream]>::to_vec).collect())
    }

    /// Brings the streams as much further for each of so many rounds as one has since; does nothing, and says so, where
    /// that was not by the same for all that went on.
    pub(super) fn pass_over(&self, mut ranks: Vec<&mut [Stream]>, (duration, rounds): (Time, u64)) -> bool {
        let Some(advance) = self.advance(&ranks, duration) else { return false };
        for (after, before) in ranks.iter_mut().zip(&self.0) {
            for (after, before) in after.iter_mut().zip(before) {
                after.pass_over(before, &advance, rounds);
            }
        }
        true
    }

    fn advance(&self, ranks: &[&mut [Stream]], duration: Time) -> Option<Advance> {
        if self.0.iter().zip(ranks).any(|(before, after)| before.len() != after.len()) {
            return None;
        }
        let streams = || ranks.iter().zip(&self.0).flat_map(|(after, before)| after.iter().zip(before));
        let added = streams().find(|(after, before)| after.ended != before.ended);
        let account = match added {
            Some((after, before)) => after.done.since(&before.done)?,
            None => Account::default(),
        };
        let advance = Advance { duration, account };
        streams().all(|(after, before)| after.follows(before, &advance)).then_some(advance)
    }
}

impl Stream {
    /// Whether it was left alone, or has been brought further in everything.
    fn follows(&self, before: &Self, by: &Advance) -> bool {
        let current = |stream: &Self| (stream.entered, stream.began, stream.account);
        let past = |stream: &Self| (stream.ended, stream.done);
        let later = |time: Time| time + by.duration;
        let longer = |mut account: Account| {
            account.add_times(&by.account, 1);
            account
        };
        let current_follows = current(self) == current(before)
            || current(self) == (later(before.entered), later(before.began), longer(before.account));
        let past_follows =
            past(self) == past(before) || past(self) == (later(before.ended), longer(before.done));
        self.parts == before.parts && current_follows && past_follows
    }

    fn pass_over(&mut self, before: &Self, by: &Advance, rounds: u64) {
        if self.entered != before.entered {
            self.entered += by.duration * rounds;
            self.began += by.duration * rounds;
            self.account.add_times(&by.account, rounds);
        }
        if self.ended != before.ended {
            self.ended += by.duration * rounds;
            self.done.add_times(&by.account, rounds);
        }
    }
}

//! Replays that somebody meets on their links: who they are, and how they go on by events.

use super::collective::{Collectives, Instance};
use super::recording::Recording;
use crate::units::Time;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Collectives {
    /// The replays, and those that wait to be replayed, that use one of these links now or later, and all that use links
    /// of those: whatever is late with one delays the other.
    pub(super) fn met(&self, now: Time, links: &[u32]) -> BTreeSet<u32> {
        let mut links: BTreeSet<u32> = links.iter().copied().collect();
        let mut met = BTreeSet::new();
        let remembered = || (0..).zip(&self.instances).filter(|(_, instance)| instance.is_remembered());
        loop {
            let before = met.len();
            for (index, instance) in remembered() {
                if !met.contains(&index) && instance.uses(now, &links) {
                    met.insert(index);
                    links.extend(instance.contended());
                }
            }
            if met.len() == before {
                return met;
            }
        }
    }

    /// Whether an instance still does what was recorded.
    pub(super) fn is_recalled(&self, index: u32) -> bool {
        self.instances[index as usize].replay.is_some()
    }

    /// Whether nothing has been decided about an instance.
    pub(super) fn is_undecided(&self, index: u32) -> bool {
        self.instances[index as usize].undecided
    }

    /// Lets an instance go on by events, its members as far as those of one that ran alone; gives what it has recalled.
    pub(super) fn go_on(&mut self, index: u32, alone: &mut Self) -> Option<Arc<Recording>> {
        let instance = &mut self.instances[index as usize];
        let [by_events] = &mut alone.instances[..] else { unreachable!("one collective runs alone") };
        instance.members = std::mem::take(&mut by_events.members);
        instance.unlaunched = by_events.unlaunched;
        instance.waiting = by_events.waiting;
        (instance.undecided, instance.claimed) = (false, false);
        // Who has left in this picosecond leaves again by events: only then is it gone.
        let again =
            instance.entries.iter().zip(&by_events.entries).filter(|(here, there)| here.left && !there.left);
        instance.left -= u32::try_from(again.count()).expect("a group has fewer than 2^32 members");
        instance.replay.take()
    }
}

impl Instance {
    fn is_remembered(&self) -> bool {
        self.claimed || self.replay.is_some()
    }

    /// The links on which it must be alone.
    pub(super) fn contended(&self) -> &[u32] {
        self.plan.signature.as_ref().expect("what is remembered can be compared").contended()
    }

    /// Whether it uses one of these links now or later.
    fn uses(&self, now: Time, links: &BTreeSet<u32>) -> bool {
        let used = |place: usize| {
            let last = self.replay.as_ref().map(|recording| recording.used[place].last);
            last.is_none_or(|last| self.first_entry + last > now)
        };
        self.contended().iter().enumerate().any(|(place, link)| links.contains(link) && used(place))
    }
}

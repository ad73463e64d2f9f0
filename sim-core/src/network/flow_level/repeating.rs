//! What it takes to do again, later, what flows have done: nothing drains before and after.

use super::FlowLevel;
use crate::network::tiers::Moved;
use crate::units::Time;

impl FlowLevel {
    /// Whether nothing drains, nothing waits for rates, and no rate is left over anywhere.
    pub fn is_idle(&self) -> bool {
        self.draining == 0
            && self.started.is_empty()
            && self.ended.is_empty()
            && self.coupled.is_empty()
            && self.tiers.is_idle()
    }

    /// When a link has asked to be woken; [`Time::MAX`] when it has not.
    pub fn wakes_at(&self, link: u32) -> Time {
        self.links[link as usize].queued
    }

    /// All wake-ups come later by as much; nothing drains.
    pub fn put_off(&mut self, by: Time) {
        for link in self.links.iter_mut().filter(|link| link.queued < Time::MAX) {
            link.queued += by;
        }
    }

    /// Begins to note what tiers carry over time.
    pub fn note_moved(&mut self) {
        self.tiers.note_moved();
    }

    /// What tiers have carried since that began, in order; nothing is noted from now on.
    pub fn take_moved(&mut self) -> Vec<Moved> {
        self.tiers.take_moved()
    }

    /// The same moves again, later by as much.
    pub fn move_again(&mut self, moved: &[Moved], later: Time) {
        self.tiers.move_again(moved, later);
    }
}

//! What it takes to know flows again, later, and to do again what they have done.

use super::FlowLevel;
use crate::network::tiers::Moved;
use crate::units::Time;

/// A flow under way.
#[derive(Debug, Clone, Copy)]
pub struct UnderWay {
    /// As it was given when the flow started.
    pub owner: u32,
    /// How it drains, told from the present: equal numbers drain equally.
    pub numbers: [u64; 7],
}

impl FlowLevel {
    /// Whether all flows have their rates, and each is by itself.
    pub fn is_settled(&self) -> bool {
        self.started.is_empty() && self.ended.is_empty() && self.coupled.is_empty()
    }

    /// The flows that drain, in no particular order.
    ///
    /// Wake-ups follow from them: those that nobody waits for do nothing when they come.
    pub fn under_way(&self, now: Time) -> impl Iterator<Item = UnderWay> {
        self.flows.active().map(move |state| UnderWay {
            owner: state.owner,
            numbers: [
                state.remaining as u64,
                (state.remaining >> 64) as u64,
                state.rate.to_bits(),
                state.cap.to_bits(),
                state.updated.told_from(now),
                state.finish.told_from(now),
                u64::from(state.leader),
            ],
        })
    }

    /// What the flows have made of their links, and since when tiers carry what they do: told from the present.
    pub fn standing(&self, now: Time) -> impl Iterator<Item = u64> {
        let used = (0..).zip(&self.links).filter(|(_, link)| !link.seats.is_empty());
        let of_links =
            used.flat_map(|(number, link): (u64, _)| [number, link.level.to_bits(), link.load.to_bits()]);
        of_links.chain(self.tiers.standing(now))
    }

    /// All flows have come later by as much, and so do their ends and wake-ups.
    pub fn put_off(&mut self, by: Time) {
        for link in &mut self.links {
            link.queued += by;
            link.next_finish += by;
        }
        for state in self.flows.active_mut() {
            state.updated += by;
            state.finish += by;
        }
        self.tiers.put_off(by);
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

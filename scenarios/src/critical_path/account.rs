//! Time by resource, along one path.

use super::resource::Resource;
use copperlight_core::units::Time;
use std::collections::BTreeMap;

/// Picoseconds by resource, from the start of a run to an event: they sum to its time.
///
/// Of paths that come to one event at the same time, the greatest account counts, which depends on nothing but what they
/// went through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Account([u64; Resource::COUNT]);

impl Account {
    /// More time waits for a resource.
    pub(super) fn add(&mut self, resource: Resource, time: Time) {
        self.0[resource as usize] += time.picoseconds();
    }

    /// The time of one resource.
    pub const fn time(&self, resource: Resource) -> Time {
        Time::from_picoseconds(self.0[resource as usize])
    }

    /// All of it.
    pub fn total(&self) -> Time {
        Time::from_picoseconds(self.0.iter().sum())
    }

    /// What has been added since `before`; nothing where some of it was taken away, for the path is another.
    pub(super) fn since(&self, before: &Self) -> Option<Self> {
        let mut added = *self;
        for (time, before) in added.0.iter_mut().zip(before.0) {
            *time = time.checked_sub(before)?;
        }
        Some(added)
    }

    /// Adds an account, so many times.
    pub(super) fn add_times(&mut self, added: &Self, times: u64) {
        self.0.iter_mut().zip(added.0).for_each(|(time, added)| *time += added * times);
    }

    /// Shares by the names of resources, those that take no time left out; `None` where nothing takes any.
    pub fn shares(&self) -> Option<BTreeMap<String, f64>> {
        let total = self.total().picoseconds();
        let taken = Resource::ALL.into_iter().filter(|&resource| self.time(resource) > Time::ZERO);
        let share = |resource: Resource| {
            (resource.name().to_owned(), self.time(resource).picoseconds() as f64 / total as f64)
        };
        (total > 0).then(|| taken.map(share).collect())
    }
}

//! Who watches a run as it happens, without keeping all of it.

use crate::symmetry::Representative;
use crate::units::Time;
use crate::workload::Operation;

/// Something that happened to an operation of a simulated rank.
#[derive(Debug, Clone, Copy)]
pub struct Notice<'a> {
    /// When.
    pub at: Time,
    /// The index of the rank among the representatives that [`Observer::start`] was given.
    pub representative: usize,
    /// The program-order index of the operation.
    pub index: u32,
    /// The operation.
    pub operation: &'a Operation,
}

/// Is told of every operation in time order: when it is entered, when it begins, when it ends.
///
/// An operation is *entered* when its stream and the streams that it waits for have come so far; it *begins* when
/// all who take part have entered it (a computation at once), and from then on it moves bytes or sits in its overheads.
pub trait Observer {
    /// A run starts, for the first time or again from the beginning: forget what was told before.
    fn start(&mut self, representatives: &[Representative]);
    /// An operation was entered.
    fn entered(&mut self, notice: &Notice<'_>);
    /// The last participant of an operation has entered it.
    fn begun(&mut self, notice: &Notice<'_>);
    /// An operation ended.
    fn ended(&mut self, notice: &Notice<'_>);
    /// The run is over.
    fn finish(&mut self, end: Time);
}

/// Watches nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn start(&mut self, _: &[Representative]) {}
    fn entered(&mut self, _: &Notice<'_>) {}
    fn begun(&mut self, _: &Notice<'_>) {}
    fn ended(&mut self, _: &Notice<'_>) {}
    fn finish(&mut self, _: Time) {}
}

//! The collectives of one group that are on their way, in the order in which its members call them.

use std::collections::VecDeque;

/// The calls of one group from the first that is not closed, in order of their numbers.
#[derive(Debug, Default)]
pub(super) struct LiveCalls {
    pub(super) first: u32,
    pub(super) calls: VecDeque<LiveCall>,
}

/// A call of a group, on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LiveCall {
    /// No member has entered it, though some have entered a later one on another stream.
    Ahead,
    Running(u32),
    Closed,
}

impl LiveCalls {
    /// The place of a call by its number, made where it is new.
    pub(super) fn at(&mut self, number: u32) -> &mut LiveCall {
        let place = (number - self.first) as usize;
        while place >= self.calls.len() {
            self.calls.push_back(LiveCall::Ahead);
        }
        &mut self.calls[place]
    }

    /// Closes a running call and forgets those at the front that are closed.
    pub(super) fn close(&mut self, instance: u32) {
        let place = self.calls.iter().position(|&call| call == LiveCall::Running(instance));
        self.calls[place.expect("a running instance is live")] = LiveCall::Closed;
        while self.calls.front() == Some(&LiveCall::Closed) {
            self.calls.pop_front();
            self.first += 1;
        }
    }
}

//! Point-to-point messages: sends and receives between two ranks match in order on each channel.

use crate::units::Bytes;
use crate::workload::StreamId;
use std::collections::VecDeque;

/// One end of a message: a stream of an actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    pub(super) actor: u32,
    pub(super) stream: StreamId,
}

/// A matched message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) sender: End,
    pub(super) receiver: End,
}

/// Sends and receives of one pair and channel that have not met yet; at most one of the two queues is not empty.
#[derive(Debug, Default)]
pub(super) struct Mailbox {
    pub(super) sends: VecDeque<(End, Bytes)>,
    pub(super) receives: VecDeque<End>,
}

impl Mailbox {
    /// Posts a send; gives the message when a receive was waiting.
    pub(super) fn send(&mut self, sender: End, bytes: Bytes) -> Option<(Message, Bytes)> {
        match self.receives.pop_front() {
            Some(receiver) => Some((Message { sender, receiver }, bytes)),
            None => {
                self.sends.push_back((sender, bytes));
                None
            }
        }
    }

    /// Posts a receive; gives the message when a send was waiting.
    pub(super) fn receive(&mut self, receiver: End) -> Option<(Message, Bytes)> {
        match self.sends.pop_front() {
            Some((sender, bytes)) => Some((Message { sender, receiver }, bytes)),
            None => {
                self.receives.push_back(receiver);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_match_in_order() {
        let end = |actor| End { actor, stream: StreamId::new(0) };
        let mut mailbox = Mailbox::default();
        assert_eq!(mailbox.send(end(1), Bytes::new(10)), None);
        assert_eq!(mailbox.send(end(1), Bytes::new(20)), None);
        let first = mailbox.receive(end(2));
        assert_eq!(first, Some((Message { sender: end(1), receiver: end(2) }, Bytes::new(10))));
        assert_eq!(mailbox.receive(end(2)).map(|matched| matched.1), Some(Bytes::new(20)));
    }
}

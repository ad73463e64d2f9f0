//! Messages as a process: each departs once, and drains.

use crate::engine::{EventQueue, Memory, Process};
use crate::network::{FlowLevel, NewFlow, Wakeup};
use crate::symmetry::{MessageClass, RoutedMessage};
use crate::units::{Bandwidth, Bytes, Time};

#[derive(Debug, Clone, Copy)]
pub(super) enum TrafficEvent {
    /// The first byte of a class of messages arrives.
    Depart(u32),
    /// Some may have drained.
    Wake(Wakeup),
}

/// Classes of messages on their way.
pub(super) struct TrafficProcess<'a> {
    messages: &'a [RoutedMessage],
    classes: &'a [MessageClass],
    pub(super) network: FlowLevel,
    /// When each class has drained.
    pub(super) finished: Vec<Time>,
    drained: Vec<u32>,
}

impl<'a> TrafficProcess<'a> {
    pub(super) fn new(
        messages: &'a [RoutedMessage],
        classes: &'a [MessageClass],
        network: FlowLevel,
    ) -> Self {
        Self { messages, classes, network, finished: vec![Time::ZERO; classes.len()], drained: Vec::new() }
    }

    /// Posts every class.
    pub(super) fn post(&self, queue: &mut EventQueue<TrafficEvent>) {
        for (index, class) in self.classes.iter().enumerate() {
            queue.push(self.messages[class.representative].delay, TrafficEvent::Depart(index as u32));
        }
    }

    fn depart(&mut self, now: Time, index: u32) {
        let class = &self.classes[index as usize];
        let bytes = self.messages[class.representative].bytes;
        if bytes == Bytes::ZERO || class.crossings.is_empty() {
            self.finished[index as usize] = now;
            return;
        }
        let cap = Bandwidth::UNBOUNDED;
        self.network.attach(now, &NewFlow { crossings: &class.crossings, bytes, cap, owner: index });
    }
}

impl Process<TrafficEvent> for TrafficProcess<'_> {
    fn handle(&mut self, now: Time, batch: &[TrafficEvent], _: &mut EventQueue<TrafficEvent>) {
        for &event in batch {
            match event {
                TrafficEvent::Depart(class) => self.depart(now, class),
                TrafficEvent::Wake(wakeup) => {
                    let mut drained = std::mem::take(&mut self.drained);
                    self.network.wake(now, wakeup, |class| drained.push(class));
                    drained.drain(..).for_each(|class| self.finished[class as usize] = now);
                    self.drained = drained;
                }
            }
        }
    }

    fn settle(&mut self, now: Time, queue: &mut EventQueue<TrafficEvent>) {
        self.network.settle(now, |time, wakeup| queue.push(time, TrafficEvent::Wake(wakeup)));
    }

    fn memory(&self) -> Memory {
        Memory::of(&[("draining messages", self.network.memory())])
    }
}

//! How far a rank has come in its program: one cursor for each stream.

use crate::units::Time;
use crate::workload::{MAX_STREAMS, Operation, Program, StreamId};
use std::sync::Arc;

/// The index of a stream that has ended.
const ENDED: u32 = u32::MAX;

/// The streams of one rank.
#[derive(Debug)]
pub(super) struct ProgramState {
    program: Arc<Program>,
    cursors: Vec<Cursor>,
    /// For each stream, the index of the operation that it is in or waits to enter; ended ones and streams without
    /// operations are past everything.
    progress: [u32; MAX_STREAMS],
    /// The cursors whose operation has been entered, as bits.
    entered: u16,
    /// The cursors whose operation can be entered now, as bits.
    ready: u16,
    /// For each stream, the cursors that are held up by it; each is held up by one stream at a time.
    held_up: [HeldUp; MAX_STREAMS],
}

/// The cursors that wait for a stream, as bits.
#[derive(Debug, Clone, Copy)]
struct HeldUp {
    cursors: u16,
    /// The lowest index of their operations: until the stream has come past it, all of them wait on.
    lowest: u32,
}

impl HeldUp {
    const NOBODY: Self = Self { cursors: 0, lowest: ENDED };

    /// Another cursor waits, with an operation of this index.
    fn add(&mut self, cursor: usize, index: u32) {
        self.cursors |= 1 << cursor;
        self.lowest = self.lowest.min(index);
    }
}

/// The place of a stream: the operation that it is in, or waits to enter.
#[derive(Debug, Clone)]
struct Cursor {
    stream: StreamId,
    instance: u32,
    slot: u32,
    /// `None` when the stream has ended.
    current: Option<Current>,
}

/// The operation that a stream is in or waits to enter.
#[derive(Debug, Clone)]
pub(super) struct Current {
    /// Its program-order index.
    pub(super) index: u32,
    /// Where its counterpart stands among those of the program.
    pub(super) counterpart: u32,
    /// When it began, once it has.
    pub(super) begun: Time,
    pub(super) operation: Operation,
}

impl ProgramState {
    /// All streams before their first operation.
    pub(super) fn new(program: Arc<Program>) -> Self {
        let cursor = |stream| Cursor { stream, instance: 0, slot: 0, current: None };
        let cursors: Vec<Cursor> = program.streams().iter().map(cursor).collect();
        let mut state = Self {
            progress: [ENDED; MAX_STREAMS],
            entered: 0,
            ready: 0,
            held_up: [HeldUp::NOBODY; MAX_STREAMS],
            program,
            cursors,
        };
        // All places are known before any is compared with others.
        (0..state.cursors.len()).for_each(|stream| state.find(stream));
        (0..state.cursors.len()).for_each(|stream| state.look_ahead(stream));
        state
    }

    /// The number of streams.
    pub(super) fn streams(&self) -> usize {
        self.cursors.len()
    }

    /// The operation that a stream is in or waits to enter.
    pub(super) fn current(&self, stream: usize) -> Option<&Current> {
        self.cursors[stream].current.as_ref()
    }

    /// The operation that a stream is in begins.
    pub(super) fn begin(&mut self, stream: usize, now: Time) -> &Current {
        let current = self.cursors[stream].current.as_mut().expect("what begins has an operation");
        current.begun = now;
        current
    }

    /// Whether the operation of a stream has been entered.
    pub(super) fn is_entered(&self, stream: usize) -> bool {
        self.entered & 1 << stream != 0
    }

    /// The stream whose operation is the first in program order that can be entered now: the streams that it waits
    /// for have come past it.
    pub(super) fn next_to_enter(&self) -> Option<usize> {
        let mut rest = self.ready;
        let ready = std::iter::from_fn(|| {
            let stream = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
            rest &= rest - 1;
            Some(stream)
        });
        ready.min_by_key(|&stream| self.progress[self.cursors[stream].stream.index()])
    }

    /// The number of the collective that a stream is in, among the calls of its communicator in program order.
    pub(super) fn call_number(&self, stream: usize) -> u32 {
        let cursor = &self.cursors[stream];
        let index = cursor.current.as_ref().expect("a stream in a collective has an operation").index;
        let (_, start) = self.program.instance(cursor.instance as usize);
        self.program.call_number(cursor.instance as usize, (index - start) as usize)
    }

    /// Enters the operation of a stream.
    pub(super) fn enter(&mut self, stream: usize) -> &Current {
        self.ready &= !(1 << stream);
        self.entered |= 1 << stream;
        self.cursors[stream].current.as_ref().expect("a stream that enters has an operation")
    }

    /// Ends the operation of a stream and moves on to the next.
    pub(super) fn advance(&mut self, stream: usize) {
        self.entered &= !(1 << stream);
        self.cursors[stream].slot += 1;
        self.find(stream);
        self.look_ahead(stream);
        let stream = self.cursors[stream].stream.index();
        if self.progress[stream] > self.held_up[stream].lowest {
            self.let_on(stream);
        }
    }

    /// Looks again at the cursors that were held up by a stream, which has come past one of them.
    fn let_on(&mut self, stream: usize) {
        let mut held_up = std::mem::replace(&mut self.held_up[stream], HeldUp::NOBODY).cursors;
        while held_up != 0 {
            let cursor = held_up.trailing_zeros() as usize;
            held_up &= held_up - 1;
            let index = self.progress[self.cursors[cursor].stream.index()];
            if index < self.progress[stream] {
                self.look_ahead(cursor);
            } else {
                self.held_up[stream].add(cursor, index);
            }
        }
    }

    /// Whether every stream has ended.
    pub(super) fn has_ended(&self) -> bool {
        self.cursors.iter().all(|cursor| cursor.current.is_none())
    }

    /// Notes that the operation of a stream can be entered, or what it is held up by.
    fn look_ahead(&mut self, stream: usize) {
        let cursor = &self.cursors[stream];
        let Some(Current { index, operation, .. }) = &cursor.current else { return };
        let awaited = operation.waits.without(cursor.stream);
        match awaited.iter().find(|other| self.progress[other.index()] <= *index) {
            Some(other) => self.held_up[other.index()].add(stream, *index),
            None => self.ready |= 1 << stream,
        }
    }

    /// Moves a cursor to the first operation of its stream at or after its place.
    fn find(&mut self, stream: usize) {
        let cursor = &mut self.cursors[stream];
        while (cursor.instance as usize) < self.program.instances() {
            let (block, start) = self.program.instance(cursor.instance as usize);
            if let Some(&place) = block.on_stream(cursor.stream).get(cursor.slot as usize) {
                let index = start + place;
                cursor.current = Some(Current {
                    index,
                    counterpart: block.counterparts()[place as usize],
                    begun: Time::ZERO,
                    operation: block.operations()[place as usize],
                });
                self.progress[cursor.stream.index()] = index;
                return;
            }
            cursor.instance += 1;
            cursor.slot = 0;
        }
        cursor.current = None;
        self.progress[cursor.stream.index()] = ENDED;
    }
}

//! How far a rank has come in its program: one cursor for each stream.

use super::places::Place;
use crate::units::Time;
use crate::workload::{MAX_STREAMS, OnStream, Operation, Program, StreamId, StreamSet};
use std::sync::Arc;

/// The index of a stream that has ended.
pub(super) const ENDED: u32 = u32::MAX;

/// The streams of one rank, by the indices of their identifiers.
#[derive(Debug)]
pub(super) struct ProgramState {
    pub(super) program: Arc<Program>,
    /// Where the counterparts of the program are.
    pub(super) places: Vec<Place>,
    pub(super) cursors: Box<[Cursor]>,
    /// For each stream, the index of the operation that it is in or waits to enter; ended ones and streams without
    /// operations are past everything.
    pub(super) progress: [u32; MAX_STREAMS],
    /// The streams whose operation has been entered.
    pub(super) entered: StreamSet,
    /// The streams whose operation can be entered now.
    pub(super) ready: StreamSet,
    /// For each stream, those that are held up by it; each is held up by one stream at a time.
    pub(super) held_up: [HeldUp; MAX_STREAMS],
}

/// Streams that wait for one.
#[derive(Debug, Clone, Copy)]
pub(super) struct HeldUp {
    pub(super) streams: StreamSet,
    /// The lowest index of their operations: until the one has come past it, all of them wait on.
    pub(super) lowest: u32,
}

impl HeldUp {
    const NOBODY: Self = Self { streams: StreamSet::EMPTY, lowest: ENDED };

    /// Another stream waits, with an operation of this index.
    fn add(&mut self, stream: StreamId, index: u32) {
        self.streams = self.streams.with(stream);
        self.lowest = self.lowest.min(index);
    }
}

/// The place of a stream: the operation that it is in, or waits to enter.
#[derive(Debug, Clone, Default)]
pub(super) struct Cursor {
    /// The block instance.
    pub(super) instance: u32,
    /// The place among the block's operations on the stream.
    pub(super) slot: u32,
    /// `None` when the stream has ended.
    pub(super) current: Option<Current>,
}

/// The operation that a stream is in or waits to enter.
#[derive(Debug, Clone)]
pub(super) struct Current {
    /// Its program-order index.
    pub(super) index: u32,
    /// Among the operations of its block.
    pub(super) on_stream: OnStream,
    /// Where its counterpart is.
    pub(super) place: Place,
    /// When it began, once it has.
    pub(super) begun: Time,
    pub(super) operation: Operation,
}

impl ProgramState {
    /// All streams before their first operation; the counterparts of the program are at `places`.
    pub(super) fn new(program: Arc<Program>, places: Vec<Place>) -> Self {
        let streams = program.streams();
        let cursors = streams.iter().last().map_or(0, |last| last.index() + 1);
        let mut state = Self {
            program,
            places,
            cursors: vec![Cursor::default(); cursors].into(),
            progress: [ENDED; MAX_STREAMS],
            entered: StreamSet::EMPTY,
            ready: StreamSet::EMPTY,
            held_up: [HeldUp::NOBODY; MAX_STREAMS],
        };
        // All places are known before any is compared with others.
        streams.iter().for_each(|stream| state.find(stream));
        streams.iter().for_each(|stream| state.look_ahead(stream));
        state
    }

    /// The number of streams, those without operations included that come before others.
    pub(super) fn streams(&self) -> usize {
        self.cursors.len()
    }

    /// The operation that a stream is in or waits to enter.
    #[inline]
    pub(super) fn current(&self, stream: StreamId) -> Option<&Current> {
        self.cursors[stream.index()].current.as_ref()
    }

    /// The operation that a stream is in begins.
    #[inline]
    pub(super) fn begin(&mut self, stream: StreamId, now: Time) -> &Current {
        let current = self.cursors[stream.index()].current.as_mut().expect("what begins has an operation");
        current.begun = now;
        current
    }

    /// The streams whose operations have been entered.
    pub(super) fn entered(&self) -> StreamSet {
        self.entered
    }

    /// The stream whose operation is the first in program order that can be entered now: the streams that it waits
    /// for have come past it.
    #[inline]
    pub(super) fn next_to_enter(&self) -> Option<StreamId> {
        self.ready.iter().min_by_key(|stream| self.progress[stream.index()])
    }

    /// The number of the collective that a stream is in, among the calls of its communicator in program order.
    pub(super) fn call_number(&self, stream: StreamId) -> u32 {
        let cursor = &self.cursors[stream.index()];
        let current = cursor.current.as_ref().expect("a stream in a collective has an operation");
        let OnStream { counterpart, calls_before, .. } = current.on_stream;
        self.program.calls_before(cursor.instance as usize, counterpart) + calls_before
    }

    /// Enters the operation of a stream.
    #[inline]
    pub(super) fn enter(&mut self, stream: StreamId) -> &Current {
        self.ready = self.ready.without(stream);
        self.entered = self.entered.with(stream);
        self.cursors[stream.index()].current.as_ref().expect("a stream that enters has an operation")
    }

    /// Ends the operation of a stream and moves on to the next.
    pub(super) fn advance(&mut self, stream: StreamId) {
        self.entered = self.entered.without(stream);
        self.cursors[stream.index()].slot += 1;
        self.find(stream);
        self.look_ahead(stream);
        if self.progress[stream.index()] > self.held_up[stream.index()].lowest {
            self.let_on(stream);
        }
    }

    /// Looks again at the streams that were held up by one, which has come past the operation of one of them.
    fn let_on(&mut self, stream: StreamId) {
        let progress = self.progress[stream.index()];
        let held_up = std::mem::replace(&mut self.held_up[stream.index()], HeldUp::NOBODY);
        for other in held_up.streams.iter() {
            let index = self.progress[other.index()];
            if index < progress {
                self.look_ahead(other);
            } else {
                self.held_up[stream.index()].add(other, index);
            }
        }
    }

    /// Whether every stream has ended.
    pub(super) fn has_ended(&self) -> bool {
        self.cursors.iter().all(|cursor| cursor.current.is_none())
    }

    /// Notes that the operation of a stream can be entered, or what it is held up by.
    #[inline]
    fn look_ahead(&mut self, stream: StreamId) {
        let Some(Current { index, operation, .. }) = &self.cursors[stream.index()].current else { return };
        let mut awaited = operation.waits.without(stream).iter();
        match awaited.find(|other| self.progress[other.index()] <= *index) {
            Some(other) => self.held_up[other.index()].add(stream, *index),
            None => self.ready = self.ready.with(stream),
        }
    }

    /// Moves a cursor to the first operation of its stream at or after its place.
    #[inline]
    fn find(&mut self, stream: StreamId) {
        let cursor = &mut self.cursors[stream.index()];
        while (cursor.instance as usize) < self.program.instances() {
            let (block, start) = self.program.instance(cursor.instance as usize);
            if let Some(&on_stream) = block.on_stream(stream).get(cursor.slot as usize) {
                let index = start + on_stream.index;
                let place = self.places.get(on_stream.counterpart as usize);
                cursor.current = Some(Current {
                    index,
                    on_stream,
                    place: place.copied().unwrap_or(Place::Nowhere),
                    begun: Time::ZERO,
                    operation: block.operations()[on_stream.index as usize],
                });
                self.progress[stream.index()] = index;
                return;
            }
            cursor.instance += 1;
            cursor.slot = 0;
        }
        cursor.current = None;
        self.progress[stream.index()] = ENDED;
    }
}

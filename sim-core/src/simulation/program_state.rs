//! How far a rank has come in its program: one cursor for each stream.

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
    /// The cursors that wait to enter an operation, as bits.
    waiting: u16,
}

/// The place of a stream: the operation that it is in, or waits to enter.
#[derive(Debug, Clone)]
struct Cursor {
    stream: StreamId,
    instance: u32,
    slot: u32,
    /// The operation and its program-order index; `None` when the stream has ended.
    current: Option<(u32, Operation)>,
}

impl ProgramState {
    /// All streams before their first operation.
    pub(super) fn new(program: Arc<Program>) -> Self {
        let cursor = |stream| Cursor { stream, instance: 0, slot: 0, current: None };
        let cursors: Vec<Cursor> = program.streams().iter().map(cursor).collect();
        let mut state = Self { cursors, progress: [ENDED; MAX_STREAMS], waiting: 0, program };
        for stream in 0..state.cursors.len() {
            state.find(stream);
        }
        state
    }

    /// The number of streams.
    pub(super) fn streams(&self) -> usize {
        self.cursors.len()
    }

    /// The operation that a stream is in or waits to enter, with its program-order index.
    pub(super) fn current(&self, stream: usize) -> Option<&(u32, Operation)> {
        self.cursors[stream].current.as_ref()
    }

    /// Whether the operation of a stream has been entered.
    pub(super) fn is_entered(&self, stream: usize) -> bool {
        self.waiting & 1 << stream == 0 && self.cursors[stream].current.is_some()
    }

    /// The stream whose operation is the first in program order that can be entered now: the streams that it waits
    /// for have come past it.
    pub(super) fn next_to_enter(&self) -> Option<usize> {
        let mut first: Option<(u32, usize)> = None;
        let mut waiting = self.waiting;
        while waiting != 0 {
            let stream = waiting.trailing_zeros() as usize;
            waiting &= waiting - 1;
            let index = self.progress[self.cursors[stream].stream.index()];
            if first.is_none_or(|first| index < first.0) && self.can_enter(stream) {
                first = Some((index, stream));
            }
        }
        first.map(|first| first.1)
    }

    fn can_enter(&self, stream: usize) -> bool {
        let cursor = &self.cursors[stream];
        let Some((index, operation)) = &cursor.current else { return false };
        let awaited = operation.waits.without(cursor.stream);
        awaited.is_empty() || awaited.iter().all(|other| self.progress[other.index()] > *index)
    }

    /// The number of the collective that a stream is in, among the calls of its communicator in program order.
    pub(super) fn call_number(&self, stream: usize) -> u32 {
        let cursor = &self.cursors[stream];
        let (index, _) = cursor.current.expect("a stream in a collective has an operation");
        let (_, start) = self.program.instance(cursor.instance as usize);
        self.program.call_number(cursor.instance as usize, (index - start) as usize)
    }

    /// Enters the operation of a stream.
    pub(super) fn enter(&mut self, stream: usize) -> (u32, Operation) {
        self.waiting &= !(1 << stream);
        self.cursors[stream].current.expect("a stream that enters has an operation")
    }

    /// Ends the operation of a stream and moves on to the next.
    pub(super) fn advance(&mut self, stream: usize) {
        self.cursors[stream].slot += 1;
        self.find(stream);
    }

    /// Whether every stream has ended.
    pub(super) fn has_ended(&self) -> bool {
        self.cursors.iter().all(|cursor| cursor.current.is_none())
    }

    /// Moves a cursor to the first operation of its stream at or after its place.
    fn find(&mut self, stream: usize) {
        let cursor = &mut self.cursors[stream];
        while (cursor.instance as usize) < self.program.instances() {
            let (block, start) = self.program.instance(cursor.instance as usize);
            if let Some(&operation) = block.on_stream(cursor.stream).get(cursor.slot as usize) {
                let index = start + operation;
                cursor.current = Some((index, block.operations()[operation as usize]));
                self.progress[cursor.stream.index()] = index;
                self.waiting |= 1 << stream;
                return;
            }
            cursor.instance += 1;
            cursor.slot = 0;
        }
        cursor.current = None;
        self.progress[cursor.stream.index()] = ENDED;
    }
}

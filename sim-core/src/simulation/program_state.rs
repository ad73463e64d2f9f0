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
    /// The cursor of each stream, where it has one.
    cursor_of: [Option<u8>; MAX_STREAMS],
}

/// The place of a stream: the operation that it is in, or waits to enter.
#[derive(Debug, Clone)]
struct Cursor {
    stream: StreamId,
    instance: u32,
    slot: u32,
    index: u32,
    entered: bool,
}

impl ProgramState {
    /// All streams before their first operation.
    pub(super) fn new(program: Arc<Program>) -> Self {
        let mut state = Self { cursors: Vec::new(), cursor_of: [None; MAX_STREAMS], program };
        for stream in state.program.streams().iter() {
            state.cursor_of[stream.index()] = Some(state.cursors.len() as u8);
            let cursor = Cursor { stream, instance: 0, slot: 0, index: 0, entered: false };
            state.cursors.push(cursor);
            let last = state.cursors.len() - 1;
            state.find(last);
        }
        state
    }

    /// The number of streams.
    pub(super) fn streams(&self) -> usize {
        self.cursors.len()
    }

    /// The operation that a stream is in or waits to enter, with its program-order index.
    pub(super) fn current(&self, stream: usize) -> Option<(u32, &Operation)> {
        let cursor = &self.cursors[stream];
        if cursor.index == ENDED {
            return None;
        }
        let (block, start) = self.program.instance(cursor.instance as usize);
        Some((cursor.index, &block.operations()[(cursor.index - start) as usize]))
    }

    /// Whether the operation of a stream has been entered.
    pub(super) fn is_entered(&self, stream: usize) -> bool {
        self.cursors[stream].entered
    }

    /// Whether the operation of a stream can be entered now: the streams that it waits for have come past it.
    pub(super) fn can_enter(&self, stream: usize) -> bool {
        let cursor = &self.cursors[stream];
        if cursor.entered {
            return false;
        }
        let Some((index, operation)) = self.current(stream) else { return false };
        operation.waits.without(cursor.stream).iter().all(|other| match self.cursor_of[other.index()] {
            Some(other) => self.cursors[other as usize].index > index,
            None => true,
        })
    }

    /// Enters the operation of a stream.
    pub(super) fn enter(&mut self, stream: usize) {
        self.cursors[stream].entered = true;
    }

    /// Ends the operation of a stream and moves on to the next.
    pub(super) fn advance(&mut self, stream: usize) {
        self.cursors[stream].entered = false;
        self.cursors[stream].slot += 1;
        self.find(stream);
    }

    /// Whether every stream has ended.
    pub(super) fn has_ended(&self) -> bool {
        self.cursors.iter().all(|cursor| cursor.index == ENDED)
    }

    /// Moves a cursor to the first operation of its stream at or after its place.
    fn find(&mut self, stream: usize) {
        let cursor = &mut self.cursors[stream];
        while (cursor.instance as usize) < self.program.instances() {
            let (block, start) = self.program.instance(cursor.instance as usize);
            if let Some(&operation) = block.on_stream(cursor.stream).get(cursor.slot as usize) {
                cursor.index = start + operation;
                return;
            }
            cursor.instance += 1;
            cursor.slot = 0;
        }
        cursor.index = ENDED;
    }
}

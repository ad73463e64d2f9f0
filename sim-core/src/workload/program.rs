//! Programs: sequences of blocks, each block stored once however often it recurs.

use super::operation::{Counterpart, MAX_STREAMS, Operation, OperationKind, StreamId, StreamSet};
use crate::ids::CommunicatorId;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The place of what has none.
const NOWHERE: u32 = u32::MAX;

/// Operations that recur together, such as the forward pass of one micro-batch.
#[derive(Debug, PartialEq, Eq)]
pub struct Block {
    operations: Vec<Operation>,
    by_stream: [Vec<OnStream>; MAX_STREAMS],
    calls: BTreeMap<CommunicatorId, u32>,
}

/// An operation among those of one stream of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OnStream {
    /// Its index among all operations of the block.
    pub index: u32,
    /// The place of its counterpart among [`Program::counterparts`]; none that is for a computation.
    pub counterpart: u32,
    /// Of a collective: how many calls of its communicator stand before it in the block.
    pub calls_before: u32,
}

impl Block {
    /// A block of operations in program order, with where their counterparts stand among those of the program.
    fn new(operations: Vec<Operation>, counterparts: Vec<u32>) -> Self {
        let mut by_stream: [Vec<OnStream>; MAX_STREAMS] = Default::default();
        let mut calls = BTreeMap::new();
        for (index, (operation, counterpart)) in operations.iter().zip(counterparts).enumerate() {
            let index = u32::try_from(index).expect("a block has fewer than 2^32 operations");
            let calls_before = count_call(operation, &mut calls);
            by_stream[operation.stream.index()].push(OnStream { index, counterpart, calls_before });
        }
        Self { operations, by_stream, calls }
    }

    /// The operations in program order.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The operations on one stream, in program order.
    pub fn on_stream(&self, stream: StreamId) -> &[OnStream] {
        &self.by_stream[stream.index()]
    }
}

/// Counts a collective among the calls of its communicator; returns how many came before.
fn count_call(operation: &Operation, calls: &mut BTreeMap<CommunicatorId, u32>) -> u32 {
    let OperationKind::Collective { communicator, .. } = operation.kind else { return 0 };
    let count = calls.entry(communicator).or_default();
    *count += 1;
    *count - 1
}

/// What ranks of one role do, in program order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Program {
    blocks: Vec<Arc<Block>>,
    sequence: Vec<u32>,
    starts: Vec<u32>,
    counterparts: Vec<Counterpart>,
    /// For each counterpart, where the calls of its communicator are counted; nowhere for peers.
    counted: Vec<u32>,
    /// For each communicator, ascending, how many calls stand before each block instance.
    calls_before: Vec<Vec<u32>>,
    streams: StreamSet,
}

impl Program {
    /// The distinct blocks.
    pub fn blocks(&self) -> &[Arc<Block>] {
        &self.blocks
    }

    /// How many block instances the program runs.
    pub fn instances(&self) -> usize {
        self.sequence.len()
    }

    /// The block that the n-th instance runs, with the program-order index of its first operation.
    pub fn instance(&self, n: usize) -> (&Block, u32) {
        (&self.blocks[self.sequence[n] as usize], self.starts[n])
    }

    /// Which of the distinct blocks the n-th instance runs.
    pub fn block_number(&self, n: usize) -> u32 {
        self.sequence[n]
    }

    /// All with whom something is done, each once, in the order in which blocks first name them.
    pub fn counterparts(&self) -> &[Counterpart] {
        &self.counterparts
    }

    /// How many calls of the communicator of a counterpart stand before the n-th block instance.
    pub fn calls_before(&self, n: usize, counterpart: u32) -> u32 {
        let counted = self.counted.get(counterpart as usize);
        counted.and_then(|&counted| self.calls_before.get(counted as usize)).map_or(0, |before| before[n])
    }

    /// The number of operations.
    pub fn operations(&self) -> usize {
        match self.sequence.len() {
            0 => 0,
            n => {
                let (block, start) = self.instance(n - 1);
                start as usize + block.operations().len()
            }
        }
    }

    /// The streams that any operation is on.
    pub fn streams(&self) -> StreamSet {
        self.streams
    }

    /// Every operation with its program-order index.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Operation)> {
        (0..self.instances()).flat_map(|n| {
            let (block, start) = self.instance(n);
            block.operations().iter().zip(start..).map(|(operation, index)| (index, operation))
        })
    }
}

/// Puts a program together from blocks.
#[derive(Debug, Default)]
pub struct ProgramBuilder {
    program: Program,
    length: u32,
    /// Where each counterpart stands among those of the program.
    places: FxHashMap<Counterpart, u32>,
}

/// A block known to a [`ProgramBuilder`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockHandle(u32);

impl ProgramBuilder {
    /// An empty program.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a block known, to be run any number of times.
    pub fn block(&mut self, operations: Vec<Operation>) -> BlockHandle {
        for operation in &operations {
            self.program.streams = self.program.streams.with(operation.stream);
        }
        let counterparts: Vec<u32> = operations.iter().map(|operation| self.place(operation)).collect();
        self.program.blocks.push(Arc::new(Block::new(operations, counterparts)));
        BlockHandle(u32::try_from(self.program.blocks.len() - 1).expect("a program has few blocks"))
    }

    /// Where the counterpart of an operation stands, put last when it is new; nowhere for computations.
    fn place(&mut self, operation: &Operation) -> u32 {
        let Some(counterpart) = operation.kind.counterpart() else { return NOWHERE };
        let all = &mut self.program.counterparts;
        *self.places.entry(counterpart).or_insert_with(|| {
            all.push(counterpart);
            u32::try_from(all.len() - 1).expect("a program has fewer than 2^32 operations")
        })
    }

    /// Runs a block next.
    ///
    /// # Panics
    /// When the program would exceed 2^32 operations.
    pub fn run(&mut self, block: BlockHandle) {
        let length = self.program.blocks[block.0 as usize].operations().len();
        self.program.sequence.push(block.0);
        self.program.starts.push(self.length);
        self.length =
            u32::try_from(self.length as usize + length).expect("a program has fewer than 2^32 operations");
    }

    /// Makes a block known and runs it once.
    pub fn once(&mut self, operations: Vec<Operation>) {
        let block = self.block(operations);
        self.run(block);
    }

    /// The program.
    pub fn build(self) -> Program {
        let mut program = self.program;
        let communicators: BTreeSet<CommunicatorId> =
            program.counterparts.iter().filter_map(Counterpart::communicator).collect();
        let communicators: Vec<CommunicatorId> = communicators.into_iter().collect();
        for communicator in &communicators {
            let calls_before = program.sequence.iter().scan(0, |calls, &block| {
                let before = *calls;
                *calls += program.blocks[block as usize].calls.get(communicator).unwrap_or(&0);
                Some(before)
            });
            program.calls_before.push(calls_before.collect());
        }
        let place =
            |of: CommunicatorId| communicators.binary_search(&of).map_or(NOWHERE, |place| place as u32);
        let counted = |of: &Counterpart| of.communicator().map_or(NOWHERE, place);
        program.counted = program.counterparts.iter().map(counted).collect();
        program
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Bytes;
    use crate::workload::{CollectiveCall, CollectiveKind, Tag};

    #[test]
    fn calls_are_numbered_in_program_order_whatever_their_stream() {
        let call = |stream, communicator| Operation {
            stream: StreamId::new(stream),
            waits: StreamSet::EMPTY,
            tag: Tag::default(),
            kind: OperationKind::Collective {
                communicator: CommunicatorId::new(communicator),
                call: CollectiveCall::auto(CollectiveKind::AllReduce, Bytes::new(1)),
            },
        };
        let mut builder = ProgramBuilder::new();
        let block = builder.block(vec![call(0, 0), call(1, 1), call(1, 0)]);
        builder.run(block);
        builder.run(block);
        let program = builder.build();
        let numbers = |stream| -> Vec<u32> {
            let number = |n| move |call: &OnStream| (n, call.counterpart, call.calls_before);
            let calls = |n| program.instance(n).0.on_stream(StreamId::new(stream)).iter().map(number(n));
            let calls = (0..2).flat_map(calls);
            calls.map(|(n, counterpart, before)| program.calls_before(n, counterpart) + before).collect()
        };
        assert_eq!((numbers(0), numbers(1)), (vec![0, 2], vec![0, 1, 1, 3]));
    }
}

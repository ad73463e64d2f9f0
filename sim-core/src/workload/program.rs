//! Programs: sequences of blocks, each block stored once however often it recurs.

use super::operation::{MAX_STREAMS, Operation, StreamId, StreamSet};
use std::sync::Arc;

/// Operations that recur together, such as the forward pass of one micro-batch.
#[derive(Debug, PartialEq, Eq)]
pub struct Block {
    operations: Vec<Operation>,
    by_stream: [Vec<u32>; MAX_STREAMS],
}

impl Block {
    /// A block of operations in program order.
    pub fn new(operations: Vec<Operation>) -> Self {
        let mut by_stream: [Vec<u32>; MAX_STREAMS] = Default::default();
        for (index, operation) in operations.iter().enumerate() {
            let index = u32::try_from(index).expect("a block has fewer than 2^32 operations");
            by_stream[operation.stream.index()].push(index);
        }
        Self { operations, by_stream }
    }

    /// The operations in program order.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The indices of the operations on one stream, ascending.
    pub fn on_stream(&self, stream: StreamId) -> &[u32] {
        &self.by_stream[stream.index()]
    }
}

/// What ranks of one role do, in program order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Program {
    blocks: Vec<Arc<Block>>,
    sequence: Vec<u32>,
    starts: Vec<u32>,
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
        self.program.blocks.push(Arc::new(Block::new(operations)));
        BlockHandle(u32::try_from(self.program.blocks.len() - 1).expect("a program has few blocks"))
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
        self.program
    }
}

//! Small workloads in which every rank does the same kinds of things, with defects where asked for.

use copperlight_core::ids::{CommunicatorId, EndpointId, PeerSlot, RankId, RoleId};
use copperlight_core::units::{Bytes, Time};
use copperlight_core::workload::{
    CollectiveCall, ExplicitWorkload, Operation, OperationKind, ProgramBuilder, StreamId, StreamSet, Tag,
};

/// One thing that every rank does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step {
    /// Computes for so many nanoseconds, times the slowness of the rank's role.
    Compute(u64),
    /// Takes part in a collective of its block of ranks (communicator 0) or of its stride (communicator 1).
    Collective(usize, CollectiveCall),
    /// The same, while the following steps go on; they are waited for at the end.
    Background(usize, CollectiveCall),
    /// Sends so many bytes to the next rank and receives from the one before.
    Shift(u64),
}

/// A workload of `ranks` ranks in blocks of `block`; `slow` ranks compute three times as long.
#[derive(Debug, Clone, PartialEq)]
pub struct Uniform {
    /// How many ranks.
    pub ranks: usize,
    /// How many form a group of communicator 0; ranks equal modulo this form a group of communicator 1.
    pub block: usize,
    /// The ranks that are slow.
    pub slow: Vec<usize>,
    /// What everybody does.
    pub steps: Vec<Step>,
    /// How often.
    pub repeat: usize,
}

/// Ranks that all run the same collectives, each after a computation of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Staggered {
    /// For each rank, how long it computes before each collective, in picoseconds.
    pub waits: Vec<u64>,
    /// How many form a group of communicator 0; ranks equal modulo this form a group of communicator 1.
    pub block: usize,
    /// The collectives, by communicator; the computation comes before the first only, where `rushed`.
    pub calls: Vec<(usize, CollectiveCall)>,
    /// Whether the collectives follow one another at once.
    pub rushed: bool,
}

impl Staggered {
    /// Writes it out: one role for each computation.
    ///
    /// # Panics
    /// When the ranks are no multiple of a block.
    pub fn workload(&self) -> ExplicitWorkload {
        let ranks = self.waits.len();
        let uniform =
            Uniform { ranks, block: self.block, slow: Vec::new(), steps: Vec::new(), repeat: 0 }.workload();
        let mut waits = self.waits.clone();
        waits.sort_unstable();
        waits.dedup();
        let role = |wait| RoleId::new(waits.binary_search(wait).expect("every wait is there"));
        ExplicitWorkload {
            role_of_rank: self.waits.iter().map(role).collect(),
            programs: waits.iter().map(|&wait| self.program(wait)).collect(),
            ..uniform
        }
    }

    fn program(&self, wait: u64) -> copperlight_core::workload::Program {
        let wait = OperationKind::Compute { duration: Time::from_picoseconds(wait) };
        let operations = self.calls.iter().enumerate().flat_map(|(index, &(communicator, call))| {
            let communicator = CommunicatorId::new(communicator);
            let waits = (index == 0 || !self.rushed).then_some(wait);
            waits.into_iter().chain([OperationKind::Collective { communicator, call }])
        });
        let mut program = ProgramBuilder::new();
        program.once(operations.map(|kind| operation(MAIN, StreamSet::of(&[]), kind)).collect());
        program.build()
    }
}

const MAIN: StreamId = StreamId::new(0);
const SEND: StreamId = StreamId::new(1);
const RECEIVE: StreamId = StreamId::new(2);
const BACKGROUND: StreamId = StreamId::new(3);

impl Uniform {
    /// Writes it out.
    ///
    /// # Panics
    /// When the ranks are no multiple of a block.
    pub fn workload(&self) -> ExplicitWorkload {
        assert!(self.ranks.is_multiple_of(self.block), "ranks come in whole blocks");
        let rank = RankId::new;
        let blocks = (0..self.ranks / self.block)
            .map(|block| (0..self.block).map(|member| rank(block * self.block + member)).collect());
        let strides = (0..self.block).map(|member| {
            (0..self.ranks / self.block).map(|block| rank(block * self.block + member)).collect()
        });
        let neighbours =
            |index: usize| vec![rank((index + 1) % self.ranks), rank((index + self.ranks - 1) % self.ranks)];
        let role = |index: usize| RoleId::new(usize::from(self.slow.contains(&index)));
        ExplicitWorkload {
            endpoints: (0..self.ranks).map(EndpointId::new).collect(),
            role_of_rank: (0..self.ranks).map(role).collect(),
            programs: [1, 3].map(|slowness| self.program(slowness)).into(),
            peers: (0..self.ranks).map(neighbours).collect(),
            groups: vec![blocks.collect(), strides.collect()],
        }
    }

    fn program(&self, slowness: u64) -> copperlight_core::workload::Program {
        let mut program = ProgramBuilder::new();
        let block = program.block(self.steps.iter().flat_map(|step| operations(step, slowness)).collect());
        for _ in 0..self.repeat {
            program.run(block);
        }
        let all = StreamSet::of(&[MAIN, SEND, RECEIVE, BACKGROUND]);
        program.once(vec![operation(MAIN, all, compute(1))]);
        program.build()
    }
}

fn operations(step: &Step, slowness: u64) -> Vec<Operation> {
    let after_messages = StreamSet::of(&[SEND, RECEIVE]);
    let collective = |communicator, call| OperationKind::Collective {
        communicator: CommunicatorId::new(communicator),
        call,
    };
    match *step {
        Step::Compute(nanoseconds) => {
            vec![operation(MAIN, after_messages, compute(nanoseconds * slowness))]
        }
        Step::Collective(communicator, call) => {
            vec![operation(MAIN, after_messages, collective(communicator, call))]
        }
        Step::Background(communicator, call) => {
            vec![operation(BACKGROUND, StreamSet::of(&[MAIN]), collective(communicator, call))]
        }
        Step::Shift(bytes) => {
            let (next, before) = (PeerSlot::new(0), PeerSlot::new(1));
            let send = OperationKind::Send { peer: next, bytes: Bytes::new(bytes), channel: 0 };
            let receive = OperationKind::Receive { peer: before, channel: 0 };
            let ready = StreamSet::of(&[MAIN]);
            vec![operation(SEND, ready, send), operation(RECEIVE, ready, receive)]
        }
    }
}

fn operation(stream: StreamId, waits: StreamSet, kind: OperationKind) -> Operation {
    Operation { stream, waits, tag: Tag::default(), kind }
}

fn compute(nanoseconds: u64) -> OperationKind {
    OperationKind::Compute { duration: Time::from_picoseconds(nanoseconds * 1000) }
}

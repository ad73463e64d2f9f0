//! Random jobs: stages of a pipeline, several communicators, messages on several channels, ranks that are late or slow.

use copperlight::training::LedgerEntry;
use copperlight_core::ids::{CommunicatorId, EndpointId, PeerSlot, RankId, RoleId};
use copperlight_core::units::{Bytes, Time};
use copperlight_core::workload::{
    Algorithm, CollectiveCall, CollectiveKind, ExpertRouting, ExplicitWorkload, Operation, OperationKind,
    Program, ProgramBuilder, Protocol, StreamId, StreamSet,
};
use proptest::prelude::*;

/// Which ranks form groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grouping {
    /// One group of all.
    Whole,
    /// So many ranks in a row, counted from `offset` ranks before the first and around; the last group may be smaller.
    Blocks { size: usize, offset: usize },
    /// Ranks that are equal modulo this.
    Strides(usize),
}

impl Grouping {
    fn groups(self, ranks: usize) -> Vec<Vec<RankId>> {
        let groups = match self {
            Self::Whole => vec![(0..ranks).collect()],
            Self::Blocks { size, offset } => {
                let around: Vec<usize> = (0..ranks).map(|place| (place + offset) % ranks).collect();
                around.chunks(size).map(<[usize]>::to_vec).collect()
            }
            Self::Strides(count) => {
                let count = count.min(ranks);
                (0..count).map(|first| (first..ranks).step_by(count).collect()).collect::<Vec<Vec<usize>>>()
            }
        };
        groups.into_iter().map(|group| group.into_iter().map(RankId::new).collect()).collect()
    }

    /// Whether groups differ in size, or lie across domains of this size that they do not fill.
    pub(super) fn is_uneven(self, ranks: usize, domain: usize) -> bool {
        match self {
            Self::Whole => false,
            Self::Blocks { size, offset } => {
                let fits = domain.is_multiple_of(size) || size.is_multiple_of(domain);
                !ranks.is_multiple_of(size) || (domain < ranks && !(fits && offset.is_multiple_of(size)))
            }
            Self::Strides(count) => !ranks.is_multiple_of(count),
        }
    }
}

/// One thing that every rank does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Act {
    /// Computes for so many nanoseconds; slow ranks take three times as long, and uneven stages a multiple of it.
    Compute(u64),
    /// Takes part in a collective.
    Collective(usize, CollectiveCall),
    /// The same on a stream of the communicator's own, while what follows goes on.
    Background(usize, CollectiveCall),
    /// Sends so many bytes to the rank so much further, around, and receives as much, on a channel.
    Shift { bytes: u64, by: usize, channel: u16 },
    /// Sends so many bytes to the next stage when those from the stage before have come.
    HandOver { bytes: u64 },
}

/// How ranks lie on the chips.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Straight,
    Reversed,
    /// First every chip that is 0 modulo this, then every chip that is 1.
    Strided(usize),
}

/// What all ranks do, and who is late or slow.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Job {
    pub(super) ranks: usize,
    pub(super) order: Order,
    pub(super) groupings: Vec<Grouping>,
    /// Into how many stages the ranks are divided, in blocks; the last may be smaller.
    pub(super) stages: usize,
    /// Whether a stage computes longer than the one before.
    pub(super) uneven: bool,
    pub(super) acts: Vec<Act>,
    pub(super) repeat: usize,
    /// Ranks that compute for so many nanoseconds before everything else.
    pub(super) late: Vec<(usize, u64)>,
    /// Ranks that compute three times as long.
    pub(super) slow: Vec<usize>,
}

/// What distinguishes the programs of ranks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kind {
    stage: usize,
    /// Whether there is a rank of the next stage to hand over to.
    hands_over: bool,
    late: u64,
    slowness: u64,
}

const MAIN: StreamId = StreamId::new(0);
const SEND: StreamId = StreamId::new(1);
const RECEIVE: StreamId = StreamId::new(2);
const FORWARD: StreamId = StreamId::new(3);
const ARRIVE: StreamId = StreamId::new(4);

/// The channel between stages; shifts use those below.
const STAGES: u16 = 2;

impl Job {
    /// Writes it out.
    pub(super) fn workload(&self) -> ExplicitWorkload {
        let kinds: Vec<Kind> = (0..self.ranks).map(|rank| self.kind(rank)).collect();
        let mut roles: Vec<Kind> = Vec::new();
        let role = |kind: &Kind| {
            let known = roles.iter().position(|role| role == kind);
            RoleId::new(known.unwrap_or_else(|| {
                roles.push(*kind);
                roles.len() - 1
            }))
        };
        let role_of_rank = kinds.iter().map(role).collect();
        ExplicitWorkload {
            endpoints: self.endpoints(),
            role_of_rank,
            programs: roles.iter().map(|kind| self.program(kind)).collect(),
            peers: (0..self.ranks).map(|rank| self.peers(rank)).collect(),
            groups: self.groupings.iter().map(|grouping| grouping.groups(self.ranks)).collect(),
        }
    }

    fn stage_size(&self) -> usize {
        self.ranks.div_ceil(self.stages)
    }

    fn kind(&self, rank: usize) -> Kind {
        Kind {
            stage: rank / self.stage_size(),
            hands_over: rank + self.stage_size() < self.ranks,
            late: self.late.iter().filter(|late| late.0 == rank).map(|late| late.1).sum(),
            slowness: if self.slow.contains(&rank) { 3 } else { 1 },
        }
    }

    fn endpoints(&self) -> Vec<EndpointId> {
        let mut chips: Vec<usize> = (0..self.ranks).collect();
        match self.order {
            Order::Straight => {}
            Order::Reversed => chips.reverse(),
            Order::Strided(stride) => chips.sort_by_key(|chip| (chip % stride, chip / stride)),
        }
        chips.into_iter().map(EndpointId::new).collect()
    }

    /// The slots of act `i` are `2 i`, to whom, and `2 i + 1`, from whom.
    fn peers(&self, rank: usize) -> Vec<RankId> {
        let around = |by: usize| RankId::new((rank + by) % self.ranks);
        let of_act = |act: &Act| match *act {
            Act::Shift { by, .. } => {
                let by = self.shift(by);
                [around(by), around(self.ranks - by)]
            }
            _ => [around(self.stage_size()), around(self.ranks - self.stage_size() % self.ranks)],
        };
        self.acts.iter().flat_map(of_act).collect()
    }

    /// From 1 to one less than there are ranks.
    fn shift(&self, by: usize) -> usize {
        1 + by % (self.ranks - 1)
    }

    fn program(&self, kind: &Kind) -> Program {
        let mut program = ProgramBuilder::new();
        if kind.late > 0 {
            program.once(vec![operation(MAIN, StreamSet::EMPTY, compute(kind.late))]);
        }
        let acts = self.acts.iter().enumerate();
        let block = program.block(acts.flat_map(|(slot, act)| self.operations(kind, (slot, act))).collect());
        for _ in 0..self.repeat {
            program.run(block);
        }
        let background = (0..self.groupings.len()).map(background);
        let all: Vec<StreamId> = [SEND, RECEIVE, FORWARD, ARRIVE].into_iter().chain(background).collect();
        program.once(vec![operation(MAIN, StreamSet::of(&all), compute(1))]);
        program.build()
    }

    fn operations(&self, kind: &Kind, (slot, act): (usize, &Act)) -> Vec<Operation> {
        let after_messages = StreamSet::of(&[SEND, RECEIVE, ARRIVE]);
        let ready = StreamSet::of(&[MAIN]);
        let (to, from) = (PeerSlot::new(2 * slot), PeerSlot::new(2 * slot + 1));
        let send = |bytes, channel| OperationKind::Send { peer: to, bytes: Bytes::new(bytes), channel };
        let receive = |channel| OperationKind::Receive { peer: from, channel };
        match *act {
            Act::Compute(nanoseconds) => {
                let stage = if self.uneven { 1 + kind.stage as u64 } else { 1 };
                vec![operation(MAIN, after_messages, compute(nanoseconds * kind.slowness * stage))]
            }
            Act::Collective(communicator, call) => {
                vec![operation(MAIN, after_messages, self.collective(communicator, call))]
            }
            Act::Background(communicator, call) => {
                let stream = background(communicator % self.groupings.len());
                vec![operation(stream, ready, self.collective(communicator, call))]
            }
            Act::Shift { bytes, channel, .. } => vec![
                operation(SEND, ready, send(bytes, channel % STAGES)),
                operation(RECEIVE, ready, receive(channel % STAGES)),
            ],
            Act::HandOver { bytes } => {
                let arrived = StreamSet::of(&[MAIN, ARRIVE]);
                let arrive = (kind.stage > 0).then(|| operation(ARRIVE, ready, receive(STAGES)));
                let forward = kind.hands_over.then(|| operation(FORWARD, arrived, send(bytes, STAGES)));
                arrive.into_iter().chain(forward).collect()
            }
        }
    }

    fn collective(&self, communicator: usize, call: CollectiveCall) -> OperationKind {
        OperationKind::Collective {
            communicator: CommunicatorId::new(communicator % self.groupings.len()),
            call,
        }
    }
}

/// The stream of a communicator's collectives in the background.
fn background(communicator: usize) -> StreamId {
    [StreamId::new(5), StreamId::new(6), StreamId::new(7)][communicator]
}

fn operation(stream: StreamId, waits: StreamSet, kind: OperationKind) -> Operation {
    Operation { stream, waits, tag: entry(kind).tag(), kind }
}

/// Where the ledger books an operation: communicators by their number, messages as transfers between stages.
fn entry(kind: OperationKind) -> LedgerEntry {
    match kind {
        OperationKind::Compute { .. } => LedgerEntry::Compute,
        OperationKind::Send { .. } | OperationKind::Receive { .. } => LedgerEntry::Pipeline,
        OperationKind::Collective { communicator, .. } => {
            [LedgerEntry::Tensor, LedgerEntry::Data, LedgerEntry::Expert][communicator.index()]
        }
    }
}

fn compute(nanoseconds: u64) -> OperationKind {
    OperationKind::Compute { duration: Time::from_picoseconds(nanoseconds * 1_000) }
}

/// Any collective by any algorithm and protocol, of sizes that divide by nothing.
pub(super) fn call() -> impl Strategy<Value = CollectiveCall> {
    let kind = prop::sample::select(CollectiveKind::ALL.to_vec());
    let bytes = prop_oneof![0..5_000_u64, 0..20_000_000_u64];
    let algorithm = prop::option::of(prop::sample::select(Algorithm::ALL.to_vec()));
    let protocol = prop::option::weighted(0.3, prop::sample::select(Protocol::ALL.to_vec()));
    let experts = (1..9_u32, prop_oneof![Just(1.0), 1.0..2.0_f64]);
    (kind, bytes, algorithm, protocol, experts).prop_map(|(kind, bytes, algorithm, protocol, experts)| {
        let experts = ExpertRouting::new(experts.0, experts.1);
        CollectiveCall { kind, bytes: Bytes::new(bytes), algorithm, protocol, experts }
    })
}

/// Something to do, in up to three communicators.
pub(super) fn act() -> impl Strategy<Value = Act> {
    let bytes = prop_oneof![0..5_000_u64, 0..5_000_000_u64];
    prop_oneof![
        2 => (0..500_000_u64).prop_map(Act::Compute),
        4 => (0..3_usize, call()).prop_map(|(communicator, call)| Act::Collective(communicator, call)),
        2 => (0..3_usize, call()).prop_map(|(communicator, call)| Act::Background(communicator, call)),
        1 => (bytes.clone(), prop_oneof![Just(0_usize), 0..48_usize], 0..2_u16)
            .prop_map(|(bytes, by, channel)| Act::Shift { bytes, by, channel }),
        2 => bytes.prop_map(|bytes| Act::HandOver { bytes }),
    ]
}

/// How ranks lie on the chips: mostly straight.
pub(super) fn order() -> impl Strategy<Value = Order> {
    prop_oneof![4 => Just(Order::Straight), 1 => Just(Order::Reversed), 1 => (2..9_usize).prop_map(Order::Strided)]
}

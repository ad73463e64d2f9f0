//! Steps of training jobs as a pipeline runs them: micro-batches one after another, with what makes them alike and unlike.

use copperlight_core::ids::{CommunicatorId, EndpointId, GroupId, PeerSlot, RankId, RoleId};
use copperlight_core::units::{Bytes, Time};
use copperlight_core::workload::{
    BlockHandle, CollectiveCall, CollectiveKind, Operation, OperationKind, Program, ProgramBuilder, StreamId,
    StreamSet, Tag, Workload,
};

/// A step of one forward and one backward pass in turn, interleaved or not.
///
/// Rank `(stage, replica, part)` is `(stage * replicas + replica) * tensor + part`, and runs on the chip of that number.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    pub(super) tensor: usize,
    pub(super) replicas: usize,
    pub(super) stages: usize,
    /// Parts of the model on each stage; above one the schedule is interleaved.
    pub(super) chunks: usize,
    /// Of each replica; a multiple of the stages where the schedule is interleaved.
    pub(super) micro_batches: usize,
    /// Layers of a chunk.
    pub(super) layers: usize,
    /// Of a layer going forward; going backward it takes twice as long.
    pub(super) nanoseconds: u64,
    /// By so much longer a layer takes on each stage than on the one before.
    pub(super) slope: u64,
    /// A rank whose layers take twice as long.
    pub(super) slow: Option<usize>,
    /// By so much longer the last pass of every rank takes.
    pub(super) last: u64,
    /// Bytes of a collective of a tensor group, of a message between stages, and of a layer's gradients.
    pub(super) bytes: [u64; 3],
    /// Receives are posted as early as they can be, rather than after the pass before.
    pub(super) posted: bool,
    /// Gradients are reduced layer by layer beside the last backward passes, rather than after them.
    pub(super) reduce_beside: bool,
    /// Parameters are gathered layer by layer beside the first forward passes.
    pub(super) gather_beside: bool,
}

const COMPUTE: StreamId = StreamId::new(0);
const TENSOR: StreamId = StreamId::new(1);
const SEND: [StreamId; 2] = [StreamId::new(2), StreamId::new(3)];
const RECEIVE: [StreamId; 2] = [StreamId::new(4), StreamId::new(5)];
const REDUCE: StreamId = StreamId::new(6);
const GATHER: StreamId = StreamId::new(7);

/// Which way a pass goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Forward,
    Backward,
}

/// What is particular about a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pass {
    way: Way,
    chunk: usize,
    /// The first forward pass of its chunk, or the last backward pass.
    at_the_end: bool,
}

impl Step {
    /// A rank's stage, replica and part.
    fn place(&self, rank: RankId) -> [usize; 3] {
        let rank = rank.index();
        [rank / self.tensor / self.replicas, rank / self.tensor % self.replicas, rank % self.tensor]
    }

    fn rank(&self, [stage, replica, part]: [usize; 3]) -> RankId {
        RankId::new((stage * self.replicas + replica) * self.tensor + part)
    }

    /// The passes of a stage, in order.
    fn passes(&self, stage: usize) -> Vec<Pass> {
        let all = self.micro_batches * self.chunks;
        let warm_up = if self.chunks == 1 {
            self.stages - 1 - stage
        } else {
            2 * (self.stages - 1 - stage) + (self.chunks - 1) * self.stages
        };
        let warm_up = warm_up.min(all);
        let chunk = |pass: usize| pass / self.stages % self.chunks;
        let first = |pass: usize| pass < self.stages * self.chunks && pass.is_multiple_of(self.stages);
        let forward = |pass| Pass {
            way: Way::Forward,
            chunk: if self.chunks == 1 { 0 } else { chunk(pass) },
            at_the_end: if self.chunks == 1 { pass == 0 } else { first(pass) },
        };
        let backward = |pass: usize| Pass {
            way: Way::Backward,
            chunk: if self.chunks == 1 { 0 } else { self.chunks - 1 - chunk(pass) },
            at_the_end: if self.chunks == 1 {
                pass + 1 == all
            } else {
                first(all - 1 - pass) && pass + self.stages * self.chunks >= all
            },
        };
        let steady = (warm_up..all).flat_map(|pass| [forward(pass), backward(pass - warm_up)]);
        (0..warm_up).map(forward).chain(steady).chain((all - warm_up..all).map(backward)).collect()
    }

    fn operations(&self, stage: usize, slowness: u64, pass: Pass) -> Vec<Operation> {
        let [tensor_bytes, message, gradients] = self.bytes.map(Bytes::new);
        let way = pass.way as usize;
        let ready = StreamSet::of(&[COMPUTE]);
        let mut operations = Vec::new();
        let (receives, sends) = self.exchanges(stage, pass);
        let [from, to] = if pass.way == Way::Forward { [1, 0] } else { [0, 1] }.map(PeerSlot::new);
        if receives {
            let waits = if self.posted { StreamSet::EMPTY } else { ready };
            let kind = OperationKind::Receive { peer: from, channel: way as u16 };
            operations.push(operation(RECEIVE[way], waits, kind));
        }
        let layer = (self.nanoseconds + self.slope * stage as u64) * slowness * (1 + way as u64);
        let gathers = pass.way == Way::Forward && pass.at_the_end && self.gather_beside && self.replicas > 1;
        for _ in 0..self.layers {
            let call = |kind, bytes| OperationKind::Collective {
                communicator: CommunicatorId::new(0),
                call: CollectiveCall::auto(kind, bytes),
            };
            let beside = |kind| OperationKind::Collective {
                communicator: CommunicatorId::new(1),
                call: CollectiveCall::auto(kind, gradients),
            };
            if self.tensor > 1 {
                operations.push(operation(
                    TENSOR,
                    ready.with(RECEIVE[way]),
                    call(CollectiveKind::AllGather, tensor_bytes),
                ));
            }
            let mut waits = StreamSet::of(&[TENSOR, RECEIVE[way]]);
            if gathers {
                operations.push(operation(GATHER, StreamSet::EMPTY, beside(CollectiveKind::AllGather)));
                // It waits for what it uses, and not for what is gathered for the next.
                waits = waits.with(GATHER);
            }
            operations.push(operation(COMPUTE, waits, compute(layer)));
            if self.tensor > 1 {
                operations.push(operation(TENSOR, ready, call(CollectiveKind::ReduceScatter, tensor_bytes)));
            }
            if pass.way == Way::Backward && pass.at_the_end && self.reduce_beside && self.replicas > 1 {
                operations.push(operation(REDUCE, ready, beside(CollectiveKind::ReduceScatter)));
            }
        }
        if sends {
            let kind = OperationKind::Send { peer: to, bytes: message, channel: way as u16 };
            operations.push(operation(SEND[way], ready.with(TENSOR), kind));
        }
        operations
    }

    /// Whether a pass begins with a receive, and whether it ends with a send.
    fn exchanges(&self, stage: usize, Pass { way, chunk, .. }: Pass) -> (bool, bool) {
        if self.stages == 1 {
            return (false, false);
        }
        let is_first = stage == 0 && chunk == 0;
        let is_last = stage == self.stages - 1 && chunk == self.chunks - 1;
        if way == Way::Forward { (!is_first, !is_last) } else { (!is_last, !is_first) }
    }

    fn write(&self, stage: usize, slowness: u64) -> Program {
        let mut program = ProgramBuilder::new();
        let mut known: Vec<(Pass, BlockHandle)> = Vec::new();
        for pass in self.passes(stage) {
            let block = known.iter().find(|known| known.0 == pass).map(|known| known.1);
            let block = block.unwrap_or_else(|| {
                let block = program.block(self.operations(stage, slowness, pass));
                known.push((pass, block));
                block
            });
            program.run(block);
        }
        let all = StreamSet::of(&[COMPUTE, TENSOR, SEND[0], SEND[1], RECEIVE[0], RECEIVE[1]]);
        let mut end = vec![operation(COMPUTE, all, compute(self.last))];
        if self.replicas > 1 && !self.reduce_beside {
            let bytes = Bytes::new(self.bytes[2] * (self.layers * self.chunks) as u64);
            let call = CollectiveCall::auto(CollectiveKind::ReduceScatter, bytes);
            let kind = OperationKind::Collective { communicator: CommunicatorId::new(1), call };
            end.push(operation(REDUCE, StreamSet::of(&[COMPUTE]), kind));
        }
        end.push(operation(COMPUTE, StreamSet::of(&[REDUCE]), compute(self.nanoseconds)));
        program.once(end);
        program.build()
    }
}

fn operation(stream: StreamId, waits: StreamSet, kind: OperationKind) -> Operation {
    Operation { stream, waits, tag: Tag::default(), kind }
}

fn compute(nanoseconds: u64) -> OperationKind {
    OperationKind::Compute { duration: Time::from_picoseconds(nanoseconds * 1_000) }
}

impl Workload for Step {
    fn ranks(&self) -> usize {
        self.tensor * self.replicas * self.stages
    }

    fn endpoint(&self, rank: RankId) -> EndpointId {
        EndpointId::new(rank.index())
    }

    fn roles(&self) -> usize {
        self.stages + usize::from(self.slow.is_some())
    }

    fn role(&self, rank: RankId) -> RoleId {
        let slow = self.slow == Some(rank.index());
        RoleId::new(if slow { self.stages } else { self.place(rank)[0] })
    }

    fn program(&self, role: RoleId) -> Program {
        match self.slow.filter(|_| role.index() == self.stages) {
            Some(slow) => self.write(self.place(RankId::new(slow))[0], 2),
            None => self.write(role.index(), 1),
        }
    }

    fn peer(&self, rank: RankId, slot: PeerSlot) -> RankId {
        let [stage, replica, part] = self.place(rank);
        let by = if slot.index() == 0 { 1 } else { self.stages - 1 };
        self.rank([(stage + by) % self.stages, replica, part])
    }

    fn group(&self, rank: RankId, communicator: CommunicatorId) -> GroupId {
        let [stage, replica, part] = self.place(rank);
        GroupId::new(match communicator.index() {
            0 => stage * self.replicas + replica,
            _ => stage * self.tensor + part,
        })
    }

    fn members(&self, communicator: CommunicatorId, group: GroupId) -> Vec<RankId> {
        let group = group.index();
        match communicator.index() {
            0 => {
                let place = |part| self.rank([group / self.replicas, group % self.replicas, part]);
                (0..self.tensor).map(place).collect()
            }
            _ => {
                let place = |replica| self.rank([group / self.tensor, replica, group % self.tensor]);
                (0..self.replicas).map(place).collect()
            }
        }
    }
}

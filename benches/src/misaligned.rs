//! The groups of a trillion-parameter job on domains of 72 chips, which its replicas do not fill: 12,288 classes.

use copperlight_core::fabric::Fabric;
use copperlight_core::ids::{CommunicatorId, EndpointId, GroupId, PeerSlot, RankId, RoleId};
use copperlight_core::symmetry::{Assumptions, Folding, Structure};
use copperlight_core::transport::{Planner, Transport};
use copperlight_core::units::Bytes;
use copperlight_core::workload::{
    Algorithm, CollectiveCall, CollectiveKind, Operation, OperationKind, Program, ProgramBuilder, Roles,
    StreamId, StreamSet, Tag, Workload,
};
use copperlight_topologies::System;

/// Ranks of a tensor group, which exchange with everyone at once.
const TENSOR: usize = 8;

/// Stages of the pipeline; the last sends on to the first, as with virtual stages.
const STAGES: usize = 16;

/// Replicas, each of which sends to the next, around: one flat ring. (A ring all-reduce would run on three channels, the
/// most that divide the replicas in every domain, and have a third of the classes.) 768 x 8 chips of a stage lie on 85
/// domains and a third: one short piece of each ring marks a place on it, and every replica has another distance to it.
const REPLICAS: usize = 768;

/// How many classes of ranks there are on domains of 72.
pub const CLASSES: usize = STAGES * REPLICAS;

const TENSOR_GROUPS: usize = 0;
const DATA_GROUPS: usize = 1;

/// The job on its machine.
#[derive(Debug)]
pub struct Misaligned {
    fabric: Fabric,
    transport: Transport,
    job: Job,
    roles: Roles,
}

impl Misaligned {
    /// 98,304 ranks on `gb200-nvl72`, inside out: tensor, data, pipeline.
    pub fn on_domains_of_72() -> Self {
        Self::new(REPLICAS)
    }

    fn new(replicas: usize) -> Self {
        let system = System::preset("gb200-nvl72").expect("the preset is in the catalog");
        let job = Job { replicas };
        let fabric = system.build(job.ranks()).expect("the preset has any number of chips");
        let roles = Roles::of(&job);
        Self { fabric, transport: system.transport(), job, roles }
    }

    /// The ranks.
    pub fn ranks(&self) -> usize {
        self.job.ranks()
    }

    /// A planner that has seen the groups, so that [`Self::fold`] only lists what is communicated and refines classes.
    pub fn planner(&self) -> Planner<'_> {
        let mut planner = Planner::new(&self.fabric, &self.transport);
        self.fold(&mut planner);
        planner
    }

    /// What is divided into classes, listed.
    pub fn structure(&self, planner: &mut Planner<'_>) -> Structure {
        let mut nothing = Assumptions::isolated();
        let structure = Structure::of(&self.fabric, (&self.job, &self.roles), planner, &mut nothing);
        structure.expect("all chips are joined")
    }

    /// Lists and folds it; tells the number of classes of ranks.
    pub fn fold(&self, planner: &mut Planner<'_>) -> usize {
        let mut nothing = Assumptions::isolated();
        let folding = Folding::of(&self.fabric, (&self.job, &self.roles), planner, &mut nothing);
        folding.expect("all chips are joined").representatives().len()
    }
}

/// Who talks to whom, by arithmetic.
#[derive(Debug)]
struct Job {
    replicas: usize,
}

impl Job {
    fn stage_size(&self) -> usize {
        TENSOR * self.replicas
    }
}

impl Workload for Job {
    fn ranks(&self) -> usize {
        self.stage_size() * STAGES
    }

    fn endpoint(&self, rank: RankId) -> EndpointId {
        EndpointId::new(rank.index())
    }

    fn roles(&self) -> usize {
        STAGES
    }

    fn role(&self, rank: RankId) -> RoleId {
        RoleId::new(rank.index() / self.stage_size())
    }

    fn program(&self, _: RoleId) -> Program {
        let call = |communicator, kind, algorithm| OperationKind::Collective {
            communicator: CommunicatorId::new(communicator),
            call: CollectiveCall {
                algorithm: Some(algorithm),
                ..CollectiveCall::auto(kind, Bytes::new(1 << 27))
            },
        };
        let operation = |stream, waits: &[StreamId], kind| Operation {
            stream,
            waits: StreamSet::of(waits),
            tag: Tag::default(),
            kind,
        };
        let [main, send, receive] = [0, 1, 2].map(StreamId::new);
        let forward = OperationKind::Send { peer: PeerSlot::new(0), bytes: Bytes::new(1 << 24), channel: 0 };
        let arrive = OperationKind::Receive { peer: PeerSlot::new(1), channel: 0 };
        let mut program = ProgramBuilder::new();
        program.once(vec![
            operation(main, &[], call(TENSOR_GROUPS, CollectiveKind::AllGather, Algorithm::Direct)),
            operation(main, &[], call(TENSOR_GROUPS, CollectiveKind::ReduceScatter, Algorithm::Direct)),
            operation(send, &[main], forward),
            operation(receive, &[main], arrive),
            operation(main, &[send, receive], call(DATA_GROUPS, CollectiveKind::SendRecv, Algorithm::Ring)),
        ]);
        program.build()
    }

    /// Slot 0 is the rank's counterpart in the next stage, slot 1 that in the stage before.
    fn peer(&self, rank: RankId, slot: PeerSlot) -> RankId {
        let by = if slot.index() == 0 { self.stage_size() } else { self.ranks() - self.stage_size() };
        RankId::new((rank.index() + by) % self.ranks())
    }

    fn group(&self, rank: RankId, communicator: CommunicatorId) -> GroupId {
        let tensor = rank.index() / TENSOR;
        let data = rank.index() / self.stage_size() * TENSOR + rank.index() % TENSOR;
        GroupId::new(if communicator.index() == TENSOR_GROUPS { tensor } else { data })
    }

    fn members(&self, communicator: CommunicatorId, group: GroupId) -> Vec<RankId> {
        let group = group.index();
        if communicator.index() == TENSOR_GROUPS {
            return (group * TENSOR..(group + 1) * TENSOR).map(RankId::new).collect();
        }
        let first = group / TENSOR * self.stage_size() + group % TENSOR;
        (0..self.replicas).map(|replica| RankId::new(first + replica * TENSOR)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replicas_that_fill_domains_are_alike() {
        // 9 replicas of 8 chips fill a domain: a place on it, and not on the ring, makes the difference.
        let aligned = Misaligned::new(18);
        let classes = aligned.fold(&mut aligned.planner());
        assert!(classes <= 9 * STAGES, "{classes} classes");
        // 12 replicas are a domain and a third: all of a ring differ.
        let misaligned = Misaligned::new(12);
        assert_eq!(misaligned.fold(&mut misaligned.planner()), 12 * STAGES);
    }
}

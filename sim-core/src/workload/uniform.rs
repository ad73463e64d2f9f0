//! One collective over all ranks: what nccl-tests measures.

use super::{
    CollectiveCall, Operation, OperationKind, Program, ProgramBuilder, StreamId, StreamSet, Tag, Workload,
};
use crate::ids::{CommunicatorId, EndpointId, GroupId, PeerSlot, RankId, RoleId};

/// Every rank, on the endpoint of its own number, takes part in one collective.
#[derive(Debug, Clone, Copy)]
pub struct SingleCollective {
    ranks: usize,
    call: CollectiveCall,
}

impl SingleCollective {
    /// One `call` over the first `ranks` endpoints.
    pub fn new(ranks: usize, call: CollectiveCall) -> Self {
        Self { ranks, call }
    }
}

impl Workload for SingleCollective {
    fn ranks(&self) -> usize {
        self.ranks
    }

    fn endpoint(&self, rank: RankId) -> EndpointId {
        EndpointId::new(rank.index())
    }

    fn roles(&self) -> usize {
        1
    }

    fn role(&self, _: RankId) -> RoleId {
        RoleId::new(0)
    }

    fn program(&self, _: RoleId) -> Program {
        let mut program = ProgramBuilder::new();
        program.once(vec![Operation {
            stream: StreamId::new(0),
            waits: StreamSet::EMPTY,
            tag: Tag::default(),
            kind: OperationKind::Collective { communicator: CommunicatorId::new(0), call: self.call },
        }]);
        program.build()
    }

    fn peer(&self, rank: RankId, _: PeerSlot) -> RankId {
        rank
    }

    fn group(&self, _: RankId, _: CommunicatorId) -> GroupId {
        GroupId::new(0)
    }

    fn members(&self, _: CommunicatorId, _: GroupId) -> Vec<RankId> {
        (0..self.ranks).map(RankId::new).collect()
    }
}

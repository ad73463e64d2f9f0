//! One collective of one group, which ranks enter when they have computed for a while.

use copperlight_core::ids::{CommunicatorId, EndpointId, RankId, RoleId};
use copperlight_core::units::Time;
use copperlight_core::workload::{
    CollectiveCall, ExplicitWorkload, Operation, OperationKind, Program, ProgramBuilder, StreamId, StreamSet,
    Tag,
};

/// How late a rank may come, in nanoseconds.
pub(crate) const LATE: [u64; 4] = [0, 1, 3_000, 400_000];

/// A collective, who calls it, and how late.
#[derive(Debug, Clone)]
pub(crate) struct Called {
    pub(crate) ranks: usize,
    pub(crate) call: CollectiveCall,
    /// Which of [`LATE`] each rank is, taken in turns.
    pub(crate) late: Vec<usize>,
    /// By how much the order of the group is rotated.
    pub(crate) rotation: usize,
}

impl Called {
    /// The group, in its order.
    pub(crate) fn members(&self) -> Vec<RankId> {
        (0..self.ranks).map(|position| RankId::new((position + self.rotation) % self.ranks)).collect()
    }

    pub(crate) fn workload(&self) -> ExplicitWorkload {
        let role = |rank: usize| RoleId::new(self.late[rank % self.late.len()]);
        ExplicitWorkload {
            endpoints: (0..self.ranks).map(EndpointId::new).collect(),
            role_of_rank: (0..self.ranks).map(role).collect(),
            programs: LATE.map(|nanoseconds| program(nanoseconds, self.call)).into(),
            peers: vec![Vec::new(); self.ranks],
            groups: vec![vec![self.members()]],
        }
    }
}

/// A rank that computes before it calls.
fn program(nanoseconds: u64, call: CollectiveCall) -> Program {
    let operation =
        |kind| Operation { stream: StreamId::new(0), waits: StreamSet::EMPTY, tag: Tag::default(), kind };
    let compute = OperationKind::Compute { duration: Time::from_picoseconds(nanoseconds * 1_000) };
    let collective = OperationKind::Collective { communicator: CommunicatorId::new(0), call };
    let mut program = ProgramBuilder::new();
    program.once(vec![operation(compute), operation(collective)]);
    program.build()
}

//! A collective of which one rank is different.

use copperlight_core::fabric::Fabric;
use copperlight_core::ids::{CommunicatorId, EndpointId, GroupId, PeerSlot, RankId, RoleId};
use copperlight_core::symmetry::{Assumptions, Folding};
use copperlight_core::transport::{Planner, Transport};
use copperlight_core::units::{Bytes, Time};
use copperlight_core::workload::{
    Algorithm, CollectiveCall, CollectiveKind, Operation, OperationKind, Program, ProgramBuilder, Roles,
    StreamId, StreamSet, Tag, Workload,
};

/// One collective of all ranks, into which one of them comes late.
#[derive(Debug)]
pub struct OneLate {
    /// How many ranks.
    pub ranks: usize,
    /// Who is late.
    pub late: usize,
    /// By how much.
    pub by: Time,
    /// Into what.
    pub call: CollectiveCall,
}

const STREAM: StreamId = StreamId::new(0);

impl Workload for OneLate {
    fn ranks(&self) -> usize {
        self.ranks
    }

    fn endpoint(&self, rank: RankId) -> EndpointId {
        EndpointId::new(rank.index())
    }

    fn roles(&self) -> usize {
        2
    }

    fn role(&self, rank: RankId) -> RoleId {
        RoleId::new(usize::from(rank.index() == self.late))
    }

    fn program(&self, role: RoleId) -> Program {
        let operation =
            |kind| Operation { stream: STREAM, waits: StreamSet::EMPTY, tag: Tag::default(), kind };
        let computes = operation(OperationKind::Compute { duration: self.by });
        let calls =
            operation(OperationKind::Collective { communicator: CommunicatorId::new(0), call: self.call });
        let mut program = ProgramBuilder::new();
        program.once(if role.index() == 1 { vec![computes, calls] } else { vec![calls] });
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

/// A ring on a star with one late rank, folded along its order: every rank has another distance to the one that is late.
#[derive(Debug)]
pub struct DefectiveRing {
    fabric: Fabric,
    transport: Transport,
    workload: OneLate,
    roles: Roles,
}

impl DefectiveRing {
    /// So many ranks, of which the one in the middle is late.
    pub fn new(ranks: usize) -> Self {
        let call = CollectiveCall {
            algorithm: Some(Algorithm::Ring),
            ..CollectiveCall::auto(CollectiveKind::AllReduce, Bytes::new(1_000_000_000))
        };
        let by = Time::from_picoseconds(1_000_000);
        let workload = OneLate { ranks, late: ranks / 2, by, call };
        let roles = Roles::of(&workload);
        Self { fabric: crate::fabrics::star(ranks), transport: Transport::ideal(), workload, roles }
    }

    /// A planner that has seen the ring.
    pub fn planner(&self) -> Planner<'_> {
        let mut planner = Planner::new(&self.fabric, &self.transport);
        self.fold(&mut planner);
        planner
    }

    /// Folds it; tells the number of classes of ranks.
    pub fn fold(&self, planner: &mut Planner<'_>) -> usize {
        // Without the assumption that nobody disturbs it, it is no node, and is refined along its order.
        let mut nothing = Assumptions::default();
        let folding = Folding::of(&self.fabric, (&self.workload, &self.roles), planner, &mut nothing);
        folding.expect("all chips are joined").representatives().len()
    }
}

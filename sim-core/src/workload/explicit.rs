//! Any workload, written out: for tests and for callers with a few ranks.

use super::{Program, Workload};
use crate::ids::{CommunicatorId, EndpointId, GroupId, PeerSlot, RankId, RoleId};

/// A workload held in tables; looking up what a table lacks panics.
#[derive(Debug, Clone, Default)]
pub struct ExplicitWorkload {
    /// Where each rank runs.
    pub endpoints: Vec<EndpointId>,
    /// The role of each rank.
    pub role_of_rank: Vec<RoleId>,
    /// The program of each role.
    pub programs: Vec<Program>,
    /// `peers[rank][slot]`: the rank that a slot names.
    pub peers: Vec<Vec<RankId>>,
    /// `groups[communicator][group]`: the members in order.
    pub groups: Vec<Vec<Vec<RankId>>>,
}

impl Workload for ExplicitWorkload {
    fn ranks(&self) -> usize {
        self.endpoints.len()
    }

    fn endpoint(&self, rank: RankId) -> EndpointId {
        self.endpoints[rank.index()]
    }

    fn roles(&self) -> usize {
        self.programs.len()
    }

    fn role(&self, rank: RankId) -> RoleId {
        self.role_of_rank[rank.index()]
    }

    fn program(&self, role: RoleId) -> Program {
        self.programs[role.index()].clone()
    }

    fn peer(&self, rank: RankId, slot: PeerSlot) -> RankId {
        self.peers[rank.index()][slot.index()]
    }

    fn group(&self, rank: RankId, communicator: CommunicatorId) -> GroupId {
        let groups = &self.groups[communicator.index()];
        let found = groups.iter().position(|members| members.contains(&rank));
        GroupId::new(found.expect("a rank that calls a communicator is in one of its groups"))
    }

    fn members(&self, communicator: CommunicatorId, group: GroupId) -> Vec<RankId> {
        self.groups[communicator.index()][group.index()].clone()
    }
}

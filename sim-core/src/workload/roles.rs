//! The programs of all roles, produced once, and the communications that stand in them.

use super::{CollectiveCall, Counterpart, Program, Workload};
use crate::ids::{CommunicatorId, PeerSlot, RankId, RoleId};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Ends of messages: the peer, and the channel.
pub type Ports = BTreeSet<(PeerSlot, u16)>;

/// The program of a role, and the distinct communications that stand in it.
#[derive(Debug, Clone)]
pub struct Role {
    /// The program.
    pub program: Arc<Program>,
    /// The collectives, in the order of their first calls.
    pub collectives: Vec<(CommunicatorId, CollectiveCall)>,
    /// The communicators that it calls, in ascending order.
    pub communicators: Vec<CommunicatorId>,
    /// Where it sends to.
    pub sends: Ports,
    /// Where it receives from.
    pub receives: Ports,
}

/// The roles of a workload.
#[derive(Debug, Clone)]
pub struct Roles(Vec<Role>);

impl Roles {
    /// Asks a workload for the program of each role.
    pub fn of(workload: &dyn Workload) -> Self {
        Self((0..workload.roles()).map(|role| Role::of(workload.program(RoleId::new(role)))).collect())
    }

    /// The role of a rank.
    pub fn of_rank(&self, workload: &dyn Workload, rank: RankId) -> &Role {
        &self.0[workload.role(rank).index()]
    }

    /// All roles, by identifier.
    pub fn iter(&self) -> impl Iterator<Item = &Role> {
        self.0.iter()
    }
}

impl Role {
    fn of(program: Program) -> Self {
        let (mut collectives, mut sends, mut receives) = (Vec::new(), Ports::new(), Ports::new());
        for &counterpart in program.counterparts() {
            match counterpart {
                Counterpart::To { peer, channel } => _ = sends.insert((peer, channel)),
                Counterpart::From { peer, channel } => _ = receives.insert((peer, channel)),
                Counterpart::Group { communicator, call } => collectives.push((communicator, call)),
            }
        }
        let communicators: BTreeSet<CommunicatorId> = collectives.iter().map(|call| call.0).collect();
        let communicators = communicators.into_iter().collect();
        Self { program: Arc::new(program), collectives, communicators, sends, receives }
    }

    /// Whether it calls a communicator.
    pub fn calls(&self, communicator: CommunicatorId) -> bool {
        self.communicators.contains(&communicator)
    }
}

/// The lowest of a rank's slots on a channel that names a peer: by it the two ends of messages are matched.
pub fn lowest_slot(
    workload: &dyn Workload,
    ports: &Ports,
    (rank, peer): (RankId, RankId),
    channel: u16,
) -> Option<PeerSlot> {
    let names = |port: &&(PeerSlot, u16)| port.1 == channel && workload.peer(rank, port.0) == peer;
    ports.iter().find(names).map(|port| port.0)
}

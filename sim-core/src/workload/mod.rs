//! What each rank does: programs of operations on streams.
//!
//! A [`Workload`] gives every rank a *role*; ranks of one role run the same [`Program`] up to the names of
//! their peers and groups, and programs are produced on demand, one for each role. Nothing here knows a
//! fabric: a rank names an endpoint, and that is all.
//!
//! Streams order work as on a GPU: operations of one stream run one after another, and an operation may wait
//! for other streams, which means for the last operation put on each of them *before it in program order*.

mod collective_call;
mod explicit;
mod operation;
mod program;
mod roles;
mod uniform;

pub use collective_call::{Algorithm, CollectiveCall, CollectiveKind, ExpertRouting, Library, Protocol};
pub use explicit::ExplicitWorkload;
pub use operation::{Counterpart, MAX_STREAMS, Operation, OperationKind, StreamId, StreamSet, Tag};
pub use program::{Block, BlockHandle, OnStream, Program, ProgramBuilder};
pub use roles::{Ports, Role, Roles, lowest_slot};
pub use uniform::SingleCollective;

use crate::ids::{CommunicatorId, EndpointId, GroupId, PeerSlot, RankId, RoleId};

/// What every rank does, by role, without a program for each rank.
///
/// Implementations are pure: the same question always has the same answer.
pub trait Workload: Sync {
    /// The number of ranks.
    fn ranks(&self) -> usize;

    /// Where a rank runs. Two ranks never share an endpoint.
    fn endpoint(&self, rank: RankId) -> EndpointId;

    /// The number of roles.
    fn roles(&self) -> usize;

    /// The role of a rank.
    fn role(&self, rank: RankId) -> RoleId;

    /// The program that ranks of a role run.
    fn program(&self, role: RoleId) -> Program;

    /// The rank that `rank`'s program calls by this slot.
    fn peer(&self, rank: RankId, slot: PeerSlot) -> RankId;

    /// The group in which `rank` takes part in collectives of this communicator.
    fn group(&self, rank: RankId, communicator: CommunicatorId) -> GroupId;

    /// The members of a group, in the order of the communicator.
    fn members(&self, communicator: CommunicatorId, group: GroupId) -> Vec<RankId>;
}

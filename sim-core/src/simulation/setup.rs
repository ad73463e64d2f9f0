//! Turns a workload and its folding into what is executed: actors, groups, plans and mailboxes.

use super::group::{Group, GroupPlan, Member};
use super::node::NodePlan;
use super::surroundings::Surroundings;
use crate::fabric::{Fabric, RoutingError, Scope};
use crate::ids::{CommunicatorId, GroupId, PeerSlot, RankId};
use crate::network::Crossing;
use crate::symmetry::Representative;
use crate::transport::{Planner, Transport};
use crate::units::Time;
use crate::workload::{Ports, Program, Roles, Workload, lowest_slot};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;
use thiserror::Error;

/// Why a workload cannot run on a fabric.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SimulationError {
    /// A rank runs where nothing is.
    #[error("{rank} runs on {endpoint}, but the fabric has {endpoints} endpoints")]
    NoSuchEndpoint {
        /// The rank.
        rank: RankId,
        /// Where it runs.
        endpoint: crate::ids::EndpointId,
        /// How many endpoints there are.
        endpoints: usize,
    },
    /// Two ranks run on one endpoint.
    #[error("{first} and {second} run on the same endpoint")]
    SharedEndpoint {
        /// The one rank.
        first: RankId,
        /// The other rank.
        second: RankId,
    },
    /// A rank receives from one that never sends to it.
    #[error("{receiver} receives from {sender} on channel {channel}, but {sender} never sends to it there")]
    UnmatchedReceive {
        /// The rank that receives.
        receiver: RankId,
        /// The rank that should send.
        sender: RankId,
        /// The channel.
        channel: u16,
    },
    /// Members of a group call different collectives.
    #[error(
        "{rank} calls {call} where its group has called {expected}; members must call the same collectives in the same order"
    )]
    MismatchedCollective {
        /// The rank that differs.
        rank: RankId,
        /// What it calls.
        call: String,
        /// What others have called.
        expected: String,
    },
    /// A group that cannot run collectives.
    #[error(
        "{rank} calls {communicator}, but {problem}; a group is made of different ranks, the caller among them, that all call"
    )]
    BadGroup {
        /// A rank that calls.
        rank: RankId,
        /// The communicator.
        communicator: CommunicatorId,
        /// What is wrong with the group.
        problem: String,
    },
    /// Ranks that communicate cannot reach one another.
    #[error(transparent)]
    Routing(#[from] RoutingError),
}

impl From<Box<RoutingError>> for SimulationError {
    fn from(error: Box<RoutingError>) -> Self {
        Self::Routing(*error)
    }
}

/// A simulated rank, ready to run.
#[derive(Debug)]
pub(super) struct Actor {
    pub(super) representative: Representative,
    pub(super) program: Arc<Program>,
    pub(super) sends: Vec<SendPort>,
    /// Slot, channel and mailbox of each receive.
    pub(super) receives: Vec<(PeerSlot, u16, u32)>,
    /// Group and member index for each communicator.
    pub(super) groups: Vec<(CommunicatorId, u32, u32)>,
}

/// Where messages to a peer go.
#[derive(Debug)]
pub(super) struct SendPort {
    pub(super) slot: PeerSlot,
    pub(super) channel: u16,
    pub(super) mailbox: u32,
    pub(super) path: Rc<[Crossing]>,
    pub(super) latency: Time,
    pub(super) overhead: Time,
    /// Whether the peer is in the sender's domain.
    pub(super) scope: Scope,
}

/// Everything that is executed.
pub(super) struct Parts<'a> {
    pub(super) around: Surroundings<'a>,
    pub(super) transport: &'a Transport,
    pub(super) actors: Vec<Actor>,
    pub(super) groups: Vec<Group>,
    pub(super) mailboxes: usize,
}

/// The plans of each group.
pub(super) type Plans = Vec<Vec<Rc<GroupPlan>>>;

/// The roles of a workload that fits the fabric.
///
/// # Errors
/// [`SimulationError`] when ranks stand nowhere or together, or groups contradict themselves.
pub(super) fn check(fabric: &Fabric, workload: &dyn Workload) -> Result<Roles, SimulationError> {
    check_placement(fabric, workload)?;
    let roles = Roles::of(workload);
    check_groups(workload, &roles)?;
    Ok(roles)
}

/// Ranks run on different endpoints that exist.
fn check_placement(fabric: &Fabric, workload: &dyn Workload) -> Result<(), SimulationError> {
    let mut taken: Vec<Option<RankId>> = vec![None; fabric.endpoints()];
    for rank in (0..workload.ranks()).map(RankId::new) {
        let endpoint = workload.endpoint(rank);
        let Some(place) = taken.get_mut(endpoint.index()) else {
            return Err(SimulationError::NoSuchEndpoint { rank, endpoint, endpoints: fabric.endpoints() });
        };
        if let Some(first) = place.replace(rank) {
            return Err(SimulationError::SharedEndpoint { first, second: rank });
        }
    }
    Ok(())
}

/// The groups of a communicator while they are checked.
struct CheckedGroups {
    /// The group that holds each rank.
    of_rank: Vec<Option<GroupId>>,
    seen: FxHashSet<GroupId>,
}

/// Every rank that calls a communicator is in a group of different ranks that all call it.
fn check_groups(workload: &dyn Workload, roles: &Roles) -> Result<(), SimulationError> {
    let none = || CheckedGroups { of_rank: vec![None; workload.ranks()], seen: FxHashSet::default() };
    let mut checked: BTreeMap<CommunicatorId, CheckedGroups> = BTreeMap::new();
    for rank in (0..workload.ranks()).map(RankId::new) {
        for &communicator in &roles.of_rank(workload, rank).communicators {
            let group = workload.group(rank, communicator);
            let groups = checked.entry(communicator).or_insert_with(none);
            if groups.of_rank[rank.index()] == Some(group) {
                continue;
            }
            check_group((workload, roles), (communicator, group), groups)
                .map_err(|problem| SimulationError::BadGroup { rank, communicator, problem })?;
            if groups.of_rank[rank.index()] != Some(group) {
                let problem = "it is no member of its own group".to_owned();
                return Err(SimulationError::BadGroup { rank, communicator, problem });
            }
        }
    }
    Ok(())
}

/// Enters the members of a group when it is first seen; else what is wrong with it.
fn check_group(
    (workload, roles): (&dyn Workload, &Roles),
    (communicator, group): (CommunicatorId, GroupId),
    groups: &mut CheckedGroups,
) -> Result<(), String> {
    if !groups.seen.insert(group) {
        return Ok(());
    }
    for member in workload.members(communicator, group) {
        if groups.of_rank[member.index()].replace(group).is_some() {
            return Err(format!("{member} stands in its groups twice"));
        }
        if !roles.of_rank(workload, member).calls(communicator) {
            return Err(format!("{member} of its group never does"));
        }
    }
    Ok(())
}

/// Prepares an execution.
///
/// # Errors
/// [`SimulationError`] when peers do not match or cannot reach one another.
pub(super) fn prepare<'a, 'p: 'a>(
    around: Surroundings<'a>,
    roles: &Roles,
    planner: &mut Planner<'p>,
) -> Result<(Parts<'a>, Plans), SimulationError> {
    let mut mailboxes = Mailboxes::default();
    let mut actors = Vec::new();
    for representative in around.folding.representatives() {
        let role = roles.of_rank(around.workload, representative.rank);
        actors.push(Actor {
            representative: *representative,
            program: Arc::clone(&role.program),
            sends: send_ports(around, planner.transport(), representative, (&role.sends, &mut mailboxes))?,
            receives: receives(around, representative.rank, roles, &mut mailboxes)?,
            groups: Vec::new(),
        });
    }
    let mut groups = make_groups(around, roles, &mut actors);
    let mut plans = make_plans(around, &groups, roles, planner)?;
    add_nodes(around, (roles, planner), &mut actors, (&mut groups, &mut plans))?;
    let transport = planner.transport();
    Ok((Parts { around, transport, actors, groups, mailboxes: mailboxes.len() }, plans))
}

type Mailboxes = FxHashMap<(usize, PeerSlot, u16), u32>;

fn mailbox(mailboxes: &mut Mailboxes, class: usize, slot: PeerSlot, channel: u16) -> u32 {
    let next = mailboxes.len() as u32;
    *mailboxes.entry((class, slot, channel)).or_insert(next)
}

fn send_ports(
    around: Surroundings<'_>,
    transport: &Transport,
    sender: &Representative,
    (sends, mailboxes): (&Ports, &mut Mailboxes),
) -> Result<Vec<SendPort>, SimulationError> {
    let mut ports = Vec::new();
    let from = around.workload.endpoint(sender.rank);
    for &(slot, channel) in sends {
        let peer = around.workload.peer(sender.rank, slot);
        let to = around.workload.endpoint(peer);
        let route = around.fabric.route(from, to)?;
        let scope = if around.fabric.same_domain(from, to) { Scope::ScaleUp } else { Scope::ScaleOut };
        let matched_by = lowest_slot(around.workload, sends, (sender.rank, peer), channel).unwrap_or(slot);
        let class = around.folding.class_of(sender.rank);
        let weights = around.folding.weigh(&route);
        ports.push(SendPort {
            slot,
            channel,
            mailbox: mailbox(mailboxes, class, matched_by, channel),
            path: around.folding.crossings(&weights, u64::from(sender.multiplicity)),
            latency: route.latency(),
            overhead: transport.scope(scope).message,
            scope,
        });
    }
    Ok(ports)
}

fn receives(
    around: Surroundings<'_>,
    receiver: RankId,
    roles: &Roles,
    mailboxes: &mut Mailboxes,
) -> Result<Vec<(PeerSlot, u16, u32)>, SimulationError> {
    let mut receives = Vec::new();
    for &(slot, channel) in &roles.of_rank(around.workload, receiver).receives {
        let sender = around.workload.peer(receiver, slot);
        let sends = &roles.of_rank(around.workload, sender).sends;
        let Some(sender_slot) = lowest_slot(around.workload, sends, (sender, receiver), channel) else {
            return Err(SimulationError::UnmatchedReceive { receiver, sender, channel });
        };
        let class = around.folding.class_of(sender);
        receives.push((slot, channel, mailbox(mailboxes, class, sender_slot, channel)));
    }
    Ok(receives)
}

/// Joins the representatives whose groups hold ranks of one another's classes.
fn make_groups(around: Surroundings<'_>, roles: &Roles, actors: &mut [Actor]) -> Vec<Group> {
    let nodes: BTreeSet<CommunicatorId> =
        around.folding.nodes().iter().map(|node| node.communicator).collect();
    let communicators: BTreeSet<CommunicatorId> =
        roles.iter().flat_map(|role| role.communicators.iter().copied()).collect();
    let mut groups = Vec::new();
    for communicator in communicators.difference(&nodes).copied() {
        for members in joined_members(around, communicator, (roles, actors)) {
            for (index, member) in members.iter().enumerate() {
                let place = (communicator, groups.len() as u32, index as u32);
                actors[member.actor as usize].groups.push(place);
            }
            groups.push(Group::new(communicator, members, around));
        }
    }
    groups
}

/// The callers of a communicator, those joined that simulate one class of groups. Complexity: O(members of their groups).
fn joined_members(
    around: Surroundings<'_>,
    communicator: CommunicatorId,
    (roles, actors): (&Roles, &[Actor]),
) -> impl Iterator<Item = Vec<Member>> + use<> {
    let Surroundings { workload, folding, .. } = around;
    let mut known: FxHashMap<GroupId, Arc<[RankId]>> = FxHashMap::default();
    let mut joined: Vec<usize> = (0..actors.len()).collect();
    // Where each representative stands in its own group.
    let mut positions: Vec<Option<usize>> = vec![None; actors.len()];
    let mut callers: Vec<Member> = Vec::new();
    for (index, actor) in actors.iter().enumerate() {
        let Representative { rank, multiplicity } = actor.representative;
        if !roles.of_rank(workload, rank).calls(communicator) {
            continue;
        }
        let group = workload.group(rank, communicator);
        let ranks = known.entry(group).or_insert_with(|| {
            let ranks: Arc<[RankId]> = workload.members(communicator, group).into();
            for (position, &member) in ranks.iter().enumerate() {
                let class = folding.class_of(member);
                join(&mut joined, index, class);
                if actors[class].representative.rank == member {
                    positions[class] = Some(position);
                }
            }
            ranks
        });
        let position = positions[index].expect("a rank is a member of its own group");
        let (actor, multiplicity) = (index as u32, u64::from(multiplicity));
        callers.push(Member { actor, multiplicity, position, ranks: Arc::clone(ranks) });
    }
    let mut by_root: BTreeMap<usize, Vec<Member>> = BTreeMap::new();
    for member in callers {
        by_root.entry(root(&mut joined, member.actor as usize)).or_default().push(member);
    }
    by_root.into_values()
}

/// The first of those that are joined; halves the way to it.
fn root(joined: &mut [usize], mut index: usize) -> usize {
    while joined[index] != index {
        joined[index] = joined[joined[index]];
        index = joined[index];
    }
    index
}

fn join(joined: &mut [usize], a: usize, b: usize) {
    let (a, b) = (root(joined, a), root(joined, b));
    joined[a.max(b)] = a.min(b);
}

/// Adds the groups whose collectives are nodes, one of each class, with their plans.
fn add_nodes(
    around: Surroundings<'_>,
    (roles, planner): (&Roles, &mut Planner<'_>),
    actors: &mut [Actor],
    (groups, plans): (&mut Vec<Group>, &mut Plans),
) -> Result<(), SimulationError> {
    for node in around.folding.nodes() {
        let (members, positions) = NodePlan::members(node, around.folding);
        let index = groups.len() as u32;
        for (member, of) in members.iter().enumerate() {
            actors[of.actor as usize].groups.push((node.communicator, index, member as u32));
        }
        let role = roles.of_rank(around.workload, node.members[0]);
        let endpoints: Vec<_> = node.group.iter().map(|&rank| around.workload.endpoint(rank)).collect();
        let mut of_group = Vec::new();
        for (_, call) in role.collectives.iter().filter(|call| call.0 == node.communicator) {
            let plan = planner.shared_plan(&endpoints, call)?;
            of_group.push(Rc::new(NodePlan::plan(plan, index, (node, &positions), around)));
        }
        groups.push(Group::new(node.communicator, members, around));
        plans.push(of_group);
    }
    Ok(())
}

fn make_plans(
    around: Surroundings<'_>,
    groups: &[Group],
    roles: &Roles,
    planner: &mut Planner<'_>,
) -> Result<Plans, SimulationError> {
    let mut plans = Vec::new();
    for (index, group) in groups.iter().enumerate() {
        let first = &group.members[0];
        let role = roles.of_rank(around.workload, first.ranks[first.position]);
        let endpoints: Vec<_> = first.ranks.iter().map(|&rank| around.workload.endpoint(rank)).collect();
        let mut of_group = Vec::new();
        for (_, call) in role.collectives.iter().filter(|call| call.0 == group.communicator) {
            let plan = planner.shared_plan(&endpoints, call)?;
            of_group.push(Rc::new(GroupPlan::new(plan, (index as u32, group), around)?));
        }
        plans.push(of_group);
    }
    Ok(plans)
}

//! Collectives that are nodes of a folding: nobody disturbs them, so that what they do depends on when their members
//! enter, relative to one another, and on nothing else. One group of each class is simulated by itself, with all its
//! positions, folded by what tells them apart in there; members of one class of ranks must leave together.

use super::carrier::Carrier;
use super::execution::LeftApart;
use super::gauges::Gauges;
use super::group::{Group, GroupPlan, Member, Signature};
use super::recording::{LinkUse, Recording};
use super::replay::{Lone, Unrecorded};
use super::surroundings::Surroundings;
use crate::collectives::{Pattern, Schedule};
use crate::engine::Limits;
use crate::fabric::RoutingError;
use crate::ids::{CommunicatorId, EndpointId, GroupId, PeerSlot, RankId, RoleId};
use crate::network::Timeline;
use crate::symmetry::{Folding, NodeClass, Representative, Symmetry, in_first_cells};
use crate::transport::{Plan, Transport};
use crate::units::Time;
use crate::workload::{Program, Roles, Workload};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

/// How a plan runs as a node.
#[derive(Debug)]
pub(super) struct NodePlan {
    pub(super) communicator: CommunicatorId,
    /// Groups of equal numbers do the same when their members enter alike.
    pub(super) alike: u32,
    /// For each position, the member that stands for it.
    positions: Vec<u32>,
    /// How many groups there are.
    multiplicity: u32,
    /// The weighted bytes that a call puts on each link, in the order of the signature's links.
    loads: Vec<u128>,
}

/// What a group has done, by position.
#[derive(Debug)]
struct Alone {
    exits: Vec<Time>,
    /// Everything but exits; links are those of the group's own folding.
    recording: Recording,
}

/// What has been recorded of groups that stand in the same places but for a move by whole cells.
#[derive(Debug, Default)]
pub(super) struct NodeMemory(FxHashMap<NodeKey, Vec<Remembered>>);

/// The number of the placement, the places in the first cells, how much later than the first each position enters, and
/// the classes of links of the group by itself that are watched.
type NodeKey = (u32, Vec<EndpointId>, Vec<Time>, Vec<u32>);

/// What a plan has done there.
type Remembered = (Arc<Plan>, Arc<Alone>);

/// Where a node runs.
pub(super) struct NodeScene<'a> {
    pub(super) plan: &'a GroupPlan,
    pub(super) node: &'a NodePlan,
    pub(super) group: &'a Group,
    pub(super) around: Surroundings<'a>,
    pub(super) transport: &'a Transport,
    pub(super) limits: Limits,
    /// How much later than the first each member enters.
    pub(super) entries: &'a [Time],
}

impl NodePlan {
    /// The members of the group that stands for a class of nodes, and for each position the member that simulates it.
    pub(super) fn members(node: &NodeClass, folding: &Folding) -> (Vec<Member>, Vec<u32>) {
        let ranks: Arc<[RankId]> = node.members.as_slice().into();
        let mut members: Vec<Member> = Vec::new();
        let mut known: FxHashMap<usize, u32> = FxHashMap::default();
        let mut positions = Vec::with_capacity(ranks.len());
        for (position, &rank) in ranks.iter().enumerate() {
            let class = folding.class_of(rank);
            positions.push(*known.entry(class).or_insert_with(|| {
                let ranks = Arc::clone(&ranks);
                members.push(Member { actor: class as u32, multiplicity: 1, position, ranks });
                members.len() as u32 - 1
            }));
        }
        (members, positions)
    }

    /// A plan of a class of nodes.
    pub(super) fn plan(
        plan: Arc<Plan>,
        index: u32,
        (node, positions): (&NodeClass, &[u32]),
        around: Surroundings<'_>,
    ) -> GroupPlan {
        let bytes = bytes_of_steps(&plan.schedule);
        let mut by_link: BTreeMap<u32, u128> = BTreeMap::new();
        for load in &node.loads {
            if let Some(bytes) = bytes.get(&(load.pattern, load.step)) {
                *by_link.entry(load.link).or_default() += load.weighted_blocks * bytes;
            }
        }
        let mut numbers = vec![u64::MAX, u64::from(node.alike), u64::from(node.multiplicity)];
        numbers.extend(positions.iter().map(|&member| u64::from(member)));
        for (&link, &load) in &by_link {
            numbers.extend([u64::from(link), load as u64, (load >> 64) as u64]);
        }
        let signature = Signature::new(numbers, by_link.keys().copied().collect(), around);
        GroupPlan {
            call: plan.call,
            group: index,
            phases: Vec::new(),
            in_lockstep: false,

            node: Some(NodePlan {
                communicator: node.communicator,
                alike: node.alike,
                positions: positions.to_vec(),
                multiplicity: node.multiplicity,
                loads: signature.links.iter().map(|link| by_link[link]).collect(),
            }),
            signature: Some(signature),
            plan,
        }
    }
}

/// How many bytes each block of a step carries, summed over the steps of a schedule that are alike.
fn bytes_of_steps(schedule: &Schedule) -> BTreeMap<(Pattern, usize), u128> {
    let mut bytes = BTreeMap::new();
    for phase in &schedule.phases {
        let repeats = phase.pattern.repeats();
        let (distinct, times) = if repeats { (1, phase.steps) } else { (phase.steps, 1) };
        for step in phase.first..phase.first + distinct {
            let of_step = u128::from(phase.bytes.count()) * times as u128;
            *bytes.entry(phase.pattern.canonical(step)).or_default() += of_step;
        }
    }
    bytes
}

impl NodeScene<'_> {
    /// What the members do, the first of whom enters at time zero; and whether that had to be simulated.
    ///
    /// # Errors
    /// [`Unrecorded::Apart`] when positions of one member leave apart.
    pub(super) fn record(&self, memory: &mut NodeMemory) -> Result<(Recording, bool), Unrecorded> {
        let Self { plan, node, group, around, .. } = *self;
        let places: Vec<EndpointId> =
            group.members[0].ranks.iter().map(|&rank| around.workload.endpoint(rank)).collect();
        let entries: Vec<Time> = node.positions.iter().map(|&member| self.entries[member as usize]).collect();
        let folding = fold(around, &places, &plan.plan.schedule, &entries)
            .map_err(|error| Unrecorded::Routing(error.into()))?;
        let shared = SharedLinks::of(&folding, around);
        let key = (node.alike, in_first_cells(around.fabric, &places), entries, shared.watched.clone());
        let known = memory.0.entry(key).or_default();
        let same =
            |known: &&(Arc<Plan>, Arc<Alone>)| Arc::ptr_eq(&known.0, &plan.plan) || known.0 == plan.plan;
        let (alone, new) = match known.iter().find(same) {
            Some(known) => (Arc::clone(&known.1), false),
            None => {
                let alone = Arc::new(self.simulate(&folding, &places, &shared.watched)?);
                known.push((Arc::clone(&plan.plan), Arc::clone(&alone)));
                (alone, true)
            }
        };
        Ok((self.of_members(&alone, &folding, &shared)?, new))
    }

    /// Simulates the group that stands for its class, by itself.
    fn simulate(
        &self,
        folding: &Folding,
        places: &[EndpointId],
        watched: &[u32],
    ) -> Result<Alone, Unrecorded> {
        let (fabric, workload) = (self.around.fabric, Positions(places));
        let gauges = Gauges::of_classes(fabric, folding.links(), watched);
        let around = Surroundings { fabric, workload: &workload, folding, gauges: &gauges };
        let ranks: Arc<[RankId]> = (0..places.len()).map(RankId::new).collect();
        let member = |(actor, representative): (usize, &Representative)| Member {
            actor: actor as u32,
            multiplicity: u64::from(representative.multiplicity),
            position: representative.rank.index(),
            ranks: Arc::clone(&ranks),
        };
        let members: Vec<Member> = folding.representatives().iter().enumerate().map(member).collect();
        let of_position = |member: &Member| self.entries[self.node.positions[member.position] as usize];
        let entries: Vec<Time> = members.iter().map(of_position).collect();
        let group = Group::new(CommunicatorId::new(0), members, around);
        let plan = GroupPlan::alone(Arc::clone(&self.plan.plan), &group, around);
        let plan = Rc::new(plan.map_err(|error| Unrecorded::Routing(error.into()))?);
        let carrier = Carrier::new(around, self.transport);
        let mut recording = Lone {
            plan: &plan,
            signature: plan.signature.as_ref().expect("a plan that is alone is signed whatever its size"),
            groups: std::slice::from_ref(&group),
            around,
            transport: self.transport,
            limits: self.limits,
            network: &carrier.network,
            entries: &entries,
        }
        .record()?;
        let exits = std::mem::take(&mut recording.exits);
        let of_position = |position| exits[folding.class_of(RankId::new(position))];
        let mut used = vec![LinkUse::NEVER; folding.links().len()];
        let signature = plan.signature.as_ref().expect("a plan that is alone is signed whatever its size");
        for (&link, &of_link) in signature.links.iter().zip(&recording.used) {
            used[link as usize] = of_link;
        }
        recording.used = used;
        Ok(Alone { exits: (0..places.len()).map(of_position).collect(), recording })
    }

    /// What the members of the class do, given what the group does by itself.
    fn of_members(
        &self,
        alone: &Alone,
        folding: &Folding,
        shared: &SharedLinks,
    ) -> Result<Recording, Unrecorded> {
        let node = self.node;
        let mut exits: Vec<Option<Time>> = vec![None; self.group.members.len()];
        for (&member, &exit) in node.positions.iter().zip(&alone.exits) {
            if exits[member as usize].replace(exit).is_some_and(|other| other != exit) {
                let exits = alone.exits.clone();
                return Err(Unrecorded::Apart { alike: node.alike, exits });
            }
        }
        let links = &self.plan.signature.as_ref().expect("nodes are signed").links;
        let mut used: FxHashMap<u32, LinkUse> = FxHashMap::default();
        for &((own, link), _) in &shared.common {
            used.entry(link).or_insert(LinkUse::NEVER).join(alone.recording.used[own as usize]);
        }
        let Recording { tiers, flows, lanes, solves, events, .. } = &alone.recording;
        Ok(Recording {
            exits: exits.into_iter().map(|exit| exit.expect("every member has a position")).collect(),
            carried: node.loads.clone(),
            used: links.iter().map(|link| used.get(link).copied().unwrap_or(LinkUse::NEVER)).collect(),
            tiers: shared.of_all_groups(tiers, f64::from(node.multiplicity), (folding, self.around)),
            flows: *flows,
            lanes: *lanes,
            solves: *solves,
            events: *events,
        })
    }
}

/// The links of a group by itself that are links of the folding of all ranks.
struct SharedLinks {
    /// Pairs of a class by itself and a class among all, each with how many links they have in common.
    common: Vec<((u32, u32), u64)>,
    /// The classes by themselves some of whose links are watched.
    watched: Vec<u32>,
}

impl SharedLinks {
    fn of(folding: &Folding, around: Surroundings<'_>) -> Self {
        let common = folding.common_links(around.folding);
        let is_watched = |link: u32| around.gauges.of_watched(link).is_some();
        let watched = common.iter().filter(|((_, link), _)| is_watched(*link)).map(|((own, _), _)| *own);
        let mut watched: Vec<u32> = watched.collect();
        watched.dedup();
        Self { common, watched }
    }

    /// What so many groups move over time past each gauge, given what one of them moves past its own.
    fn of_all_groups(
        &self,
        own: &[Timeline],
        groups: f64,
        (folding, around): (&Folding, Surroundings<'_>),
    ) -> Vec<Timeline> {
        let tiers = around.fabric.tiers().len();
        let mut all: Vec<Timeline> = own[..tiers].iter().map(|tier| tier.clone().times(groups)).collect();
        all.resize(around.gauges.count(), Timeline::default());
        for (&class, moved) in self.watched.iter().zip(&own[tiers..]) {
            let links = folding.links()[class as usize].multiplicity as f64;
            for &((_, there), common) in self.common.iter().filter(|((own, _), _)| *own == class) {
                let part = moved.clone().times(groups * common as f64 / links);
                all[around.gauges.of(there)].add_timeline(Time::ZERO..Time::MAX, &part);
            }
        }
        all
    }
}

/// Tells ranks apart by when they leave a collective, in all groups that are alike.
pub(super) fn tell_apart(
    around: Surroundings<'_>,
    roles: &Roles,
    left: &LeftApart,
    told_apart: &mut Vec<u64>,
) {
    let Surroundings { workload, folding, .. } = around;
    let nodes = folding.nodes().iter();
    let alike = || nodes.clone().filter(|node| node.alike == left.alike);
    let communicators: BTreeSet<CommunicatorId> = alike().map(|node| node.communicator).collect();
    // The class of any member tells whose group it is.
    let symmetries: FxHashMap<(CommunicatorId, usize), Symmetry> =
        alike().map(|node| ((node.communicator, folding.class_of(node.members[0])), node.symmetry)).collect();
    let mut numbers: FxHashMap<(u64, Time), u64> = FxHashMap::default();
    told_apart.resize(workload.ranks(), 0);
    let first_new = told_apart.iter().max().map_or(0, |&largest| largest + 1);
    for communicator in communicators {
        let mut seen: FxHashSet<GroupId> = FxHashSet::default();
        for rank in (0..workload.ranks()).map(RankId::new) {
            if !roles.of_rank(workload, rank).calls(communicator)
                || !seen.insert(workload.group(rank, communicator))
            {
                continue;
            }
            let members = workload.members(communicator, workload.group(rank, communicator));
            let classes: Vec<u32> = members.iter().map(|&member| folding.class_of(member) as u32).collect();
            let of_any = classes.iter().find_map(|&class| symmetries.get(&(communicator, class as usize)));
            let Some(symmetry) = of_any else { continue };
            for (position, &exit) in symmetry.canonical_order(&classes).into_iter().zip(&left.exits) {
                let told = &mut told_apart[members[position].index()];
                let next = first_new + numbers.len() as u64;
                *told = *numbers.entry((*told, exit)).or_insert(next);
            }
        }
    }
}

/// The folding of a group by itself: positions are told apart by when they enter.
fn fold(
    around: Surroundings<'_>,
    places: &[EndpointId],
    schedule: &Schedule,
    entries: &[Time],
) -> Result<Folding, RoutingError> {
    let mut known: FxHashMap<Time, u32> = FxHashMap::default();
    let number = |entry: &Time| {
        let next = known.len() as u32;
        *known.entry(*entry).or_insert(next)
    };
    let numbers = entries.iter().map(number).collect();
    Folding::of_collective(around.fabric, places, schedule, numbers)
}

/// The positions of a group as ranks.
struct Positions<'a>(&'a [EndpointId]);

impl Workload for Positions<'_> {
    fn ranks(&self) -> usize {
        self.0.len()
    }

    fn endpoint(&self, rank: RankId) -> EndpointId {
        self.0[rank.index()]
    }

    fn roles(&self) -> usize {
        1
    }

    fn role(&self, _: RankId) -> RoleId {
        RoleId::new(0)
    }

    fn program(&self, _: RoleId) -> Program {
        Program::default()
    }

    fn peer(&self, rank: RankId, _: PeerSlot) -> RankId {
        rank
    }

    fn group(&self, _: RankId, _: CommunicatorId) -> GroupId {
        GroupId::new(0)
    }

    fn members(&self, _: CommunicatorId, _: GroupId) -> Vec<RankId> {
        (0..self.0.len()).map(RankId::new).collect()
    }
}

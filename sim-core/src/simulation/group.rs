//! Groups of ranks that run collectives together, as their representatives see them.

use super::node::NodePlan;
use super::surroundings::Surroundings;
use crate::collectives::{Partners, Send};
use crate::fabric::{RoutingError, Scope};
use crate::ids::{CommunicatorId, RankId};
use crate::network::Crossing;
use crate::transport::{Plan, transfer_route};
use crate::units::{Bandwidth, Bytes, Time};
use crate::workload::CollectiveCall;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

/// A class of flows that a member sends in one step.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Target {
    /// The member that receives.
    pub(super) member: u32,
    /// How many flows the class has, over all groups of the class: what it counts for at the receiver.
    pub(super) weight: u64,
    /// Overhead and latency, before the first byte arrives.
    pub(super) delay: Time,
    /// The largest rate that the protocol reaches.
    pub(super) cap: Bandwidth,
    /// What each flow carries.
    pub(super) bytes: Bytes,
    pub(super) path: Rc<[Crossing]>,
    /// Where switches copy or sum: all others that take part, with what the class counts for at each. The member that
    /// receives is then the one that starts the flows, for which they count nothing.
    pub(super) others: Box<[(u32, u64)]>,
    /// The position that receives, or those that the switches serve.
    pub(super) partners: Partners,
}

/// A simulated member of a group.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// The simulated rank's index.
    pub(super) actor: u32,
    /// How many ranks it stands for.
    pub(super) multiplicity: u64,
    /// Its position in its own real group.
    pub(super) position: usize,
    /// The members of its own real group.
    pub(super) ranks: Arc<[RankId]>,
}

/// The representatives of one class of groups of a communicator.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) communicator: CommunicatorId,
    pub(super) members: Vec<Member>,
    /// The member that stands for each class of ranks.
    member_of_class: FxHashMap<usize, u32>,
}

impl Group {
    pub(super) fn new(communicator: CommunicatorId, members: Vec<Member>, around: Surroundings<'_>) -> Self {
        let class = |member: &Member| around.folding.class_of(member.ranks[member.position]);
        let member_of_class =
            members.iter().enumerate().map(|(index, member)| (class(member), index as u32)).collect();
        Self { communicator, members, member_of_class }
    }

    /// The members that take part in a flow beside the one that starts it, with what all its flows count for at each.
    fn others(&self, member: usize, partners: Partners, around: Surroundings<'_>) -> Box<[(u32, u64)]> {
        let Member { multiplicity, position, ranks, .. } = &self.members[member];
        let mut counts: BTreeMap<u32, u64> = BTreeMap::new();
        for other in partners.others(*position) {
            let class = around.folding.class_of(ranks[other]);
            *counts.entry(self.member_of_class[&class]).or_default() += multiplicity;
        }
        counts.into_iter().collect()
    }
}

/// A plan as one group runs it.
#[derive(Debug)]
pub(super) struct GroupPlan {
    pub(super) call: CollectiveCall,
    pub(super) plan: Arc<Plan>,
    pub(super) group: u32,
    pub(super) phases: Vec<GroupPhase>,
    /// Whether members go on together.
    pub(super) in_lockstep: bool,
    /// What distinguishes how this plan runs from how others do; `None` when it is too large to compare.
    pub(super) signature: Option<Signature>,
    /// For groups whose collectives are nodes, by whom its positions are simulated.
    pub(super) node: Option<NodePlan>,
}

/// Equal steps of a group.
#[derive(Debug)]
pub(super) struct GroupPhase {
    pub(super) steps: u32,
    /// For each member, the transfers that it receives in a step, over all groups of the class.
    pub(super) receives: Vec<u64>,
    /// The targets in every step, where steps repeat.
    pub(super) repeated: Option<Targets>,
}

/// The targets of all members, one member after another.
#[derive(Debug, Default)]
pub(super) struct Targets {
    ends: Vec<u32>,
    targets: Vec<Target>,
}

impl Targets {
    /// Where the targets of a member stand.
    pub(super) fn range(&self, member: usize) -> Range<u32> {
        member.checked_sub(1).map_or(0, |before| self.ends[before])..self.ends[member]
    }

    pub(super) fn get(&self, target: u32) -> &Target {
        &self.targets[target as usize]
    }

    pub(super) fn of(&self, member: usize) -> &[Target] {
        let range = self.range(member);
        &self.targets[range.start as usize..range.end as usize]
    }

    fn push(&mut self, targets: Vec<Target>) {
        self.targets.extend(targets);
        self.ends.push(u32::try_from(self.targets.len()).expect("a step has fewer than 2^32 transfers"));
    }
}

/// A plan's placement, with links renumbered in order of appearance: equal signatures run equally.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Signature {
    pub(super) numbers: Vec<u64>,
    /// The links: those that can be full, on which the plan must be alone, before the others.
    pub(super) links: Vec<u32>,
    /// How many can be full.
    contended: usize,
}

/// Plans with more crossings than this are not compared.
const SIGNATURE_LIMIT: usize = 1 << 18;

impl GroupPlan {
    /// Looks up all routes of a plan.
    ///
    /// # Errors
    /// [`RoutingError`] when members cannot reach one another.
    pub(super) fn new(
        plan: Arc<Plan>,
        group: (u32, &Group),
        around: Surroundings<'_>,
    ) -> Result<Self, RoutingError> {
        Self::signed(plan, group, around, SIGNATURE_LIMIT)
    }

    /// Looks up all routes of a plan that runs by itself and is never compared.
    ///
    /// # Errors
    /// [`RoutingError`] when members cannot reach one another.
    pub(super) fn alone(
        plan: Arc<Plan>,
        group: &Group,
        around: Surroundings<'_>,
    ) -> Result<Self, RoutingError> {
        Self::signed(plan, (0, group), around, usize::MAX)
    }

    fn signed(
        plan: Arc<Plan>,
        (index, group): (u32, &Group),
        around: Surroundings<'_>,
        limit: usize,
    ) -> Result<Self, RoutingError> {
        let mut phases = Vec::new();
        for phase in 0..plan.schedule.phases.len() {
            phases.push(group_phase(&plan, group, phase, around)?);
        }
        let in_lockstep = plan.schedule.in_lockstep();
        let (call, signature, node) = (plan.call, None, None);
        let mut new = Self { call, plan, group: index, phases, in_lockstep, signature, node };
        new.signature = new.sign(group, around, limit)?;
        Ok(new)
    }

    /// To whom a member sends in a step of a phase that does not repeat.
    pub(super) fn targets(
        &self,
        group: &Group,
        member: usize,
        step: (usize, usize),
        around: Surroundings<'_>,
    ) -> Result<Vec<Target>, RoutingError> {
        targets(&self.plan, group, member, step, around)
    }

    fn sign(
        &self,
        group: &Group,
        around: Surroundings<'_>,
        limit: usize,
    ) -> Result<Option<Signature>, RoutingError> {
        let mut signature = Signature { numbers: Vec::new(), links: Vec::new(), contended: 0 };
        let mut names: FxHashMap<u32, u64> = FxHashMap::default();
        signature.numbers.extend(group.members.iter().map(|member| member.multiplicity));
        for (index, phase) in self.phases.iter().enumerate() {
            let distinct = if phase.repeated.is_some() { 1 } else { phase.steps as usize };
            for step in 0..distinct {
                for member in 0..group.members.len() {
                    match &phase.repeated {
                        Some(targets) => {
                            targets.of(member).iter().for_each(|to| signature.add(to, &mut names, around));
                        }
                        None => {
                            let targets = targets(&self.plan, group, member, (index, step), around)?;
                            targets.iter().for_each(|to| signature.add(to, &mut names, around));
                        }
                    }
                    if signature.numbers.len() > limit {
                        return Ok(None);
                    }
                }
                signature.numbers.push(u64::MAX);
            }
        }
        signature.sort_links(around);
        Ok(Some(signature))
    }
}

impl Signature {
    /// A signature of other numbers.
    pub(super) fn new(numbers: Vec<u64>, links: Vec<u32>, around: Surroundings<'_>) -> Self {
        let mut signature = Self { numbers, links, contended: 0 };
        signature.sort_links(around);
        signature
    }

    /// The links on which the plan must be alone: the first of all.
    pub(super) fn contended(&self) -> &[u32] {
        &self.links[..self.contended]
    }

    /// Keeps the order of links that can be full, and of those that cannot: plans with equal numbers agree on it.
    fn sort_links(&mut self, around: Surroundings<'_>) {
        self.links.sort_by_key(|&link| !around.can_be_full(link));
        self.contended = self.links.partition_point(|&link| around.can_be_full(link));
    }

    fn add(&mut self, target: &Target, names: &mut FxHashMap<u32, u64>, around: Surroundings<'_>) {
        let (delay, cap) = (target.delay.picoseconds(), target.cap.bytes_per_second().to_bits());
        let bytes = target.bytes.count();
        self.numbers.extend([u64::from(target.member), target.weight, delay, cap, bytes]);
        self.numbers.push(target.others.len() as u64);
        let others = target.others.iter();
        self.numbers.extend(others.flat_map(|&(member, weight)| [u64::from(member), weight]));
        for crossing in target.path.iter() {
            let next = names.len() as u64;
            let links = &mut self.links;
            let name = *names.entry(crossing.link).or_insert_with(|| {
                links.push(crossing.link);
                next
            });
            let folded = around.folding.links()[crossing.link as usize];
            let link = around.fabric.link(folded.link);
            let capacity = link.capacity.bytes_per_second().to_bits();
            self.numbers.extend([
                name,
                crossing.weight,
                capacity,
                2 * around.gauges.of(crossing.link) as u64
                    + u64::from(around.fabric.is_never_full(folded.link)),
                folded.multiplicity,
                u64::from(around.fabric.is_never_full(folded.link)),
            ]);
        }
    }
}

/// A phase with what every member sends and receives in it.
fn group_phase(
    plan: &Plan,
    group: &Group,
    index: usize,
    around: Surroundings<'_>,
) -> Result<GroupPhase, RoutingError> {
    let phase = &plan.schedule.phases[index];
    let mut repeated = phase.pattern.repeats().then(Targets::default);
    if let Some(all) = &mut repeated {
        for member in 0..group.members.len() {
            all.push(targets(plan, group, member, (index, 0), around)?);
        }
    }
    let receives = |member: &Member| {
        let count = phase.pattern.receives(plan.schedule.ranks, member.position, phase.first);
        count as u64 * member.multiplicity
    };
    Ok(GroupPhase {
        steps: u32::try_from(phase.steps).expect("a phase has fewer than 2^32 steps"),
        receives: group.members.iter().map(receives).collect(),
        repeated,
    })
}

/// The targets of a member in one step, those of one class of flows taken together.
fn targets(
    plan: &Plan,
    group: &Group,
    member: usize,
    (index, step): (usize, usize),
    around: Surroundings<'_>,
) -> Result<Vec<Target>, RoutingError> {
    let Member { multiplicity, position, ranks, .. } = &group.members[member];
    let phase = &plan.schedule.phases[index];
    let sends = phase.pattern.sends(ranks.len(), *position, phase.first + step);
    if sends.is_empty() {
        return Ok(Vec::new());
    }
    let endpoint = |position: usize| around.workload.endpoint(ranks[position]);
    // Flows of one class go to one member, over routes that weigh the same, after the same delay.
    let mut classes: Vec<(Key, (Send, u64))> = Vec::with_capacity(sends.len());
    for send in sends {
        let (scope, route) = transfer_route(around.fabric, endpoint, *position, send.partners)?;
        let to_member = match send.partners {
            Partners::One(target) => group.member_of_class[&around.folding.class_of(ranks[target])],
            Partners::Copies(_) | Partners::Sum(_) => member as u32,
        };
        // Flows through switches are told apart by whom they serve.
        let served = Some(send.partners).filter(|partners| !matches!(partners, Partners::One(_)));
        let weights = around.folding.weigh(&route);
        let key = (to_member, scope, route.latency(), weights, send.blocks, served);
        classes.push((key, (send, 1)));
    }
    classes.sort_by(|one, other| one.0.cmp(&other.0));
    classes.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1.1 += 1;
        }
        same
    });
    let target = |(key, (send, flows)): (Key, (Send, u64))| {
        let (to_member, scope, latency, weights, blocks, _) = key;
        let (overhead, cap) = plan.cost.step[index].of(scope);
        let shared = !matches!(send.partners, Partners::One(_));
        Target {
            member: to_member,
            weight: if shared { 0 } else { flows * multiplicity },
            delay: overhead + latency,
            cap,
            bytes: phase.bytes * blocks,
            path: around.folding.crossings(&weights, flows * multiplicity),
            others: if shared { group.others(member, send.partners, around) } else { Box::default() },
            partners: send.partners,
        }
    };
    Ok(classes.into_iter().map(target).collect())
}

/// What distinguishes classes of flows of one member in one step.
type Key = (u32, Scope, Time, BTreeMap<u32, u64>, u64, Option<Partners>);

//! Groups of ranks that run collectives together, as their representatives see them.

use super::surroundings::Surroundings;
use crate::fabric::{RoutingError, Scope};
use crate::ids::{CommunicatorId, RankId};
use crate::network::Path;
use crate::transport::Plan;
use crate::units::Time;
use crate::workload::CollectiveCall;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A class of flows that a member sends in one step.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Target {
    /// The member that receives.
    pub(super) member: u32,
    pub(super) scope: Scope,
    pub(super) latency: Time,
    /// How many flows the class has, over all groups of the class: what it counts for at the receiver.
    pub(super) weight: u64,
    pub(super) path: Arc<Path>,
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
}

/// A plan as one group runs it.
#[derive(Debug)]
pub(super) struct GroupPlan {
    pub(super) call: CollectiveCall,
    pub(super) plan: Plan,
    pub(super) group: u32,
    /// For each phase whose steps repeat and each member: its targets.
    repeated: Vec<Option<Vec<Arc<[Target]>>>>,
    /// What distinguishes how this plan runs from how others do; `None` when it is too large to compare.
    pub(super) signature: Option<Signature>,
}

/// A plan's placement, with links renumbered in order of appearance: equal signatures run equally.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Signature {
    pub(super) numbers: Vec<u64>,
    /// The links, in order of appearance.
    pub(super) links: Vec<u32>,
}

/// Plans with more crossings than this are not compared.
const SIGNATURE_LIMIT: usize = 1 << 18;

impl GroupPlan {
    /// Looks up all routes of a plan.
    ///
    /// # Errors
    /// [`RoutingError`] when members cannot reach one another.
    pub(super) fn new(
        plan: Plan,
        group: (u32, &Group),
        around: Surroundings<'_>,
    ) -> Result<Self, RoutingError> {
        let mut repeated = Vec::new();
        for (index, phase) in plan.schedule.phases.iter().enumerate() {
            let members = 0..group.1.members.len();
            let targets = |member| targets(&plan, group.1, member, (index, 0), around);
            repeated.push(if phase.pattern.repeats() {
                Some(members.map(targets).collect::<Result<Vec<_>, _>>()?)
            } else {
                None
            });
        }
        let mut new = Self { call: plan.call, plan, group: group.0, repeated, signature: None };
        new.signature = new.sign(group.1, around)?;
        Ok(new)
    }

    /// To whom a member sends in a step of a phase.
    pub(super) fn targets(
        &self,
        group: &Group,
        member: usize,
        step: (usize, usize),
        around: Surroundings<'_>,
    ) -> Result<Arc<[Target]>, RoutingError> {
        match &self.repeated[step.0] {
            Some(members) => Ok(Arc::clone(&members[member])),
            None => targets(&self.plan, group, member, step, around),
        }
    }

    fn sign(&self, group: &Group, around: Surroundings<'_>) -> Result<Option<Signature>, RoutingError> {
        let mut signature = Signature { numbers: Vec::new(), links: Vec::new() };
        let mut names: FxHashMap<u32, u64> = FxHashMap::default();
        signature.numbers.extend(group.members.iter().map(|member| member.multiplicity));
        for (index, phase) in self.plan.schedule.phases.iter().enumerate() {
            let distinct = if phase.pattern.repeats() { 1 } else { phase.steps };
            for step in 0..distinct {
                for member in 0..group.members.len() {
                    for target in self.targets(group, member, (index, step), around)?.iter() {
                        signature.add(target, &mut names, around);
                        if signature.numbers.len() > SIGNATURE_LIMIT {
                            return Ok(None);
                        }
                    }
                }
                signature.numbers.push(u64::MAX);
            }
        }
        Ok(Some(signature))
    }
}

impl Signature {
    fn add(&mut self, target: &Target, names: &mut FxHashMap<u32, u64>, around: Surroundings<'_>) {
        let scope = target.scope as u64;
        self.numbers.extend([u64::from(target.member), target.weight, target.latency.picoseconds(), scope]);
        for crossing in &target.path.crossings {
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
                link.tier.index() as u64,
                folded.multiplicity,
            ]);
        }
    }
}

/// The targets of a member in one step, those of one class of flows taken together.
fn targets(
    plan: &Plan,
    group: &Group,
    member: usize,
    (phase, step): (usize, usize),
    around: Surroundings<'_>,
) -> Result<Arc<[Target]>, RoutingError> {
    let Member { multiplicity, position, ranks, .. } = &group.members[member];
    let pattern = plan.schedule.phases[phase].pattern;
    let from = around.workload.endpoint(ranks[*position]);
    // Flows of one class go to one member, over routes that weigh the same, after the same delay.
    let mut classes: BTreeMap<_, u64> = BTreeMap::new();
    for target in pattern.targets(ranks.len(), *position, step) {
        let to = around.workload.endpoint(ranks[target]);
        let route = around.fabric.route(from, to)?;
        let to_member = group.member_of_class[&around.folding.class_of(ranks[target])];
        let scope = if around.fabric.same_domain(from, to) { Scope::ScaleUp } else { Scope::ScaleOut };
        let key = (to_member, scope, route.latency(), around.folding.weigh(&route));
        *classes.entry(key).or_default() += 1;
    }
    let target = |((member, scope, latency, weights), flows): ((u32, Scope, _, _), u64)| Target {
        member,
        scope,
        latency,
        weight: flows * multiplicity,
        path: Arc::new(around.folding.path(&weights, flows * multiplicity)),
    };
    Ok(classes.into_iter().map(target).collect())
}

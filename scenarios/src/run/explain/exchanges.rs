//! What the chips of a job exchange in a step: which collectives, by which algorithm, bound by what.

use super::kernels::Roles;
use crate::report::{ExplainedExchange, Terms};
use crate::training::{LedgerEntry, TrainingWorkload};
use copperlight_core::fabric::{Fabric, RoutingError, Scope};
use copperlight_core::ids::{EndpointId, LinkId, RankId};
use copperlight_core::transport::{Plan, Planner, Transport};
use copperlight_core::units::{Bytes, Time};
use copperlight_core::workload::{Operation, OperationKind, Program, Workload};
use std::collections::{BTreeMap, BTreeSet};

/// The most members of a group whose routes are looked at for the tiers that they cross.
const MOST_ROUTES: usize = 64;

/// Every distinct exchange, of each entry the longest first.
pub(super) fn exchanges(
    (fabric, transport): (&Fabric, &Transport),
    workload: &TrainingWorkload,
    roles: &Roles,
) -> Result<Vec<ExplainedExchange>, RoutingError> {
    let mut looker = Looker { fabric, transport, workload, planner: Planner::new(fabric, transport) };
    let mut all: Vec<ExplainedExchange> = Vec::new();
    for (role, rank, count) in &roles.0 {
        let share = *count as f64 / roles.ranks();
        for (operation, times) in communication(&workload.program(*role)) {
            let Some(seen) = looker.look(*rank, &operation)? else { continue };
            let times = times as f64 * share;
            match all.iter_mut().find(|known| is_same(known, &seen)) {
                Some(known) => known.times += times,
                None => all.push(ExplainedExchange { times, ..seen }),
            }
        }
    }
    all.iter_mut().for_each(|one| one.total_s = one.times * one.each_us * 1e-6);
    all.sort_by(|a, b| b.total_s.total_cmp(&a.total_s));
    Ok(all)
}

/// The distinct operations with others of a program, and how often each is done.
fn communication(program: &Program) -> Vec<(Operation, u64)> {
    let mut of_block: BTreeMap<u32, u64> = BTreeMap::new();
    for number in 0..program.instances() {
        *of_block.entry(program.block_number(number)).or_default() += 1;
    }
    let mut distinct: Vec<(Operation, u64)> = Vec::new();
    for (block, times) in of_block {
        for operation in program.blocks()[block as usize].operations() {
            let same = |(known, _): &&mut (Operation, u64)| {
                known.kind == operation.kind && known.tag == operation.tag
            };
            match distinct.iter_mut().find(same) {
                Some((_, known)) => *known += times,
                None => distinct.push((*operation, times)),
            }
        }
    }
    distinct
}

fn is_same(one: &ExplainedExchange, other: &ExplainedExchange) -> bool {
    let key = |of: &ExplainedExchange| (of.operation.clone(), of.group, of.bytes, of.algorithm.clone());
    one.entry == other.entry
        && key(one) == key(other)
        && one.each_us == other.each_us
        && one.tiers == other.tiers
}

/// Looks at single exchanges.
struct Looker<'a> {
    fabric: &'a Fabric,
    transport: &'a Transport,
    workload: &'a TrainingWorkload,
    planner: Planner<'a>,
}

impl Looker<'_> {
    /// One exchange of a rank; nothing for what it does alone, and for receives, which are sends of others.
    fn look(
        &mut self,
        rank: RankId,
        operation: &Operation,
    ) -> Result<Option<ExplainedExchange>, RoutingError> {
        let entry = LedgerEntry::of(operation.tag).name().to_owned();
        let seen = match operation.kind {
            OperationKind::Compute { .. } | OperationKind::Receive { .. } => return Ok(None),
            OperationKind::Send { peer, bytes, .. } => {
                let ends = [rank, self.workload.peer(rank, peer)].map(|rank| self.workload.endpoint(rank));
                self.transfer(ends, bytes)?
            }
            OperationKind::Collective { communicator, call } => {
                let group = self.workload.group(rank, communicator);
                let members = self.workload.members(communicator, group);
                let members: Vec<EndpointId> =
                    members.into_iter().map(|rank| self.workload.endpoint(rank)).collect();
                if members.len() < 2 {
                    return Ok(None);
                }
                let plan = self.planner.plan(&members, &call)?;
                ExplainedExchange { tiers: self.tiers(&members)?, ..of_plan(&plan, members.len()) }
            }
        };
        Ok(Some(ExplainedExchange { entry, ..seen }))
    }

    /// A message by itself.
    fn transfer(&self, ends: [EndpointId; 2], bytes: Bytes) -> Result<ExplainedExchange, RoutingError> {
        let route = self.fabric.route(ends[0], ends[1])?;
        let inside = self.fabric.same_domain(ends[0], ends[1]);
        let scope = self.transport.scope(if inside { Scope::ScaleUp } else { Scope::ScaleOut });
        let mut drain = 0.0_f64;
        for hop in route.hops() {
            let share = hop.weight as f64 / self.fabric.weight_denominator() as f64;
            for link in hop.range() {
                let rate = self.fabric.link(LinkId::new(link)).capacity.bytes_per_second();
                drain = drain.max(bytes.count() as f64 * share / (rate * scope.efficiency));
            }
        }
        let [latency, drain] = [(scope.message + route.latency()).microseconds(), drain * 1e6];
        let (link, nic) = if inside { (drain, 0.0) } else { (0.0, drain) };
        let name = if inside { "link" } else { "nic" };
        Ok(ExplainedExchange {
            operation: "send".to_owned(),
            group: 2,
            bytes: bytes.count(),
            each_us: latency + drain,
            bound_by: if latency > drain { "latency" } else { name }.to_owned(),
            tiers: self.tiers(&ends)?,
            terms_us: Terms { latency, link, nic, ..Terms::default() },
            ..ExplainedExchange::default()
        })
    }

    /// The tiers that the first member's routes to the others cross, inside out.
    fn tiers(&self, members: &[EndpointId]) -> Result<Vec<String>, RoutingError> {
        let mut crossed = BTreeSet::new();
        let others = &members[1..];
        let every = others.len().div_ceil(MOST_ROUTES).max(1);
        for other in others.iter().step_by(every).chain(others.last()) {
            let route = self.fabric.route(members[0], *other)?;
            crossed.extend(route.hops().iter().map(|hop| self.fabric.link(hop.first).tier));
        }
        Ok(crossed.into_iter().map(|tier| self.fabric.tiers()[tier.index()].name.clone()).collect())
    }
}

fn of_plan(plan: &Plan, members: usize) -> ExplainedExchange {
    let prediction = &plan.prediction;
    let microseconds = Time::microseconds;
    ExplainedExchange {
        operation: plan.call.kind.name().to_owned(),
        group: members as u64,
        bytes: plan.call.bytes.count(),
        algorithm: Some(plan.schedule.algorithm.name().to_owned()),
        protocol: Some(plan.protocol.name().to_owned()),
        each_us: microseconds(prediction.total()),
        bound_by: prediction.bound_by().to_owned(),
        terms_us: Terms {
            launch: microseconds(prediction.launch),
            latency: microseconds(prediction.latency),
            link: microseconds(prediction.link),
            switch: microseconds(prediction.switch),
            nic: microseconds(prediction.nic),
            copy: microseconds(prediction.copy),
        },
        ..ExplainedExchange::default()
    }
}

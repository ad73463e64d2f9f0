//! What collectives and transfers take on a fabric where nothing else is on their links, remembered.

use super::block::in_one_stage;
use super::crowding::crowding;
use super::estimator::EstimateError;
use crate::training::{Communicator, Neighbour, Place, RankLayout};
use copperlight_core::fabric::{Fabric, RoutingError, Scope};
use copperlight_core::ids::{CommunicatorId, EndpointId, RankId};
use copperlight_core::transport::{Planner, Prediction, Surveys, Transport};
use copperlight_core::units::{Bytes, Time};
use copperlight_core::workload::CollectiveCall;
use copperlight_topologies::Direction;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// The most groups of a stage that are looked at for how they lie in the fabric, and the most members of these.
const MOST_GROUPS: usize = 64;
const MOST_MEMBERS: usize = 4096;
/// The most kinds of groups of a stage that are planned for.
const MOST_KINDS: usize = 4;
/// The most ranks of a stage whose transfers are put on links together.
const MOST_SENDERS: usize = 256;

/// The groups of a communicator in one stage of a layout.
type GroupsOf = (RankLayout, Communicator, usize);
/// Transfers of one stage to a neighbour.
type TransfersOf = (RankLayout, usize, Neighbour);

/// A fabric with its software, and what it was seen to take.
#[derive(Debug)]
pub(super) struct Exchanges {
    fabric: Arc<Fabric>,
    transport: Transport,
    seen: Mutex<Surveys>,
    members: RwLock<FxHashMap<GroupsOf, Arc<[Vec<EndpointId>]>>>,
    crowding: RwLock<FxHashMap<GroupsOf, f64>>,
    collectives: RwLock<FxHashMap<(GroupsOf, CollectiveCall), Taken>>,
    transfers: RwLock<FxHashMap<TransfersOf, Wire>>,
}

/// What a collective takes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Taken {
    /// All of it.
    pub(super) seconds: f64,
    /// How long it fills the links that others of the same chips use.
    pub(super) wire: f64,
}

/// What a transfer between two stages takes: so long, and so long a byte.
#[derive(Debug, Clone, Copy, Default)]
struct Wire {
    delay: f64,
    per_byte: f64,
}

impl Exchanges {
    pub(super) fn new(fabric: Fabric, transport: Transport) -> Self {
        Self::over(Arc::new(fabric), transport)
    }

    fn over(fabric: Arc<Fabric>, transport: Transport) -> Self {
        Self {
            fabric,
            transport,
            seen: Mutex::default(),
            members: RwLock::default(),
            crowding: RwLock::default(),
            collectives: RwLock::default(),
            transfers: RwLock::default(),
        }
    }

    /// The same fabric with other software, of which nothing has been seen.
    pub(super) fn with_transport(&self, transport: Transport) -> Self {
        Self::over(Arc::clone(&self.fabric), transport)
    }

    /// The time of a collective of the groups of a stage: that of the slowest kind of them.
    fn collective(&self, groups: GroupsOf, call: &CollectiveCall) -> Result<Taken, EstimateError> {
        let key = (groups, *call);
        if let Some(&known) = read(&self.collectives).get(&key) {
            return Ok(known);
        }
        let kinds = self.kinds(groups);
        let crowding = self.crowding(groups)?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut planner = Planner::resume(&self.fabric, &self.transport, std::mem::take(&mut seen));
        let planned: Result<Vec<Taken>, RoutingError> = kinds
            .iter()
            .map(|members| Ok(planner.plan(members, call)?.prediction))
            .map(|prediction| prediction.map(|prediction| Taken::crowded(&prediction, crowding)))
            .collect();
        *seen = planner.into_surveys();
        drop(seen);
        let slowest = planned?.into_iter().fold(Taken::default(), Taken::longer);
        self.collectives.write().unwrap_or_else(PoisonError::into_inner).insert(key, slowest);
        Ok(slowest)
    }

    /// The time of a collective of the first chip's group alone; none for those of replicas.
    fn of_first_chip(
        &self,
        (layout, communicator, _): GroupsOf,
        call: &CollectiveCall,
    ) -> Result<Taken, EstimateError> {
        if matches!(communicator, Communicator::Data | Communicator::ExpertData | Communicator::Embedding) {
            return Ok(Taken::default());
        }
        let members = layout.members(communicator, layout.group(communicator, RankId::new(0))).into_iter();
        let members: Vec<EndpointId> = members.map(|rank| EndpointId::new(rank.index())).collect();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut planner = Planner::resume(&self.fabric, &self.transport, std::mem::take(&mut seen));
        let prediction = planner.plan(&members, call).map(|plan| plan.prediction);
        *seen = planner.into_surveys();
        Ok(Taken::crowded(&prediction?, 1.0))
    }

    /// How much longer bytes take because all groups of the stage are under way at once.
    fn crowding(&self, groups: GroupsOf) -> Result<f64, EstimateError> {
        if let Some(&known) = read(&self.crowding).get(&groups) {
            return Ok(known);
        }
        let (layout, communicator, stage) = groups;
        let crowding = crowding((&self.fabric, &self.transport), &layout, (communicator, stage))?;
        self.crowding.write().unwrap_or_else(PoisonError::into_inner).insert(groups, crowding);
        Ok(crowding)
    }

    /// Groups of a stage that lie differently in the fabric, one of each kind.
    fn kinds(&self, groups: GroupsOf) -> Arc<[Vec<EndpointId>]> {
        if let Some(known) = read(&self.members).get(&groups) {
            return Arc::clone(known);
        }
        let (layout, communicator, stage) = groups;
        let mut kinds: Vec<(Vec<u32>, Vec<EndpointId>)> = Vec::new();
        let mut looked_at = 0;
        for group in groups_of_stage(&layout, communicator, stage) {
            let members = layout.members(communicator, group);
            looked_at += members.len();
            let members: Vec<EndpointId> =
                members.into_iter().map(|rank| EndpointId::new(rank.index())).collect();
            let lie = self.lie(&members);
            if kinds.iter().all(|(known, _)| *known != lie) {
                kinds.push((lie, members));
            }
            if looked_at > MOST_MEMBERS || kinds.len() == MOST_KINDS {
                break;
            }
        }
        let kinds: Arc<[_]> = kinds.into_iter().map(|(_, members)| members).collect();
        self.members.write().unwrap_or_else(PoisonError::into_inner).insert(groups, Arc::clone(&kinds));
        kinds
    }

    /// Which members share containers of the fabric, level by level.
    fn lie(&self, members: &[EndpointId]) -> Vec<u32> {
        let mut lie = Vec::with_capacity(members.len() * self.fabric.levels().len());
        for level in self.fabric.levels() {
            let mut numbers: FxHashMap<u32, u32> = FxHashMap::default();
            for &member in members {
                let next = numbers.len() as u32;
                lie.push(*numbers.entry(level.container(member)).or_insert(next));
            }
        }
        lie
    }

    /// What transfers of the ranks of a stage to a neighbour take, all at once.
    fn wire(&self, transfers: TransfersOf) -> Result<Wire, EstimateError> {
        if let Some(&known) = read(&self.transfers).get(&transfers) {
            return Ok(known);
        }
        let (layout, stage, neighbour) = transfers;
        let to = neighbour_of(stage, neighbour, layout.stages());
        let mut wire = Wire::default();
        let mut loads: FxHashMap<usize, f64> = FxHashMap::default();
        for rank in ranks_of_stage(&layout, stage).take(MOST_SENDERS) {
            let ends = [rank, layout.in_stage(rank, to)].map(|rank| EndpointId::new(rank.index()));
            let route = self.fabric.route(ends[0], ends[1])?;
            let scope =
                if self.fabric.same_domain(ends[0], ends[1]) { Scope::ScaleUp } else { Scope::ScaleOut };
            let message = self.transport.scope(scope).message;
            wire.delay = wire.delay.max((message + route.latency()).seconds());
            for hop in route.hops() {
                let share = hop.weight as f64 / self.fabric.weight_denominator() as f64;
                hop.range().for_each(|link| *loads.entry(link).or_default() += share);
            }
        }
        for (link, load) in loads {
            let link = &self.fabric.links()[link];
            let scope = self.fabric.tiers()[link.tier.index()].scope;
            let payload = link.capacity.bytes_per_second() * self.transport.scope(scope).efficiency;
            wire.per_byte = wire.per_byte.max(load / payload);
        }
        self.transfers.write().unwrap_or_else(PoisonError::into_inner).insert(transfers, wire);
        Ok(wire)
    }
}

impl Taken {
    /// A collective whose bytes take so many times as long as alone.
    fn crowded(prediction: &Prediction, crowding: f64) -> Self {
        let [inside, outside] = [prediction.link + prediction.switch, prediction.nic].map(Time::seconds);
        let seconds = prediction.total().seconds() + (crowding - 1.0) * (inside + outside);
        Self { seconds, wire: inside.max(outside) * crowding }
    }

    fn longer(self, other: Self) -> Self {
        Self { seconds: self.seconds.max(other.seconds), wire: self.wire.max(other.wire) }
    }
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

/// The stage before or after, around the ring of stages.
pub(super) const fn neighbour_of(stage: usize, neighbour: Neighbour, stages: usize) -> usize {
    match neighbour {
        Neighbour::Next => (stage + 1) % stages,
        Neighbour::Previous => (stage + stages - 1) % stages,
    }
}

pub(super) fn ranks_of_stage(layout: &RankLayout, stage: usize) -> impl Iterator<Item = RankId> + '_ {
    let [tensor, context, data] =
        [Direction::Tensor, Direction::Context, Direction::Data].map(|direction| layout.degree(direction));
    let place = move |index: usize| Place {
        tensor: index % tensor,
        context: index / tensor % context,
        data: index / (tensor * context),
        stage,
    };
    (0..tensor * context * data).map(move |index| layout.rank(place(index)))
}

/// Groups of a stage, some of them where they are many.
fn groups_of_stage(layout: &RankLayout, communicator: Communicator, stage: usize) -> Vec<usize> {
    let mut known = FxHashSet::default();
    let all = ranks_of_stage(layout, stage).map(|rank| layout.group(communicator, rank));
    let groups: Vec<usize> = all.filter(|group| known.insert(*group)).collect();
    let every = groups.len().div_ceil(MOST_GROUPS).max(1);
    groups.into_iter().step_by(every).collect()
}

/// The exchanges of one stage of a layout.
pub(super) struct StageExchanges<'a> {
    exchanges: &'a Exchanges,
    layout: RankLayout,
    stage: usize,
    mirrored: bool,
    of_first_chips: bool,
    met: RefCell<Vec<((CommunicatorId, CollectiveCall), Taken)>>,
    error: RefCell<Option<EstimateError>>,
}

impl<'a> StageExchanges<'a> {
    pub(super) fn new(
        exchanges: &'a Exchanges,
        layout: RankLayout,
        (stage, mirrored): (usize, bool),
    ) -> Self {
        let (met, error) = (RefCell::default(), RefCell::default());
        Self { exchanges, layout, stage, mirrored, of_first_chips: false, met, error }
    }

    /// Those of the groups of the first chip by themselves, wherever the stage is; replicas exchange in no time.
    pub(super) fn of_first_chips(exchanges: &'a Exchanges, layout: RankLayout) -> Self {
        Self { of_first_chips: true, ..Self::new(exchanges, layout, (0, false)) }
    }

    /// What a collective inside the stage takes; none where it has members in another one.
    pub(super) fn collective(&self, communicator: CommunicatorId, call: &CollectiveCall) -> Option<Taken> {
        in_one_stage(Communicator::from_id(communicator), self.mirrored)
            .then(|| self.any_collective(communicator, call))
    }

    /// What a collective takes, whoever takes part.
    pub(super) fn any_collective(&self, communicator: CommunicatorId, call: &CollectiveCall) -> Taken {
        let key = (communicator, *call);
        if let Some((_, known)) = self.met.borrow().iter().find(|(known, _)| *known == key) {
            return *known;
        }
        let groups = (self.layout, Communicator::from_id(communicator), self.stage);
        let taken = if self.of_first_chips {
            self.exchanges.of_first_chip(groups, call)
        } else {
            self.exchanges.collective(groups, call)
        };
        let taken = taken.unwrap_or_else(|error| self.failed(error));
        self.met.borrow_mut().push((key, taken));
        taken
    }

    /// The seconds of a transfer to a neighbour.
    pub(super) fn transfer(&self, neighbour: Neighbour, bytes: Bytes) -> f64 {
        let wire = self.exchanges.wire((self.layout, self.stage, neighbour));
        let Wire { delay, per_byte } = match wire {
            Ok(wire) => wire,
            Err(error) => return self.failed(error),
        };
        delay + per_byte * bytes.count() as f64
    }

    fn failed<T: Default>(&self, error: EstimateError) -> T {
        *self.error.borrow_mut() = Some(error);
        T::default()
    }

    /// What went wrong since, if anything.
    pub(super) fn check(&self) -> Result<(), EstimateError> {
        self.error.take().map_or(Ok(()), Err)
    }
}

//! Steps groups through their schedules.

use super::carrier::{Carrier, Transfer};
use super::events::{Event, Purpose, StepTransfer};
use super::group::{Group, GroupPlan, Target};
use super::messages::End;
use super::recording::Recording;
use super::surroundings::Surroundings;
use crate::engine::EventQueue;
use crate::fabric::RoutingError;
use crate::units::Time;
use std::sync::Arc;

/// A member of a running collective.
#[derive(Debug, Clone, Default)]
struct MemberState {
    end: Option<End>,
    launched: bool,
    step: u32,
    targets: Option<Arc<[Target]>>,
    sending: u32,
    received: u64,
    /// What has arrived for later steps.
    early: Vec<(u32, u64)>,
    /// Members that wait for this one to take part, with the index of the target.
    waiting: Vec<(u32, u32)>,
}

/// A running collective.
#[derive(Debug)]
pub(super) struct Instance {
    pub(super) plan: Arc<GroupPlan>,
    members: Vec<MemberState>,
    entered: u32,
    left: u32,
    first_entry: Time,
    undecided: bool,
}

/// All running collectives.
#[derive(Debug, Default)]
pub(super) struct Collectives {
    instances: Vec<Instance>,
    free: Vec<u32>,
}

/// What collectives run on.
pub(super) struct Stage<'a> {
    pub(super) around: Surroundings<'a>,
    pub(super) groups: &'a [Group],
    pub(super) carrier: &'a mut Carrier,
    pub(super) queue: &'a mut EventQueue<Event>,
}

impl Collectives {
    /// A new instance that nobody has entered; it takes the place of a forgotten one where there is one.
    pub(super) fn open(&mut self, plan: Arc<GroupPlan>, members: usize, undecided: bool) -> u32 {
        let index = self.free.pop().unwrap_or_else(|| {
            u32::try_from(self.instances.len()).expect("fewer than 2^32 collectives run at once")
        });
        let mut states = match self.instances.get_mut(index as usize) {
            Some(forgotten) => std::mem::take(&mut forgotten.members),
            None => Vec::new(),
        };
        states.resize_with(members, MemberState::default);
        let instance =
            Instance { plan, members: states, entered: 0, left: 0, first_entry: Time::ZERO, undecided };
        match self.instances.get_mut(index as usize) {
            Some(forgotten) => *forgotten = instance,
            None => self.instances.push(instance),
        }
        index
    }

    /// A member enters. Returns whether it was the last.
    pub(super) fn enter(
        &mut self,
        now: Time,
        (index, member): (u32, u32),
        end: End,
        stage: &mut Stage<'_>,
    ) -> bool {
        let instance = &mut self.instances[index as usize];
        if instance.entered == 0 {
            instance.first_entry = now;
        }
        instance.entered += 1;
        instance.members[member as usize].end = Some(end);
        if !instance.undecided {
            let launch = instance.plan.plan.cost.launch;
            stage.queue.push(now + launch, Event::Launched { instance: index, member });
        }
        instance.entered as usize == instance.members.len()
    }

    /// Decides that an instance runs by events: those who have entered are launched.
    pub(super) fn run_by_events(&mut self, now: Time, index: u32, queue: &mut EventQueue<Event>) {
        let instance = &mut self.instances[index as usize];
        instance.undecided = false;
        let launch = instance.plan.plan.cost.launch;
        for (member, state) in instance.members.iter().enumerate() {
            if state.end.is_some() {
                queue.push(now + launch, Event::Launched { instance: index, member: member as u32 });
            }
        }
    }

    /// Decides that an instance is replayed: every member leaves when the recording says.
    pub(super) fn run_by_recording(
        &mut self,
        now: Time,
        index: u32,
        recording: &Recording,
        queue: &mut EventQueue<Event>,
    ) {
        self.instances[index as usize].undecided = false;
        for (member, &exit) in recording.exits.iter().enumerate() {
            queue.push(now + exit, Event::Left { instance: index, member: member as u32 });
        }
    }

    /// Whether all members of an undecided instance have entered at `now`.
    pub(super) fn entered_together(&self, now: Time, index: u32) -> bool {
        let instance = &self.instances[index as usize];
        instance.entered as usize == instance.members.len() && instance.first_entry == now
    }

    pub(super) fn instance(&self, index: u32) -> &Instance {
        &self.instances[index as usize]
    }

    /// A member is ready for its first step.
    pub(super) fn launched(
        &mut self,
        now: Time,
        (index, member): (u32, u32),
        stage: &mut Stage<'_>,
    ) -> Result<(), RoutingError> {
        let state = &mut self.instances[index as usize].members[member as usize];
        state.launched = true;
        let waiting = std::mem::take(&mut state.waiting);
        for (sender, target) in waiting {
            self.send(now, (index, sender), target, stage);
        }
        self.start_step(now, (index, member), stage)
    }

    /// Starts the sends of a member's step, or lets it leave after the last.
    fn start_step(
        &mut self,
        now: Time,
        (index, member): (u32, u32),
        stage: &mut Stage<'_>,
    ) -> Result<(), RoutingError> {
        let instance = &mut self.instances[index as usize];
        let plan = Arc::clone(&instance.plan);
        let state = &mut instance.members[member as usize];
        let Some(place) = plan.plan.schedule.locate(state.step as usize) else {
            stage.queue.push(now + plan.plan.cost.tail, Event::Left { instance: index, member });
            return Ok(());
        };
        let group = &stage.groups[plan.group as usize];
        let targets = plan.targets(group, member as usize, place, stage.around)?;
        state.sending = targets.len() as u32;
        let step = state.step;
        state.received = state.early.iter().filter(|early| early.0 == step).map(|early| early.1).sum();
        state.early.retain(|early| early.0 != step);
        state.targets = Some(Arc::clone(&targets));
        for (target, to) in targets.iter().enumerate() {
            let receiver = &mut self.instances[index as usize].members[to.member as usize];
            if receiver.launched {
                self.send(now, (index, member), target as u32, stage);
            } else {
                receiver.waiting.push((member, target as u32));
            }
        }
        Ok(())
    }

    fn send(&mut self, now: Time, (index, member): (u32, u32), target: u32, stage: &mut Stage<'_>) {
        let instance = &self.instances[index as usize];
        let state = &instance.members[member as usize];
        let plan = &instance.plan.plan;
        let (phase, _) = plan.schedule.locate(state.step as usize).expect("a member that sends is in a step");
        let targets = state.targets.as_ref().expect("a member that sends has targets");
        let target = &targets[target as usize];
        let (overhead, cap) = plan.cost.step[phase].of(target.scope);
        let purpose = Purpose::Step(StepTransfer {
            instance: index,
            sender: member,
            receiver: target.member,
            step: state.step,
            weight: target.weight,
        });
        let path = Arc::clone(&target.path);
        let transfer = Transfer { path, bytes: plan.schedule.phases[phase].bytes, cap, purpose };
        stage.carrier.send(now + overhead + target.latency, transfer, stage.queue);
    }

    /// A transfer has arrived: both its ends come closer to the end of their step.
    pub(super) fn arrived(
        &mut self,
        now: Time,
        transfer: StepTransfer,
        stage: &mut Stage<'_>,
    ) -> Result<(), RoutingError> {
        let members = &mut self.instances[transfer.instance as usize].members;
        members[transfer.sender as usize].sending -= 1;
        let receiver = &mut members[transfer.receiver as usize];
        if receiver.step == transfer.step && receiver.targets.is_some() {
            receiver.received += transfer.weight;
        } else {
            receiver.early.push((transfer.step, transfer.weight));
        }
        self.check_step(now, (transfer.instance, transfer.sender), stage)?;
        if transfer.receiver != transfer.sender {
            self.check_step(now, (transfer.instance, transfer.receiver), stage)?;
        }
        Ok(())
    }

    fn check_step(
        &mut self,
        now: Time,
        (index, member): (u32, u32),
        stage: &mut Stage<'_>,
    ) -> Result<(), RoutingError> {
        let instance = &mut self.instances[index as usize];
        let schedule = &instance.plan.plan.schedule;
        let state = &mut instance.members[member as usize];
        let Some((phase, _)) = schedule.locate(state.step as usize) else { return Ok(()) };
        let static_member = &stage.groups[instance.plan.group as usize].members[member as usize];
        let receives = schedule.phases[phase].pattern.receives(schedule.ranks) as u64;
        let expected = receives * static_member.multiplicity;
        if state.targets.is_none() || state.sending > 0 || state.received < expected {
            return Ok(());
        }
        state.step += 1;
        state.targets = None;
        self.start_step(now, (index, member), stage)
    }

    /// A member leaves; returns its end, and whether it was the last: the instance is then forgotten.
    pub(super) fn left(&mut self, index: u32, member: u32) -> (End, bool) {
        let instance = &mut self.instances[index as usize];
        instance.left += 1;
        let end = instance.members[member as usize].end.expect("a member that leaves has entered");
        let closed = instance.left as usize == instance.members.len();
        if closed {
            instance.members.clear();
            self.free.push(index);
        }
        (end, closed)
    }

    /// The end of a member that has entered.
    pub(super) fn end(&self, index: u32, member: usize) -> Option<End> {
        self.instances[index as usize].members[member].end
    }
}

//! Steps groups through their schedules.

use super::carrier::{Carrier, Transfer};
use super::events::{Event, Purpose, StepTransfer};
use super::group::{Group, GroupPlan, Target};
use super::member_state::MemberState;
use super::messages::End;
use super::recording::Recording;
use super::records::Records;
use super::surroundings::Surroundings;
use crate::engine::EventQueue;
use crate::fabric::RoutingError;
use crate::network::Crossing;
use crate::units::{Bytes, Time};
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

/// A running collective.
#[derive(Debug)]
pub(super) struct Instance {
    pub(super) plan: Rc<GroupPlan>,
    /// Empty until it is known that the instance runs by events.
    pub(super) members: Vec<MemberState>,
    pub(super) entries: Vec<Entry>,
    pub(super) entered: u32,
    pub(super) left: u32,
    pub(super) unlaunched: u32,
    /// What it does again, while it does.
    pub(super) replay: Option<Arc<Recording>>,
    pub(super) first_entry: Time,
    pub(super) undecided: bool,
    /// Its links are kept free until all have entered, when it is decided again.
    pub(super) claimed: bool,
    /// In lockstep: how many members are done with the present step.
    pub(super) waiting: usize,
    /// How many were opened before.
    number: u32,
}

/// How a member came in.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Entry {
    pub(super) end: Option<End>,
    pub(super) at: Time,
    /// It is done, perhaps before others have come: who hands on what it has need not wait for those behind.
    pub(super) left: bool,
}

/// All running collectives.
#[derive(Debug, Default)]
pub(super) struct Collectives {
    pub(super) instances: Vec<Instance>,
    free: Vec<u32>,
    /// How many there have been.
    opened: u32,
}

/// Boxed: it is passed up from where transfers arrive, and almost always there is none.
pub(super) type Stepped = Result<(), Box<RoutingError>>;

/// What collectives run on.
pub(super) struct Stage<'a> {
    pub(super) around: Surroundings<'a>,
    pub(super) groups: &'a [Group],
    pub(super) carrier: &'a mut Carrier,
    pub(super) queue: &'a mut EventQueue<Event>,
}

impl<'a> Stage<'a> {
    /// What the collectives of these groups run on.
    pub(super) fn new(
        around: Surroundings<'a>,
        groups: &'a [Group],
        carrier: &'a mut Carrier,
        queue: &'a mut EventQueue<Event>,
    ) -> Self {
        Self { around, groups, carrier, queue }
    }
}

impl Collectives {
    /// A new instance that nobody has entered; it takes the place of a forgotten one where there is one.
    pub(super) fn open(&mut self, plan: Rc<GroupPlan>, members: usize, undecided: bool) -> u32 {
        let number = self.opened;
        self.opened += 1;
        let index = match self.free.pop() {
            Some(index) => {
                self.instances[index as usize].reopen(plan, number);
                index
            }
            None => {
                self.instances.push(Instance::new(plan, number));
                u32::try_from(self.instances.len() - 1).expect("fewer than 2^32 collectives run at once")
            }
        };
        let opened = &mut self.instances[index as usize];
        opened.entries.resize(members, Entry::default());
        opened.undecided = undecided;
        if !undecided {
            opened.seat_members();
        }
        index
    }

    /// A member enters. Returns whether it was the last.
    pub(super) fn enter(
        &mut self,
        now: Time,
        (index, member): (u32, u32),
        end: End,
        queue: &mut EventQueue<Event>,
    ) -> bool {
        let instance = &mut self.instances[index as usize];
        if instance.entered == 0 {
            instance.first_entry = now;
        }
        instance.entered += 1;
        instance.entries[member as usize].end = Some(end);
        instance.entries[member as usize].at = now;
        if !instance.undecided {
            let launch = instance.plan.plan.cost.launch;
            queue.push(now + launch, Event::Launched { instance: index, member });
        }
        instance.is_complete()
    }

    /// Decides that an instance runs by events: those who have entered are launched.
    pub(super) fn run_by_events(&mut self, now: Time, index: u32, queue: &mut EventQueue<Event>) {
        let instance = &mut self.instances[index as usize];
        instance.undecided = false;
        instance.seat_members();
        let launch = instance.plan.plan.cost.launch;
        for (member, entry) in instance.entries.iter().enumerate() {
            if entry.end.is_some() {
                queue.push(now + launch, Event::Launched { instance: index, member: member as u32 });
            }
        }
    }

    /// Decides that an instance is replayed: every member leaves when the recording says.
    pub(super) fn run_by_recording(
        &mut self,
        index: u32,
        recording: &Arc<Recording>,
        queue: &mut EventQueue<Event>,
    ) {
        let instance = &mut self.instances[index as usize];
        instance.replay = Some(Arc::clone(recording));
        instance.undecided = false;
        instance.claimed = false;
        for (member, &exit) in recording.exits.iter().enumerate() {
            let left = Event::Recalled { instance: index, member: member as u32 };
            queue.push(instance.first_entry + exit, left);
        }
    }

    /// Leaves an instance undecided until all have entered.
    pub(super) fn claim(&mut self, index: u32) {
        self.instances[index as usize].claimed = true;
    }

    /// Whether an instance waits to be decided until all have entered.
    pub(super) fn is_claimed(&self, index: u32) -> bool {
        self.instances[index as usize].claimed
    }

    /// The plans of the instances that still wait for that.
    pub(super) fn claimed(&self) -> impl Iterator<Item = &Rc<GroupPlan>> {
        self.instances.iter().filter(|instance| instance.claimed).map(|instance| &instance.plan)
    }

    /// When the first member entered, and how much later each did; of an instance that all have entered.
    pub(super) fn entry_times(&self, index: u32) -> (Time, Vec<Time>) {
        let Instance { first_entry, entries, .. } = &self.instances[index as usize];
        (*first_entry, entries.iter().map(|entry| entry.at - *first_entry).collect())
    }

    /// Lets all that runs have begun later by as much.
    pub(super) fn put_off(&mut self, by: Time) {
        for instance in &mut self.instances {
            instance.first_entry += by;
            instance.entries.iter_mut().for_each(|entry| entry.at += by);
        }
    }

    /// The links that an arriving transfer has drained over.
    pub(super) fn path(&self, transfer: StepTransfer) -> &[Crossing] {
        let Instance { plan, members, .. } = &self.instances[transfer.instance as usize];
        let target = members[transfer.sender as usize].target(plan, transfer.target);
        if target.bytes > Bytes::ZERO { &target.path } else { &[] }
    }

    /// Whether all members of an undecided instance have entered at `now`.
    pub(super) fn entered_together(&self, now: Time, index: u32) -> bool {
        self.is_complete(index) && self.instances[index as usize].first_entry == now
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
    ) -> Stepped {
        let instance = &mut self.instances[index as usize];
        instance.unlaunched -= 1;
        instance.members[member as usize].launched = true;
        for (sender, target) in std::mem::take(&mut instance.members[member as usize].waiting) {
            instance.send_to_launched(now, (index, sender), target..target + 1, stage);
        }
        instance.start(now, (index, member), stage)
    }

    /// A transfer has arrived: both its ends come closer to the end of their step.
    pub(super) fn arrived(&mut self, now: Time, transfer: StepTransfer, stage: &mut Stage<'_>) -> Stepped {
        let instance = &mut self.instances[transfer.instance as usize];
        let Instance { plan, members, .. } = instance;
        let sender = &mut members[transfer.sender as usize];
        sender.sending -= 1;
        let (step, sent) = (sender.step, sender.sending == 0);
        let target = sender.target(plan, transfer.target);
        let (receiver, weight) = (target.member, target.weight);
        if !target.others.is_empty() {
            return instance.shared_arrived(now, transfer, stage);
        }
        members[receiver as usize].count(step, weight);
        if sent {
            instance.check_step(now, (transfer.instance, transfer.sender), stage)?;
        }
        if receiver != transfer.sender {
            instance.check_step(now, (transfer.instance, receiver), stage)?;
        }
        Ok(())
    }

    /// A member leaves; returns its end, if it has not been told to leave before, and whether it was the last: the instance
    /// is then forgotten.
    pub(super) fn left(&mut self, index: u32, member: u32) -> (Option<End>, bool) {
        let instance = &mut self.instances[index as usize];
        instance.left += 1;
        let entry = &mut instance.entries[member as usize];
        let again = std::mem::replace(&mut entry.left, true);
        debug_assert!(entry.end.is_some(), "a member that leaves has entered");
        let end = entry.end.filter(|_| !again);
        let closed = instance.left as usize == instance.entries.len();
        if closed {
            instance.members.clear();
            instance.entries.clear();
            instance.replay = None;
            self.free.push(index);
        }
        (end, closed)
    }

    /// For each running collective, where its members are that have entered, and which have not.
    pub(super) fn attendance(&self) -> impl Iterator<Item = (Vec<End>, Vec<u32>)> {
        self.instances.iter().map(|instance| {
            let absent = (0..).zip(&instance.entries).filter(|entry| entry.1.end.is_none());
            (
                instance.entries.iter().filter_map(|entry| entry.end).collect(),
                absent.map(|entry| entry.0).collect(),
            )
        })
    }

    /// The end of a member that has entered and not left.
    pub(super) fn present(&self, index: u32, member: u32) -> Option<End> {
        let entry = self.instances[index as usize].entries[member as usize];
        entry.end.filter(|_| !entry.left)
    }

    /// Whether all members have entered.
    pub(super) fn is_complete(&self, index: u32) -> bool {
        self.instances[index as usize].is_complete()
    }
}

impl Instance {
    /// An instance without members.
    fn new(plan: Rc<GroupPlan>, number: u32) -> Self {
        Self {
            claimed: false,
            plan,
            members: Vec::new(),
            entries: Vec::new(),
            entered: 0,
            left: 0,
            unlaunched: 0,
            replay: None,
            first_entry: Time::ZERO,
            undecided: false,
            waiting: 0,
            number,
        }
    }

    /// Begins anew as a later instance, in the same buffers; all members have left.
    fn reopen(&mut self, plan: Rc<GroupPlan>, number: u32) {
        (self.plan, self.number) = (plan, number);
        (self.entered, self.left) = (0, 0);
        self.claimed = false;
    }

    /// Makes room for how far each member has come.
    fn seat_members(&mut self) {
        self.unlaunched = u32::try_from(self.entries.len()).expect("a group has fewer than 2^32 members");
        self.members.resize_with(self.entries.len(), MemberState::default);
    }

    /// Whether all members have entered.
    fn is_complete(&self) -> bool {
        self.entered as usize == self.entries.len()
    }

    /// A transfer through switches has arrived: all who take part come closer to the end of their step.
    fn shared_arrived(&mut self, now: Time, transfer: StepTransfer, stage: &mut Stage<'_>) -> Stepped {
        let plan = Rc::clone(&self.plan);
        let sender = &self.members[transfer.sender as usize];
        let (step, phase) = (sender.step, &plan.phases[sender.phase as usize]);
        let repeated = phase.repeated.as_ref().expect("what goes through switches repeats");
        let others = &repeated.get(transfer.target).others;
        for &(member, weight) in others {
            self.members[member as usize].count(step, weight);
        }
        for &(member, _) in others {
            self.check_step(now, (transfer.instance, member), stage)?;
        }
        self.check_step(now, (transfer.instance, transfer.sender), stage)
    }

    /// Starts a member's first step.
    fn start(&mut self, now: Time, (index, member): (u32, u32), stage: &mut Stage<'_>) -> Stepped {
        if self.enter_phase(now, (index, member), stage) {
            self.start_step(now, (index, member), stage)?;
            return self.check_step(now, (index, member), stage);
        }
        Ok(())
    }

    /// Enters a member's phase, or lets it leave after the last; tells whether there is one.
    #[inline]
    fn enter_phase(&mut self, now: Time, (index, member): (u32, u32), stage: &mut Stage<'_>) -> bool {
        let state = &mut self.members[member as usize];
        match self.plan.phases.get(state.phase as usize) {
            Some(phase) => state.left = phase.steps,
            None => {
                stage.queue.push(now + self.plan.plan.cost.tail, Event::Left { instance: index, member });
            }
        }
        state.left > 0
    }

    /// Starts the sends of a member's step.
    fn start_step(&mut self, now: Time, (index, member): (u32, u32), stage: &mut Stage<'_>) -> Stepped {
        let state = &mut self.members[member as usize];
        let phase = &self.plan.phases[state.phase as usize];
        state.missing = phase.receives[member as usize];
        if !state.early.is_empty() {
            state.take_early();
        }
        let targets = match &phase.repeated {
            Some(repeated) => repeated.range(member as usize),
            None => {
                let group = &stage.groups[self.plan.group as usize];
                let place = (state.phase as usize, (phase.steps - state.left) as usize);
                state.targets = self.plan.targets(group, member as usize, place, stage.around)?;
                0..state.targets.len() as u32
            }
        };
        state.sending = targets.end - targets.start;
        if self.unlaunched > 0 {
            self.send_to_launched(now, (index, member), targets, stage);
            return Ok(());
        }
        for target in targets {
            self.send(now, (index, member, target), stage);
        }
        Ok(())
    }

    /// Sends to those who take part already; the others will ask.
    fn send_to_launched(
        &mut self,
        now: Time,
        (index, member): (u32, u32),
        targets: Range<u32>,
        stage: &mut Stage<'_>,
    ) {
        for target in targets {
            match self.absent(member, target) {
                None => self.send(now, (index, member, target), stage),
                Some(absent) => self.members[absent as usize].waiting.push((member, target)),
            }
        }
    }

    /// One of those who take part in a transfer and have not been launched.
    fn absent(&self, member: u32, target: u32) -> Option<u32> {
        let target = self.members[member as usize].target(&self.plan, target);
        let others = target.others.iter().map(|other| other.0);
        others.chain([target.member]).find(|&other| !self.members[other as usize].launched)
    }

    fn send(&self, now: Time, (index, member, target): (u32, u32, u32), stage: &mut Stage<'_>) {
        let state = &self.members[member as usize];
        let Target { delay, cap, path, bytes, partners, .. } = state.target(&self.plan, target);
        let transfer = Transfer {
            path: Some(Rc::clone(path)),
            bytes: *bytes,
            cap: *cap,
            purpose: Purpose::Step(StepTransfer { instance: index, sender: member, target }),
        };
        let sent = stage.carrier.send(now + *delay, transfer, stage.queue);
        let (group, partners) = (&stage.groups[self.plan.group as usize], *partners);
        let about =
            |records: &mut Records| records.step((group, member), (self.number, state.step), partners);
        stage.carrier.record(now, (sent, *bytes), about);
    }

    /// Moves a member on when all that it sends and receives in its step has arrived, and past steps without its part.
    fn check_step(&mut self, now: Time, (index, member): (u32, u32), stage: &mut Stage<'_>) -> Stepped {
        if !self.members[member as usize].is_done() {
            return Ok(());
        }
        if self.plan.in_lockstep {
            return self.wait_for_others(now, (index, member), stage);
        }
        self.go_on(now, (index, member), stage)?;
        // A step in which it has no part is done at once.
        while self.members[member as usize].is_done() {
            self.go_on(now, (index, member), stage)?;
        }
        Ok(())
    }

    /// In lockstep, all members go on when the last of them is done with its step.
    fn wait_for_others(&mut self, now: Time, (index, member): (u32, u32), stage: &mut Stage<'_>) -> Stepped {
        let state = &mut self.members[member as usize];
        if std::mem::replace(&mut state.waits, true) {
            return Ok(());
        }
        self.waiting += 1;
        if self.waiting < self.members.len() {
            return Ok(());
        }
        self.waiting = 0;
        for member in 0..self.members.len() as u32 {
            self.members[member as usize].waits = false;
            self.go_on(now, (index, member), stage)?;
        }
        for member in 0..self.members.len() as u32 {
            self.check_step(now, (index, member), stage)?;
        }
        Ok(())
    }

    /// Begins a member's next step, or lets it leave after the last.
    #[inline]
    fn go_on(&mut self, now: Time, (index, member): (u32, u32), stage: &mut Stage<'_>) -> Stepped {
        let state = &mut self.members[member as usize];
        state.step += 1;
        state.left -= 1;
        if state.left == 0 {
            state.phase += 1;
            if !self.enter_phase(now, (index, member), stage) {
                return Ok(());
            }
        }
        self.start_step(now, (index, member), stage)
    }
}

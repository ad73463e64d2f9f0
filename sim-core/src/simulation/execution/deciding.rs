//! Whether a collective is replayed or runs by events.

use super::{Attempt, Execution, LoopEnd};
use crate::engine::EventQueue;
use crate::ids::CommunicatorId;
use crate::simulation::carrier::Reserver;
use crate::simulation::events::Event;
use crate::simulation::group::GroupPlan;
use crate::simulation::node::NodeScene;
use crate::simulation::recording::Recording;
use crate::simulation::replay::{Lone, Unrecorded, waits_for_all};
use crate::simulation::setup::Parts;
use crate::units::Time;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

type Decided = Result<(), Unrecorded>;

/// A recording, and whether it was made now.
type Recorded = (Arc<Recording>, bool);

impl Execution<'_, '_> {
    /// Decides how an instance runs: replayed when all its members have come and its links are its own, else by events.
    ///
    /// Where nobody leaves before all have come, it can wait for the last: its links are claimed until then.
    pub(super) fn decide(&mut self, now: Time, instance: u32, queue: &mut EventQueue<Event>) -> Decided {
        if self.collectives.is_claimed(instance) {
            return self.decide_claimed(instance, queue);
        }
        let plan = Rc::clone(&self.collectives.instance(instance).plan);
        let (entry, links) = (self.entry_of(&plan), contended_links(&plan));
        if self.collectives.entered_together(now, instance) {
            if self.carrier.is_quiet(links) {
                let recording = self.recording(&plan, instance)?;
                let used = &recording.0.used[..links.len()];
                if self.carrier.follows(now, links, used) {
                    let by = Reserver { entry, apart: false };
                    self.carrier.reserve(now, links, used, by);
                    self.replay((now, instance), &plan, &recording, queue);
                    return Ok(());
                }
            }
        } else if waits_for_all(&plan) && self.replays.allows_apart(entry) && self.carrier.is_quiet(links) {
            self.carrier.claim(links, entry);
            self.collectives.claim(instance);
            return Ok(());
        }
        if plan.node.is_some() {
            let met = self.collectives.met(now, links);
            self.give_up_nodes(&met);
            self.carrier.break_replay(Reserver { entry, apart: false });
            return Ok(());
        }
        self.count_by_events(plan.group);
        self.collectives.run_by_events(now, instance, queue);
        Ok(())
    }

    /// Replays an instance that was waited for; the attempt is broken where it should not have been.
    fn decide_claimed(&mut self, instance: u32, queue: &mut EventQueue<Event>) -> Decided {
        let plan = Rc::clone(&self.collectives.instance(instance).plan);
        let (start, entries) = self.collectives.entry_times(instance);
        let links = contended_links(&plan);
        let recording = self.recording(&plan, instance)?;
        let used = &recording.0.used[..links.len()];
        let by = Reserver { entry: self.entry_of(&plan), apart: true };
        let last = entries.into_iter().max().unwrap_or_default();
        let waited = recording.0.exits.iter().all(|&exit| exit >= last);
        debug_assert!(waited, "nobody leaves before all have come");
        if !waited || !self.carrier.follows(start, links, used) {
            self.carrier.break_replay(by);
            return Ok(());
        }
        self.carrier.reserve(start, links, used, by);
        self.replay((start, instance), &plan, &recording, queue);
        Ok(())
    }

    /// Gives up the nodes among instances that are met: they cannot go on by events. Tells whether there are any.
    pub(super) fn give_up_nodes(&mut self, met: &BTreeSet<u32>) -> bool {
        let plans = met.iter().map(|&index| Rc::clone(&self.collectives.instance(index).plan));
        let nodes: Vec<Rc<GroupPlan>> = plans.filter(|plan| plan.node.is_some()).collect();
        for plan in &nodes {
            self.carrier.break_replay(Reserver { entry: self.entry_of(plan), apart: false });
        }
        !nodes.is_empty()
    }

    /// The recording for the entries of an instance that all have entered, and whether it is new.
    fn recording(&mut self, plan: &Rc<GroupPlan>, instance: u32) -> Result<Recorded, Unrecorded> {
        let entry = self.entry_of(plan);
        let (_, entries) = self.collectives.entry_times(instance);
        let Parts { groups, around, transport, .. } = &self.parts;
        if let Some(node) = &plan.node {
            let scene = NodeScene {
                plan,
                node,
                group: &groups[plan.group as usize],
                around: *around,
                transport,
                limits: self.limits,
                entries: &entries,
            };
            return self.replays.node_recording(entry, &entries, |memory| scene.record(memory));
        }
        let lone = Lone {
            plan,
            signature: plan.signature.as_ref().expect("an undecided plan can be compared"),
            groups,
            around: *around,
            transport,
            limits: self.limits,
            network: &self.carrier.network,
            entries: &entries,
        };
        self.replays.recording(entry, &entries, || lone.record())
    }

    /// Lets an instance do what was recorded, from its first entry on.
    fn replay(
        &mut self,
        (start, instance): (Time, u32),
        plan: &GroupPlan,
        (recording, new): &Recorded,
        queue: &mut EventQueue<Event>,
    ) {
        if *new {
            self.work.flows += recording.flows;
            self.work.lanes += recording.lanes;
            self.work.rate_solves += recording.solves;
            self.work.events += recording.events;
        } else {
            self.work.replayed += 1;
        }
        let signature = plan.signature.as_ref().expect("an undecided plan can be compared");
        for (&link, &carried) in signature.links.iter().zip(&recording.carried) {
            self.carrier.network.credit(link, carried);
        }
        for (tier, timeline) in recording.tiers.iter().enumerate() {
            self.carrier.network.credit_tier(tier, start..start + recording.duration(), timeline);
        }
        self.collectives.run_by_recording(instance, recording, queue);
    }

    /// Gives up the replays that were broken, and the claims of a run that has come to a standstill, if there are any.
    ///
    /// What the members of a claim did before they were stuck has not been simulated.
    pub(super) fn give_up_broken(&mut self, loop_end: LoopEnd) -> Option<Attempt> {
        let mut given_up = self.carrier.broken().to_vec();
        if loop_end == LoopEnd::Exhausted {
            let claimed = self.collectives.claimed();
            given_up.extend(claimed.map(|plan| Reserver { entry: self.entry_of(plan), apart: true }));
        }
        if given_up.is_empty() {
            return None;
        }
        // Other collectives of the same groups have the same links, and members that come as far apart.
        let apart: Vec<u32> = given_up.iter().filter(|by| by.apart).map(|by| by.entry).collect();
        for entries in self.entries.iter().filter(|of| of.iter().flatten().any(|entry| apart.contains(entry)))
        {
            given_up.extend(entries.iter().flatten().map(|&entry| Reserver { entry, apart: true }));
        }
        self.replays.give_up(&given_up);
        let nodes: BTreeSet<CommunicatorId> =
            given_up.iter().filter_map(|by| self.replays.node(by.entry)).collect();
        Some(if nodes.is_empty() { Attempt::LinksWereShared } else { Attempt::Disturbed(nodes) })
    }

    pub(super) fn entry_of(&self, plan: &Rc<GroupPlan>) -> u32 {
        let group = plan.group as usize;
        let place = self.plans[group].iter().position(|known| Rc::ptr_eq(known, plan));
        let place = place.expect("a running plan is one of its group's");
        self.entries[group][place].expect("an undecided plan has a replay entry")
    }
}

/// The links of a plan on which it must be alone; a recording tells of their use before that of the others.
fn contended_links(plan: &GroupPlan) -> &[u32] {
    plan.signature.as_ref().expect("an undecided plan can be compared").contended()
}

//! Somebody meets a replay on its links: it goes on by events, from where it would have come by itself until now.

use super::Execution;
use crate::engine::{EventQueue, run_before};
use crate::simulation::alone::{Alone, Workbench};
use crate::simulation::carrier::Reserver;
use crate::simulation::collective::Stepped;
use crate::simulation::events::Event;
use crate::simulation::recording::LinkUse;
use crate::simulation::setup::Parts;
use crate::units::Time;
use std::rc::Rc;

impl Execution<'_, '_> {
    /// Lets the replays go on by events whose links a transfer is about to drain over.
    ///
    /// A node of the folding cannot: its members are not told apart by their places.
    pub(super) fn meet(&mut self, now: Time, transfer: u32, queue: &mut EventQueue<Event>) -> Stepped {
        let reserved = self.carrier.reserved(now, transfer);
        if reserved.is_empty() {
            return Ok(());
        }
        let links: Vec<u32> = reserved.iter().map(|reserved| reserved.0).collect();
        let met = self.collectives.met(now, &links);
        if self.give_up_nodes(&met) {
            return Ok(());
        }
        if met.is_empty() {
            // Who has left in this picosecond, but has used a link until its end.
            reserved.iter().for_each(|reserved| self.carrier.break_replay(reserved.1));
        }
        let claimed: Vec<bool> = met.iter().map(|&index| self.collectives.is_claimed(index)).collect();
        met.iter().try_for_each(|&index| self.go_on_by_events(now, index, queue))?;
        for (&index, claimed) in met.iter().zip(claimed) {
            // One that could not go on keeps its claim: the attempt is broken.
            if !self.collectives.is_claimed(index) {
                self.carrier.release(self.collectives.instance(index).contended(), claimed);
            }
        }
        Ok(())
    }

    /// Runs an instance alone by events until now, and puts its flows and events among all others.
    fn go_on_by_events(&mut self, now: Time, index: u32, queue: &mut EventQueue<Event>) -> Stepped {
        let Parts { around, transport, groups, .. } = &self.parts;
        let instance = self.collectives.instance(index);
        let (plan, start, claimed) = (Rc::clone(&instance.plan), instance.first_entry, instance.claimed);
        let signature = plan.signature.as_ref().expect("what is remembered can be compared");
        let bench = self.bench.take().unwrap_or_else(|| Workbench::new(*around, transport));
        let mut alone = Alone::new((groups, *around), bench);
        let mut pending = EventQueue::new();
        let entries = instance.entries.iter().map(|entry| entry.end.map(|_| entry.at));
        alone.enter(&plan, entries, &mut pending);
        self.work.events += run_before(&mut alone, &mut pending, now);
        let Alone { collectives: mut by_events, mut bench, error, .. } = alone;
        if let Some(error) = error {
            return Err(error);
        }
        let contended = signature.contended();
        let used: Vec<LinkUse> = contended.iter().map(|&link| bench.used[link as usize]).collect();
        if claimed && !self.carrier.follows(Time::ZERO, contended, &used) {
            // What it has begun to do while it was waited for would have met others.
            self.carrier.break_replay(Reserver { entry: self.entry_of(&plan), apart: true });
        } else {
            if let Some(recording) = self.collectives.go_on(index, &mut by_events) {
                self.carrier.take_back(start, &signature.links, &recording);
                queue
                    .retain(|event| !matches!(event, Event::Recalled { instance, .. } if *instance == index));
            }
            self.work.met += 1;
            self.count_by_events(plan.group);
            self.carrier.adopt((start, now), (&mut bench.carrier, &signature.links), index, queue);
            self.adopt_events((&bench, index), &mut pending, queue);
        }
        bench.clear(&signature.links);
        self.bench = Some(bench);
        Ok(())
    }

    /// Puts what is pending of an instance that has run alone among all other events; wake-ups have been asked for anew.
    fn adopt_events(
        &mut self,
        (bench, index): (&Workbench, u32),
        pending: &mut EventQueue<Event>,
        queue: &mut EventQueue<Event>,
    ) {
        let mut batch = Vec::new();
        while let Some(time) = pending.pop_batch(&mut batch) {
            for event in batch.drain(..) {
                match event {
                    Event::Launched { member, .. } => {
                        queue.push(time, Event::Launched { instance: index, member });
                    }
                    Event::Left { member, .. } => queue.push(time, Event::Left { instance: index, member }),
                    Event::Depart { transfer } => {
                        let transfer = bench.carrier.transfer(transfer).of_instance(index);
                        self.carrier.send(time, transfer, queue);
                    }
                    Event::Wake { .. } | Event::Recalled { .. } | Event::ComputeEnd { .. } => {}
                }
            }
        }
    }
}

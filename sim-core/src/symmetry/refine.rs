//! Proposes classes by colour refinement: classes are split by hashed signatures until nothing splits.
//!
//! The signature of a hub is a sum over the things that it touches, and that of a thing a sum over its hubs, of a number
//! for the other's class times what it counts for. When a member gets another class, only the signatures of those
//! that touch it change, by the difference. The largest part of a split keeps its name, so that a member changes its
//! class at most log2 n times: O(incidences x log n) in all (Hopcroft, 1971; Paige and Tarjan, 1987), where rounds over
//! everything take as many as a ring is long.

use super::hashing::scramble;
use super::incidences::Incidences;
use super::partition::{Partition, Split};

/// The classes of hubs and of things.
#[derive(Debug, Clone)]
pub(super) struct Classes {
    pub(super) hubs: Partition,
    pub(super) things: Partition,
}

/// A refinement that can go on after classes have been split by hand.
#[derive(Debug)]
pub(super) struct Refinement<'a> {
    incidences: &'a Incidences,
    classes: Classes,
    hub_signatures: Vec<u64>,
    thing_signatures: Vec<u64>,
    hub_splits: Vec<Split>,
    thing_splits: Vec<Split>,
}

/// The number that stands for a class in signatures.
fn value(class: u32) -> u64 {
    scramble(u64::from(class))
}

impl<'a> Refinement<'a> {
    /// Starts from colours of hubs and of things, each dense.
    pub(super) fn new(incidences: &'a Incidences, hubs: Vec<u32>, things: Vec<u32>) -> Self {
        let mut refinement = Self {
            incidences,
            hub_signatures: vec![0; hubs.len()],
            thing_signatures: vec![0; things.len()],
            classes: Classes { hubs: Partition::of_colours(hubs), things: Partition::of_colours(things) },
            hub_splits: Vec::new(),
            thing_splits: Vec::new(),
        };
        refinement.sign_all();
        refinement.run();
        refinement
    }

    /// The coarsest classes that hashes cannot tell to be wrong.
    pub(super) fn classes(&self) -> &Classes {
        &self.classes
    }

    /// The same, when nothing more is to be split.
    pub(super) fn into_classes(self) -> Classes {
        self.classes
    }

    /// Tells hubs apart that have had one class: members of each class are split by these keys.
    pub(super) fn split_hubs(&mut self, keys: &[(u32, u64)]) {
        for &(hub, key) in keys {
            self.hub_signatures[hub as usize] = self.hub_signatures[hub as usize].wrapping_add(scramble(key));
            self.classes.hubs.mark(hub);
        }
        self.run();
    }

    fn sign_all(&mut self) {
        let Self { incidences, classes, hub_signatures, thing_signatures, .. } = self;
        let values = |partition: &Partition| (0..partition.len() as u32).map(value).collect::<Vec<u64>>();
        let (hub_values, thing_values) = (values(&classes.hubs), values(&classes.things));
        let (hub_classes, thing_classes) = (classes.hubs.class_of(), classes.things.class_of());
        for (hub, signature) in hub_signatures.iter_mut().enumerate() {
            let of_hub = hub_values[hub_classes[hub] as usize];
            for incidence in incidences.of_hub(hub) {
                let thing = incidence.other as usize;
                let factor = incidences.factor(incidence.touch);
                let of_thing = thing_values[thing_classes[thing] as usize];
                let all = factor.wrapping_mul(incidences.size(thing));
                *signature = signature.wrapping_add(of_thing.wrapping_mul(all));
                thing_signatures[thing] = thing_signatures[thing].wrapping_add(of_hub.wrapping_mul(factor));
            }
        }
    }

    fn run(&mut self) {
        loop {
            let (mut hub_splits, mut thing_splits) =
                (std::mem::take(&mut self.hub_splits), std::mem::take(&mut self.thing_splits));
            self.classes.hubs.split(&self.hub_signatures, &mut hub_splits);
            self.classes.things.split(&self.thing_signatures, &mut thing_splits);
            if hub_splits.is_empty() && thing_splits.is_empty() {
                return;
            }
            hub_splits.drain(..).for_each(|split| self.hubs_changed(&split));
            thing_splits.drain(..).for_each(|split| self.things_changed(&split));
            (self.hub_splits, self.thing_splits) = (hub_splits, thing_splits);
        }
    }

    fn hubs_changed(&mut self, split: &Split) {
        let difference = value(split.new).wrapping_sub(value(split.old));
        for &hub in self.classes.hubs.members(split.range.clone()) {
            for incidence in self.incidences.of_hub(hub as usize) {
                let signature = &mut self.thing_signatures[incidence.other as usize];
                let factor = self.incidences.factor(incidence.touch);
                *signature = signature.wrapping_add(difference.wrapping_mul(factor));
                self.classes.things.mark(incidence.other);
            }
        }
    }

    fn things_changed(&mut self, split: &Split) {
        let difference = value(split.new).wrapping_sub(value(split.old));
        for &thing in self.classes.things.members(split.range.clone()) {
            let size = self.incidences.size(thing as usize);
            for incidence in self.incidences.of_thing(thing as usize) {
                let signature = &mut self.hub_signatures[incidence.other as usize];
                let factor = self.incidences.factor(incidence.touch).wrapping_mul(size);
                *signature = signature.wrapping_add(difference.wrapping_mul(factor));
                self.classes.hubs.mark(incidence.other);
            }
        }
    }
}

//! What touches what: hubs (transfers, messages, collectives) and the things that they touch (ranks, links).

use super::hashing::mix;
use super::numbering::Numbering;

/// How a hub touches a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Touch {
    /// In which role the thing takes part; roles are told apart.
    pub(super) role: u64,
    /// How much it counts for, on each of what the thing stands for; weights of one role add up.
    pub(super) weight: u64,
}

/// The ways of touching that occur, by number.
#[derive(Debug, Default)]
pub(super) struct Touches {
    all: Vec<Touch>,
    /// For hashes: a random number for each role, times the weight.
    factors: Vec<u64>,
    numbers: Numbering<Touch>,
}

impl Touches {
    /// The number of a way of touching.
    pub(super) fn number(&mut self, touch: Touch) -> u32 {
        let number = self.numbers.number(touch);
        if number as usize == self.all.len() {
            self.all.push(touch);
            self.factors.push((mix(0, touch.role) | 1).wrapping_mul(touch.weight));
        }
        number
    }
}

/// The things that each hub touches, and the hubs that touch each thing.
#[derive(Debug)]
pub(super) struct Incidences {
    touches: Touches,
    /// For each thing, how many alike it stands for.
    sizes: Vec<u64>,
    hub_ends: Vec<u32>,
    of_hubs: Vec<Incidence>,
    thing_ends: Vec<u32>,
    of_things: Vec<Incidence>,
}

/// The other end, and how it is touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Incidence {
    pub(super) other: u32,
    pub(super) touch: u32,
}

impl Incidences {
    /// No hubs yet, of which there will be so many; things stand for so many each.
    pub(super) fn new(touches: Touches, sizes: Vec<u64>, hubs: usize) -> Self {
        Self {
            touches,
            sizes,
            hub_ends: Vec::with_capacity(hubs),
            of_hubs: Vec::with_capacity(2 * hubs),
            thing_ends: Vec::new(),
            of_things: Vec::new(),
        }
    }

    /// The hub that is being added touches a thing.
    pub(super) fn add(&mut self, thing: usize, touch: u32) {
        self.of_hubs.push(Incidence { other: thing as u32, touch });
    }

    /// The hub that was being added is complete.
    pub(super) fn end_hub(&mut self) {
        self.hub_ends.push(u32::try_from(self.of_hubs.len()).expect("fewer than 2^32 incidences"));
    }

    /// All hubs are there: finds the hubs of each thing, in ascending order.
    pub(super) fn complete(&mut self) {
        let mut next = vec![0_u32; self.sizes.len() + 1];
        self.of_hubs.iter().for_each(|incidence| next[incidence.other as usize + 1] += 1);
        for thing in 0..self.sizes.len() {
            next[thing + 1] += next[thing];
        }
        self.of_things = vec![Incidence::default(); self.of_hubs.len()];
        let mut start = 0;
        for (hub, &end) in self.hub_ends.iter().enumerate() {
            for incidence in &self.of_hubs[start as usize..end as usize] {
                let place = &mut next[incidence.other as usize];
                let of_thing = Incidence { other: hub as u32, touch: incidence.touch };
                self.of_things[*place as usize] = of_thing;
                *place += 1;
            }
            start = end;
        }
        // Each place has moved on to where the next thing begins.
        next.pop();
        self.thing_ends = next;
    }

    /// How many alike a thing stands for.
    pub(super) fn size(&self, thing: usize) -> u64 {
        self.sizes[thing]
    }

    pub(super) fn of_hub(&self, hub: usize) -> &[Incidence] {
        slice(&self.hub_ends, &self.of_hubs, hub)
    }

    pub(super) fn of_thing(&self, thing: usize) -> &[Incidence] {
        slice(&self.thing_ends, &self.of_things, thing)
    }

    pub(super) fn way(&self, touch: u32) -> Touch {
        self.touches.all[touch as usize]
    }

    /// What a hash of the other end is multiplied by.
    pub(super) fn factor(&self, touch: u32) -> u64 {
        self.touches.factors[touch as usize]
    }
}

fn slice<'a>(ends: &[u32], all: &'a [Incidence], index: usize) -> &'a [Incidence] {
    let start = index.checked_sub(1).map_or(0, |before| ends[before] as usize);
    &all[start..ends[index] as usize]
}

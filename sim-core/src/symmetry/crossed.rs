//! Which links hubs cross. A run of links that only one hub crosses tells nothing of anybody else: it is a property of its
//! hub. Only links that several hubs cross are things that are partitioned.

use super::incidences::Incidences;
use super::segments::Segments;
use super::transfers::segment_kinds;
use crate::fabric::{Fabric, Hop};
use rustc_hash::FxHashMap;
use std::ops::Range;

/// Consecutive links that a hub crosses, and how it touches each.
#[derive(Debug, Clone, Copy)]
pub(super) struct HubHop {
    first: u32,
    count: u32,
    touch: u32,
}

impl HubHop {
    pub(super) fn new(hop: &Hop, touch: u32) -> Self {
        Self { first: hop.first.index() as u32, count: hop.count, touch }
    }

    fn range(&self) -> Range<usize> {
        self.first as usize..(self.first + self.count) as usize
    }
}

/// Who crosses the links of each segment.
#[derive(Debug)]
pub(super) struct Crossed {
    pub(super) segments: Segments,
    kinds: Vec<u32>,
    /// The hub that alone crosses a segment, or one of the marks below.
    users: Vec<u32>,
    /// For a segment of one hub, the property that it is; for a shared one, its place among the shared.
    places: Vec<u32>,
    /// The segments that several hubs cross.
    shared: Vec<u32>,
    properties: Vec<Property>,
    known: FxHashMap<Property, u32>,
    /// What the last property of one touch was told by, and its number.
    last: Option<([u32; 3], u32)>,
    /// The segments of the hub that is being added, and how they are touched.
    own: Vec<(u32, u32)>,
}

/// No hub crosses the segment.
const NOBODY: u32 = u32::MAX;
/// Several hubs do.
const SEVERAL: u32 = u32::MAX - 1;

/// What a segment of its own is to a hub: its kind and size, and how it is touched, in order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Property {
    kind: u32,
    size: u32,
    touches: Vec<u32>,
}

/// Who crosses a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum User {
    Nobody,
    /// One hub, of which the segment is such a property.
    Hub(u32, u32),
    /// Several hubs; the place among the segments of this kind.
    Several(u32),
}

impl Crossed {
    /// Finds out who crosses what, for hubs that have their hops one after another.
    pub(super) fn new<'a>(fabric: &Fabric, hubs: impl Iterator<Item = &'a [HubHop]> + Clone) -> Self {
        let segments = Segments::new(fabric, hubs.clone().flatten().map(HubHop::range));
        let mut users = vec![NOBODY; segments.len()];
        for (hub, hops) in (0..).zip(hubs) {
            for segment in hops.iter().flat_map(|hop| segments.covering(hop.range())) {
                let user = &mut users[segment];
                *user = if *user == NOBODY || *user == hub { hub } else { SEVERAL };
            }
        }
        let mut places = vec![0; segments.len()];
        let mut shared = Vec::new();
        for (segment, _) in users.iter().enumerate().filter(|(_, user)| **user == SEVERAL) {
            places[segment] = shared.len() as u32;
            shared.push(segment as u32);
        }
        let kinds = segment_kinds(fabric, &segments).collect();
        let (properties, known) = (Vec::new(), FxHashMap::default());
        Self { segments, kinds, users, places, shared, properties, known, last: None, own: Vec::new() }
    }

    /// For each shared segment, how many links it has.
    pub(super) fn shared_sizes(&self) -> impl Iterator<Item = u64> {
        self.shared.iter().map(|&segment| self.segments.links(segment as usize).len() as u64)
    }

    /// For each shared segment, what its links are.
    pub(super) fn shared_kinds(&self) -> impl Iterator<Item = u32> {
        self.shared.iter().map(|&segment| self.kinds[segment as usize])
    }

    /// The shared segments.
    pub(super) fn shared(&self) -> &[u32] {
        &self.shared
    }

    /// Who crosses a segment.
    pub(super) fn user(&self, segment: usize) -> User {
        match self.users[segment] {
            NOBODY => User::Nobody,
            SEVERAL => User::Several(self.places[segment]),
            hub => User::Hub(hub, self.places[segment]),
        }
    }

    /// How a hub touches a segment that is such a property of it.
    pub(super) fn touches(&self, property: u32) -> &[u32] {
        &self.properties[property as usize].touches
    }

    /// Lets a hub touch the shared segments that it crosses, things from `first_thing` on, and lists its properties.
    pub(super) fn add_hub(
        &mut self,
        (hub, hops): (u32, &[HubHop]),
        first_thing: usize,
        incidences: &mut Incidences,
        properties: &mut Vec<u32>,
    ) {
        let mut own = std::mem::take(&mut self.own);
        for hop in hops {
            for segment in self.segments.covering(hop.range()) {
                if self.users[segment] == hub {
                    own.push((segment as u32, hop.touch));
                } else {
                    incidences.add(first_thing + self.places[segment] as usize, hop.touch);
                }
            }
        }
        own.sort_unstable();
        properties.clear();
        for touches in own.chunk_by(|one, next| one.0 == next.0) {
            let number = self.property_of(touches);
            self.places[touches[0].0 as usize] = number;
            properties.push(number);
        }
        properties.sort_unstable();
        own.clear();
        self.own = own;
    }

    /// The property that a segment is which is touched so.
    fn property_of(&mut self, touches: &[(u32, u32)]) -> u32 {
        let segment = touches[0].0 as usize;
        let (kind, size) = (self.kinds[segment], self.segments.links(segment).len() as u32);
        let [(_, touch)] = *touches else {
            let touches = touches.iter().map(|touch| touch.1).collect();
            return self.property(Property { kind, size, touches });
        };
        match self.last {
            Some((last, number)) if last == [kind, size, touch] => number,
            _ => {
                let number = self.property(Property { kind, size, touches: vec![touch] });
                self.last = Some(([kind, size, touch], number));
                number
            }
        }
    }

    fn property(&mut self, property: Property) -> u32 {
        if let Some(&known) = self.known.get(&property) {
            return known;
        }
        let next = self.properties.len() as u32;
        self.known.insert(property.clone(), next);
        self.properties.push(property);
        next
    }
}

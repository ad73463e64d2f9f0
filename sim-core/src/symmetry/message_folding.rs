//! Messages that are all posted at once, and the links that they share, by classes.
//!
//! Nothing but links joins such messages: who sends them does not matter. Messages of a class carry the same bytes
//! after the same delay over the same classes of links with the same weights, and links of a class have the same
//! capacity and carry the same weight of every class of messages. Members of a class then have the same rate at every
//! instant (Bertsekas and Gallager, *Data Networks*, 1992, section 6.5.2: the max-min fair allocation is unique).

use super::fold::{FoldedLink, folded_links, named_in_order, weigh_all};
use super::incidences::{Incidences, Touch, Touches};
use super::refine::{Classes, Refinement};
use super::segments::Segments;
use super::transfers::segment_kinds;
use super::verify::is_equitable;
use crate::fabric::{Fabric, Hop, Route};
use crate::ids::LinkId;
use crate::network::Crossing;
use crate::units::{Bytes, Time};
use std::collections::BTreeMap;

/// A message as far as links are concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoutedMessage {
    /// What it crosses.
    pub route: Route,
    /// How much it carries.
    pub bytes: Bytes,
    /// From its posting to its first byte.
    pub delay: Time,
}

/// Messages that are simulated once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageClass {
    /// The message that is simulated, by its place in the list.
    pub representative: usize,
    /// The number of messages, itself included, that drain at exactly the same times.
    pub multiplicity: u64,
    /// What all of them together weigh on one link of each class that they cross.
    pub crossings: Vec<Crossing>,
}

/// Which messages and links stand for which.
#[derive(Debug)]
pub struct MessageFolding {
    classes: Vec<MessageClass>,
    class_of_message: Vec<u32>,
    links: Vec<FoldedLink>,
}

impl MessageFolding {
    /// The coarsest folding that is exact; nothing is folded where the proposed one is not.
    ///
    /// Complexity: O(rounds x crossings of all messages).
    pub fn of(fabric: &Fabric, messages: &[RoutedMessage]) -> Self {
        let segments =
            Segments::new(fabric, messages.iter().flat_map(|message| message.route.hops()).map(Hop::range));
        let crossed = crossings(&segments, messages);
        let kinds = segment_kinds(fabric, &segments).collect();
        let refinement = Refinement::new(&crossed, message_kinds(messages), kinds);
        let classes = refinement.classes();
        if is_equitable(&crossed, classes) {
            Self::quotient(&segments, &crossed, classes)
        } else {
            Self::identity(messages)
        }
    }

    /// Every message and every link stands for itself.
    pub fn identity(messages: &[RoutedMessage]) -> Self {
        let mut names: BTreeMap<usize, u32> = BTreeMap::new();
        for link in messages.iter().flat_map(|message| message.route.hops()).flat_map(Hop::range) {
            let next = names.len() as u32;
            names.entry(link).or_insert(next);
        }
        let crossing = |hop: &Hop| {
            let weight = hop.weight;
            let names = &names;
            hop.range().map(move |link| Crossing { link: names[&link], weight })
        };
        let class = |(representative, message): (usize, &RoutedMessage)| MessageClass {
            representative,
            multiplicity: 1,
            crossings: message.route.hops().iter().flat_map(crossing).collect(),
        };
        let mut links = vec![FoldedLink { link: LinkId::new(0), multiplicity: 1 }; names.len()];
        names.iter().for_each(|(&link, &name)| links[name as usize].link = LinkId::new(link));
        Self {
            classes: messages.iter().enumerate().map(class).collect(),
            class_of_message: (0..messages.len() as u32).collect(),
            links,
        }
    }

    fn quotient(segments: &Segments, crossed: &Incidences, found: &Classes) -> Self {
        let is_crossed = |segment: usize| !crossed.of_thing(segment).is_empty();
        let of_segments = found.things.class_of().iter().enumerate();
        let class_of_segment =
            named_in_order(of_segments.map(|(segment, &class)| is_crossed(segment).then_some(class)));
        let links = folded_links(segments, &class_of_segment);
        let class_of_message = named_in_order(found.hubs.class_of().iter().map(|&class| Some(class)));
        let mut classes: Vec<MessageClass> = Vec::new();
        for (message, &class) in class_of_message.iter().enumerate() {
            match classes.get_mut(class as usize) {
                Some(known) => known.multiplicity += 1,
                None => classes.push(MessageClass {
                    representative: message,
                    multiplicity: 1,
                    crossings: Vec::new(),
                }),
            }
        }
        for class in &mut classes {
            let mut weights: BTreeMap<u32, u64> = BTreeMap::new();
            for incidence in crossed.of_hub(class.representative) {
                let segment = incidence.other as usize;
                let total = crossed.way(incidence.touch).weight * crossed.size(segment);
                *weights.entry(class_of_segment[segment]).or_insert(0) += total;
            }
            class.crossings = weigh_all(&weights, class.multiplicity, &links).collect();
        }
        Self { classes, class_of_message, links }
    }

    /// The messages that are simulated.
    pub fn classes(&self) -> &[MessageClass] {
        &self.classes
    }

    /// The class of a message.
    pub fn class_of(&self, message: usize) -> usize {
        self.class_of_message[message] as usize
    }

    /// The links that are simulated: all that any message crosses.
    pub fn links(&self) -> &[FoldedLink] {
        &self.links
    }
}

/// What each message crosses: messages are hubs, segments of links are things.
fn crossings(segments: &Segments, messages: &[RoutedMessage]) -> Incidences {
    let sizes = (0..segments.len()).map(|segment| segments.links(segment).len() as u64);
    let mut touches = Touches::default();
    let hops = || messages.iter().flat_map(|message| message.route.hops());
    let numbers: Vec<u32> = hops().map(|hop| touches.number(Touch { role: 0, weight: hop.weight })).collect();
    let mut crossed = Incidences::new(touches, sizes.collect(), messages.len());
    let mut numbers = numbers.into_iter();
    for message in messages {
        for (hop, touch) in message.route.hops().iter().zip(numbers.by_ref()) {
            segments.covering(hop.range()).for_each(|segment| crossed.add(segment, touch));
        }
        crossed.end_hub();
    }
    crossed.complete();
    crossed
}

fn message_kinds(messages: &[RoutedMessage]) -> Vec<u32> {
    let mut kinds = BTreeMap::new();
    let kind = |message: &RoutedMessage| {
        let next = kinds.len() as u32;
        *kinds.entry((message.bytes, message.delay)).or_insert(next)
    };
    messages.iter().map(kind).collect()
}

//! Messages that are all posted at once, and the links that they share, by classes.
//!
//! Nothing but links joins such messages: who sends them does not matter. Messages of a class carry the same bytes
//! after the same delay over the same classes of links with the same weights, and links of a class have the same
//! capacity and carry the same weight of every class of messages. Members of a class then have the same rate at every
//! instant (Bertsekas and Gallager, *Data Networks*, 1992, section 6.5.2: the max-min fair allocation is unique).

use super::fold::FoldedLink;
use super::refine::{mix, recolour, scramble};
use super::segments::Segments;
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

/// A colour for each message and each segment of links.
struct Colours {
    messages: Vec<u32>,
    segments: Vec<u32>,
}

/// Messages as crossings of segments: for each the segment, the weight on one link and the weight on all.
struct Crossed {
    ends: Vec<u32>,
    list: Vec<(u32, u64, u64)>,
}

impl Crossed {
    fn of(segments: &Segments, messages: &[RoutedMessage]) -> Self {
        let mut crossed = Self { ends: Vec::with_capacity(messages.len()), list: Vec::new() };
        for hops in messages.iter().map(|message| message.route.hops()) {
            let in_segments = |hop: &Hop| {
                let weight = hop.weight;
                let total = move |segment: usize| weight * segments.links(segment).len() as u64;
                segments.covering(hop.range()).map(move |segment| (segment as u32, weight, total(segment)))
            };
            crossed.list.extend(hops.iter().flat_map(in_segments));
            crossed.ends.push(u32::try_from(crossed.list.len()).expect("fewer than 2^32 crossings"));
        }
        crossed
    }

    fn message(&self, message: usize) -> &[(u32, u64, u64)] {
        let start = message.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        &self.list[start..self.ends[message] as usize]
    }

    fn iter(&self) -> impl Iterator<Item = &[(u32, u64, u64)]> {
        (0..self.ends.len()).map(|message| self.message(message))
    }
}

impl MessageFolding {
    /// The coarsest folding that is exact; nothing is folded where the proposed one is not.
    ///
    /// Complexity: O(rounds x crossings of all messages).
    pub fn of(fabric: &Fabric, messages: &[RoutedMessage]) -> Self {
        let segments = Segments::new(fabric, messages.iter().map(|message| &message.route));
        let crossed = Crossed::of(&segments, messages);
        let start = Colours { messages: message_kinds(messages), segments: segment_kinds(fabric, &segments) };
        let colours = refine(&crossed, start);
        if is_equitable(&crossed, &colours) {
            Self::quotient(&segments, &crossed, &colours)
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

    fn quotient(segments: &Segments, crossed: &Crossed, colours: &Colours) -> Self {
        let (names, links) = name_links(segments, crossed, colours);
        let mut classes: Vec<MessageClass> = Vec::new();
        for (message, &class) in colours.messages.iter().enumerate() {
            if class as usize == classes.len() {
                classes.push(MessageClass {
                    representative: message,
                    multiplicity: 0,
                    crossings: Vec::new(),
                });
            }
            classes[class as usize].multiplicity += 1;
        }
        for class in &mut classes {
            let multiplicity = class.multiplicity;
            let per_link = |(colour, total): (u32, u64)| {
                let link = names[&colour];
                let (all, of) = (
                    u128::from(total) * u128::from(multiplicity),
                    u128::from(links[link as usize].multiplicity),
                );
                assert!(all.is_multiple_of(of), "links of a class carry equal weights");
                let weight =
                    u64::try_from(all / of).expect("the weights of all messages on a link fit 64 bits");
                Crossing { link, weight }
            };
            let crossings = by_colour(crossed.message(class.representative), &colours.segments);
            class.crossings = crossings.into_iter().map(per_link).collect();
        }
        Self { classes, class_of_message: colours.messages.clone(), links }
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

/// The classes of crossed links by colour, named densely, with the first link and the size of each.
fn name_links(
    segments: &Segments,
    crossed: &Crossed,
    colours: &Colours,
) -> (BTreeMap<u32, u32>, Vec<FoldedLink>) {
    let mut is_crossed = vec![false; segments.len()];
    crossed.list.iter().for_each(|&(segment, ..)| is_crossed[segment as usize] = true);
    let (mut names, mut links) = (BTreeMap::new(), Vec::<FoldedLink>::new());
    for segment in (0..segments.len()).filter(|&segment| is_crossed[segment]) {
        let range = segments.links(segment);
        let next = links.len() as u32;
        let name = *names.entry(colours.segments[segment]).or_insert(next);
        if name == next {
            links.push(FoldedLink { link: LinkId::new(range.start), multiplicity: 0 });
        }
        links[name as usize].multiplicity += range.len() as u64;
    }
    (names, links)
}

fn message_kinds(messages: &[RoutedMessage]) -> Vec<u32> {
    let mut kinds = BTreeMap::new();
    let kind = |message: &RoutedMessage| {
        let next = kinds.len() as u32;
        *kinds.entry((message.bytes, message.delay)).or_insert(next)
    };
    messages.iter().map(kind).collect()
}

fn segment_kinds(fabric: &Fabric, segments: &Segments) -> Vec<u32> {
    let mut kinds = BTreeMap::new();
    let kind = |segment: usize| {
        let link = fabric.link(LinkId::new(segments.links(segment).start));
        let next = kinds.len() as u32;
        *kinds.entry((link.capacity.bytes_per_second().to_bits(), link.tier)).or_insert(next)
    };
    (0..segments.len()).map(kind).collect()
}

fn refine(crossed: &Crossed, start: Colours) -> Colours {
    let mut colours = start;
    let mut counts = (0, 0);
    loop {
        colours = refine_once(crossed, &colours);
        let next = (distinct(&colours.messages), distinct(&colours.segments));
        if next == counts {
            return colours;
        }
        counts = next;
    }
}

fn refine_once(crossed: &Crossed, old: &Colours) -> Colours {
    let mut segments = vec![0u64; old.segments.len()];
    let mut messages = Vec::with_capacity(old.messages.len());
    for (&colour, crossings) in old.messages.iter().zip(crossed.iter()) {
        let load = scramble(u64::from(colour));
        let mut signature = 0u64;
        for &(segment, weight, total) in crossings {
            let of_segment = &mut segments[segment as usize];
            *of_segment = of_segment.wrapping_add(load.wrapping_mul(weight));
            let crossing = scramble(u64::from(old.segments[segment as usize])).wrapping_mul(total);
            signature = signature.wrapping_add(crossing);
        }
        messages.push(mix(0, signature));
    }
    Colours { messages: recolour(&old.messages, &messages), segments: recolour(&old.segments, &segments) }
}

/// Colours are dense, so their number is the largest and one.
fn distinct(colours: &[u32]) -> u32 {
    colours.iter().max().map_or(0, |&largest| largest + 1)
}

/// The weight of one message on each colour of links, summed over the links of the colour.
fn by_colour(crossings: &[(u32, u64, u64)], segments: &[u32]) -> BTreeMap<u32, u64> {
    let mut weights = BTreeMap::new();
    for &(segment, _, total) in crossings {
        *weights.entry(segments[segment as usize]).or_insert(0) += total;
    }
    weights
}

/// Decides about a proposed colouring: every member is compared with the first of its class, exactly.
///
/// Bytes, delays and capacities are the colours from which refinement started, so members agree on them.
fn is_equitable(crossed: &Crossed, colours: &Colours) -> bool {
    let mut first: Vec<BTreeMap<u32, u64>> = Vec::new();
    let mut loads: Vec<BTreeMap<u32, u64>> = vec![BTreeMap::new(); colours.segments.len()];
    for (&colour, crossings) in colours.messages.iter().zip(crossed.iter()) {
        let weights = by_colour(crossings, &colours.segments);
        if colour as usize == first.len() {
            first.push(weights);
        } else if first[colour as usize] != weights {
            return false;
        }
        for &(segment, weight, _) in crossings {
            *loads[segment as usize].entry(colour).or_default() += weight;
        }
    }
    let mut of_class: BTreeMap<u32, usize> = BTreeMap::new();
    let like_first = |(segment, &colour): (usize, &u32)| {
        let first = *of_class.entry(colour).or_insert(segment);
        loads[first] == loads[segment]
    };
    colours.segments.iter().enumerate().all(like_first)
}

//! Events on their way into packets, each name of which is written once.

use super::messages::{
    DebugAnnotation, EventType, InternedData, InternedName, TracePacket, TrackDescriptor, TrackEvent,
};
use copperlight_core::units::Time;
use prost::Message;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The only writer of the trace.
const SEQUENCE: u32 = 1;
/// Numbers of names begin with this packet.
const NAMES_BEGIN: u32 = 1;
/// Numbers of names are those of earlier packets.
const NAMES_GO_ON: u32 = 2;
/// The key of a packet in a trace: field 1, with a length.
const PACKET: u8 = 1 << 3 | 2;

/// Something that is known of an event.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Natural(u64),
    Number(f64),
    Text(String),
}

/// An event on a track.
#[derive(Debug, Clone)]
pub(super) struct Event {
    at: Time,
    pub(super) kind: EventType,
    track: u64,
    /// Name and category.
    names: Option<(&'static str, &'static str)>,
    annotations: Vec<(&'static str, Value)>,
    value: Option<f64>,
    /// The arrows that begin here, and those that end here.
    pub(super) arrows: (Vec<u64>, Vec<u64>),
}

impl Event {
    fn new(at: Time, kind: EventType, track: u64) -> Self {
        Self {
            at,
            kind,
            track,
            names: None,
            annotations: Vec::new(),
            value: None,
            arrows: (Vec::new(), Vec::new()),
        }
    }

    /// The beginning and the end of a slice.
    pub(super) fn slice(
        (from, until): (Time, Time),
        track: u64,
        names: (&'static str, &'static str),
        annotations: Vec<(&'static str, Value)>,
    ) -> [Self; 2] {
        let begin = Self { names: Some(names), annotations, ..Self::new(from, EventType::SliceBegin, track) };
        [begin, Self::new(until, EventType::SliceEnd, track)]
    }

    /// Something without a length.
    pub(super) fn instant(
        at: Time,
        track: u64,
        names: (&'static str, &'static str),
        annotations: Vec<(&'static str, Value)>,
    ) -> Self {
        Self { names: Some(names), annotations, ..Self::new(at, EventType::Instant, track) }
    }

    /// A number from here on.
    pub(super) fn counter(at: Time, track: u64, value: f64) -> Self {
        Self { value: Some(value), ..Self::new(at, EventType::Counter, track) }
    }

    /// At one time slices end before others begin, and an arrow begins before it ends.
    fn order(&self) -> (Time, u8) {
        let among_equals = match self.kind {
            EventType::SliceEnd => 0,
            _ if self.arrows.1.is_empty() => 1,
            _ => 2,
        };
        (self.at, among_equals)
    }
}

/// Packets of one trace.
pub(super) struct Packets<'a> {
    out: &'a mut dyn Write,
    begun: bool,
    events: Names,
    categories: Names,
    annotations: Names,
}

/// Names and their numbers.
#[derive(Default)]
struct Names(BTreeMap<&'static str, u64>);

impl Names {
    /// The number of a name, which joins `new` when it is seen for the first time.
    fn number(&mut self, name: &'static str, new: &mut Vec<InternedName>) -> u64 {
        let next = self.0.len() as u64 + 1;
        *self.0.entry(name).or_insert_with(|| {
            new.push(InternedName { iid: Some(next), name: Some(name.to_owned()) });
            next
        })
    }
}

impl<'a> Packets<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        let (events, categories, annotations) = (Names::default(), Names::default(), Names::default());
        Self { out, begun: false, events, categories, annotations }
    }

    /// Writes the description of a track.
    pub(super) fn describe(&mut self, track: TrackDescriptor) -> io::Result<()> {
        self.write(TracePacket { track_descriptor: Some(track), ..TracePacket::default() })
    }

    /// Writes events in the order of their times.
    pub(super) fn write_sorted(&mut self, mut events: Vec<Event>) -> io::Result<()> {
        events.sort_by_key(Event::order);
        events.into_iter().try_for_each(|event| self.write_event(event))
    }

    fn write_event(&mut self, event: Event) -> io::Result<()> {
        let mut new = InternedData::default();
        let names = event.names.map(|(name, category)| {
            let name = self.events.number(name, &mut new.event_names);
            (name, self.categories.number(category, &mut new.event_categories))
        });
        let annotation = |(name, value): (&'static str, Value)| {
            let name = self.annotations.number(name, &mut new.debug_annotation_names);
            let named = DebugAnnotation { name_iid: Some(name), ..DebugAnnotation::default() };
            match value {
                Value::Natural(value) => DebugAnnotation { uint_value: Some(value), ..named },
                Value::Number(value) => DebugAnnotation { double_value: Some(value), ..named },
                Value::Text(value) => DebugAnnotation { string_value: Some(value), ..named },
            }
        };
        let debug_annotations = event.annotations.into_iter().map(annotation).collect();
        let track_event = TrackEvent {
            category_iids: names.map(|names| names.1).into_iter().collect(),
            debug_annotations,
            r#type: Some(event.kind.into()),
            name_iid: names.map(|names| names.0),
            track_uuid: Some(event.track),
            double_counter_value: event.value,
            flow_ids: event.arrows.0,
            terminating_flow_ids: event.arrows.1,
        };
        self.write(TracePacket {
            timestamp: Some(event.at.picoseconds() / 1_000),
            track_event: Some(track_event),
            interned_data: Some(new).filter(|new| *new != InternedData::default()),
            ..TracePacket::default()
        })
    }

    fn write(&mut self, packet: TracePacket) -> io::Result<()> {
        let flags = if self.begun { NAMES_GO_ON } else { NAMES_BEGIN };
        self.begun = true;
        let packet =
            TracePacket { trusted_packet_sequence_id: Some(SEQUENCE), sequence_flags: Some(flags), ..packet };
        self.out.write_all(&[PACKET])?;
        self.out.write_all(&packet.encode_length_delimited_to_vec())
    }
}

//! All stages of a step, block after block, each as far as what it waits for has happened.
//!
//! A stage goes on in the order of its program until it needs a transfer or a meeting whose other side has not come to
//! it; then the others go on. A receive that waits for nothing is posted when the one before it has come, wherever the
//! stage is.

use super::block::Part;
use super::moment::{Moment, Term};
use crate::training::COMPUTE;
use copperlight_core::ids::CommunicatorId;
use copperlight_core::workload::{MAX_STREAMS, StreamId, StreamSet};
use std::collections::{BTreeMap, VecDeque};

/// What a stage does: its distinct blocks, and which of them it runs one after another.
pub(super) struct StageScript {
    pub(super) blocks: Vec<Vec<Step>>,
    pub(super) sequence: Vec<u32>,
}

/// A part of a block, with how long it takes where others take part, and the stage in which they are.
pub(super) struct Step {
    pub(super) part: Part,
    pub(super) seconds: f64,
    pub(super) other: usize,
}

/// A stage that is under way.
struct Stage<'a> {
    script: &'a StageScript,
    /// The next block and the next part of it.
    next: (usize, usize),
    ends: [Moment; MAX_STREAMS],
    /// Streams whose last send has not been met by its receive.
    open: StreamSet,
    /// Whether the others know that this stage has come to its next part.
    posted: bool,
}

/// One direction between two stages.
#[derive(Default)]
struct Channel {
    /// When the last receive was over.
    last: f64,
    /// What was sent and has not been received: when it was sent, and when it comes.
    coming: VecDeque<(f64, f64)>,
    /// When a receive was posted that waits for its send.
    receive: Option<f64>,
    /// A send that waits for its receive: its stage, its stream, and how long it takes.
    send: Option<(usize, StreamId, f64)>,
}

/// All stages, and what is between them.
pub(super) struct Pipeline<'a> {
    stages: Vec<Stage<'a>>,
    channels: Vec<Channel>,
    /// When the lower and the higher of two stages came to the collectives that they share.
    meetings: BTreeMap<(CommunicatorId, usize), [Vec<f64>; 2]>,
    /// Whether receives wait for nothing.
    posts_freely: bool,
    scratch: Vec<Moment>,
}

/// How many channels a stage may receive on.
const CHANNELS: usize = 4;

impl<'a> Pipeline<'a> {
    pub(super) fn new(scripts: &'a [StageScript]) -> Self {
        let stage = |script| Stage {
            script,
            next: (0, 0),
            ends: [Moment::default(); MAX_STREAMS],
            open: StreamSet::EMPTY,
            posted: false,
        };
        let steps = || scripts.iter().flat_map(|script| script.blocks.iter().flatten());
        let is_free = |step: &Step| !matches!(step.part, Part::Receive { waits, .. } if !waits.is_empty());
        let mut channels = Vec::new();
        channels.resize_with(scripts.len() * CHANNELS, Channel::default);
        Self {
            stages: scripts.iter().map(stage).collect(),
            channels,
            meetings: BTreeMap::new(),
            posts_freely: steps().all(is_free),
            scratch: Vec::new(),
        }
    }

    /// Runs all stages to their ends: what each has spent until then; none where they wait for one another.
    pub(super) fn run(mut self) -> Option<Vec<Moment>> {
        let mut moves = true;
        while moves {
            moves = false;
            for stage in 0..self.stages.len() {
                while self.advance(stage) {
                    moves = true;
                }
            }
        }
        let done = |stage: &Stage| stage.next.0 == stage.script.sequence.len() && stage.open.is_empty();
        let last = |stage: &Stage| stage.ends.into_iter().fold(Moment::default(), later);
        self.stages.iter().all(done).then(|| self.stages.iter().map(last).collect())
    }

    /// Does the next part of a stage, if all that it needs has happened.
    fn advance(&mut self, index: usize) -> bool {
        let stage = &mut self.stages[index];
        let Some(&block) = stage.script.sequence.get(stage.next.0) else { return false };
        let Some(step) = stage.script.blocks[block as usize].get(stage.next.1) else {
            stage.next = (stage.next.0 + 1, 0);
            return true;
        };
        let done = match &step.part {
            Part::Alone(table) => {
                let ready = table.inputs.intersection(stage.open).is_empty();
                if ready {
                    table.apply(&mut stage.ends, &mut self.scratch);
                }
                ready
            }
            &Part::Send { stream, waits, channel, .. } => self.send(index, step, (stream, waits, channel)),
            &Part::Receive { stream, waits, channel } => self.receive(index, (stream, waits, channel)),
            &Part::Meeting { stream, waits, communicator, .. } => {
                self.meet(index, step, (stream, waits, communicator))
            }
        };
        if done {
            let stage = &mut self.stages[index];
            stage.next.1 += 1;
            stage.posted = false;
        }
        done
    }

    fn send(
        &mut self,
        index: usize,
        step: &Step,
        (stream, waits, channel): (StreamId, StreamSet, u16),
    ) -> bool {
        let Some(entry) = self.stages[index].entry(stream, waits) else { return false };
        let between = &mut self.channels[step.other * CHANNELS + usize::from(channel)];
        let posted = if self.posts_freely { Some(between.last) } else { between.receive.take() };
        let stage = &mut self.stages[index];
        if let Some(posted) = posted {
            let end = between.deliver((entry.at, posted), step.seconds);
            stage.ends[stream.index()] = sent(entry, end, step.seconds);
        } else {
            stage.ends[stream.index()] = entry;
            stage.open = stage.open.with(stream);
            between.send = Some((index, stream, step.seconds));
        }
        true
    }

    fn receive(&mut self, index: usize, (stream, waits, channel): (StreamId, StreamSet, u16)) -> bool {
        let between = &mut self.channels[index * CHANNELS + usize::from(channel)];
        if !self.posts_freely && !self.stages[index].posted {
            let Some(entry) = self.stages[index].entry(stream, waits) else { return false };
            self.stages[index].posted = true;
            if let Some((sender, of_sender, seconds)) = between.send.take() {
                let sender = &mut self.stages[sender];
                let left = &mut sender.ends[of_sender.index()];
                *left = sent(*left, between.deliver((left.at, entry.at), seconds), seconds);
                sender.open = sender.open.without(of_sender);
            } else {
                between.receive = Some(entry.at);
            }
        }
        let Some((sent, comes)) = between.coming.pop_front() else { return false };
        let stage = &mut self.stages[index];
        let busy = stage.ends[COMPUTE.index()];
        let waited = (sent - busy.at).max(0.0);
        let came = busy.after(Term::Bubble, waited);
        stage.ends[stream.index()] = came.after(Term::Pipeline, comes - came.at);
        true
    }

    fn meet(
        &mut self,
        index: usize,
        step: &Step,
        (stream, waits, communicator): (StreamId, StreamSet, CommunicatorId),
    ) -> bool {
        let Some(entry) = self.stages[index].entry(stream, waits) else { return false };
        let (here, there) = if index < step.other { (0, 1) } else { (1, 0) };
        let entries = self.meetings.entry((communicator, index.min(step.other))).or_default();
        if !self.stages[index].posted {
            self.stages[index].posted = true;
            entries[here].push(entry.at);
        }
        let number = entries[here].len() - 1;
        let Some(&other) = entries[there].get(number) else { return false };
        let met = entry.after(Term::Wait, (other - entry.at).max(0.0));
        self.stages[index].ends[stream.index()] = met.after(Term::Data, step.seconds);
        true
    }
}

impl Stage<'_> {
    /// When an operation may begin; none while that is not known.
    fn entry(&self, stream: StreamId, waits: StreamSet) -> Option<Moment> {
        let needs = waits.with(stream);
        let entry = || needs.iter().map(|stream| self.ends[stream.index()]).fold(Moment::default(), later);
        needs.intersection(self.open).is_empty().then(entry)
    }
}

impl Channel {
    /// A transfer whose send and receive were posted then: when it comes.
    fn deliver(&mut self, (sent, posted): (f64, f64), seconds: f64) -> f64 {
        let end = sent.max(posted) + seconds;
        self.last = end;
        self.coming.push_back((sent, end));
        end
    }
}

/// A send that was entered then and has left at `end`, after it took so long.
fn sent(entry: Moment, end: f64, seconds: f64) -> Moment {
    entry.after(Term::Bubble, end - entry.at - seconds).after(Term::Pipeline, seconds)
}

fn later(one: Moment, other: Moment) -> Moment {
    if other.at > one.at { other } else { one }
}

//! Runs the steps of all stages of a pipeline against each other, without kernels and networks.
//!
//! A step starts when its stage is free and all that its passes take has arrived; what a pass makes is there for the
//! other stage when the step ends. Transfers between two stages are matched in order, activations and gradients apart,
//! as the simulator matches sends and receives of one channel: a stage that would take another pass's data panics.

use super::route::{source, target};
use super::{Pass, PassOf, Step, steps};
use crate::training::plan::{Chunk, Schedule, Stage};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How long the passes of a chunk take; a pair takes the sum of its two.
#[derive(Debug, Clone, Copy)]
pub(super) struct Durations {
    pub(super) forward: u64,
    pub(super) input: u64,
    pub(super) weight: u64,
}

/// Unit times under which a backward pass is twice as long as a forward pass.
pub(super) const UNITS: Durations = Durations { forward: 1, input: 1, weight: 1 };

impl Durations {
    pub(super) const fn both(self) -> u64 {
        self.forward + self.input + self.weight
    }

    fn of_step(self, step: Step) -> u64 {
        let of_pass = |pass: PassOf| match pass.pass {
            Pass::Forward => self.forward,
            Pass::Backward => self.input + self.weight,
            Pass::BackwardInput => self.input,
            Pass::BackwardWeight => self.weight,
        };
        step.passes().map(of_pass).sum()
    }
}

/// Whether it is activations (or gradients), from which stage and to which.
type Channel = (bool, u64, u64);

/// A pass of the whole model: what, which micro-batch, and through which of the model's chunks.
type Done = (Pass, u64, u64);

/// What is sent: the micro-batch, and the model's chunk that takes it.
type Message = (u64, u64);

/// The state of a run.
struct Run<'a> {
    stages: &'a [Stage],
    durations: Durations,
    sent: BTreeMap<Channel, VecDeque<(u64, Message)>>,
    done: BTreeSet<Done>,
    free_at: Vec<u64>,
}

/// The time of the last stage to finish its steps, after all passes of all micro-batches.
pub(super) fn makespan(
    schedule: Schedule,
    stages: &[Stage],
    micro_batches: u64,
    paired: bool,
    durations: Durations,
) -> u64 {
    let mut left: Vec<VecDeque<Step>> =
        stages.iter().map(|stage| steps(schedule, stage, micro_batches, paired).into()).collect();
    let free_at = vec![0; stages.len()];
    let mut run = Run { stages, durations, sent: BTreeMap::new(), done: BTreeSet::new(), free_at };
    while left.iter().any(|steps| !steps.is_empty()) {
        let mut moved = false;
        for (stage, steps) in stages.iter().zip(&mut left) {
            while steps.front().is_some_and(|&step| run.try_step(stage, step)) {
                steps.pop_front();
                moved = true;
            }
        }
        assert!(moved, "{schedule:?} of {} stages, {micro_batches} micro-batches: deadlock", stages.len());
    }
    assert!(run.sent.values().all(VecDeque::is_empty), "something was sent that nobody took");
    assert_eq!(run.passes(), (micro_batches * stages[0].chunks[0].chunks) as usize);
    run.free_at.into_iter().max().unwrap()
}

impl Run<'_> {
    /// Runs the step if all that it takes is there.
    fn try_step(&mut self, stage: &Stage, step: Step) -> bool {
        let here = stage.index as usize;
        let mut start = self.free_at[here];
        for pass in step.passes() {
            match self.arrival(stage, pass) {
                Some(at) => start = start.max(at),
                None => return false,
            }
        }
        for pass in step.passes() {
            self.take(stage, pass);
        }
        let end = start + self.durations.of_step(step);
        self.free_at[here] = end;
        for pass in step.passes() {
            self.finish(stage, pass, end);
        }
        true
    }

    /// When what the pass takes from another stage is there.
    fn arrival(&self, stage: &Stage, pass: PassOf) -> Option<u64> {
        let Some(channel) = input(stage, pass) else { return Some(0) };
        let &(at, message) = self.sent.get(&channel)?.front()?;
        let wanted = (pass.micro_batch, stage.chunks[pass.chunk].index);
        assert_eq!(message, wanted, "stage {} takes {channel:?} in another order", stage.index);
        Some(at)
    }

    fn take(&mut self, stage: &Stage, pass: PassOf) {
        let PassOf { chunk, micro_batch, .. } = pass;
        let index = stage.chunks[chunk].index;
        let needs = match pass.pass {
            Pass::Forward => None,
            Pass::Backward | Pass::BackwardInput => Some(Pass::Forward),
            Pass::BackwardWeight => Some(Pass::BackwardInput),
        };
        if let Some(needs) = needs {
            assert!(self.done.contains(&(needs, micro_batch, index)), "{pass:?} before its {needs:?}");
        }
        if let Some(channel) = input(stage, pass) {
            self.sent.get_mut(&channel).unwrap().pop_front();
        }
    }

    fn finish(&mut self, stage: &Stage, pass: PassOf, at: u64) {
        let PassOf { chunk, micro_batch, .. } = pass;
        let index = stage.chunks[chunk].index;
        let parts: &[Pass] = match pass.pass {
            Pass::Backward => &[Pass::BackwardInput, Pass::BackwardWeight],
            Pass::Forward => &[Pass::Forward],
            Pass::BackwardInput => &[Pass::BackwardInput],
            Pass::BackwardWeight => &[Pass::BackwardWeight],
        };
        for &part in parts {
            assert!(self.done.insert((part, micro_batch, index)), "{pass:?} twice");
        }
        if let Some((channel, chunk)) = output(self.stages, stage, pass) {
            self.sent.entry(channel).or_default().push_back((at, (micro_batch, chunk.index)));
        }
    }

    /// How many of the model's chunks micro-batches have passed, if each has been passed both ways.
    fn passes(&self) -> usize {
        assert_eq!(self.done.len() % 3, 0, "a chunk was not passed both ways");
        self.done.len() / 3
    }
}

fn input(stage: &Stage, pass: PassOf) -> Option<Channel> {
    match pass.pass {
        Pass::Forward => source(stage, pass.chunk).map(|from| (true, from.stage, stage.index)),
        Pass::Backward | Pass::BackwardInput => {
            target(stage, pass.chunk).map(|from| (false, from.stage, stage.index))
        }
        Pass::BackwardWeight => None,
    }
}

fn output<'a>(stages: &'a [Stage], stage: &Stage, pass: PassOf) -> Option<(Channel, &'a Chunk)> {
    let (is_forward, place) = match pass.pass {
        Pass::Forward => (true, target(stage, pass.chunk)),
        Pass::Backward | Pass::BackwardInput => (false, source(stage, pass.chunk)),
        Pass::BackwardWeight => return None,
    };
    let to = place?;
    Some(((is_forward, stage.index, to.stage), &stages[to.stage as usize].chunks[to.chunk]))
}

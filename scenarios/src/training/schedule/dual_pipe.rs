//! `DualPipe` (DeepSeek-AI 2024, arXiv:2412.19437), in the order of github.com/deepseek-ai/DualPipe.
//!
//! Half of the micro-batches enter at the first stage and go down the pipeline, through every stage's first chunk;
//! the others enter at the last and go up, through the second chunks. The first half of the numbers goes down.
//! A stage sees two directions: *near* micro-batches enter at the end of the pipeline that is closer to it, and
//! *far* ones at the other. Its eight phases are those of the reference code, named in the comments.

use super::pass::{PassOf, Step};
use crate::training::plan::Stage;
use std::collections::VecDeque;

pub(super) fn steps(stage: &Stage, micro_batches: u64) -> Vec<Step> {
    let half = stage.stages / 2;
    let from_end = stage.index.min(stage.stages - 1 - stage.index);
    let to_middle = half - 1 - from_end;
    let mut order = Order::new(stage, micro_batches / 2);
    order.fill(from_end, to_middle);
    order.alternate(micro_batches / 2 + from_end + 1 - stage.stages, to_middle);
    order.drain(from_end, to_middle);
    order.steps
}

/// Where a micro-batch entered, as a stage sees it.
#[derive(Clone, Copy)]
enum Origin {
    Near,
    Far,
}
use Origin::{Far, Near};

/// Whether a backward pass leaves its weights' gradient for later.
#[derive(Clone, Copy)]
enum Weights {
    Now,
    Later,
}
use Weights::{Later, Now};

/// The steps so far of a stage, and how far each direction is.
struct Order {
    steps: Vec<Step>,
    /// Whether near micro-batches are those that go up.
    near_goes_up: bool,
    /// Micro-batches of each direction.
    each: u64,
    /// Forward passes so far, of the first and of the second chunk.
    forward: [u64; 2],
    /// Backward passes so far.
    backward: [u64; 2],
    /// Weight passes owed, the oldest first.
    owed: VecDeque<PassOf>,
}

impl Order {
    const fn new(stage: &Stage, each: u64) -> Self {
        let near_goes_up = stage.index >= stage.stages / 2;
        Self {
            steps: Vec::new(),
            near_goes_up,
            each,
            forward: [0; 2],
            backward: [0; 2],
            owed: VecDeque::new(),
        }
    }

    /// Phases 1 to 3: near micro-batches, then both directions, then far ones forward and backward.
    fn fill(&mut self, from_end: u64, to_middle: u64) {
        // Phase 1: nF0.
        for _ in 0..2 * to_middle {
            self.forward(Near);
        }
        // Phase 2: nF0F1.
        for _ in 0..=from_end {
            self.forward(Near);
            self.forward(Far);
        }
        // Phase 3: nB1W1F1.
        for _ in 0..to_middle {
            self.backward(Far, Later);
            self.weight();
            self.forward(Far);
        }
    }

    /// Phases 4 and 5: pairs of both directions, then far ones backward by themselves.
    fn alternate(&mut self, rounds: u64, to_middle: u64) {
        // Phase 4: nF0B1F1B0. The two stages in the middle do not pair their very first two, for a smaller bubble.
        for round in 0..rounds {
            if round == 0 && to_middle == 0 {
                self.forward(Near);
                self.backward(Far, Now);
            } else {
                self.pair(Near, Far);
            }
            self.pair(Far, Near);
        }
        // Phase 5: nB1F1B0.
        for _ in 0..to_middle {
            self.backward(Far, Now);
            self.pair(Far, Near);
        }
    }

    /// Phases 6 to 8: the last backward passes, the later half of which leaves its weights' gradients for the end.
    fn drain(&mut self, from_end: u64, to_middle: u64) {
        // Phase 6: nB1B0.
        for both in 0..=from_end {
            let passed = 2 * both;
            self.backward(Far, if passed > from_end { Later } else { Now });
            self.backward(Near, if passed + 1 > from_end { Later } else { Now });
        }
        // Phase 7: nWB0.
        for _ in 0..to_middle {
            self.weight();
            self.backward(Near, Later);
        }
        // Phase 8: nW.
        for _ in 0..=from_end {
            self.weight();
        }
    }

    fn forward(&mut self, origin: Origin) {
        let pass = self.next_forward(origin);
        self.steps.push(Step::One(pass));
    }

    fn backward(&mut self, origin: Origin, weights: Weights) {
        let PassOf { chunk, micro_batch, .. } = self.next_backward(origin);
        self.steps.push(Step::One(match weights {
            Now => PassOf::backward(chunk, micro_batch),
            Later => PassOf::backward_input(chunk, micro_batch),
        }));
        if let Later = weights {
            self.owed.push_back(PassOf::backward_weight(chunk, micro_batch));
        }
    }

    fn weight(&mut self) {
        let pass = self.owed.pop_front().expect("a weight pass comes after its input pass");
        self.steps.push(Step::One(pass));
    }

    fn pair(&mut self, forward: Origin, backward: Origin) {
        let (forward, backward) = (self.next_forward(forward), self.next_backward(backward));
        self.steps.push(Step::Paired { forward, backward });
    }

    fn next_forward(&mut self, origin: Origin) -> PassOf {
        let chunk = self.chunk(origin);
        let number = self.forward[chunk];
        self.forward[chunk] += 1;
        PassOf::forward(chunk, self.micro_batch(chunk, number))
    }

    fn next_backward(&mut self, origin: Origin) -> PassOf {
        let chunk = self.chunk(origin);
        let number = self.backward[chunk];
        self.backward[chunk] += 1;
        PassOf::backward(chunk, self.micro_batch(chunk, number))
    }

    fn chunk(&self, origin: Origin) -> usize {
        usize::from(matches!(origin, Near) == self.near_goes_up)
    }

    const fn micro_batch(&self, chunk: usize, number: u64) -> u64 {
        chunk as u64 * self.each + number
    }
}

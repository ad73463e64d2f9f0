//! 1F1B: in which order a stage runs its passes and exchanges with its neighbours.
//!
//! The non-interleaved schedule of Narayanan et al. 2021 (arXiv:2104.04473): the stages after this one say how many
//! micro-batches go forward first; then one forward and one backward alternate; then the rest go backward.
//! Exchanges are blocking, as in Megatron without overlap of point-to-point transfers: the next pass waits for
//! the send and the receive that were issued together.
//!
//! To be removed with the last caller: programs are to be written from [`steps`](super::steps).

use crate::training::plan::Stage;

/// One step of a stage's schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::training) enum Step {
    /// The next micro-batch goes forward through the stage.
    Forward,
    /// The oldest micro-batch in flight goes backward through the stage.
    Backward,
    /// Transfers that are issued together, all waited for before the next step.
    Exchange(Exchange),
}

/// Which transfers with the neighbours are issued together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(in crate::training) struct Exchange {
    pub(in crate::training) send_forward: bool,
    pub(in crate::training) receive_forward: bool,
    pub(in crate::training) send_backward: bool,
    pub(in crate::training) receive_backward: bool,
}

impl Exchange {
    const NONE: Self =
        Self { send_forward: false, receive_forward: false, send_backward: false, receive_backward: false };
    const RECEIVE_FORWARD: Self = Self { receive_forward: true, ..Self::NONE };
    const SEND_FORWARD: Self = Self { send_forward: true, ..Self::NONE };
    const SEND_FORWARD_RECEIVE_BACKWARD: Self = Self { receive_backward: true, ..Self::SEND_FORWARD };
    const RECEIVE_BACKWARD: Self = Self { receive_backward: true, ..Self::NONE };
    const SEND_BACKWARD: Self = Self { send_backward: true, ..Self::NONE };
    const SEND_BACKWARD_RECEIVE_FORWARD: Self = Self { receive_forward: true, ..Self::SEND_BACKWARD };

    /// Those of its transfers whose neighbour exists; `None` when there are none.
    fn on(self, stage: &Stage) -> Option<Self> {
        let (previous, next) = (!stage.is_first(), !stage.is_last());
        let kept = Self {
            send_forward: self.send_forward && next,
            receive_forward: self.receive_forward && previous,
            send_backward: self.send_backward && previous,
            receive_backward: self.receive_backward && next,
        };
        (kept != Self::NONE).then_some(kept)
    }
}

/// The schedule of a stage over `micro_batches` micro-batches.
pub(in crate::training) fn one_forward_one_backward(stage: &Stage, micro_batches: u64) -> Vec<Step> {
    let warm_up = (stage.stages - 1 - stage.index).min(micro_batches);
    let steady = micro_batches - warm_up;
    let mut steps = Steps { stage, steps: Vec::new() };
    for _ in 0..warm_up {
        steps.exchange(Exchange::RECEIVE_FORWARD);
        steps.pass(Step::Forward);
        steps.exchange(Exchange::SEND_FORWARD);
    }
    if steady > 0 {
        steps.exchange(Exchange::RECEIVE_FORWARD);
    }
    for done in 1..=steady {
        steps.pass(Step::Forward);
        steps.exchange(Exchange::SEND_FORWARD_RECEIVE_BACKWARD);
        steps.pass(Step::Backward);
        let last = done == steady;
        steps.exchange(if last { Exchange::SEND_BACKWARD } else { Exchange::SEND_BACKWARD_RECEIVE_FORWARD });
    }
    for _ in 0..warm_up {
        steps.exchange(Exchange::RECEIVE_BACKWARD);
        steps.pass(Step::Backward);
        steps.exchange(Exchange::SEND_BACKWARD);
    }
    steps.steps
}

struct Steps<'a> {
    stage: &'a Stage,
    steps: Vec<Step>,
}

impl Steps<'_> {
    fn pass(&mut self, step: Step) {
        self.steps.push(step);
    }

    fn exchange(&mut self, exchange: Exchange) {
        self.steps.extend(exchange.on(self.stage).map(Step::Exchange));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(stage: u64, stages: u64, micro_batches: u64) -> String {
        let stage = &Stage::divide(stages, stages)[usize::try_from(stage).unwrap()];
        let letter = |step: &Step| match step {
            Step::Forward => "F".to_owned(),
            Step::Backward => "B".to_owned(),
            Step::Exchange(exchange) => {
                let named = [
                    (exchange.send_forward, "f>"),
                    (exchange.receive_forward, ">f"),
                    (exchange.send_backward, "<b"),
                    (exchange.receive_backward, "b<"),
                ];
                named.iter().filter(|(is, _)| *is).map(|(_, name)| *name).collect::<Vec<_>>().join("+")
            }
        };
        one_forward_one_backward(stage, micro_batches).iter().map(letter).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_schedule_is_megatrons() {
        assert_eq!(order(0, 1, 2), "F B F B");
        assert_eq!(order(0, 2, 3), "F f> F f>+b< B F f>+b< B b< B");
        assert_eq!(order(1, 2, 3), ">f F B >f+<b F B >f+<b F B <b");
        assert_eq!(order(1, 3, 3), ">f F f> >f F f>+b< B >f+<b F f>+b< B <b b< B <b");
    }

    #[test]
    fn few_micro_batches_leave_no_steady_state() {
        assert_eq!(order(0, 4, 2), "F f> F f> b< B b< B");
    }
}

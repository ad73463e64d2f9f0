//! The feed-forward half of a layer with routed experts: tokens go out, are computed on, and come back.
//!
//! Each chip of a tensor group sends the tokens of its own part of the sequence. Shared experts run while tokens are under
//! way. Backward, gradients of the answers go out as tokens did, and gradients of the tokens come back.

use super::pass_writer::Exchange;
use super::passes::{Passes, Scribe};
use crate::training::LedgerEntry;
use crate::training::compute::{ExpertHalf, Matmul, Seconds, SharedExperts};
use crate::training::model::Experts;
use crate::training::plan::{Communicator, DispatchFormat, Dispatcher, RecomputedModules};
use copperlight_core::units::Bytes;
use copperlight_core::workload::{CollectiveCall, CollectiveKind, ExpertRouting};

/// Answers of experts and all gradients have 16 bits.
const WIDE: DispatchFormat = DispatchFormat::Bf16;

impl Passes<'_> {
    pub(super) fn experts_forward(&self, half: &ExpertHalf, scribe: &mut Scribe) {
        scribe.pass.compute(half.route.forward);
        let format = self.job.recipe().dispatch;
        let sent = self.begin_exchange((CollectiveKind::EpDispatch, format), scribe);
        if let Some(shared) = &half.shared {
            self.shared_forward(shared, scribe);
        }
        self.end_exchange(sent, scribe);
        self.gather_tokens(CollectiveKind::AllGather, scribe);
        self.loaded(half.first.forward + half.activation.forward + half.second.forward, scribe);
        self.gather_tokens(CollectiveKind::ReduceScatter, scribe);
        let sent = self.begin_exchange((CollectiveKind::EpCombine, WIDE), scribe);
        self.end_exchange(sent, scribe);
        scribe.pass.compute(half.restore.forward);
    }

    pub(super) fn experts_backward(&self, half: &ExpertHalf, scribe: &mut Scribe) {
        if !scribe.gradients.inputs() {
            self.loaded(half.second.weight_gradient + half.first.weight_gradient, scribe);
            if let Some(shared) = &half.shared {
                scribe.pass.compute(shared.second.weight_gradient + shared.first.weight_gradient);
            }
            return;
        }
        if self.has(RecomputedModules::EXPERTS) {
            self.experts_forward(half, scribe);
        }
        scribe.pass.compute(half.restore.backward);
        let sent = self.begin_exchange((CollectiveKind::EpDispatch, WIDE), scribe);
        if let Some(shared) = &half.shared {
            self.shared_backward(shared, scribe);
        }
        self.end_exchange(sent, scribe);
        self.gather_tokens(CollectiveKind::AllGather, scribe);
        let activation = self.with_activation_again(half.activation, RecomputedModules::EXPERTS);
        let gradients = |matmul: Matmul| wanted(matmul, scribe.gradients.weights());
        let kernels = gradients(half.second) + activation.backward + gradients(half.first);
        self.loaded(kernels, scribe);
        self.gather_tokens(CollectiveKind::ReduceScatter, scribe);
        let sent = self.begin_exchange((CollectiveKind::EpCombine, WIDE), scribe);
        self.end_exchange(sent, scribe);
        scribe.pass.compute(half.route.backward);
    }

    fn shared_forward(&self, shared: &SharedExperts, scribe: &mut Scribe) {
        self.gather_into(shared.first.forward + shared.activation.forward, scribe);
        self.into_sum(shared.second.forward, scribe);
    }

    fn shared_backward(&self, shared: &SharedExperts, scribe: &mut Scribe) {
        if self.has(RecomputedModules::SHARED_EXPERTS) {
            self.shared_forward(shared, scribe);
        }
        let activation = self.with_activation_again(shared.activation, RecomputedModules::SHARED_EXPERTS);
        let second = wanted(shared.second, scribe.gradients.weights());
        self.gather_into(second + activation.backward, scribe);
        self.column_backward((shared.first.input_gradient, shared.first.weight_gradient), scribe);
    }

    /// Kernels of the chip's experts, as long as its tokens are many.
    fn loaded(&self, kernels: Seconds, scribe: &mut Scribe) {
        scribe.pass.compute(kernels * self.chip.load);
    }

    /// Tokens on their way, unless all experts of a layer are here.
    fn begin_exchange(&self, sent: (CollectiveKind, DispatchFormat), scribe: &mut Scribe) -> bool {
        let experts = self.job.model().shape().experts.filter(|_| self.job.parallelism().expert > 1);
        if let Some(experts) = experts {
            let call = self.exchange(experts, sent);
            scribe.pass.begin(of_experts(scribe, Communicator::Expert, call));
        }
        experts.is_some()
    }

    fn end_exchange(&self, is_under_way: bool, scribe: &mut Scribe) {
        if is_under_way {
            scribe.pass.wait_for(scribe.track.expert);
        }
    }

    /// All-to-all, a token is sent once for each of its experts, and the busiest chip's share sets the pace.
    fn exchange(&self, experts: Experts, (kind, format): (CollectiveKind, DispatchFormat)) -> CollectiveCall {
        let routing = self.routing(experts);
        let tokens = self.job.chip_tokens() / self.job.sequence_shards();
        let once = format.bytes(tokens * self.job.model().shape().hidden);
        match self.job.parallelism().dispatcher {
            Dispatcher::Deduplicated => {
                CollectiveCall { experts: routing, ..CollectiveCall::auto(kind, Bytes::new(once)) }
            }
            Dispatcher::AllToAll => {
                let bytes = (once * experts.top_k) as f64 * routing.imbalance();
                CollectiveCall::auto(CollectiveKind::AllToAll, Bytes::new(bytes as u64))
            }
        }
    }

    fn routing(&self, experts: Experts) -> ExpertRouting {
        let choices = u32::try_from(experts.top_k).expect("a checked model has few choices");
        let routing = ExpertRouting::new(choices, f64::from(self.job.recipe().expert_imbalance) / 1000.0);
        let groups = |count| u32::try_from(count).expect("a checked model has few groups");
        routing.drawn().within_groups(groups(experts.top_groups), groups(experts.groups))
    }

    /// Chips that share an expert all see its tokens, and sum its answers.
    fn gather_tokens(&self, kind: CollectiveKind, scribe: &mut Scribe) {
        let sharers = self.job.parallelism().expert_tensor;
        let Some(experts) = self.job.model().shape().experts.filter(|_| sharers > 1) else { return };
        let tokens = self.job.chip_tokens() / self.job.sequence_shards() * experts.top_k;
        let bytes = Bytes::new(WIDE.bytes(tokens * self.job.model().shape().hidden * sharers));
        let call = CollectiveCall::auto(kind, bytes);
        scribe.pass.blocking(of_experts(scribe, Communicator::ExpertTensor, call));
    }
}

fn of_experts(scribe: &Scribe, communicator: Communicator, call: CollectiveCall) -> Exchange {
    Exchange { stream: scribe.track.expert, entry: LedgerEntry::Expert, communicator, call }
}

/// The input's gradient, and the weights' where it is wanted now.
fn wanted(matmul: Matmul, weights: bool) -> Seconds {
    if weights { matmul.input_gradient + matmul.weight_gradient } else { matmul.input_gradient }
}

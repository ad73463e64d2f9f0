//! Core attention of chips that share a sequence: each has a part of the queries and sees all keys and values.

use super::pass_writer::Exchange;
use super::passes::{Passes, Scribe};
use crate::training::LedgerEntry;
use crate::training::compute::Seconds;
use crate::training::plan::{Communicator, ContextExchange};
use copperlight_core::units::Bytes;
use copperlight_core::workload::{CollectiveCall, CollectiveKind};

/// Bytes of one element of keys, values and their gradients.
const ELEMENT_BYTES: u64 = 2;

impl Passes<'_> {
    /// Core attention for `kernel`; `directions` is 1 forward, and 2 backward, where gradients travel as well.
    ///
    /// Around a ring a chip attends over one block of keys and values while the next is under way. Gathered, all of them
    /// come first; backward, their gradients are reduce-scattered after it.
    pub(super) fn core_attention(&self, kernel: Seconds, directions: u64, scribe: &mut Scribe) {
        let chips = self.job.parallelism().context;
        if chips == 1 {
            scribe.pass.compute(kernel);
            return;
        }
        let block = self.key_value_bytes();
        let exchange = |kind, bytes: u64| Exchange {
            stream: scribe.track.context,
            entry: LedgerEntry::Context,
            communicator: Communicator::Context,
            call: CollectiveCall::auto(kind, Bytes::new(bytes)),
        };
        match self.job.parallelism().context_exchange {
            ContextExchange::Ring => {
                let pass_on = exchange(CollectiveKind::SendRecv, directions * block);
                let part = kernel * (1.0 / chips as f64);
                scribe.pass.begin(pass_on);
                scribe.pass.compute(part);
                for step in 1..chips {
                    scribe.pass.wait_for(scribe.track.context);
                    scribe.pass.compute(part);
                    if step + 1 < chips {
                        // The block that has come is sent on at once, beside the attention over it.
                        scribe.pass.begin_freely(pass_on);
                    }
                }
            }
            ContextExchange::AllGather => {
                let scatter = exchange(CollectiveKind::ReduceScatter, block * chips);
                scribe.pass.blocking(exchange(CollectiveKind::AllGather, block * chips));
                scribe.pass.compute(kernel);
                if directions == 2 {
                    scribe.pass.blocking(scatter);
                }
            }
        }
    }

    /// Keys and values of one chip's part of a micro-batch, of its part of the heads.
    fn key_value_bytes(&self) -> u64 {
        let (shape, tensor) = (self.job.model().shape(), self.job.parallelism().tensor);
        let width = match shape.latent {
            Some(latent) => shape.heads / tensor * (latent.nope_dim + latent.rope_dim + latent.value_dim),
            None => 2 * (shape.kv_heads / tensor).max(1) * shape.head_dim,
        };
        ELEMENT_BYTES * self.job.chip_tokens() * width
    }
}

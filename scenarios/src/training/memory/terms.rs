//! The terms of a chip's memory, with their names in results.

use copperlight_core::units::Bytes;

/// Memory of one chip, by what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MemoryTerms {
    /// Parameters as kernels read them, with the copy in the matmuls' precision.
    pub parameters: Bytes,
    /// Gradients, accumulated over micro-batches.
    pub gradients: Bytes,
    /// This chip's part of the optimizer's state.
    pub optimizer: Bytes,
    /// What the backward passes of the micro-batches in flight need, and what a layer computes again.
    pub activations: Bytes,
    /// Logits with their gradient, on the chips with the head.
    pub logits: Bytes,
    /// What is gathered, exchanged, or alive only inside a layer, and the buffers of the collective library.
    pub buffers: Bytes,
    /// The runtime's context: kernels, handles, workspaces.
    pub runtime: Bytes,
    /// What the allocator cannot use.
    pub fragmentation: Bytes,
}

impl MemoryTerms {
    /// The terms with their names in results.
    pub const fn named(&self) -> [(&'static str, Bytes); 8] {
        [
            ("parameters", self.parameters),
            ("gradients", self.gradients),
            ("optimizer", self.optimizer),
            ("activations", self.activations),
            ("logits", self.logits),
            ("buffers", self.buffers),
            ("runtime", self.runtime),
            ("fragmentation", self.fragmentation),
        ]
    }

    /// All terms together.
    pub fn total(&self) -> Bytes {
        self.named().into_iter().map(|(_, bytes)| bytes).sum()
    }
}

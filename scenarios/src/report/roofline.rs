//! Kernels of a training step below the roofs of their chip, as a figure shows them.

use serde::{Deserialize, Serialize};

/// The kernels of one point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Roofline {
    /// The system's name.
    pub system: String,
    /// The number of chips.
    pub chips: u64,
    /// The other swept values that tell the point from others; empty where none varies.
    pub setting: String,
    /// The precision of the layers' matmuls, such as `fp8`.
    pub precision: String,
    /// The dense peak of that precision, FLOP/s.
    pub peak: f64,
    /// The dense peak in 16 bits, FLOP/s.
    pub peak_bf16: f64,
    /// The bandwidth of the chip's memory, bytes a second.
    pub memory_bandwidth: f64,
    /// The kernels.
    pub kernels: Vec<RooflineKernel>,
}

/// One kernel of the forward pass of one micro-batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RooflineKernel {
    /// Which one.
    pub name: String,
    /// Operations that count.
    pub flops: f64,
    /// Bytes that must pass the memory's interface once.
    pub bytes: f64,
    /// How long it takes.
    pub seconds: f64,
    /// Its part of the time of all kernels that are shown, each as often as a step has it.
    pub time_share: f64,
}

impl RooflineKernel {
    /// Operations for each byte.
    pub fn intensity(&self) -> f64 {
        self.flops / self.bytes
    }

    /// Operations a second.
    pub fn rate(&self) -> f64 {
        self.flops / self.seconds
    }
}

//! What the step model needs to know of a chip: peaks, and the share of each that kernels reach.

use copperlight_core::units::{Bandwidth, Bytes};
use copperlight_topologies::quantity::ComputeRate;

/// The rates of one chip. All shares are constants of the chip family, never of a model or a published run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChipRates {
    /// Dense peak of the precision that the layers' matmuls use.
    pub peak: ComputeRate,
    /// Dense BF16 peak: attention and the language-model head run in BF16.
    pub peak_bf16: ComputeRate,
    /// Bandwidth of the chip's memory.
    pub hbm_bandwidth: Bandwidth,
    /// Size of the chip's memory.
    pub hbm_capacity: Bytes,
    /// Share of [`Self::peak`] that a large matmul sustains.
    pub gemm_efficiency: f64,
    /// Share of [`Self::peak_bf16`] that a large BF16 matmul sustains.
    pub gemm_efficiency_bf16: f64,
    /// Share of [`Self::peak_bf16`] that flash attention sustains forward.
    pub attention_efficiency: f64,
    /// Rate of flash attention backward, relative to forward.
    pub attention_backward_relative: f64,
    /// Share of the memory bandwidth that kernels reach.
    pub hbm_efficiency: f64,
    /// Share of a matmul's compulsory memory traffic that its arithmetic does not hide.
    pub gemm_traffic: f64,
}

#[cfg(test)]
impl ChipRates {
    /// A round chip whose every share is 1, for tests: 1,000 TFLOP/s, 4 TB/s, 192 GB.
    pub(in crate::training) fn round() -> Self {
        Self {
            peak: ComputeRate::from_flops_per_second(1e15),
            peak_bf16: ComputeRate::from_flops_per_second(1e15),
            hbm_bandwidth: Bandwidth::from_gigabytes_per_second(4000.0),
            hbm_capacity: Bytes::new(192_000_000_000),
            gemm_efficiency: 1.0,
            gemm_efficiency_bf16: 1.0,
            attention_efficiency: 1.0,
            attention_backward_relative: 1.0,
            hbm_efficiency: 1.0,
            gemm_traffic: 0.0,
        }
    }
}

//! How long single kernels take: a roofline whose matmul efficiency depends on the shape.
//!
//! A matmul of m x n outputs over k takes `2 m n k / R x padding + c (w (m k + k n) + 2 m n) / (e HBM)`: arithmetic
//! at the sustained rate R with m and n rounded up to 128 and k to 64, and the share c of the compulsory traffic
//! that is not hidden behind it (w bytes an operand, BF16 results). The second term is what makes small and
//! thin matmuls slow. Wave quantisation is left out: it needs the number of multiprocessors, which the
//! catalog lacks, and stream-K kernels hide most of it.

use super::chip_rates::ChipRates;
use super::precision::Precision;
use super::seconds::Seconds;

/// A matmul: `rows x inner` times `inner x columns`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::training) struct Gemm {
    /// Rows of the result, m: tokens in the forward pass.
    pub(in crate::training) rows: u64,
    /// Columns of the result, n.
    pub(in crate::training) columns: u64,
    /// The dimension that is summed over, k.
    pub(in crate::training) inner: u64,
}

impl Gemm {
    /// The matmul of the backward pass that gives the gradient of the input: dY times the weights transposed.
    pub(in crate::training) const fn input_gradient(self) -> Self {
        Self { rows: self.rows, columns: self.inner, inner: self.columns }
    }

    /// The matmul of the backward pass that gives the gradient of the weights: X transposed times dY.
    pub(in crate::training) const fn weight_gradient(self) -> Self {
        Self { rows: self.inner, columns: self.columns, inner: self.rows }
    }

    fn flops(self) -> f64 {
        2.0 * self.rows as f64 * self.columns as f64 * self.inner as f64
    }

    /// How much work tiles do for each operation that counts.
    fn padding(self) -> f64 {
        let padded = |size: u64, tile: u64| (size.div_ceil(tile) * tile) as f64 / size as f64;
        padded(self.rows, 128) * padded(self.columns, 128) * padded(self.inner, 64)
    }

    fn traffic_bytes(self, precision: Precision) -> f64 {
        let (m, n, k) = (self.rows as f64, self.columns as f64, self.inner as f64);
        precision.element_bytes() * (m * k + k * n) + 2.0 * m * n
    }
}

/// Kernel times on one chip.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::training) struct Kernels {
    pub(in crate::training) rates: ChipRates,
    pub(in crate::training) precision: Precision,
}

impl Kernels {
    /// A matmul of the layers, in the job's precision.
    pub(in crate::training) fn gemm(&self, gemm: Gemm) -> Seconds {
        let rate = self.rates.peak.flops_per_second() * self.rates.gemm_efficiency;
        self.gemm_at(gemm, rate, self.precision)
    }

    /// A matmul that is BF16 whatever the precision of the layers.
    pub(in crate::training) fn gemm_bf16(&self, gemm: Gemm) -> Seconds {
        let rate = self.rates.peak_bf16.flops_per_second() * self.rates.gemm_efficiency_bf16;
        self.gemm_at(gemm, rate, Precision::Bf16)
    }

    fn gemm_at(&self, gemm: Gemm, rate: f64, precision: Precision) -> Seconds {
        let unhidden = self.memory(self.rates.gemm_traffic * gemm.traffic_bytes(precision));
        Seconds(gemm.flops() / rate * gemm.padding()) + unhidden
    }

    /// Casts of `elements` BF16 numbers into the precision of a matmul; nothing in BF16.
    pub(in crate::training) fn cast(&self, elements: f64) -> Seconds {
        self.memory(elements * self.precision.cast_bytes())
    }

    /// Flash attention forward over `flops` operations.
    pub(in crate::training) fn attention_forward(&self, flops: f64) -> Seconds {
        Seconds(flops / (self.rates.peak_bf16.flops_per_second() * self.rates.attention_efficiency))
    }

    /// Flash attention backward, for `flops` operations forward: five matmuls for two, at a rate of its own.
    pub(in crate::training) fn attention_backward(&self, flops: f64) -> Seconds {
        self.attention_forward(2.5 * flops) * (1.0 / self.rates.attention_backward_relative)
    }

    /// A kernel bound by moving `bytes` through the chip's memory.
    pub(in crate::training) fn memory(&self, bytes: f64) -> Seconds {
        Seconds(bytes / (self.rates.hbm_bandwidth.bytes_per_second() * self.rates.hbm_efficiency))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kernels(rates: ChipRates) -> Kernels {
        Kernels { rates, precision: Precision::Bf16 }
    }

    #[test]
    fn an_aligned_matmul_takes_its_operations_over_the_rate() {
        // 2 x 1280 x 1280 x 640 = 2,097,152,000 operations at 1,000 TFLOP/s.
        let gemm = Gemm { rows: 1280, columns: 1280, inner: 640 };
        assert_eq!(kernels(ChipRates::round()).gemm(gemm).rounded().picoseconds(), 2_097_152);
    }

    #[test]
    fn tiles_are_paid_in_full() {
        let kernels = kernels(ChipRates::round());
        let full = kernels.gemm(Gemm { rows: 256, columns: 128, inner: 64 });
        let ragged = kernels.gemm(Gemm { rows: 129, columns: 1, inner: 1 });
        assert!((full.0 / ragged.0 - 1.0).abs() < 1e-12);
    }

    #[test]
    fn unhidden_traffic_adds_to_the_arithmetic() {
        // Half of 2 x (128 x 64 + 64 x 128) + 2 x 128 x 128 = 65,536 bytes at 4 TB/s is 8.192 ns, beside 2.097 ns.
        let rates = ChipRates { gemm_traffic: 0.5, ..ChipRates::round() };
        let time = kernels(rates).gemm(Gemm { rows: 128, columns: 128, inner: 64 });
        assert_eq!(time.rounded().picoseconds(), 8_192 + 2_097);
    }

    #[test]
    fn backward_is_two_matmuls_with_the_dimensions_rotated() {
        let forward = Gemm { rows: 1, columns: 2, inner: 3 };
        assert_eq!(forward.input_gradient(), Gemm { rows: 1, columns: 3, inner: 2 });
        assert_eq!(forward.weight_gradient(), Gemm { rows: 3, columns: 2, inner: 1 });
    }

    #[test]
    fn attention_backward_does_two_and_a_half_times_the_work_at_its_own_rate() {
        let kernels = kernels(ChipRates { attention_backward_relative: 0.5, ..ChipRates::round() });
        assert_eq!(kernels.attention_backward(1e15), Seconds(5.0));
    }
}

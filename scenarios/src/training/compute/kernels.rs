//! How long single kernels take: a roofline whose matmul efficiency depends on the shape.
//!
//! A matmul of m x n outputs over k takes `2 m n k / R x padding x waves + c (w (m k + k n) + 2 m n) / (e HBM)`:
//! arithmetic at the sustained rate R with m and n rounded up to 128 and k to 64, the share of a partly filled last wave
//! of tiles that is lost, and the share c of the compulsory traffic that is not hidden behind it (w bytes an operand,
//! results of 16 bits). The last term is what makes small and thin matmuls slow. Grouped matmuls of experts have a
//! penalty by their dimensions in place of padding and waves. It grows with the arithmetic that the chip does for each
//! byte of its memory's bandwidth, as the last term does: what is lost are operands that come too late.

use super::chip_rates::ChipRates;
use super::gemm::{Gemm, GroupedGemm};
use super::layer::Matmul;
use super::precision::cast_bytes;
use super::seconds::Seconds;
use crate::training::model::LayerKind;
use copperlight_topologies::{Precision, SoftwareFactors};

/// Kernel times on one chip.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::training) struct Kernels {
    pub(in crate::training) rates: ChipRates,
    pub(in crate::training) precision: Precision,
}

/// The arithmetic for each byte of memory bandwidth at which the penalty of grouped matmuls is given, FLOP/byte: about
/// that of chips of 2022 and 2024 in FP8.
const BALANCE: f64 = 500.0;

/// Chips among which the fit sees no spread: those of one node.
const CHIPS_WITHOUT_JITTER: f64 = 8.0;

impl Kernels {
    /// A matmul of the layers, in the job's precision.
    pub(in crate::training) fn gemm(&self, gemm: Gemm) -> Seconds {
        self.gemm_at(gemm, self.rate(), self.precision)
    }

    /// A matmul of 16 bits whatever the precision of the layers.
    pub(in crate::training) fn gemm_bf16(&self, gemm: Gemm) -> Seconds {
        self.gemm_at(gemm, self.rate_bf16(), Precision::Bf16)
    }

    /// Equal matmuls of the layers in one kernel, in the job's precision.
    pub(in crate::training) fn grouped_gemm(&self, grouped: GroupedGemm) -> Seconds {
        let left = if grouped.groups == 1 { self.rates.grouped_gemm_single } else { 1.0 };
        let balance = self.rate() / self.memory_rate() / BALANCE;
        let penalty = left * self.rates.grouped_gemm_penalty * balance;
        // What the penalty adds are operands that come too late: it falls with the memory's bandwidth, not with the peak.
        let (operations, penalised) = (grouped.flops(), grouped.penalised_flops(penalty));
        let late = if penalised > 0.0 { 1.0 - operations / penalised } else { 0.0 };
        let multiplied = Seconds::arithmetic(penalised / self.rate()).with_memory_share(late);
        multiplied + self.unhidden(grouped.traffic_bytes(self.precision))
    }

    fn gemm_at(&self, gemm: Gemm, rate: f64, precision: Precision) -> Seconds {
        let lost = |multiprocessors| gemm.wave_quantisation(multiprocessors) - 1.0;
        let waves = 1.0 + self.rates.wave_weight * self.rates.multiprocessors.map_or(0.0, lost);
        Seconds::arithmetic(gemm.padded_flops() / rate * waves) + self.unhidden(gemm.traffic_bytes(precision))
    }

    fn unhidden(&self, bytes: f64) -> Seconds {
        self.memory(self.rates.gemm_traffic * bytes)
    }

    /// What large matmuls of the layers sustain, FLOP/s.
    fn rate(&self) -> f64 {
        self.rates.peak.flops_per_second() * self.rates.gemm_efficiency
    }

    /// What large matmuls of 16 bits sustain, FLOP/s.
    pub(super) fn rate_bf16(&self) -> f64 {
        self.rates.peak_bf16.flops_per_second() * self.rates.gemm_efficiency_bf16
    }

    /// A matmul with the casts of its input forward and of its output's gradient backward.
    pub(in crate::training) fn matmul(&self, gemm: Gemm) -> Matmul {
        Matmul {
            forward: self.cast(gemm.rows as f64 * gemm.inner as f64) + self.gemm(gemm),
            input_gradient: self.cast(gemm.rows as f64 * gemm.columns as f64)
                + self.gemm(gemm.input_gradient()),
            weight_gradient: self.gemm(gemm.weight_gradient()),
        }
    }

    /// The same of equal matmuls in one kernel.
    pub(in crate::training) fn grouped_matmul(&self, grouped: GroupedGemm) -> Matmul {
        let [rows, columns, inner] = grouped.sizes;
        let all_rows = grouped.groups as f64 * rows;
        Matmul {
            forward: self.cast(all_rows * inner) + self.grouped_gemm(grouped),
            input_gradient: self.cast(all_rows * columns) + self.grouped_gemm(grouped.input_gradient()),
            weight_gradient: self.grouped_gemm(grouped.weight_gradient()),
        }
    }

    /// Casts of `elements` numbers of 16 bits into the precision of a matmul; nothing in 16 bits.
    pub(in crate::training) fn cast(&self, elements: f64) -> Seconds {
        self.memory(elements * cast_bytes(self.precision))
    }

    /// A kernel bound by moving `bytes` through the chip's memory.
    pub(in crate::training) fn memory(&self, bytes: f64) -> Seconds {
        Seconds::memory(bytes / self.memory_rate())
    }

    /// What kernels reach of the memory's bandwidth, bytes/s.
    fn memory_rate(&self) -> f64 {
        self.rates.hbm_bandwidth.bytes_per_second() * self.rates.hbm_efficiency
    }

    /// The same for layers of a kind: the job's software takes longer for them than its reference, or less long.
    pub(super) fn of_layers(self, kind: LayerKind) -> Self {
        let SoftwareFactors { dense_time, expert_time } = self.rates.software;
        let time = match kind {
            LayerKind::Dense => dense_time,
            LayerKind::Experts => expert_time,
        };
        Self { rates: self.rates.slower(time), ..self }
    }

    /// How much longer kernels take when `chips` wait for the slowest of them: the expected maximum of their spread.
    pub(in crate::training) fn jitter(&self, chips: u64) -> f64 {
        1.0 + self.rates.jitter * (chips as f64 / CHIPS_WITHOUT_JITTER).log2().max(0.0)
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
    fn part_of_an_unfilled_wave_is_lost() {
        // 50 tiles on 40 multiprocessors: 1.25 waves done in 2, of whose excess 0.6 a quarter is lost: 15 %.
        let rates = ChipRates { multiprocessors: Some(40), wave_weight: 0.25, ..ChipRates::round() };
        let gemm = Gemm { rows: 1280, columns: 1280, inner: 640 };
        assert_eq!(kernels(rates).gemm(gemm).rounded().picoseconds(), 2_411_725);
    }

    #[test]
    fn unhidden_traffic_adds_to_the_arithmetic() {
        // Half of 2 x (128 x 64 + 64 x 128) + 2 x 128 x 128 = 65,536 bytes at 4 TB/s is 8.192 ns, beside 2.097 ns.
        let rates = ChipRates { gemm_traffic: 0.5, ..ChipRates::round() };
        let time = kernels(rates).gemm(Gemm { rows: 128, columns: 128, inner: 64 });
        assert_eq!(time.rounded().picoseconds(), 8_192 + 2_097);
    }

    #[test]
    fn experts_pay_for_their_small_dimensions() {
        // 4 x 2 x 100 x 200 x 400 = 64,000,000 operations, and 800 x (1/100 + 1/200 + 1/400) = 14 times as many more at
        // 500 FLOP/byte; at the 250 of this chip half of that.
        let rates =
            ChipRates { grouped_gemm_penalty: 800.0, grouped_gemm_single: 0.25, ..ChipRates::round() };
        let grouped = |groups| GroupedGemm { groups, sizes: [100.0, 200.0, 400.0] };
        let kernels = kernels(rates);
        assert_eq!(kernels.grouped_gemm(grouped(4)).rounded().picoseconds(), 64_000 * 8);
        assert_eq!(kernels.grouped_gemm(grouped(1)).rounded().picoseconds(), 16_000 * 11 / 4);
    }

    #[test]
    fn narrow_formats_are_cast_before_they_are_multiplied() {
        // 4.5 bytes for each of 128 x 128 inputs and 128 x 256 gradients at 4 TB/s: 18.432 and 36.864 ns; 8.389 ns a matmul.
        let kernels = Kernels { precision: Precision::Fp8, ..kernels(ChipRates::round()) };
        let matmul = kernels.matmul(Gemm { rows: 128, columns: 256, inner: 128 });
        assert_eq!(matmul.forward.rounded().picoseconds(), 18_432 + 8_389);
        assert_eq!(matmul.input_gradient.rounded().picoseconds(), 36_864 + 8_389);
        assert_eq!(matmul.weight_gradient.rounded().picoseconds(), 8_389);
        let grouped = GroupedGemm { groups: 2, sizes: [64.0, 256.0, 128.0] };
        assert_eq!(kernels.grouped_matmul(grouped), matmul, "two halves make the same whole");
    }

    #[test]
    fn jitter_grows_with_every_doubling_beyond_a_node() {
        let kernels = kernels(ChipRates { jitter: 0.004, ..ChipRates::round() });
        assert_eq!([1, 8, 16, 1024].map(|chips| kernels.jitter(chips)), [1.0, 1.0, 1.004, 1.028]);
    }
}

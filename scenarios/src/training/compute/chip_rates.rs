//! What the step model needs to know of a chip: peaks, and the share of each that kernels reach.

use copperlight_core::units::{Bandwidth, Bytes, Time};
use copperlight_topologies::quantity::ComputeRate;
use copperlight_topologies::{Chip, HostCosts, Precision, SoftwareFactors};

/// The rates of one chip. All shares are constants of the chip family, never of a model or a published run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChipRates {
    /// Dense peak of the precision that the layers' matmuls use.
    pub peak: ComputeRate,
    /// Dense BF16 peak: attention and the language-model head run in 16 bits.
    pub peak_bf16: ComputeRate,
    /// Bandwidth of the chip's memory.
    pub hbm_bandwidth: Bandwidth,
    /// Size of the chip's memory.
    pub hbm_capacity: Bytes,
    /// Share of [`Self::peak`] that a large matmul sustains.
    pub gemm_efficiency: f64,
    /// Share of [`Self::peak_bf16`] that a large BF16 matmul sustains.
    pub gemm_efficiency_bf16: f64,
    /// Share of [`Self::peak_bf16`] that flash attention sustains forward, at heads of 128 and wider.
    pub attention_efficiency: f64,
    /// Rate of flash attention backward, relative to forward.
    pub attention_backward_relative: f64,
    /// Rate of flash attention at heads of 64, relative to heads of 128.
    pub attention_head_64: f64,
    /// What dealing a sequence to several chips adds to attention, as a share of it.
    pub context_chunking: f64,
    /// Rate of the batched matmuls of unfused attention, relative to large BF16 matmuls.
    pub unfused_gemm_relative: f64,
    /// Share of the memory bandwidth that kernels reach.
    pub hbm_efficiency: f64,
    /// Share of a matmul's compulsory memory traffic that its arithmetic does not hide.
    pub gemm_traffic: f64,
    /// The multiprocessors that tiles of a matmul are dealt to; `None` leaves waves of tiles out.
    pub multiprocessors: Option<u64>,
    /// Share of a partly filled wave of tiles that is lost.
    pub wave_weight: f64,
    /// The size of a dimension at which a grouped matmul takes twice as long as a large one.
    pub grouped_gemm_penalty: f64,
    /// Share of that penalty that is left with one group.
    pub grouped_gemm_single: f64,
    /// What the host takes to launch kernels.
    pub host: HostCosts,
    /// Of every step, and for each doubling of the chips.
    pub step_overhead: [Time; 2],
    /// How much slower the slowest of twice as many chips is.
    pub jitter: f64,
    /// Share of their speed that kernels lose while the chip communicates, unless a recipe says otherwise.
    pub communication_slowing: f64,
    /// How much longer layers take with the software of the job than with its reference.
    pub software: SoftwareFactors,
}

impl ChipRates {
    /// The rates of a chip whose layers' matmuls have this precision; `None` where the chip has no rate for it.
    pub fn of(chip: &Chip, precision: Precision) -> Option<Self> {
        let kernels = chip.kernels();
        let step = chip.step();
        Some(Self {
            peak: chip.peak(precision)?,
            peak_bf16: chip.peak_bf16(),
            hbm_bandwidth: chip.hbm_bandwidth(),
            hbm_capacity: chip.hbm_capacity(),
            gemm_efficiency: chip.gemm_efficiency(precision)?,
            gemm_efficiency_bf16: chip.gemm_efficiency(Precision::Bf16)?,
            attention_efficiency: kernels.attention_efficiency,
            attention_backward_relative: kernels.attention_backward_relative,
            attention_head_64: kernels.attention_head_64,
            context_chunking: kernels.context_chunking,
            unfused_gemm_relative: kernels.unfused_gemm_relative,
            hbm_efficiency: kernels.hbm_efficiency,
            gemm_traffic: kernels.gemm_traffic,
            multiprocessors: chip.multiprocessors(),
            wave_weight: kernels.wave_weight,
            grouped_gemm_penalty: kernels.grouped_gemm_penalty,
            grouped_gemm_single: kernels.grouped_gemm_single,
            host: chip.host(),
            step_overhead: [step.fixed, step.doubling],
            jitter: step.jitter(precision),
            communication_slowing: chip.communication_slowing(),
            software: SoftwareFactors::NONE,
        })
    }

    /// The same chip with other software.
    #[must_use]
    pub const fn with_software(self, software: SoftwareFactors) -> Self {
        Self { software, ..self }
    }

    /// A chip on which every kernel takes `time` times as long, and its host as much longer to launch it.
    pub(super) fn slower(self, time: f64) -> Self {
        let rate = |peak: ComputeRate| ComputeRate::from_flops_per_second(peak.flops_per_second() / time);
        let bandwidth = self.hbm_bandwidth.bytes_per_second() / time;
        let host = HostCosts {
            launch: Time::from_seconds(self.host.launch.seconds() * time),
            expert_layer: Time::from_seconds(self.host.expert_layer.seconds() * time),
            ..self.host
        };
        Self {
            peak: rate(self.peak),
            peak_bf16: rate(self.peak_bf16),
            hbm_bandwidth: Bandwidth::from_bytes_per_second(bandwidth),
            host,
            ..self
        }
    }
}

#[cfg(test)]
impl ChipRates {
    /// A round chip whose every share is 1 and that costs nothing beside, for tests: 1,000 TFLOP/s, 4 TB/s, 192 GB.
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
            attention_head_64: 1.0,
            context_chunking: 0.0,
            unfused_gemm_relative: 1.0,
            hbm_efficiency: 1.0,
            gemm_traffic: 0.0,
            multiprocessors: None,
            wave_weight: 0.0,
            grouped_gemm_penalty: 0.0,
            grouped_gemm_single: 0.0,
            host: HostCosts { launch: Time::ZERO, expert_layer: Time::ZERO, expert_wait: 0.0 },
            step_overhead: [Time::ZERO; 2],
            jitter: 0.0,
            communication_slowing: 0.0,
            software: SoftwareFactors::NONE,
        }
    }
}

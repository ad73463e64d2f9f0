//! What a fitted parameter sets in the rates of a chip.

use crate::training::ChipRates;
use copperlight_core::units::Time;
use copperlight_topologies::Precision;

/// A parameter of the step model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Field {
    Gemm16,
    Gemm8,
    Gemm4,
    /// MXFP8 over FP8.
    MxRelative,
    Attention,
    Heads64,
    Hbm,
    Grouped,
    ExpertLayer,
    Slowing,
    Jitter16,
    Jitter8,
    DenseTime,
    ExpertTime,
}

impl Field {
    /// The key in the catalog; of [`Self::MxRelative`] that which it makes.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Gemm16 => "gemm_efficiency_bf16",
            Self::Gemm8 => "gemm_efficiency_fp8",
            Self::Gemm4 => "gemm_efficiency_nvfp4",
            Self::MxRelative => "gemm_efficiency_mxfp8",
            Self::Attention => "attention_efficiency",
            Self::Heads64 => "attention_head_64",
            Self::Hbm => "hbm_efficiency",
            Self::Grouped => "grouped_gemm_penalty",
            Self::ExpertLayer => "host_expert_layer",
            Self::Slowing => "communication_slowing",
            Self::Jitter16 => "jitter_16bit",
            Self::Jitter8 => "jitter_8bit",
            Self::DenseTime => "dense_time",
            Self::ExpertTime => "expert_time",
        }
    }

    /// The unit in the catalog, and how many of it are one of the fit's.
    pub(super) const fn unit(self) -> (&'static str, f64) {
        match self {
            Self::ExpertLayer => ("ms", 1e3),
            Self::Gemm16 | Self::Gemm8 | Self::Gemm4 | Self::MxRelative => ("share", 1.0),
            Self::Attention | Self::Heads64 | Self::Hbm => ("share", 1.0),
            _ => ("ratio", 1.0),
        }
    }

    /// The least and the largest value that make sense.
    pub(super) const fn bounds(self) -> [f64; 2] {
        match self {
            Self::Gemm16 | Self::Gemm8 | Self::Gemm4 => [0.2, 0.95],
            Self::MxRelative => [0.7, 1.05],
            Self::Attention => [0.15, 0.9],
            Self::Heads64 => [0.15, 1.0],
            Self::Hbm => [0.6, 0.9],
            Self::Grouped => [50.0, 5000.0],
            Self::ExpertLayer => [5e-4, 3e-2],
            // The kernels of a collective hold at most 24 of 132 multiprocessors, and seldom more than 16.
            Self::Slowing => [2e-3, 0.15],
            Self::Jitter16 | Self::Jitter8 => [1e-5, 2e-2],
            Self::DenseTime | Self::ExpertTime => [0.5, 2.0],
        }
    }

    /// By which factor a value is usually off its guess: rates are known better than overheads.
    pub(super) const fn spread(self) -> f64 {
        match self {
            Self::MxRelative => 0.05,
            Self::Gemm16
            | Self::Gemm8
            | Self::Gemm4
            | Self::Attention
            | Self::DenseTime
            | Self::ExpertTime => 0.15,
            Self::Hbm => 0.08,
            Self::Heads64 | Self::Slowing => 0.3,
            _ => 0.5,
        }
    }

    /// Whether steps of this precision depend on it.
    pub(super) const fn is_felt_in(self, precision: Precision) -> bool {
        match self {
            Self::Gemm8 => matches!(precision, Precision::Fp8 | Precision::Mxfp8),
            Self::MxRelative => matches!(precision, Precision::Mxfp8),
            Self::Gemm4 => matches!(precision, Precision::Nvfp4),
            Self::Jitter16 => is_16bit(precision),
            Self::Jitter8 => !is_16bit(precision),
            _ => true,
        }
    }

    /// Whether only layers with experts depend on it.
    pub(super) const fn is_of_experts(self) -> bool {
        matches!(self, Self::Grouped | Self::ExpertLayer | Self::ExpertTime)
    }

    /// Sets it in rates of a precision. What all chips share keeps its ratio between them: `relative` is the value over
    /// the one that is shipped for all.
    pub(super) fn set(self, rates: &mut ChipRates, precision: Precision, [value, relative]: [f64; 2]) {
        let times = |time: Time| Time::from_seconds(time.seconds() * relative);
        match self {
            Self::Gemm16 => {
                rates.gemm_efficiency_bf16 = value;
                if is_16bit(precision) {
                    rates.gemm_efficiency = value;
                }
            }
            Self::Gemm8 | Self::Gemm4 => rates.gemm_efficiency = value,
            Self::MxRelative => rates.gemm_efficiency *= value,
            Self::Attention => rates.attention_efficiency = value,
            Self::Heads64 => rates.attention_head_64 = value,
            Self::Hbm => rates.hbm_efficiency = value,
            Self::Grouped => rates.grouped_gemm_penalty *= relative,
            Self::ExpertLayer => rates.host.expert_layer = times(rates.host.expert_layer),
            Self::Slowing => rates.communication_slowing *= relative,
            Self::Jitter16 | Self::Jitter8 => rates.jitter *= relative,
            Self::DenseTime => rates.software.dense_time = value,
            Self::ExpertTime => rates.software.expert_time = value,
        }
    }
}

const fn is_16bit(precision: Precision) -> bool {
    matches!(precision, Precision::Bf16 | Precision::Fp16)
}

//! One chip: what it computes, holds and moves, and what share of each a training step sustains.

use crate::catalog::Entry;
use crate::quantity::{ComputeRate, Power};
use copperlight_core::units::{Bandwidth, Bytes};
use std::fmt;

/// The number format of matrix multiplications.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// 16 bits, eight of them exponent.
    Bf16,
    /// 8 bits.
    Fp8,
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bf16 => "bf16",
            Self::Fp8 => "fp8",
        })
    }
}

/// A chip of the catalog with the overrides of its system, in checked units.
#[derive(Debug, Clone, PartialEq)]
pub struct Chip {
    name: String,
    borrowed_from: Option<String>,
    peak_bf16: ComputeRate,
    peak_fp8: Option<ComputeRate>,
    hbm_capacity: Bytes,
    hbm_bandwidth: Bandwidth,
    power: Option<Power>,
    gemm_efficiency_bf16: f64,
    gemm_efficiency_fp8: Option<f64>,
    attention_efficiency: f64,
    attention_backward_relative: f64,
    hbm_efficiency: f64,
    gemm_traffic: f64,
}

impl Chip {
    /// Reads the chip that was embedded into a system under `chip.`; `None` where there is none, or where no
    /// source gives a figure that computing needs.
    pub(crate) fn of_system(system: &Entry) -> Option<Self> {
        let value = |field: &str| system.base_value(&format!("chip.{field}"));
        Some(Self {
            name: system.text("chip")?.to_owned(),
            borrowed_from: system.text("chip.borrowed_from").map(str::to_owned),
            peak_bf16: ComputeRate::from_flops_per_second(value("peak_bf16")?),
            peak_fp8: value("peak_fp8").map(ComputeRate::from_flops_per_second),
            hbm_capacity: Bytes::new(value("hbm_capacity")? as u64),
            hbm_bandwidth: Bandwidth::from_bytes_per_second(value("hbm_bandwidth")?),
            power: value("power").map(Power::from_watts),
            gemm_efficiency_bf16: value("gemm_efficiency_bf16")?,
            gemm_efficiency_fp8: value("gemm_efficiency_fp8"),
            attention_efficiency: value("attention_efficiency")?,
            attention_backward_relative: value("attention_backward_relative")?,
            hbm_efficiency: value("hbm_efficiency")?,
            gemm_traffic: value("gemm_traffic")?,
        })
    }

    /// The name in the catalog, such as `gb200`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The chip whose shares of peak this one borrows, where none of its own are known.
    pub fn borrowed_from(&self) -> Option<&str> {
        self.borrowed_from.as_deref()
    }

    /// Dense peak of a precision; `None` where the chip does not compute it or no figure is known.
    pub fn peak(&self, precision: Precision) -> Option<ComputeRate> {
        match precision {
            Precision::Bf16 => Some(self.peak_bf16),
            Precision::Fp8 => self.peak_fp8,
        }
    }

    /// Dense BF16 peak.
    pub fn peak_bf16(&self) -> ComputeRate {
        self.peak_bf16
    }

    /// The memory of the chip.
    pub fn hbm_capacity(&self) -> Bytes {
        self.hbm_capacity
    }

    /// The nominal bandwidth of that memory.
    pub fn hbm_bandwidth(&self) -> Bandwidth {
        self.hbm_bandwidth
    }

    /// The power limit, where one is published.
    pub fn power(&self) -> Option<Power> {
        self.power
    }

    /// The share of a precision's peak that large matrix multiplications sustain.
    pub fn gemm_efficiency(&self, precision: Precision) -> Option<f64> {
        match precision {
            Precision::Bf16 => Some(self.gemm_efficiency_bf16),
            Precision::Fp8 => self.gemm_efficiency_fp8,
        }
    }

    /// The share of the BF16 peak that fused attention sustains forward.
    pub fn attention_efficiency(&self) -> f64 {
        self.attention_efficiency
    }

    /// The rate of attention backward over its rate forward.
    pub fn attention_backward_relative(&self) -> f64 {
        self.attention_backward_relative
    }

    /// The share of the memory bandwidth that memory-bound kernels sustain.
    pub fn hbm_efficiency(&self) -> f64 {
        self.hbm_efficiency
    }

    /// The share of a matrix multiplication's compulsory memory traffic that computing does not hide.
    pub fn gemm_traffic(&self) -> f64 {
        self.gemm_traffic
    }
}

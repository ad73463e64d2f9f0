//! One chip: what it computes, holds and moves, and what share of each a training step sustains.

use crate::catalog::Entry;
use crate::quantity::{ComputeRate, Power};
use copperlight_core::units::{Bandwidth, Bytes, Time};
use std::fmt;

/// The number format of matrix multiplications.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// 16 bits, eight of them exponent.
    Bf16,
    /// 16 bits, five of them exponent.
    Fp16,
    /// 8 bits, with a scale for each tensor.
    Fp8,
    /// 8 bits, with a scale for each 32 numbers.
    Mxfp8,
    /// 4 bits, with a scale for each 16 numbers.
    Nvfp4,
}

impl Precision {
    /// All formats.
    pub const ALL: [Self; 5] = [Self::Bf16, Self::Fp16, Self::Fp8, Self::Mxfp8, Self::Nvfp4];

    /// The name in scenario files and results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bf16 => "bf16",
            Self::Fp16 => "fp16",
            Self::Fp8 => "fp8",
            Self::Mxfp8 => "mxfp8",
            Self::Nvfp4 => "nvfp4",
        }
    }

    /// The format of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|precision| precision.name() == name)
    }

    /// The field of a chip that holds the dense peak of this format.
    pub const fn peak_field(self) -> &'static str {
        match self {
            Self::Bf16 => "peak_bf16",
            Self::Fp16 => "peak_fp16",
            Self::Fp8 | Self::Mxfp8 => "peak_fp8",
            Self::Nvfp4 => "peak_fp4",
        }
    }

    /// The field of a chip that holds the share of that peak which large matrix multiplications sustain.
    ///
    /// Formats of 16 bits share one: their units differ in nothing but where the exponent ends.
    pub const fn efficiency_field(self) -> &'static str {
        match self {
            Self::Bf16 | Self::Fp16 => "gemm_efficiency_bf16",
            Self::Fp8 => "gemm_efficiency_fp8",
            Self::Mxfp8 => "gemm_efficiency_mxfp8",
            Self::Nvfp4 => "gemm_efficiency_nvfp4",
        }
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What kernels sustain beside the share of peak of large matrix multiplications: constants of a chip family.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KernelShares {
    /// Share of the BF16 peak that fused attention sustains forward, at heads of 128 and wider.
    pub attention_efficiency: f64,
    /// Rate of attention backward over its rate forward.
    pub attention_backward_relative: f64,
    /// Rate of fused attention at heads of 64, over its rate at 128.
    pub attention_head_64: f64,
    /// What dealing a sequence to several chips in chunks adds to attention, as a share of it.
    pub context_chunking: f64,
    /// Rate of the batched multiplications of unfused attention over that of large ones.
    pub unfused_gemm_relative: f64,
    /// Share of the memory bandwidth that memory-bound kernels sustain.
    pub hbm_efficiency: f64,
    /// Share of a matrix multiplication's compulsory memory traffic that computing does not hide.
    pub gemm_traffic: f64,
    /// Share of a last, partly filled wave of tiles that is lost.
    pub wave_weight: f64,
    /// The size of a dimension at which a grouped multiplication takes twice as long as a large one.
    pub grouped_gemm_penalty: f64,
    /// Share of that penalty that is left when a chip has one expert.
    pub grouped_gemm_single: f64,
}

/// What the host takes to keep a chip busy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HostCosts {
    /// To launch one kernel from a framework.
    pub launch: Time,
    /// To run a layer with experts whose shapes depend on routing, forward and backward.
    pub expert_layer: Time,
    /// Share of that time for which the chip waits however busy it is: the host reads what routing decided.
    pub expert_wait: f64,
}

/// What a step costs however little it computes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepCosts {
    /// Of every step.
    pub fixed: Time,
    /// For each doubling of the chips.
    pub doubling: Time,
    /// How much slower the slowest of twice as many chips is, in formats of 16 bits.
    pub jitter_16bit: f64,
    /// The same in narrower formats.
    pub jitter_8bit: f64,
}

impl StepCosts {
    /// How much slower the slowest of twice as many chips is.
    pub const fn jitter(&self, precision: Precision) -> f64 {
        match precision {
            Precision::Bf16 | Precision::Fp16 => self.jitter_16bit,
            Precision::Fp8 | Precision::Mxfp8 | Precision::Nvfp4 => self.jitter_8bit,
        }
    }
}

/// A chip of the catalog with the overrides of its system, in checked units.
#[derive(Debug, Clone, PartialEq)]
pub struct Chip {
    name: String,
    borrowed_from: Option<String>,
    architecture: Option<String>,
    peak_bf16: ComputeRate,
    peaks: [Option<ComputeRate>; 5],
    gemm_efficiencies: [Option<f64>; 5],
    hbm_capacity: Bytes,
    hbm_bandwidth: Bandwidth,
    power: Option<Power>,
    multiprocessors: Option<u64>,
    kernels: KernelShares,
    host: HostCosts,
    step: StepCosts,
    communication_slowing: f64,
}

impl Chip {
    /// Reads the chip that was embedded into a system under `chip.`; `None` where there is none, or where no
    /// source gives a figure that computing needs.
    pub(crate) fn of_system(system: &Entry) -> Option<Self> {
        let value = |field: &str| system.base_value(&format!("chip.{field}"));
        let of_precisions =
            |field: fn(Precision) -> &'static str| Precision::ALL.map(|each| value(field(each)));
        value(Precision::Bf16.efficiency_field())?;
        Some(Self {
            name: system.text("chip")?.to_owned(),
            borrowed_from: system.text("chip.borrowed_from").map(str::to_owned),
            architecture: system.text("chip.architecture").map(str::to_owned),
            peak_bf16: ComputeRate::from_flops_per_second(value("peak_bf16")?),
            peaks: of_precisions(Precision::peak_field)
                .map(|peak| peak.map(ComputeRate::from_flops_per_second)),
            gemm_efficiencies: of_precisions(Precision::efficiency_field),
            hbm_capacity: Bytes::new(value("hbm_capacity")? as u64),
            hbm_bandwidth: Bandwidth::from_bytes_per_second(value("hbm_bandwidth")?),
            power: value("power").map(Power::from_watts),
            multiprocessors: value("multiprocessors").map(|count| count as u64),
            kernels: kernel_shares(value)?,
            host: host_costs(value)?,
            step: step_costs(value)?,
            communication_slowing: value("communication_slowing").unwrap_or(0.0),
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

    /// The architecture for which software generations have factors, such as `hopper`; `None` where they have none.
    pub fn architecture(&self) -> Option<&str> {
        self.architecture.as_deref()
    }

    /// Dense peak of a precision; `None` where the chip does not compute it or no figure is known.
    pub fn peak(&self, precision: Precision) -> Option<ComputeRate> {
        self.peaks[precision as usize]
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

    /// The share of a precision's peak that large matrix multiplications sustain; `None` where none is known.
    pub fn gemm_efficiency(&self, precision: Precision) -> Option<f64> {
        self.gemm_efficiencies[precision as usize]
    }

    /// The keys of a system that say how fast this chip is in a format and have no value.
    pub fn missing(&self, format: Precision) -> Vec<String> {
        let fields = [
            (self.peak(format).is_none(), format.peak_field()),
            (self.gemm_efficiency(format).is_none(), format.efficiency_field()),
        ];
        fields.into_iter().filter(|(missing, _)| *missing).map(|(_, field)| format!("chip.{field}")).collect()
    }

    /// The parts that compute tiles of a matrix multiplication side by side, where their number is published.
    pub fn multiprocessors(&self) -> Option<u64> {
        self.multiprocessors
    }

    /// What kernels sustain beside.
    pub fn kernels(&self) -> &KernelShares {
        &self.kernels
    }

    /// What its host takes.
    pub fn host(&self) -> HostCosts {
        self.host
    }

    /// What a step costs on such chips however little it computes.
    pub fn step(&self) -> StepCosts {
        self.step
    }

    /// The share of their speed that kernels lose while the chip communicates; 0 where none is known.
    pub fn communication_slowing(&self) -> f64 {
        self.communication_slowing
    }
}

fn kernel_shares(value: impl Fn(&str) -> Option<f64>) -> Option<KernelShares> {
    Some(KernelShares {
        attention_efficiency: value("attention_efficiency")?,
        attention_backward_relative: value("attention_backward_relative")?,
        attention_head_64: value("attention_head_64")?,
        context_chunking: value("context_chunking")?,
        unfused_gemm_relative: value("unfused_gemm_relative")?,
        hbm_efficiency: value("hbm_efficiency")?,
        gemm_traffic: value("gemm_traffic")?,
        wave_weight: value("wave_weight")?,
        grouped_gemm_penalty: value("grouped_gemm_penalty")?,
        grouped_gemm_single: value("grouped_gemm_single")?,
    })
}

fn host_costs(value: impl Fn(&str) -> Option<f64>) -> Option<HostCosts> {
    Some(HostCosts {
        launch: Time::from_seconds(value("host_launch")?),
        expert_layer: Time::from_seconds(value("host_expert_layer")?),
        expert_wait: value("host_expert_wait")?,
    })
}

fn step_costs(value: impl Fn(&str) -> Option<f64>) -> Option<StepCosts> {
    Some(StepCosts {
        fixed: Time::from_seconds(value("step_fixed")?),
        doubling: Time::from_seconds(value("step_doubling")?),
        jitter_16bit: value("jitter_16bit")?,
        jitter_8bit: value("jitter_8bit")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for precision in Precision::ALL {
            assert_eq!(Precision::from_name(precision.name()), Some(precision));
        }
        assert_eq!(Precision::from_name("fp4"), None);
    }
}

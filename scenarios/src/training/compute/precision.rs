//! The precision that the matmuls of layers use.

use copperlight_topologies::{Chip, Precision as ChipPrecision};

/// The number format of the layers' matmuls; attention, the router, the language-model head and everything else are of
/// 16 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// Brain float, 16 bits.
    Bf16,
    /// Half precision, 16 bits.
    Fp16,
    /// Eight-bit floats with a scale per tensor (Micikevicius et al. 2022, arXiv:2209.05433).
    Fp8,
    /// Eight-bit floats with a scale for each 32 numbers (OCP Microscaling Formats 1.0).
    Mxfp8,
    /// Four-bit floats with a scale for each 16 numbers (NVIDIA 2025, arXiv:2509.25149).
    Nvfp4,
}

impl Precision {
    /// All precisions.
    pub const ALL: [Self; 5] = [Self::Bf16, Self::Fp16, Self::Fp8, Self::Mxfp8, Self::Nvfp4];

    /// The same format as chips know it.
    pub const fn of_chip(self) -> ChipPrecision {
        match self {
            Self::Bf16 => ChipPrecision::Bf16,
            Self::Fp16 => ChipPrecision::Fp16,
            Self::Fp8 => ChipPrecision::Fp8,
            Self::Mxfp8 => ChipPrecision::Mxfp8,
            Self::Nvfp4 => ChipPrecision::Nvfp4,
        }
    }

    /// The name in scenario files and results.
    pub const fn name(self) -> &'static str {
        self.of_chip().name()
    }

    /// The precision of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|precision| precision.name() == name)
    }

    /// The keys of a system that say how fast this chip is in this format and have no value.
    pub fn missing(self, chip: &Chip) -> Vec<String> {
        let format = self.of_chip();
        let keys = [
            (chip.peak(format).is_none(), format.peak_field()),
            (chip.gemm_efficiency(format).is_none(), format.efficiency_field()),
        ];
        keys.into_iter().filter(|(missing, _)| *missing).map(|(_, field)| format!("chip.{field}")).collect()
    }

    /// Bytes of one matmul operand element, its share of the scales included.
    pub(in crate::training) const fn element_bytes(self) -> f64 {
        match self {
            Self::Bf16 | Self::Fp16 => 2.0,
            Self::Fp8 => 1.0,
            Self::Mxfp8 => 1.0 + 1.0 / 32.0,
            Self::Nvfp4 => 0.5 + 1.0 / 16.0,
        }
    }

    /// Bytes moved to cast one 16-bit element into this format, in both orientations and with its scales.
    ///
    /// FP8: read 2, write 1 for the matmul and 1 transposed, and the amax pass. MXFP8 and NVFP4 read the element once
    /// for each orientation, whose scales differ; NVFP4 applies a Hadamard transform before. Fitted over published runs.
    pub(in crate::training) const fn cast_bytes(self) -> f64 {
        match self {
            Self::Bf16 | Self::Fp16 => 0.0,
            Self::Fp8 => 4.5,
            Self::Mxfp8 => 5.2,
            Self::Nvfp4 => 7.1,
        }
    }
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

    #[test]
    fn narrower_formats_cost_more_to_cast_and_less_to_read() {
        for pair in Precision::ALL.windows(2) {
            assert!(pair[0].cast_bytes() <= pair[1].cast_bytes(), "{pair:?}");
        }
        for pair in [Precision::Bf16, Precision::Fp8, Precision::Nvfp4].windows(2) {
            assert!(pair[0].element_bytes() > pair[1].element_bytes(), "{pair:?}");
        }
    }
}

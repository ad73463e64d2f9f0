//! What the precision of the layers' matmuls costs in bytes; attention, the router, the language-model head and everything
//! else are of 16 bits.
//!
//! FP8 has a scale for each tensor (Micikevicius et al. 2022, arXiv:2209.05433), MXFP8 one for each 32 numbers (OCP
//! Microscaling Formats 1.0), NVFP4 one for each 16 (NVIDIA 2025, arXiv:2509.25149).

use copperlight_topologies::Precision;

/// Bytes of one matmul operand element, its share of the scales included.
pub(in crate::training) const fn element_bytes(precision: Precision) -> f64 {
    match precision {
        Precision::Bf16 | Precision::Fp16 => 2.0,
        Precision::Fp8 => 1.0,
        Precision::Mxfp8 => 1.0 + 1.0 / 32.0,
        Precision::Nvfp4 => 0.5 + 1.0 / 16.0,
    }
}

/// Bytes moved to cast one 16-bit element into this format, in both orientations and with its scales.
///
/// FP8: read 2, write 1 for the matmul and 1 transposed, and the amax pass. MXFP8 and NVFP4 read the element once
/// for each orientation, whose scales differ; NVFP4 applies a Hadamard transform before. Fitted over published runs.
pub(in crate::training) const fn cast_bytes(precision: Precision) -> f64 {
    match precision {
        Precision::Bf16 | Precision::Fp16 => 0.0,
        Precision::Fp8 => 4.5,
        Precision::Mxfp8 => 5.2,
        Precision::Nvfp4 => 7.1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrower_formats_cost_more_to_cast_and_less_to_read() {
        for pair in Precision::ALL.windows(2) {
            assert!(cast_bytes(pair[0]) <= cast_bytes(pair[1]), "{pair:?}");
        }
        for pair in [Precision::Bf16, Precision::Fp8, Precision::Nvfp4].windows(2) {
            assert!(element_bytes(pair[0]) > element_bytes(pair[1]), "{pair:?}");
        }
    }
}

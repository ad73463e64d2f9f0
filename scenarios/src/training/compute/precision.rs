//! The precision that the matmuls of layers use.

/// The number format of the layers' matmuls; attention, the language-model head and everything else are BF16.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// Brain float, 16 bits.
    Bf16,
    /// Eight-bit floats with a scale per tensor.
    Fp8,
}

impl Precision {
    /// All precisions.
    pub const ALL: [Self; 2] = [Self::Bf16, Self::Fp8];

    /// The name in scenario files and results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bf16 => "bf16",
            Self::Fp8 => "fp8",
        }
    }

    /// The precision of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|precision| precision.name() == name)
    }

    /// Bytes of one matmul operand element.
    pub(in crate::training) const fn element_bytes(self) -> f64 {
        match self {
            Self::Bf16 => 2.0,
            Self::Fp8 => 1.0,
        }
    }

    /// Bytes moved to cast one BF16 element into this format, in both orientations and with its scale.
    ///
    /// FP8: read 2, write 1 for the matmul and 1 transposed, and the amax pass: 4.5 fitted over published runs.
    pub(in crate::training) const fn cast_bytes(self) -> f64 {
        match self {
            Self::Bf16 => 0.0,
            Self::Fp8 => 4.5,
        }
    }
}

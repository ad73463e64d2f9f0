//! The tokens of a rank in an exchange with experts, and the bytes that they are.

use super::choice::Choice;
use super::error::ScenarioError;
use crate::training::DispatchFormat;
use copperlight_core::units::Bytes;
use copperlight_core::workload::CollectiveKind;

const ELEMENT: Choice<'static, u64> =
    Choice { what: "element", available: &[("fp8", 1), ("bf16", 2)], later: &[] };

/// The element of tokens whose element nobody names.
pub const DEFAULT_ELEMENT: &str = "bf16";

/// The names of elements.
pub(super) fn element_names() -> Vec<&'static str> {
    ELEMENT.names()
}

/// The tokens of one rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpertTokens {
    /// How many.
    pub tokens: u64,
    /// Dimensions of a token.
    pub hidden: u64,
    /// Bytes of one dimension as it is sent to the experts.
    pub bytes_per_element: u64,
}

impl ExpertTokens {
    /// The bytes of all tokens, each once: with their scales where an element is one byte; what comes back from the
    /// experts is 16 bits wide at least.
    pub fn bytes(self, kind: CollectiveKind) -> Bytes {
        let elements = self.tokens.saturating_mul(self.hidden);
        Bytes::new(match (kind, self.bytes_per_element) {
            (CollectiveKind::EpCombine, width) => elements.saturating_mul(width.max(2)),
            (_, 1) => DispatchFormat::Fp8.bytes(elements),
            (_, width) => elements.saturating_mul(width),
        })
    }
}

/// The bytes of an element of this name.
///
/// # Errors
/// [`ScenarioError`] when nothing has this name.
pub fn element_named(name: &str) -> Result<u64, ScenarioError> {
    ELEMENT.find(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_byte_elements_have_scales_and_answers_are_two_bytes_wide() {
        let tokens = ExpertTokens { tokens: 128, hidden: 7168, bytes_per_element: 1 };
        // 128 x 7168 bytes, and 4 bytes for each 128 of them; back, 128 x 7168 x 2.
        assert_eq!(tokens.bytes(CollectiveKind::EpDispatch), Bytes::new(917_504 + 28_672));
        assert_eq!(tokens.bytes(CollectiveKind::EpCombine), Bytes::new(1_835_008));
        let wide = ExpertTokens { bytes_per_element: 2, ..tokens };
        assert_eq!(wide.bytes(CollectiveKind::EpDispatch), Bytes::new(1_835_008));
    }
}

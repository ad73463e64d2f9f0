//! Rows of expert parallelism: tokens sent to their experts, and their answers gathered.

use super::fields::Fields;
use crate::file::ExpertTokens;
use copperlight_core::units::Bytes;
use copperlight_core::workload::{Algorithm, CollectiveKind};

/// The most tokens, dimensions, choices or experts of a row.
const MOST: u64 = 1 << 24;

/// What a dispatch or a combine moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpertRow {
    /// The algorithm that the run forced, or `None`.
    pub algorithm: Option<Algorithm>,
    /// Tokens on each rank.
    pub tokens: u64,
    /// Dimensions of a token.
    pub hidden: u64,
    /// Experts that each token goes to.
    pub top_k: u64,
    /// Experts of the layer; `None` where the source does not say.
    pub experts: Option<u64>,
    /// Bytes of one dimension, by the type that the row names.
    pub bytes_per_element: u64,
}

impl ExpertRow {
    /// The bytes of a rank's tokens.
    pub(crate) fn bytes(&self, kind: CollectiveKind) -> Bytes {
        let Self { tokens, hidden, bytes_per_element, .. } = *self;
        ExpertTokens { tokens, hidden, bytes_per_element }.bytes(kind)
    }
}

/// Reads the columns of expert parallelism.
pub(super) fn read(fields: &Fields<'_>, algorithm: Option<Algorithm>) -> Result<ExpertRow, String> {
    Ok(ExpertRow {
        algorithm,
        tokens: fields.needed_whole("tokens_per_rank", 1..=MOST)?,
        hidden: fields.needed_whole("hidden", 1..=MOST)?,
        top_k: fields.needed_whole("top_k", 1..=MOST)?,
        experts: fields.whole("experts", 1..=MOST)?,
        bytes_per_element: bytes_per_element(fields)?,
    })
}

fn bytes_per_element(fields: &Fields<'_>) -> Result<u64, String> {
    let name = fields.needed("dtype")?;
    match name.to_ascii_lowercase().as_str() {
        "fp8" | "float8" | "int8" | "uint8" => Ok(1),
        "bf16" | "bfloat16" | "fp16" | "float16" | "half" => Ok(2),
        "fp32" | "float32" | "float" => Ok(4),
        _ => Err(fields.reason(&format!("dtype is `{name}`; write fp8, int8, bf16, fp16 or fp32"))),
    }
}

//! What a `config.json` leaves unsaid, by architecture: gates, biases, norms, positions.

use super::config_json_fields::{ConfigError, Fields};
use crate::training::MinorParameters;

/// What follows from an architecture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Family {
    /// Whether the feed-forward half is gated.
    pub(super) gated: bool,
    /// Whether all matrices have biases.
    pub(super) biases: bool,
    /// Whether the head uses the embedding's matrix where the file does not say.
    pub(super) tied: bool,
    /// Whether positions are learned.
    pub(super) learned_positions: bool,
    /// Whether the feed-forward half is four times as wide where the file does not say.
    pub(super) quadruple: bool,
    /// Whether experts have the width `intermediate_size`, whatever else the file says.
    pub(super) plain_experts: bool,
    /// Whether every layer with experts has a shared one where the file does not say.
    pub(super) shared_expert: bool,
    /// Of layers with windows, one in so many sees all where the file does not say.
    pub(super) full_every: u64,
    /// Small parameters.
    pub(super) minor: MinorParameters,
}

const NO_MINOR: MinorParameters = MinorParameters {
    norm_biases: None,
    qkv_biases: false,
    router_biases: false,
    qk_norm: false,
    sandwich_norm: false,
    embedding_norm: false,
    attention_sinks: false,
};

/// Gated, without biases, with rotary positions and a head of its own.
const LLAMA: Family = Family {
    gated: true,
    biases: false,
    tied: false,
    learned_positions: false,
    quadruple: false,
    plain_experts: false,
    shared_expert: false,
    full_every: 0,
    minor: NO_MINOR,
};

const QWEN2: Family = Family { minor: MinorParameters { qkv_biases: true, ..NO_MINOR }, ..LLAMA };
const QWEN3: Family = Family { minor: MinorParameters { qk_norm: true, ..NO_MINOR }, ..LLAMA };

/// Biases everywhere, learned positions, a tied head.
const GPT2: Family =
    Family { gated: false, biases: true, tied: true, learned_positions: true, quadruple: true, ..LLAMA };

const BLOOM: Family =
    Family { learned_positions: false, minor: MinorParameters { embedding_norm: true, ..NO_MINOR }, ..GPT2 };

const GPT_OSS: Family = Family {
    biases: true,
    full_every: 2,
    minor: MinorParameters { norm_biases: Some(false), attention_sinks: true, ..NO_MINOR },
    ..LLAMA
};

const GROK: Family =
    Family { tied: true, minor: MinorParameters { sandwich_norm: true, ..NO_MINOR }, ..LLAMA };

const NEMOTRON: Family =
    Family { gated: false, minor: MinorParameters { norm_biases: Some(true), ..NO_MINOR }, ..LLAMA };

const GEMMA: Family = Family { tied: true, ..LLAMA };
const GEMMA2: Family =
    Family { full_every: 2, minor: MinorParameters { sandwich_norm: true, ..NO_MINOR }, ..GEMMA };
const GEMMA3: Family = Family {
    full_every: 6,
    minor: MinorParameters { sandwich_norm: true, qk_norm: true, ..NO_MINOR },
    ..GEMMA
};

const LLAMA4: Family = Family { plain_experts: true, shared_expert: true, full_every: 4, ..LLAMA };

/// The architectures by `model_type`.
const FAMILIES: [(&[&str], Family); 13] = [
    (&["llama", "mistral", "mixtral", "ernie4_5", "ernie4_5_moe"], LLAMA),
    (&["deepseek_v2", "deepseek_v3", "kimi_k2"], LLAMA),
    (&["qwen2"], QWEN2),
    (&["qwen3", "qwen3_moe"], QWEN3),
    (&["gpt2"], GPT2),
    (&["bloom"], BLOOM),
    (&["gpt_oss"], GPT_OSS),
    (&["grok-1", "grok"], GROK),
    (&["nemotron"], NEMOTRON),
    (&["gemma"], GEMMA),
    (&["gemma2"], GEMMA2),
    (&["gemma3_text"], GEMMA3),
    (&["llama4_text"], LLAMA4),
];

const ACTIVATIONS: [&str; 3] = ["hidden_act", "activation_function", "hidden_activation"];

/// The architecture of a file: by its type, or a generic one whose activation says whether it is gated.
pub(super) fn family(fields: &Fields<'_>) -> Result<Family, ConfigError> {
    let model_type = fields.text("model_type")?.unwrap_or_default();
    if let Some((_, family)) = FAMILIES.iter().find(|(types, _)| types.contains(&model_type)) {
        return Ok(*family);
    }
    let mut activation = None;
    for key in ACTIVATIONS {
        activation = activation.or(fields.text(key)?);
    }
    let gated = match activation {
        Some("silu" | "swish" | "swiglu" | "geglu") => true,
        Some("gelu" | "gelu_new" | "gelu_fast" | "relu" | "relu2") => false,
        _ => {
            let activation = activation.map_or("(none)".to_owned(), |name| format!("\"{name}\""));
            return Err(ConfigError::UnknownArchitecture { model_type: model_type.to_owned(), activation });
        }
    };
    Ok(Family { gated, ..LLAMA })
}

//! A model built from the columns of a row.

use super::published::Published;
use crate::training::{Experts, MinorParameters, Model, ModelShape};

/// The vocabulary of a model that publishes none: GPT-2's, padded as Megatron does.
const USUAL_VOCABULARY: u64 = 51_200;

/// The model of the columns. Gated or not: whichever count of parameters is nearer the published one.
///
/// # Errors
/// Which size is missing, in a sentence.
pub(super) fn from_columns(row: &Published, assumed: &mut Vec<String>) -> Result<Model, String> {
    let sizes = &row.sizes;
    let missing = |column: &str| {
        format!("the library has no model `{}` of these sizes, and {column} was not published", row.model)
    };
    let layers = sizes.layers.ok_or_else(|| missing("layers"))?;
    let hidden = sizes.hidden.ok_or_else(|| missing("hidden"))?;
    let heads = sizes.heads.ok_or_else(|| missing("heads"))?;
    if !hidden.is_multiple_of(heads) {
        return Err(format!(
            "hidden = {hidden} is no multiple of heads = {heads}, and no width of a head was published"
        ));
    }
    let vocab = sizes.vocab.unwrap_or_else(|| {
        assumed.push(format!("a vocabulary of {USUAL_VOCABULARY}: not published"));
        USUAL_VOCABULARY
    });
    let experts = match sizes.experts {
        None => None,
        Some(_) => Some(experts(row).ok_or_else(|| missing("topk or expert_ffn"))?),
    };
    let ffn = sizes.ffn.or(sizes.expert_ffn).unwrap_or(4 * hidden);
    let plain = ModelShape {
        layers,
        hidden,
        heads,
        kv_heads: sizes.kv_heads.unwrap_or(heads),
        head_dim: hidden / heads,
        ffn,
        gated: false,
        vocab,
        tied_embeddings: false,
        biases: false,
        learned_positions: 0,
        latent: None,
        window: None,
        experts,
        mtp_layers: 0,
        minor: MinorParameters::default(),
    };
    let build =
        |gated| Model::new(&row.model, ModelShape { gated, ..plain }).map_err(|error| error.to_string());
    let (plain, gated) = (build(false)?, build(true)?);
    let Some(billions) = row.billions else { return Ok(plain) };
    let off = |model: &Model| (model.parameters() as f64 / (billions * 1e9)).ln().abs();
    let nearer = if off(&gated) < off(&plain) { gated } else { plain };
    assumed.push(format!(
        "a model built from the columns, of {:.1} billion parameters",
        nearer.parameters() as f64 / 1e9
    ));
    Ok(nearer)
}

fn experts(row: &Published) -> Option<Experts> {
    let sizes = &row.sizes;
    let expert_ffn = sizes.expert_ffn?;
    Some(Experts {
        experts: sizes.experts?,
        top_k: sizes.top_k?,
        expert_ffn,
        shared_ffn: sizes.shared_experts.unwrap_or(0) * expert_ffn,
        dense_layers: 0,
        every: 1,
        groups: 1,
        top_groups: 1,
    })
}

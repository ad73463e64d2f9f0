//! A shape that has been checked: every count and every width of it fits.

use super::shape::{Experts, LatentAttention, ModelShape};
use thiserror::Error;

/// A transformer whose shape has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    name: String,
    shape: ModelShape,
}

/// Why a shape is no transformer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ModelError {
    /// A size is zero.
    #[error("model `{model}`: `{field}` is 0; it must be at least 1")]
    Zero {
        /// The name of the model.
        model: String,
        /// The offending field.
        field: &'static str,
    },
    /// A size is so large that counts of parameters would not fit.
    #[error("model `{model}`: `{field}` is {value}; it must be at most {largest}")]
    TooLarge {
        /// The name of the model.
        model: String,
        /// The offending field.
        field: &'static str,
        /// Its value.
        value: u64,
        /// The largest value that is accepted.
        largest: u64,
    },
    /// Query heads cannot be dealt evenly to key and value heads.
    #[error(
        "model `{model}`: `heads` = {heads} is no multiple of `kv_heads` = {kv_heads}; \
         set `kv_heads` to a divisor of `heads`, or to `heads` for multi-head attention"
    )]
    UnevenHeads {
        /// The name of the model.
        model: String,
        /// Query heads.
        heads: u64,
        /// Key and value heads.
        kv_heads: u64,
    },
    /// A token goes to more experts than there are.
    #[error("model `{model}`: `top_k` = {top_k} of `experts` = {experts}; set `top_k` to at most {experts}")]
    TooManyChosen {
        /// The name of the model.
        model: String,
        /// Experts that a token goes to.
        top_k: u64,
        /// Experts of a layer.
        experts: u64,
    },
    /// A token chooses from more groups of experts than there are, or from too few experts.
    #[error(
        "model `{model}`: `top_groups` = {top_groups} of `expert_groups` = {groups} cannot hold the choices of a token: \
         the groups divide `experts` = {experts} evenly, and `top_k` = {top_k} experts are in `top_groups` of them"
    )]
    UnfitGroups {
        /// The name of the model.
        model: String,
        /// Groups that a token may choose from.
        top_groups: u64,
        /// Groups of experts.
        groups: u64,
        /// Experts of a layer.
        experts: u64,
        /// Experts that a token goes to.
        top_k: u64,
    },
    /// Experts are given and no layer has them.
    #[error(
        "model `{model}`: no layer has experts: {dense_layers} of {layers} layers are dense, and one in {every} of the \
         others has experts; lower `dense_layers` or `moe_every`"
    )]
    NoExpertLayer {
        /// The name of the model.
        model: String,
        /// Layers.
        layers: u64,
        /// Leading dense layers.
        dense_layers: u64,
        /// One in so many of the others has experts.
        every: u64,
    },
    /// More parameters than can be counted in bytes.
    #[error(
        "model `{model}`: more than 2^58 parameters; lower `layers`, `hidden`, or the widths inside layers"
    )]
    TooManyParameters {
        /// The name of the model.
        model: String,
    },
}

impl ModelError {
    /// The key of [`ModelShape`] that is to be changed.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Zero { field, .. } | Self::TooLarge { field, .. } => field,
            Self::UnevenHeads { .. } => "kv_heads",
            Self::TooManyChosen { .. } => "top_k",
            Self::UnfitGroups { .. } => "top_groups",
            Self::NoExpertLayer { .. } => "dense_layers",
            Self::TooManyParameters { .. } => "layers",
        }
    }
}

/// Sixteen bytes for each of so many parameters stay below 2^63.
const MOST_PARAMETERS: f64 = (1_u64 << 58) as f64;

impl Model {
    /// The greatest width, or count of heads or experts, that is accepted: no published one comes near it.
    pub const WIDEST: u64 = 1 << 20;
    /// The most layers that are accepted.
    pub const MOST_LAYERS: u64 = 1 << 16;
    /// The most groups of experts that are accepted.
    pub const MOST_GROUPS: u64 = 1 << 10;

    /// A model of this name and shape.
    ///
    /// # Errors
    /// [`ModelError`] when the shape is no transformer.
    pub fn new(name: impl Into<String>, shape: ModelShape) -> Result<Self, ModelError> {
        let name = name.into();
        if let Some((field, _)) = needed(&shape).find(|&(_, value)| value == 0) {
            return Err(ModelError::Zero { model: name, field });
        }
        for (field, value) in needed(&shape).chain(optional(&shape)) {
            let largest = match field {
                "layers" => Self::MOST_LAYERS,
                "expert_groups" => Self::MOST_GROUPS,
                _ => Self::WIDEST,
            };
            if value > largest {
                return Err(ModelError::TooLarge { model: name, field, value, largest });
            }
        }
        let ModelShape { heads, kv_heads, layers, .. } = shape;
        if !heads.is_multiple_of(kv_heads) {
            return Err(ModelError::UnevenHeads { model: name, heads, kv_heads });
        }
        if let Some(Experts { experts, top_k, dense_layers, every, groups, top_groups, .. }) = shape.experts {
            if top_k > experts {
                return Err(ModelError::TooManyChosen { model: name, top_k, experts });
            }
            let held = experts / groups * top_groups;
            if !experts.is_multiple_of(groups) || top_groups > groups || top_k > held {
                return Err(ModelError::UnfitGroups { model: name, top_groups, groups, experts, top_k });
            }
            if shape.expert_layers() == 0 {
                return Err(ModelError::NoExpertLayer { model: name, layers, dense_layers, every });
            }
        }
        if most_parameters(&shape) > MOST_PARAMETERS {
            return Err(ModelError::TooManyParameters { model: name });
        }
        Ok(Self { name, shape })
    }

    /// The name of the model.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The sizes of the model.
    pub const fn shape(&self) -> &ModelShape {
        &self.shape
    }
}

/// Sizes that must not be zero.
fn needed(shape: &ModelShape) -> impl Iterator<Item = (&'static str, u64)> {
    let sizes = [
        ("layers", shape.layers),
        ("hidden", shape.hidden),
        ("heads", shape.heads),
        ("kv_heads", shape.kv_heads),
        ("head_dim", shape.head_dim),
        ("ffn", shape.ffn),
        ("vocab", shape.vocab),
    ];
    let latent = shape.latent.map(|latent| {
        [("kv_rank", latent.kv_rank), ("nope_dim", latent.nope_dim), ("value_dim", latent.value_dim)]
    });
    let experts = shape.experts.map(|experts| {
        [
            ("experts", experts.experts),
            ("top_k", experts.top_k),
            ("expert_ffn", experts.expert_ffn),
            ("moe_every", experts.every),
            ("expert_groups", experts.groups),
            ("top_groups", experts.top_groups),
        ]
    });
    // A window may be as long as any sequence: only zero is wrong.
    let window = shape.window.map(|window| ("window", window.width.min(Model::WIDEST)));
    sizes.into_iter().chain(latent.into_iter().flatten()).chain(experts.into_iter().flatten()).chain(window)
}

/// Sizes that may be zero, and products that are widths.
fn optional(shape: &ModelShape) -> impl Iterator<Item = (&'static str, u64)> {
    let latent = shape.latent.unwrap_or(NO_LATENT);
    let experts = shape.experts.unwrap_or(NO_EXPERTS);
    let key_width = (latent.nope_dim.saturating_add(latent.rope_dim)).max(shape.head_dim);
    [
        ("learned_positions", shape.learned_positions),
        ("heads", shape.heads.saturating_mul(key_width.max(latent.value_dim))),
        ("query_rank", latent.query_rank),
        ("rope_dim", latent.rope_dim),
        ("shared_experts", experts.shared_ffn),
        ("dense_layers", experts.dense_layers),
        ("mtp_layers", shape.mtp_layers),
    ]
    .into_iter()
}

const NO_LATENT: LatentAttention =
    LatentAttention { query_rank: 0, kv_rank: 0, nope_dim: 0, rope_dim: 0, value_dim: 0 };
const NO_EXPERTS: Experts = Experts {
    experts: 0,
    top_k: 0,
    expert_ffn: 0,
    shared_ffn: 0,
    dense_layers: 0,
    every: 1,
    groups: 1,
    top_groups: 1,
};

/// A bound of the parameters that no product overflows: every layer counted with both kinds of feed-forward half.
fn most_parameters(shape: &ModelShape) -> f64 {
    let experts = shape.experts.unwrap_or(NO_EXPERTS);
    let inner = experts.experts as f64 * experts.expert_ffn as f64 + (experts.shared_ffn + shape.ffn) as f64;
    let latent = shape.latent.map_or(0, |latent| latent.query_rank + latent.kv_rank + latent.rope_dim);
    let width = (shape.qkv_width() + shape.attention_width()) as f64;
    let attention = (shape.hidden + latent) as f64 * width + (latent * shape.hidden) as f64;
    let hidden = shape.hidden as f64;
    let layer = attention + hidden * (3.0 * inner + experts.experts as f64 + 8.0);
    (shape.layers + shape.mtp_layers) as f64 * (layer + 2.0 * hidden * hidden)
        + hidden * (2.0 * shape.vocab as f64 + shape.learned_positions as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape() -> ModelShape {
        *Model::library("llama-3.1-8b").expect("the model is in the library").shape()
    }

    #[test]
    fn a_size_of_zero_is_refused_by_name() {
        let error = Model::new("mine", ModelShape { ffn: 0, ..shape() }).unwrap_err();
        assert_eq!(error.to_string(), "model `mine`: `ffn` is 0; it must be at least 1");
        assert_eq!(error.field(), "ffn");
    }

    #[test]
    fn an_absurd_size_is_refused() {
        let error = Model::new("mine", ModelShape { hidden: u64::MAX, ..shape() }).unwrap_err();
        assert_eq!(
            error.to_string(),
            "model `mine`: `hidden` is 18446744073709551615; it must be at most 1048576"
        );
    }

    #[test]
    fn uneven_heads_are_refused_with_the_remedy() {
        let error = Model::new("mine", ModelShape { kv_heads: 5, ..shape() }).unwrap_err();
        assert_eq!(
            error.to_string(),
            "model `mine`: `heads` = 32 is no multiple of `kv_heads` = 5; \
             set `kv_heads` to a divisor of `heads`, or to `heads` for multi-head attention"
        );
    }

    #[test]
    fn experts_that_cannot_be_are_refused() {
        let experts = Experts {
            experts: 8,
            top_k: 2,
            expert_ffn: 1024,
            shared_ffn: 0,
            dense_layers: 0,
            every: 1,
            groups: 1,
            top_groups: 1,
        };
        let refused = |experts| {
            let error = Model::new("mine", ModelShape { experts: Some(experts), ..shape() }).unwrap_err();
            (error.field(), error.to_string())
        };
        let expected =
            ("top_k", "model `mine`: `top_k` = 9 of `experts` = 8; set `top_k` to at most 8".to_owned());
        assert_eq!(refused(Experts { top_k: 9, ..experts }), expected);
        let (field, message) = refused(Experts { groups: 4, top_groups: 5, ..experts });
        assert_eq!(field, "top_groups");
        assert_eq!(
            message,
            "model `mine`: `top_groups` = 5 of `expert_groups` = 4 cannot hold the choices of a token: the groups divide \
             `experts` = 8 evenly, and `top_k` = 2 experts are in `top_groups` of them"
        );
        for (groups, top_groups) in [(3, 1), (8, 1)] {
            assert_eq!(refused(Experts { groups, top_groups, ..experts }).0, "top_groups");
        }
        let (field, message) = refused(Experts { dense_layers: 31, every: 2, ..experts });
        assert_eq!(field, "dense_layers");
        assert_eq!(
            message,
            "model `mine`: no layer has experts: 31 of 32 layers are dense, and one in 2 of the others has experts; \
             lower `dense_layers` or `moe_every`"
        );
        let (field, message) = refused(Experts { experts: 1 << 20, expert_ffn: 1 << 20, ..experts });
        assert_eq!(field, "layers");
        assert_eq!(
            message,
            "model `mine`: more than 2^58 parameters; lower `layers`, `hidden`, or the widths inside layers"
        );
    }

    #[test]
    fn widths_of_latent_attention_are_checked_by_name() {
        let latent =
            LatentAttention { query_rank: 0, kv_rank: 512, nope_dim: 128, rope_dim: 64, value_dim: 0 };
        let error = Model::new("mine", ModelShape { latent: Some(latent), ..shape() }).unwrap_err();
        assert_eq!(error.field(), "value_dim");
    }
}

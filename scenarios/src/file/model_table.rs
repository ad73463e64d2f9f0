//! `[workload.model]`: the dimensions of a model, or what differs from a model that it is based on.
//!
//! Heads are read by `model_attention`, experts by `model_experts`.

use super::error::ScenarioError;
use super::section::Section;
use super::{model, model_attention, model_experts};
use crate::training::{Model, ModelShape, Window};

/// A table while it is read, with the shape that it starts from.
pub(super) struct ModelTable<'s, 'a> {
    pub(super) section: &'s Section<'a>,
    pub(super) base: Option<ModelShape>,
}

/// Reads the table.
pub(super) fn read(section: &Section<'_>) -> Option<Model> {
    let base = match section.entry("base") {
        Some(_) => Some(model::find(section, &section.text("base")?)?),
        None => None,
    };
    let name = section.text("name").map(|name| name.value);
    let name = name.or(base.as_ref().map(Model::name)).unwrap_or("inline");
    let table = ModelTable { section, base: base.as_ref().map(|base| *base.shape()) };
    let shape = table.shape();
    section.finish();
    match Model::new(name, shape?) {
        Ok(model) => Some(model),
        Err(error) => {
            table.impossible(error.field(), error.to_string());
            None
        }
    }
}

impl ModelTable<'_, '_> {
    fn shape(&self) -> Option<ModelShape> {
        let base = self.base;
        let layers = self.needed("layers", "96", base.map(|base| base.layers));
        let hidden = self.needed("hidden", "12288", base.map(|base| base.hidden));
        let heads = self.needed("heads", "96", base.map(|base| base.heads));
        let vocab = self.needed("vocab", "51200", base.map(|base| base.vocab));
        let experts = model_experts::read(self);
        let ffn = self.feed_forward_width(experts.map(|experts| experts.map(|experts| experts.expert_ffn)));
        let attention = model_attention::read(self, hidden, heads);
        let gated = self.flag("gated", base.map(|base| base.gated));
        let tied_embeddings = self.flag("tied_embeddings", base.map(|base| base.tied_embeddings));
        let biases = self.flag("biases", base.map(|base| base.biases));
        let learned_positions = self.noted("learned_positions", base.map(|base| base.learned_positions));
        let window = self.window();
        let mtp_layers = self.optional("mtp_layers", base.map_or(0, |base| base.mtp_layers));
        let attention = attention?;
        Some(ModelShape {
            layers: layers?,
            hidden: hidden?,
            heads: heads?,
            kv_heads: attention.kv_heads,
            head_dim: attention.head_dim,
            ffn: ffn?,
            gated,
            vocab: vocab?,
            tied_embeddings,
            biases,
            learned_positions,
            latent: attention.latent,
            window,
            experts: experts?,
            mtp_layers,
            minor: base.map(|base| base.minor).unwrap_or_default(),
        })
    }

    /// The width of dense layers: where every layer has experts, nothing has it, and it may be left out.
    fn feed_forward_width(&self, expert_ffn: Option<Option<u64>>) -> Option<u64> {
        let of_base = self.base.map(|base| base.ffn);
        match expert_ffn {
            Some(Some(expert_ffn)) if !self.has("dense_layers") && !self.has("moe_every") => {
                Some(self.noted("ffn", of_base.or(Some(expert_ffn))))
            }
            _ => self.needed("ffn", "49152", of_base),
        }
    }

    fn window(&self) -> Option<Window> {
        let of_base = self.base.and_then(|base| base.window);
        if !self.has("window") && of_base.is_none() {
            self.refuse(&["full_every"], "attention without a window", "write `window` beside it");
            return None;
        }
        let width = self.optional("window", of_base.map_or(0, |window| window.width));
        let full_every = self.optional("full_every", of_base.map_or(0, |window| window.full_every));
        Some(Window { width, full_every })
    }

    /// Whether the table has this key.
    pub(super) fn has(&self, key: &str) -> bool {
        self.section.entry(key).is_some()
    }

    /// A positive number that must be there, or come from the base.
    pub(super) fn needed(&self, key: &str, example: &str, of_base: Option<u64>) -> Option<u64> {
        if !self.has(key) {
            if of_base.is_none() {
                self.section.missing(key, &format!("{key} = {example}"));
            }
            return of_base;
        }
        self.section.described_whole(key).map(|number| number.value as u64)
    }

    /// A number that may be left out.
    pub(super) fn optional(&self, key: &str, default: u64) -> u64 {
        self.section.described_whole(key).map_or(default, |number| number.value as u64)
    }

    /// A number that may be left out; a default that is not the base's is noted.
    pub(super) fn noted(&self, key: &str, default: Option<u64>) -> u64 {
        let default = default.unwrap_or_default();
        if !self.has(key) && self.base.is_none() {
            self.section.default(key, default as i64);
        }
        self.optional(key, default)
    }

    fn flag(&self, key: &str, of_base: Option<bool>) -> bool {
        match of_base {
            Some(flag) => self.section.boolean(key).map_or(flag, |written| written.value),
            None => self.section.boolean_or(key, false),
        }
    }

    /// Refuses keys that mean nothing here.
    pub(super) fn refuse(&self, keys: &[&str], context: &str, remedy: &str) {
        for key in keys {
            if let Some(entry) = self.section.entry(key) {
                let error = ScenarioError::Inapplicable {
                    key: (*key).to_owned(),
                    context: context.to_owned(),
                    remedy: remedy.to_owned(),
                };
                self.section.error(Some(entry.place), error);
            }
        }
    }

    /// Notes a contradiction at a key, or where that is not written at one that it contradicts.
    pub(super) fn impossible(&self, key: &str, problem: String) {
        let mut keys = std::iter::once(key).chain(contradicting(key).iter().copied());
        let written = keys.find_map(|key| self.section.entry(key)).map(|entry| entry.node.place);
        let place = written.or(self.section.place());
        self.section.error(place, ScenarioError::IllegalModel { problem });
    }
}

/// The keys that can contradict one that is left out.
const fn contradicting(key: &str) -> &'static [&'static str] {
    match key.as_bytes() {
        b"top_groups" => &["expert_groups", "top_k", "experts", "base"],
        b"top_k" => &["experts", "base"],
        b"kv_heads" => &["heads", "attention", "base"],
        b"heads" => &["hidden", "head_dim", "base"],
        b"dense_layers" => &["moe_every", "layers", "experts", "base"],
        _ => &["base"],
    }
}

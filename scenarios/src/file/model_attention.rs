//! The heads of `[workload.model]`: as many keys and values as queries, fewer, one, or latent vectors.

use super::choice::Choice;
use super::model_table::ModelTable;
use crate::training::{LatentAttention, ModelShape};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Attention {
    MultiHead,
    GroupedQuery,
    MultiQuery,
    Latent,
}

const ATTENTION: Choice<'static, Attention> = Choice {
    what: "attention",
    available: &[
        ("mha", Attention::MultiHead),
        ("gqa", Attention::GroupedQuery),
        ("mqa", Attention::MultiQuery),
        ("mla", Attention::Latent),
    ],
    later: &[],
};

const RANKS: [&str; 5] = ["query_rank", "kv_rank", "nope_dim", "rope_dim", "value_dim"];

/// The names of kinds of attention.
pub(super) fn names() -> Vec<&'static str> {
    ATTENTION.names()
}

/// What the keys say of attention.
pub(super) struct Heads {
    pub(super) kv_heads: u64,
    pub(super) head_dim: u64,
    pub(super) latent: Option<LatentAttention>,
}

/// Reads the keys; `None` where something is wrong.
pub(super) fn read(table: &ModelTable<'_, '_>, hidden: Option<u64>, heads: Option<u64>) -> Option<Heads> {
    let written = match table.has("attention") {
        true => Some(ATTENTION.read(table.section, "attention")?.value),
        false => None,
    };
    let of_base = table.base.and_then(|base| base.latent);
    let is_latent = match written {
        Some(attention) => attention == Attention::Latent,
        None => of_base.is_some() || table.has("kv_rank"),
    };
    if is_latent {
        return read_latent(table, heads, of_base);
    }
    table.refuse(&RANKS, "attention without latent vectors", "write `attention = \"mla\"`, or remove it");
    let kv_heads = kv_heads(table, heads, written);
    let head_dim = head_dim(table, hidden, heads);
    Some(Heads { kv_heads: kv_heads?, head_dim: head_dim?, latent: None })
}

fn read_latent(
    table: &ModelTable<'_, '_>,
    heads: Option<u64>,
    base: Option<LatentAttention>,
) -> Option<Heads> {
    table.refuse(
        &["kv_heads", "head_dim"],
        "latent attention",
        "remove it: `nope_dim`, `rope_dim` and `value_dim` are the widths of a head",
    );
    let kv_rank = table.needed("kv_rank", "512", base.map(|base| base.kv_rank));
    let nope_dim = table.needed("nope_dim", "128", base.map(|base| base.nope_dim));
    let value_dim = table.needed("value_dim", "128", base.map(|base| base.value_dim));
    let rope_dim = table.needed("rope_dim", "64", base.map(|base| base.rope_dim));
    let query_rank = table.optional("query_rank", base.map_or(0, |base| base.query_rank));
    let (nope_dim, rope_dim) = (nope_dim?, rope_dim?);
    let latent = LatentAttention { query_rank, kv_rank: kv_rank?, nope_dim, rope_dim, value_dim: value_dim? };
    Some(Heads { kv_heads: heads?, head_dim: nope_dim + rope_dim, latent: Some(latent) })
}

/// The width of a head: as written; as in the base while hidden width and heads are the base's; else their ratio.
fn head_dim(table: &ModelTable<'_, '_>, hidden: Option<u64>, heads: Option<u64>) -> Option<u64> {
    if table.has("head_dim") {
        return table.needed("head_dim", "128", None);
    }
    let unlike_ratio = |base: &ModelShape| base.query_width() != base.hidden;
    let is_changed = table.has("hidden") || table.has("heads");
    if let Some(base) = table.base.filter(|base| base.latent.is_none() && (unlike_ratio(base) || !is_changed))
    {
        return Some(base.head_dim);
    }
    let (hidden, heads) = (hidden?, heads?);
    if !hidden.is_multiple_of(heads) {
        let problem = format!(
            "`hidden` = {hidden} is no multiple of `heads` = {heads}; set `head_dim`, or `heads` to a divisor of `hidden`"
        );
        table.impossible("heads", problem);
        return None;
    }
    table.section.default("head_dim", (hidden / heads) as i64);
    Some(hidden / heads)
}

/// Key and value heads: as written; as the kind of attention says; as in the base where it groups queries.
fn kv_heads(table: &ModelTable<'_, '_>, heads: Option<u64>, attention: Option<Attention>) -> Option<u64> {
    if table.has("kv_heads") {
        let kv_heads = table.needed("kv_heads", "8", None)?;
        return agreed(table, kv_heads, heads?, attention);
    }
    let grouped = table.base.filter(|base| base.kv_heads < base.heads).map(|base| base.kv_heads);
    match (attention, grouped) {
        (Some(Attention::MultiQuery), _) => Some(1),
        (Some(Attention::GroupedQuery) | None, Some(kv_heads)) => Some(kv_heads),
        (Some(Attention::GroupedQuery), None) => table.needed("kv_heads", "8", None),
        _ => {
            table.section.default("kv_heads", heads? as i64);
            heads
        }
    }
}

/// Key and value heads that the kind of attention allows.
fn agreed(
    table: &ModelTable<'_, '_>,
    kv_heads: u64,
    heads: u64,
    attention: Option<Attention>,
) -> Option<u64> {
    let (name, has, right) = match attention {
        Some(Attention::MultiHead) => {
            ("mha", format!("one key-value head for each of the {heads} heads"), heads)
        }
        Some(Attention::MultiQuery) => ("mqa", "one key-value head for all heads".to_owned(), 1),
        _ => return Some(kv_heads),
    };
    if kv_heads == right {
        return Some(kv_heads);
    }
    let problem = format!(
        "`attention` = \"{name}\" has {has}, and `kv_heads` = {kv_heads}; leave `kv_heads` out, or set `attention` to \"gqa\""
    );
    table.impossible("kv_heads", problem);
    None
}

//! The experts of `[workload.model]`.

use super::model_table::ModelTable;
use crate::training::Experts;

const KEYS: [&str; 8] = [
    "top_k",
    "expert_ffn",
    "shared_experts",
    "shared_ffn",
    "dense_layers",
    "moe_every",
    "expert_groups",
    "top_groups",
];

/// Reads the keys: `Some(None)` for a dense model, `None` where something is wrong.
pub(super) fn read(table: &ModelTable<'_, '_>) -> Option<Option<Experts>> {
    let base = table.base.and_then(|base| base.experts);
    if !table.has("experts") && base.is_none() {
        table.refuse(&KEYS, "a dense model", "write `experts` beside it, or remove it");
        return Some(None);
    }
    let experts = table.needed("experts", "256", base.map(|base| base.experts));
    let top_k = table.needed("top_k", "8", base.map(|base| base.top_k));
    let expert_ffn = table.needed("expert_ffn", "2048", base.map(|base| base.expert_ffn));
    let dense_layers = table.optional("dense_layers", base.map_or(0, |base| base.dense_layers));
    let every = table.optional("moe_every", base.map_or(1, |base| base.every));
    let groups = table.optional("expert_groups", base.map_or(1, |base| base.groups));
    let top_groups = table.optional("top_groups", base.map_or(1, |base| base.top_groups));
    let (experts, top_k, expert_ffn) = (experts?, top_k?, expert_ffn?);
    let shared_ffn = shared_ffn(table, expert_ffn, base);
    Some(Some(Experts { experts, top_k, expert_ffn, shared_ffn, dense_layers, every, groups, top_groups }))
}

/// The width of shared experts together: as written, or as many times an expert's as there are of them.
fn shared_ffn(table: &ModelTable<'_, '_>, expert_ffn: u64, base: Option<Experts>) -> u64 {
    let of_base = base.map_or(0, |base| base.shared_ffn);
    if table.has("shared_experts") {
        let together = table.optional("shared_experts", 0).saturating_mul(expert_ffn);
        return table.optional("shared_ffn", together);
    }
    table.optional("shared_ffn", of_base)
}

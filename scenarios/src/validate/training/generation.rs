//! Which generation of training software a row ran, by name. Rows of one generation share what software costs.

use super::published::Published;

/// The containers of Megatron-Bridge.
const BRIDGE: [&str; 9] = [
    "megatron-bridge-25.09",
    "megatron-bridge-25.11",
    "megatron-bridge-26.02",
    "megatron-bridge-26.02.01",
    "megatron-bridge-26.04",
    "megatron-bridge-26.04.01",
    "megatron-bridge-26.06",
    "megatron-bridge-26.06.01",
    "megatron-bridge-26.08",
];

/// Sources whose rows all ran one generation: what their names begin with.
const BY_PREFIX: [(&str, &str); 17] = [
    ("NAR21", "megatron-2021"),
    ("KOR22", "megatron-2022"),
    ("MTNLG", "megatron-deepspeed-2022"),
    ("BLOOMPRE", "megatron-deepspeed-2022"),
    ("BLOOM-", "megatron-deepspeed-2022"),
    ("MLM-llama", "megatron-bridge-25.11"),
    ("MLM-DSV3", "megatron-ladder-2025"),
    ("MLM-H100", "megatron-2024"),
    ("NeMo24.07", "nemo-24.07"),
    ("NeMoLong", "nemo-long-2025"),
    ("MLPERF-v3.1", "mlperf-3.1"),
    ("MLPERF-v4.1", "mlperf-4.1"),
    ("MLPERF-v5.0", "mlperf-5.0"),
    ("MLPERF-v5.1", "mlperf-5.1"),
    ("TITAN", "torchtitan-2024"),
    ("LLMF", "llm-foundry-2023"),
    ("MOEZOO", "megatron-moe-2025"),
];

/// The name of the software generation; `None` where nothing is known of it.
pub(super) fn name(row: &Published) -> Option<&'static str> {
    let id = row.id.as_str();
    let by_prefix = BY_PREFIX.iter().find(|(prefix, _)| id.starts_with(prefix)).map(|(_, name)| *name);
    by_prefix.or_else(|| bridge(id)).or_else(|| dgx_cloud(row)).or_else(|| paper(id))
}

/// The container in the name of a row of Megatron-Bridge, as `MB26.04.01-...`.
fn bridge(id: &str) -> Option<&'static str> {
    let (release, _) = id.strip_prefix("MB")?.split_once('-')?;
    BRIDGE.into_iter().find(|name| name.strip_prefix("megatron-bridge-") == Some(release))
}

/// The recipes of NVIDIA's cloud, by version; those of `MaxText` are JAX.
fn dgx_cloud(row: &Published) -> Option<&'static str> {
    let (version, _) = row.id.strip_prefix("DGXC-v")?.split_once('-')?;
    if row.model.contains("MaxText") {
        return Some("maxtext-2025");
    }
    Some(match version {
        "25.01" | "25.02" => "nemo-25.02",
        "25.04" => "nemo-25.04",
        "25.05" => "nemo-25.05",
        _ => "nemo-25.05.05",
    })
}

/// Papers that compare two systems, and single runs.
fn paper(id: &str) -> Option<&'static str> {
    let ours = id.ends_with("MegaScale") || id.ends_with("MegaScale-MoE");
    if id.starts_with("MEGASCALE") {
        return Some(if ours { "megascale-2024" } else { "megatron-2023" });
    }
    if id.starts_with("MSMOE") {
        return Some(if ours { "megascale-moe-2025" } else { "megatron-2024" });
    }
    if id.starts_with("NEM4") {
        return Some("nemotron-4-2024");
    }
    id.starts_with("LLAMA3").then_some("llama-3-2024")
}

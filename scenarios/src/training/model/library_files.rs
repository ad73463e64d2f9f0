//! The files of the model library, and the names that each holds.

/// Names and text of every file: what people ask for most first, ladders of shapes last.
pub(super) const FILES: &[(&[&str], &str)] = &[
    (&["gpt-1t"], include_str!("../../../library/models/gpt-1t.toml")),
    (&["gpt-3-175b"], include_str!("../../../library/models/gpt-3-175b.toml")),
    (&["mt-nlg-530b"], include_str!("../../../library/models/mt-nlg-530b.toml")),
    (&["llama-3.1-8b"], include_str!("../../../library/models/llama-3.1-8b.toml")),
    (&["llama-3.1-70b"], include_str!("../../../library/models/llama-3.1-70b.toml")),
    (&["llama-3.1-405b"], include_str!("../../../library/models/llama-3.1-405b.toml")),
    (&["mixtral-8x7b"], include_str!("../../../library/models/mixtral-8x7b.toml")),
    (&["mixtral-8x22b"], include_str!("../../../library/models/mixtral-8x22b.toml")),
    (&["grok-1"], include_str!("../../../library/models/grok-1.toml")),
    (&["deepseek-v3"], include_str!("../../../library/models/deepseek-v3.toml")),
    (&["kimi-k2"], include_str!("../../../library/models/kimi-k2.toml")),
    (&["qwen3-235b"], include_str!("../../../library/models/qwen3-235b.toml")),
    (&["qwen3-30b"], include_str!("../../../library/models/qwen3-30b.toml")),
    (&["gpt-oss-120b"], include_str!("../../../library/models/gpt-oss-120b.toml")),
    (&["gpt-oss-20b"], include_str!("../../../library/models/gpt-oss-20b.toml")),
    (&["gpt-moe-1.8t"], include_str!("../../../library/models/gpt-moe-1.8t.toml")),
    (&["nemotron-4-340b"], include_str!("../../../library/models/nemotron-4-340b.toml")),
    (&["nemotron-4-15b"], include_str!("../../../library/models/nemotron-4-15b.toml")),
    (&["pangu-ultra"], include_str!("../../../library/models/pangu-ultra.toml")),
    (&["pangu-ultra-moe"], include_str!("../../../library/models/pangu-ultra-moe.toml")),
    (&["bloom-176b"], include_str!("../../../library/models/bloom-176b.toml")),
    (&["llama-4-maverick"], include_str!("../../../library/models/llama-4-maverick.toml")),
    (&["llama-4-scout"], include_str!("../../../library/models/llama-4-scout.toml")),
    (&["ernie-4.5-300b"], include_str!("../../../library/models/ernie-4.5-300b.toml")),
    (&["palm-540b"], include_str!("../../../library/models/palm-540b.toml")),
    (&["bloomberggpt-50b"], include_str!("../../../library/models/bloomberggpt-50b.toml")),
    (&["megascale-moe-352b"], include_str!("../../../library/models/megascale-moe-352b.toml")),
    (
        &[
            "bloom-prequel-72x14336-16",
            "bloom-prequel-72x14336-32",
            "bloom-prequel-72x14336-64",
            "bloom-prequel-72x14336-112",
            "bloom-prequel-72x14336-128",
            "bloom-prequel-96x12288-64",
            "bloom-prequel-96x12288-96",
        ],
        include_str!("../../../library/models/bloom-prequel.toml"),
    ),
    (&["korthikanti-22b"], include_str!("../../../library/models/korthikanti-2022.toml")),
    (
        &["llama-2-7b", "llama-2-13b", "llama-2-70b", "llama-1-65b"],
        include_str!("../../../library/models/llama-2.toml"),
    ),
    (
        &[
            "llama-3.1-405b-7-layers",
            "llama-3.1-405b-8-layers",
            "llama-3.1-405b-21-layers",
            "llama-3.1-405b-30-layers",
            "llama-3.1-405b-42-layers",
            "llama-3.1-405b-62-layers",
            "llama-3.1-405b-mlperf",
        ],
        include_str!("../../../library/models/llama-3.1-405b-proxy.toml"),
    ),
    (&["megascale-175b"], include_str!("../../../library/models/megascale.toml")),
    (
        &[
            "megatron-1.7b",
            "megatron-7.1b",
            "megatron-16b",
            "megatron-32b",
            "megatron-70b",
            "megatron-119b",
            "megatron-177b",
        ],
        include_str!("../../../library/models/megatron-core.toml"),
    ),
    (&["mpt-7b", "mpt-13b", "mpt-30b", "mpt-70b"], include_str!("../../../library/models/mpt.toml")),
    (
        &[
            "narayanan-1.7b",
            "narayanan-3.6b",
            "narayanan-7.5b",
            "narayanan-18.4b",
            "narayanan-39.1b",
            "narayanan-76.1b",
            "narayanan-145.6b",
            "narayanan-174.6b",
            "narayanan-310.1b",
            "narayanan-529.6b",
        ],
        include_str!("../../../library/models/narayanan-2021.toml"),
    ),
    (&["nemo-gpt-5b", "nemo-gpt-20b"], include_str!("../../../library/models/nemo.toml")),
    (&["nemotron-3-8b", "nemotron-3-22b"], include_str!("../../../library/models/nemotron-3.toml")),
];

/// The text of the file that holds the model of this name.
pub(super) fn file_of(name: &str) -> Option<&'static str> {
    FILES.iter().find(|(names, _)| names.contains(&name)).map(|(_, text)| *text)
}

//! What each generation of software does with a plan where a row does not say otherwise.

use super::flags::Flags;
use super::generation;
use super::notes::Notes;
use super::published::Published;
use crate::training::{
    AttentionKernel, Dispatcher, GradientFormat, LaunchGraphs, Overlap, Recipe, TensorOverlap,
};

/// How many chunks tensor collectives and the matmuls that they feed are cut into where they overlap.
const TENSOR_CHUNKS: u32 = 4;

/// What a generation does by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Defaults {
    attention: AttentionKernel,
    gradients: GradientFormat,
    /// Whether gradients and parameters travel beside passes.
    data_overlap: bool,
    /// Whether transfers between stages run beside passes, where stages are interleaved.
    pipeline_overlap: bool,
    /// Whether tensor collectives run in chunks beside the matmuls that they feed.
    tensor_overlap: bool,
    /// Whether optimizer states are divided where the row does not say.
    pub(super) divides_optimizer: bool,
    /// What sends tokens to experts, where the row names no other.
    dispatcher: Dispatcher,
}

/// The default of the year: kernels of their own for attention, nothing beside compute (Narayanan et al. 2021).
const BEFORE_FLASH: Defaults = Defaults {
    attention: AttentionKernel::Unfused,
    gradients: GradientFormat::Fp32,
    data_overlap: false,
    pipeline_overlap: false,
    tensor_overlap: false,
    divides_optimizer: false,
    dispatcher: Dispatcher::AllToAll,
};

/// Megatron-LM from 2023 on: flash attention, and reductions beside passes.
const MEGATRON: Defaults = Defaults {
    attention: AttentionKernel::Flash,
    data_overlap: true,
    pipeline_overlap: true,
    divides_optimizer: true,
    ..BEFORE_FLASH
};

/// Tuned recipes of NVIDIA: gradients of 16 bits, and tensor collectives through buffers that kernels share.
const TUNED: Defaults = Defaults { gradients: GradientFormat::Bf16, tensor_overlap: true, ..MEGATRON };

/// The recipes of Megatron-MoE-ModelZoo, which enable DeepEP.
const MODEL_ZOO: Defaults = Defaults { dispatcher: Dispatcher::Deduplicated, ..MEGATRON };

/// The software of a row: its recipe, and what it overlaps and how it dispatches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Software {
    pub(super) recipe: Recipe,
    pub(super) overlap: Overlap,
    pub(super) dispatcher: Dispatcher,
    pub(super) divides_optimizer: bool,
    /// Whether sequence parallelism is usual with tensor parallelism.
    pub(super) divides_sequence: bool,
}

fn defaults(generation: Option<&str>) -> Defaults {
    match generation {
        Some("megatron-2021" | "megatron-2022" | "megatron-deepspeed-2022") => BEFORE_FLASH,
        Some("llm-foundry-2023" | "maxtext-2025") => Defaults { gradients: GradientFormat::Bf16, ..MEGATRON },
        Some("megatron-moe-2025") => MODEL_ZOO,
        Some("megatron-2024") => Defaults { tensor_overlap: true, ..MEGATRON },
        Some(name) if is_tuned(name) => TUNED,
        _ => MEGATRON,
    }
}

fn is_tuned(name: &str) -> bool {
    ["nemo-", "mlperf-", "megatron-bridge-", "nemotron-"].iter().any(|prefix| name.starts_with(prefix))
}

/// The software of a row; flags of its notes, or of the row that it follows, override what is usual.
pub(super) fn of(row: &Published, flags: &Flags<'_>) -> Software {
    let defaults = defaults(generation::name(row));
    let notes = flags.notes;
    let asynchronous = row.notes().say("async tp") || row.notes().say("asynctp");
    let tensor = row.notes().flag("TP_COMM_OVERLAP").unwrap_or(defaults.tensor_overlap || asynchronous)
        && !row.chip.starts_with("A100");
    let recipe = Recipe {
        graphs: graphs(notes),
        attention: if recomputes_attention(flags) { AttentionKernel::Unfused } else { defaults.attention },
        gradients: defaults.gradients,
        drops_tokens: row.notes().say("token-drop"),
        software: generation::name(row).and_then(|name| copperlight_topologies::Software::named(name).ok()),
        ..Recipe::default()
    };
    let overlap = Overlap {
        gradients: defaults.data_overlap,
        parameters: defaults.data_overlap,
        pipeline: defaults.pipeline_overlap,
        experts: row.has_experts() && overlaps_experts(notes),
        tensor: if tensor { TensorOverlap::Chunks(TENSOR_CHUNKS) } else { TensorOverlap::Independent },
    };
    Software {
        recipe,
        overlap,
        dispatcher: dispatcher(notes, defaults.dispatcher),
        divides_optimizer: defaults.divides_optimizer,
        divides_sequence: defaults.attention == AttentionKernel::Flash,
    }
}

/// Whether a recipe names core attention as what is computed again. Flash attention keeps nothing that would be: the
/// kernels of such a recipe are not fused, as those of latent attention were not at first.
fn recomputes_attention(flags: &Flags<'_>) -> bool {
    flags.recompute == "selective:core_attn"
}

/// Whether collectives of a node went through one adapter of it, one after another. Step times of `ZeRO-3` in Narayanan
/// et al. 2021 do not depend on the number of chips, and are what one adapter of each node takes for the parameters.
pub(super) fn uses_one_adapter(row: &Published) -> bool {
    generation::name(row) == Some("megatron-2021") && row.zero.starts_with('3')
}

/// How kernels are launched. `local` and `transformer_engine` are graphs of layers or of parts of them.
fn graphs(notes: Notes<'_>) -> LaunchGraphs {
    match notes.value("cuda_graph_impl") {
        Some("full_iteration") => LaunchGraphs::Full,
        Some("transformer_engine" | "local") => LaunchGraphs::Partial,
        Some(_) => LaunchGraphs::None,
        // A ladder of changes names what each step adds to the steps before.
        None if ["CUDA graphs", "HybridEP dispatcher", "ladder: final"]
            .iter()
            .any(|step| notes.say(step)) =>
        {
            LaunchGraphs::Partial
        }
        None => LaunchGraphs::None,
    }
}

fn overlaps_experts(notes: Notes<'_>) -> bool {
    let in_words = || {
        let on = ["all-to-all overlap on", ", A2A overlap", "ladder: final"];
        on.iter().any(|words| notes.say(words))
    };
    notes.flag("moe_a2a_overlap").unwrap_or_else(in_words)
}

fn dispatcher(notes: Notes<'_>, default: Dispatcher) -> Dispatcher {
    let kernels = ["hybridep", "deepep", "ladder: CUDA graphs", "ladder: final"];
    if kernels.iter().any(|name| notes.say(name)) { Dispatcher::Deduplicated } else { default }
}

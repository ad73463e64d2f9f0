//! The plan of a row, as far as it was published, and what is usual where it was not.

use super::flags::Flags;
use super::generation;
use super::layout;
use super::published::Published;
use super::software::{self, Software};
use crate::training::{
    ContextExchange, FlopConvention, Model, Parallelism, Precision, Recompute, Schedule, TensorOverlap,
    TrainingPlan, ZeroStage,
};

/// Micro-batches of a run that publishes none.
const USUAL_MICRO_BATCHES: [u64; 3] = [1, 2, 4];

/// Chips over which experts are divided where that was not published: those of a node.
const USUAL_EXPERT_CHIPS: u64 = 8;

/// A plan but for its micro-batch, virtual stages and recomputation, and what these can be.
#[derive(Debug, Clone)]
pub(super) struct Outline {
    plan: TrainingPlan,
    pub(super) micro_batches: Vec<u64>,
    pub(super) virtual_stages: Vec<u64>,
}

impl Outline {
    /// The plan with these choices.
    pub(super) fn with(&self, micro_batch: u64, virtual_stages: u64, recompute: Recompute) -> TrainingPlan {
        let mut plan = self.plan.clone();
        plan.parallelism.micro_batch = micro_batch;
        plan.parallelism.virtual_stages = virtual_stages;
        plan.parallelism.recompute = recompute;
        plan.parallelism.overlap.pipeline &= virtual_stages > 1;
        let chunks = plan.parallelism.pipeline * virtual_stages;
        plan.layers_per_chunk = plan
            .layers_per_chunk
            .filter(|layers| layers.len() as u64 == chunks)
            .or_else(|| layout::with_bare_ends(plan.model.shape().layers, chunks));
        plan
    }

    /// The software of the plan.
    pub(super) const fn plan(&self) -> &TrainingPlan {
        &self.plan
    }
}

/// The outline of a row's plan on so many chips, with what had to be assumed.
///
/// # Errors
/// Why there is none, in a sentence.
pub(super) fn outline(
    row: &Published,
    model: Model,
    flags: &Flags<'_>,
    assumed: &mut Vec<String>,
) -> Result<Outline, String> {
    let blank = |column: &str, what: &str| format!("{column} is blank: {what} was not published");
    let sequence_length = row.sequence.ok_or_else(|| blank("seq", "the length of sequences"))?;
    let global_batch = row.degrees.global_batch.ok_or_else(|| blank("global_batch", "the batch"))?;
    let chips = row.chips.ok_or_else(|| blank("n_chips", "how many chips took part"))?;
    let software = software::of(row, flags);
    let parallelism = parallelism(row, chips, &software, assumed)?;
    let (micro_batches, virtual_stages) =
        (micro_batches(row), virtual_stages(row, &model, parallelism.pipeline));
    let layers_per_chunk = layout_of(row);
    let plan = TrainingPlan {
        model,
        parallelism,
        sequence_length,
        global_batch,
        precision: precision(row, assumed)?,
        layers_per_chunk,
        recipe: software.recipe,
        flop_convention: FlopConvention::Causal,
        run_tokens: None,
        search: None,
    };
    Ok(Outline { plan, micro_batches, virtual_stages })
}

/// The layers of each chunk, where the notes have a layout.
fn layout_of(row: &Published) -> Option<Vec<u64>> {
    let notes = row.notes();
    let written = notes.value("pp_layout").or_else(|| {
        notes
            .sentences()
            .flat_map(|sentence| sentence.split(", "))
            .find_map(|part| part.strip_prefix("layout "))
    });
    // A value in brackets loses its last one.
    written.and_then(|text| layout::layers_per_chunk(text.trim()))
}

fn parallelism(
    row: &Published,
    chips: u64,
    software: &Software,
    assumed: &mut Vec<String>,
) -> Result<Parallelism, String> {
    let degrees = &row.degrees;
    if degrees.tensor.is_none() && degrees.pipeline.is_none() {
        return Err("tp and pp are blank: how the chips share the model was not published".to_owned());
    }
    let pipeline = degrees.pipeline.unwrap_or(1);
    let (tensor, context) = tensor_and_context(row, chips, pipeline, assumed);
    let mut parallelism = Parallelism {
        tensor,
        context,
        pipeline,
        schedule: Schedule::OneForwardOneBackward,
        zero: zero(row, software, assumed)?,
        context_exchange: ContextExchange::Ring,
        dispatcher: software.dispatcher,
        overlap: software.overlap,
        ..Parallelism::default()
    };
    parallelism.data = parallelism.replicas(chips).map_err(|error| error.to_string())?;
    if row.has_experts() {
        put_experts(row, &mut parallelism, assumed)?;
    }
    let divides = row.sequence_parallel.unwrap_or(software.divides_sequence) || row.has_experts();
    parallelism.sequence_parallel = divides && tensor > 1;
    if !parallelism.sequence_parallel {
        parallelism.overlap.tensor = TensorOverlap::Independent;
    }
    Ok(parallelism)
}

/// The degrees inside a replica. Where that of tensors was not published, it is what replicas leave, or 1.
fn tensor_and_context(row: &Published, chips: u64, pipeline: u64, assumed: &mut Vec<String>) -> (u64, u64) {
    let context = row.degrees.context.unwrap_or(1);
    if let Some(tensor) = row.degrees.tensor {
        return (tensor, context);
    }
    let left = row.degrees.data.map_or(1, |data| chips / (pipeline * data * context).max(1)).max(1);
    if row.notes().say("SP8 attention") && left > 1 {
        assumed.push(format!("attention divided by sequence over {left} chips, as context parallelism"));
        return (1, left);
    }
    assumed.push(format!("tensor = {left}: not published"));
    (left, context)
}

fn put_experts(
    row: &Published,
    parallelism: &mut Parallelism,
    assumed: &mut Vec<String>,
) -> Result<(), String> {
    parallelism.expert_tensor = match row.notes().value("ETP") {
        None => 1,
        Some(text) => {
            let digits = text.split(|letter: char| !letter.is_ascii_digit()).next().unwrap_or_default();
            digits.parse().map_err(|_| format!("ETP is `{text}` in the notes; write a number"))?
        }
    };
    let shared = parallelism.tensor * parallelism.context * parallelism.data;
    let usual = || {
        let fits = |chips: &u64| {
            shared.is_multiple_of(*chips) && row.sizes.experts.unwrap_or(1).is_multiple_of(*chips)
        };
        (1..=USUAL_EXPERT_CHIPS).rev().find(fits).unwrap_or(1)
    };
    parallelism.expert = row.degrees.expert.unwrap_or_else(|| {
        let expert = usual();
        assumed.push(format!("experts over {expert} chips: not published"));
        expert
    });
    Ok(())
}

/// What replicas divide. Words such as `2-like (FSDP, ...)` are not the third stage.
fn zero(row: &Published, software: &Software, assumed: &mut Vec<String>) -> Result<ZeroStage, String> {
    let text = row.zero.trim_start_matches('z');
    match text.chars().next() {
        Some('0') => Ok(ZeroStage::None),
        Some('1') => Ok(ZeroStage::Optimizer),
        Some('2') => Ok(ZeroStage::Gradients),
        Some('3') => Ok(ZeroStage::Parameters),
        Some(_) => Err(format!("zero is `{}`; begin with 0, 1, 2 or 3", row.zero)),
        None if software.divides_optimizer => {
            assumed.push("optimizer states divided by replicas: not published".to_owned());
            Ok(ZeroStage::Optimizer)
        }
        None => Ok(ZeroStage::None),
    }
}

/// The precision of matmuls. The 16-bit formats run at one rate.
fn precision(row: &Published, assumed: &mut Vec<String>) -> Result<Precision, String> {
    let word = row.precision.split([' ', '/']).next().unwrap_or_default();
    match word.to_lowercase().as_str() {
        "bf16" | "fp16" => Ok(Precision::Bf16),
        "fp8" => Ok(Precision::Fp8),
        "mxfp8" => Ok(Precision::Mxfp8),
        "nvfp4" => Ok(Precision::Nvfp4),
        "" => {
            assumed.push("16 bits: the precision was not published".to_owned());
            Ok(Precision::Bf16)
        }
        _ => Err(format!("precision is `{}`; begin with BF16, FP16, FP8, MXFP8 or NVFP4", row.precision)),
    }
}

fn micro_batches(row: &Published) -> Vec<u64> {
    row.degrees.micro_batch.map_or_else(|| USUAL_MICRO_BATCHES.to_vec(), |one| vec![one])
}

/// The numbers of virtual stages that a row can mean: the published one, or all that give chunks of equally many
/// layers, embedding and loss counted where they must.
fn virtual_stages(row: &Published, model: &Model, pipeline: u64) -> Vec<u64> {
    if pipeline == 1 {
        return vec![1];
    }
    if let Some(one) = row.degrees.virtual_stages {
        return vec![one];
    }
    let notes = row.notes();
    let is_interleaved = notes.say("interleaved") && !notes.say("no interleaving");
    // DeepSpeed has no interleaved schedule.
    let is_plain =
        generation::name(row) == Some("megatron-deepspeed-2022") || notes.say("1F1B") && !is_interleaved;
    if is_plain {
        return vec![1];
    }
    let layers = model.shape().layers;
    let divides = |number: &u64| {
        let chunks = pipeline * number;
        layers.is_multiple_of(chunks) || (layers + 2).is_multiple_of(chunks)
    };
    let all: Vec<u64> = (if is_interleaved { 2 } else { 1 }..=layers / pipeline).filter(divides).collect();
    if all.is_empty() { vec![1] } else { all }
}

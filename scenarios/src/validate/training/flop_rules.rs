//! FLOPs as sources count them, for rows that publish nothing else.
//!
//! The README of Megatron-LM (to 2024), NeMo's long-context tables, Korthikanti and Llama 3 count all of attention;
//! Megatron-Bridge and Megatron-LM since 2025 the causal half. Narayanan 2021 and BLOOM add what is computed again.

use super::generation;
use super::published::Published;
use crate::training::{FlopConvention, TrainingJob};

/// Sources that count masked scores as work, by generation of software.
const FULL: [&str; 7] = [
    "megatron-2021",
    "megatron-2022",
    "megatron-deepspeed-2022",
    "megatron-2023",
    "megatron-2024",
    "nemo-long-2025",
    "llama-3-2024",
];

/// Sources that count what is computed again.
const WITH_RECOMPUTE: [&str; 2] = ["megatron-2021", "megatron-deepspeed-2022"];

/// The FLOPs of a step of all chips, as the source of the row counts them.
pub(super) fn flops_of_step(row: &Published, job: &TrainingJob) -> f64 {
    let name = generation::name(row);
    let is_in = |names: &[&str]| name.is_some_and(|name| names.contains(&name));
    let convention = if is_in(&FULL) { FlopConvention::Full } else { FlopConvention::Causal };
    let sequences = job.global_batch() as f64;
    let model = job.model().flops_per_sequence_by(convention, job.sequence_length()).count() * sequences;
    if is_in(&WITH_RECOMPUTE) { model + job.recomputed_flops().count() } else { model }
}

//! Keys of a training workload that change nothing: they are legal, so that sweeps and tables for single systems may
//! state them, and a note names those that change nothing at any point.

use super::findings::IdleKey;
use super::section::Section;
use crate::training::{ContextExchange, DispatchFormat, Dispatcher, TensorOverlap, TrainingJob};

const DENSE: &str = "the model has no experts";

/// Notes what the keys of a legal job change; defaults that are written out say nothing.
pub(super) fn note(workload: &Section<'_>, job: &TrainingJob) {
    let (plan, recipe) = (job.parallelism(), job.recipe());
    let is_dense = job.model().shape().experts.is_none();
    let of_experts = is_dense.then_some(DENSE);
    if let Some(section) = workload.section_if_there("parallelism") {
        let exchanged = of_experts.or((plan.expert == 1).then_some("`expert` is 1"));
        let alone = (plan.context == 1).then_some("`context` is 1");
        let whole = (plan.tensor == 1).then_some("`tensor` is 1");
        for (key, is_stated, reason) in [
            ("dispatcher", plan.dispatcher != Dispatcher::AllToAll, exchanged),
            ("context_exchange", plan.context_exchange != ContextExchange::Ring, alone),
            ("tensor_chunks", matches!(plan.overlap.tensor, TensorOverlap::Chunks(_)), whole),
        ] {
            note_one(&section, key, is_stated, reason);
        }
    }
    if let Some(section) = workload.section_if_there("recipe") {
        for (key, is_stated) in [
            ("expert_imbalance", recipe.expert_imbalance != 1000),
            ("dispatch", recipe.dispatch != DispatchFormat::Bf16),
            ("drops_tokens", recipe.drops_tokens),
        ] {
            note_one(&section, key, is_stated, of_experts);
        }
    }
}

fn note_one(section: &Section<'_>, key: &'static str, is_stated: bool, reason: Option<&'static str>) {
    let Some(entry) = section.entry(key).filter(|_| is_stated) else { return };
    let written = format!("{key} = {}", entry.node.to_toml());
    let idle = reason.map(|reason| IdleKey { place: Some(entry.node.place), written, reason });
    section.findings().effect(key, idle);
}

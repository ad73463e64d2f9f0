//! A changed plan in the words of a scenario file.

use crate::training::plan::{Recompute, RecomputedModules, TrainingPlan};

/// The keys in which two plans differ, as they are to be written.
pub(super) fn changes(from: &TrainingPlan, to: &TrainingPlan) -> String {
    let (old, new) = (&from.parallelism, &to.parallelism);
    let mut keys = Vec::new();
    if old.sequence_parallel != new.sequence_parallel {
        keys.push(format!("`sequence_parallel = {}`", new.sequence_parallel));
    }
    if old.recompute != new.recompute {
        keys.extend(recompute_keys(new.recompute));
    }
    let zero = |plan: &TrainingPlan| plan.parallelism.zero as u64;
    let numbers = [
        ("zero", zero(from), zero(to)),
        ("micro_batch", old.micro_batch, new.micro_batch),
        ("expert", old.expert, new.expert),
        ("tensor", old.tensor, new.tensor),
        ("context", old.context, new.context),
        ("pipeline", old.pipeline, new.pipeline),
        ("data", old.data, new.data),
    ];
    let changed = numbers.into_iter().filter(|(_, old, new)| old != new);
    keys.extend(changed.map(|(key, _, new)| format!("`{key} = {new}`")));
    if from.layers_per_chunk.is_some() && to.layers_per_chunk.is_none() {
        keys.push("no `layers_per_chunk`".to_owned());
    }
    match keys.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => keys.concat(),
    }
}

fn recompute_keys(recompute: Recompute) -> Vec<String> {
    match recompute {
        Recompute::Full { layers } => {
            let layers = layers.map(|layers| format!("`recompute_layers = {layers}`"));
            std::iter::once("`recompute = \"full\"`".to_owned()).chain(layers).collect()
        }
        Recompute::Modules(RecomputedModules::NONE) => vec!["`recompute = \"none\"`".to_owned()],
        Recompute::SELECTIVE => vec!["`recompute = \"selective\"`".to_owned()],
        Recompute::Modules(modules) => {
            let named = RecomputedModules::ALL.into_iter().filter(|(_, one)| modules.contains(*one));
            let names: Vec<String> = named.map(|(name, _)| format!("\"{name}\"")).collect();
            vec![format!("`recompute = [{}]`", names.join(", "))]
        }
    }
}

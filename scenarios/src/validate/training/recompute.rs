//! What a run computed again, as the table has it in words.

use crate::training::{AttentionKernel, Recompute, RecomputedModules};

/// The names of modules in tables.
const MODULES: [(&str, RecomputedModules); 10] = [
    ("mla_up_proj", RecomputedModules::LATENT_UP_PROJECTION),
    ("layernorm", RecomputedModules::NORMS),
    ("norm", RecomputedModules::NORMS),
    ("moe_act", RecomputedModules::ACTIVATION),
    ("act", RecomputedModules::ACTIVATION),
    ("mlp", RecomputedModules::FEED_FORWARD),
    ("core_attn", RecomputedModules::CORE_ATTENTION),
    ("moe", RecomputedModules::EXPERTS),
    ("experts", RecomputedModules::EXPERTS),
    ("shared_experts", RecomputedModules::SHARED_EXPERTS),
];

/// What was published; `None` where nothing was.
///
/// # Errors
/// A sentence about words that are not known.
pub(super) fn published(text: &str) -> Result<Option<Recompute>, String> {
    let unknown =
        || format!("recompute is `{text}`; write none, full, full:5layers, selective or selective:mlp+norm");
    if text.is_empty() {
        return Ok(None);
    }
    let (kind, of) = text.split_once(':').unwrap_or((text, ""));
    match (kind, of) {
        ("none", "") => Ok(Some(Recompute::NONE)),
        ("selective", "") => Ok(Some(Recompute::SELECTIVE)),
        ("full", "") => Ok(Some(Recompute::Full { layers: None })),
        ("full", of) => {
            let layers = of.trim_end_matches("layers").parse().map_err(|_| unknown())?;
            Ok(Some(Recompute::Full { layers: Some(layers) }))
        }
        ("selective", of) => {
            let mut all = RecomputedModules::NONE;
            for name in of.split('+') {
                let module = MODULES.iter().find(|(known, _)| *known == name.trim()).ok_or_else(unknown)?;
                all = all.with(module.1);
            }
            Ok(Some(Recompute::Modules(all)))
        }
        _ => Err(unknown()),
    }
}

/// In how many steps whole layers of a virtual stage are given up.
const STEPS: u64 = 8;

/// What an unpublished run may have computed again, the least first; virtual stages have so many layers.
pub(super) fn ladder(attention: AttentionKernel, has_experts: bool, layers: u64) -> Vec<Recompute> {
    let mut ladder = vec![Recompute::NONE];
    if attention == AttentionKernel::Unfused {
        ladder.push(Recompute::SELECTIVE);
    }
    if has_experts {
        // What recipes with experts take first: the cheapest to compute for what it frees.
        let cheap = RecomputedModules::NORMS
            .with(RecomputedModules::ACTIVATION)
            .with(RecomputedModules::LATENT_UP_PROJECTION);
        let more = cheap.with(RecomputedModules::FEED_FORWARD).with(RecomputedModules::SHARED_EXPERTS);
        ladder.extend([cheap, more, more.with(RecomputedModules::EXPERTS)].map(Recompute::Modules));
    }
    let some = (1..STEPS).map(|step| (layers * step).div_ceil(STEPS)).filter(|some| *some < layers);
    ladder.extend(some.map(|some| Recompute::Full { layers: Some(some) }));
    ladder.dedup();
    ladder.push(Recompute::Full { layers: None });
    ladder
}

/// In words.
pub(super) fn name(recompute: Recompute) -> &'static str {
    match recompute {
        Recompute::Full { layers: None } => "full",
        Recompute::Full { layers: Some(_) } => "full of some layers",
        recompute if recompute == Recompute::NONE => "none",
        Recompute::Modules(_) => "selective",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_layers_are_given_up_in_steps() {
        let full = |layers| Recompute::Full { layers };
        let few = ladder(AttentionKernel::Flash, false, 2);
        assert_eq!(few, [Recompute::NONE, full(Some(1)), full(None)]);
        let one = ladder(AttentionKernel::Unfused, false, 1);
        assert_eq!(one, [Recompute::NONE, Recompute::SELECTIVE, full(None)]);
        assert_eq!(ladder(AttentionKernel::Flash, false, 80)[1], full(Some(10)));
    }

    #[test]
    fn words_are_known_or_refused() {
        let modules = RecomputedModules::LATENT_UP_PROJECTION.with(RecomputedModules::FEED_FORWARD);
        for (text, expected) in [
            ("", None),
            ("none", Some(Recompute::NONE)),
            ("selective", Some(Recompute::SELECTIVE)),
            ("selective:core_attn", Some(Recompute::SELECTIVE)),
            ("selective:mla_up_proj+mlp", Some(Recompute::Modules(modules))),
            ("full", Some(Recompute::Full { layers: None })),
            ("full:5layers", Some(Recompute::Full { layers: Some(5) })),
        ] {
            assert_eq!(published(text), Ok(expected), "{text}");
        }
        let unknown =
            "recompute is `selective:soup`; write none, full, full:5layers, selective or selective:mlp+norm";
        assert_eq!(published("selective:soup"), Err(unknown.to_owned()));
    }
}

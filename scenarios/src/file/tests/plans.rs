//! What the keys of `[workload.parallelism]` and `[workload.recipe]` mean.

use super::meaning::{FOUNDING, NOT_INTERLEAVED, job, points, scenario};
use crate::training::{
    AttentionKernel, ContextExchange, DispatchFormat, Dispatcher, GradientFormat, LaunchGraphs, Overlap,
    Recipe, Recompute, RecomputedModules, Schedule, TensorOverlap, TrainingPlan, ZeroStage,
};
use copperlight_topologies::Software;

/// The plan of the trillion-parameter model on 2,304 chips, not interleaved, with these settings of `workload`.
fn plan(settings: &[&str]) -> TrainingPlan {
    let settings: Vec<String> = settings.iter().map(|setting| format!("workload.{setting}")).collect();
    let mut all = vec!["systems.chips=2304", "sweep=[]", "workload.parallelism.overlap=auto"];
    all.extend(NOT_INTERLEAVED);
    all.extend(settings.iter().map(String::as_str));
    job(&points(&scenario(FOUNDING, &all))[0]).plan().clone()
}

#[test]
fn degrees_reach_the_plan_and_auto_takes_the_rest() {
    let parallelism = plan(&["parallelism.context=2", "parallelism.zero=0"]).parallelism;
    assert_eq!((parallelism.tensor, parallelism.context, parallelism.pipeline), (8, 2, 16));
    assert_eq!((parallelism.data, parallelism.expert, parallelism.expert_tensor), (9, 1, 1));
    assert_eq!((parallelism.zero, plan(&[]).parallelism.zero), (ZeroStage::None, ZeroStage::Optimizer));
}

#[test]
fn schedules_have_names() {
    let of = |settings: &[&str]| {
        let plan = plan(settings).parallelism;
        (plan.schedule, plan.virtual_stages)
    };
    assert_eq!(of(&[]), (Schedule::OneForwardOneBackward, 1));
    let interleaved = "parallelism.schedule=interleaved-1f1b";
    assert_eq!(of(&[interleaved, "parallelism.virtual_stages=2"]), (Schedule::OneForwardOneBackward, 2));
    assert_eq!(of(&[interleaved]), of(&[]));
    assert_eq!(of(&["parallelism.schedule=gpipe"]).0, Schedule::GPipe);
    assert_eq!(of(&["parallelism.schedule=zero-bubble"]).0, Schedule::ZeroBubble);
    assert_eq!(of(&["parallelism.schedule=dualpipe"]).0, Schedule::DualPipe);
}

#[test]
fn layers_of_chunks_are_a_list() {
    let counts = "parallelism.layers_per_chunk=[7, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 9]";
    let layers = plan(&[counts]).layers_per_chunk.expect("they are given");
    assert_eq!((layers[0], layers[15], layers.len()), (7, 9, 16));
    assert_eq!(plan(&[]).layers_per_chunk, None);
}

#[test]
fn recompute_is_a_word_or_a_list_of_modules() {
    let of = |value: &str| plan(&[&format!("parallelism.recompute={value}")]).parallelism.recompute;
    assert_eq!(of("none"), Recompute::NONE);
    assert_eq!(of("selective"), Recompute::SELECTIVE);
    assert_eq!(of("full"), Recompute::Full { layers: None });
    let norms = RecomputedModules::NORMS;
    assert_eq!(of("norms"), Recompute::Modules(norms));
    let both = norms.with(RecomputedModules::ACTIVATION);
    assert_eq!(of("[\"norms\", \"activation\"]"), Recompute::Modules(both));
    let some = plan(&["parallelism.recompute=full", "parallelism.recompute_layers=3"]).parallelism;
    assert_eq!(some.recompute, Recompute::Full { layers: Some(3) });
}

#[test]
fn overlap_follows_the_plan_unless_it_is_written() {
    let of = |settings: &[&str]| plan(settings).parallelism.overlap;
    let dealt = Overlap { gradients: true, parameters: true, ..Overlap::default() };
    assert_eq!(of(&[]), dealt);
    assert_eq!(of(&["parallelism.zero=0"]), Overlap::default());
    assert_eq!(of(&["parallelism.schedule=zero-bubble"]), Overlap { pipeline: true, ..dealt });
    assert_eq!(of(&["parallelism.overlap=none"]), Overlap::default());
    let one = Overlap { gradients: true, ..Overlap::default() };
    assert_eq!(of(&["parallelism.overlap=gradients"]), one);
    let two = Overlap { pipeline: true, ..one };
    assert_eq!(of(&["parallelism.overlap=[\"gradients\", \"pipeline\"]"]), two);
    let chunks = Overlap { tensor: TensorOverlap::Chunks(4), ..dealt };
    assert_eq!(of(&["parallelism.tensor_chunks=4"]), chunks);
}

#[test]
fn exchanges_have_names() {
    let plan = plan(&["parallelism.context_exchange=all-gather", "parallelism.dispatcher=deduplicated"]);
    assert_eq!(plan.parallelism.context_exchange, ContextExchange::AllGather);
    assert_eq!(plan.parallelism.dispatcher, Dispatcher::Deduplicated);
}

#[test]
fn a_recipe_says_what_software_does() {
    assert_eq!(plan(&[]).recipe, Recipe::default());
    let recipe = "recipe={ graphs = \"full\", attention = \"unfused\", gradients = \"bf16\", \
                  bucket_parameters = 5000, expert_imbalance = 1.25, dispatch = \"fp8\", interference = 0.1, drops_tokens = true, software = \"mlperf-5.1\" }";
    let expected = Recipe {
        graphs: LaunchGraphs::Full,
        attention: AttentionKernel::Unfused,
        gradients: GradientFormat::Bf16,
        bucket: Some(5000),
        expert_imbalance: 1250,
        dispatch: DispatchFormat::Fp8,
        interference: Some(100),
        drops_tokens: true,
        software: Software::named("mlperf-5.1").ok(),
    };
    assert_eq!(plan(&[recipe]).recipe, expected);
}

#[test]
fn interference_is_the_chips_unless_it_is_written() {
    let of = |value: &str| plan(&[&format!("recipe={{ interference = {value} }}")]).recipe.interference;
    assert_eq!(of("\"auto\""), None);
    assert_eq!(of("0"), Some(0));
    assert_eq!(of("0.125"), Some(125));
}

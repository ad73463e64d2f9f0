//! What a scenario means: points and their order, overrides, defaults.

use crate::file::{Point, Scenario, SourceText, Workload, check};
use crate::report::CurveKind;
use crate::training::{Model, ModelShape, Window};
use copperlight_core::units::Bytes;
use copperlight_core::workload::CollectiveKind;

pub(super) const FOUNDING: &str = include_str!("../../../library/scenarios/nvl72-vs-cm384.toml");

/// One chunk of layers on each stage of the founding scenario, as models of few layers need.
pub(super) const NOT_INTERLEAVED: [&str; 2] =
    ["workload.parallelism.schedule=1f1b", "workload.parallelism.virtual_stages=1"];

const COLLECTIVE: &str = r#"
[scenario]
name = "sizes"

[[systems]]
preset = "gb200-nvl72"
chips = 72

[workload]
kind = "collective"
operation = "all-reduce"

[[sweep]]
parameter = "workload.size"
from = "1 KiB"
to = "1 MiB"
factor = 32
"#;

pub(super) fn scenario(text: &str, settings: &[&str]) -> Scenario {
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    match check(SourceText::new("test", text), &settings) {
        Ok(scenario) => scenario,
        Err(errors) => panic!("{errors}"),
    }
}

/// Every point at once.
pub(super) fn points(scenario: &Scenario) -> Vec<Point> {
    scenario.points().collect()
}

pub(super) fn job(point: &Point) -> &crate::training::TrainingJob {
    match &point.workload {
        Workload::Training(job) => job,
        Workload::Collective(_) | Workload::Traffic(_) => panic!("the workload is training"),
    }
}

#[test]
fn the_founding_scenario_has_two_sizes_of_two_systems() {
    let founding = scenario(FOUNDING, &[]);
    let chips: Vec<(usize, usize)> = founding.points().map(|p| (p.system_index, p.chips)).collect();
    assert_eq!(chips, [(0, 1152), (0, 2304), (1, 1152), (1, 2304)]);
    let indices: Vec<usize> = founding.points().map(|point| point.index).collect();
    assert_eq!(indices, [0, 1, 2, 3]);
    // 1152 chips / (tensor 8 x pipeline 16) = 9 replicas; 11520 sequences / 9 = 1280 micro-batches of one.
    let all = points(&founding);
    let first = job(&all[0]);
    assert_eq!((first.parallelism().data, first.micro_batches()), (9, 1280));
    assert_eq!(founding.report.curves, CurveKind::ALL);
    assert_eq!(points(&founding)[1].values["systems.chips"].as_integer(), Some(2304));
}

#[test]
fn settings_reach_every_system_or_one() {
    let all = scenario(FOUNDING, &["systems.chips=2304", "sweep=[]"]);
    assert_eq!(all.points().map(|point| point.chips).collect::<Vec<_>>(), [2304, 2304]);
    let one = scenario(FOUNDING, &["systems[1].chips=2304", "sweep=[]", "systems[0].name=copper"]);
    assert_eq!(one.points().map(|point| point.chips).collect::<Vec<_>>(), [1152, 2304]);
    assert_eq!(one.systems[0].name, "copper");
    let seed = scenario(FOUNDING, &["scenario.seed=7", "workload.micro_batch=2"]);
    assert_eq!((seed.seed, job(&points(&seed)[0]).micro_batches()), (7, 640));
}

#[test]
fn systems_may_be_cut_their_own_way() {
    let own = scenario(FOUNDING, &["systems[1].parallelism={ tensor = 16, pipeline = 8 }", "sweep=[]"]);
    assert_eq!(job(&points(&own)[0]).parallelism().tensor, 8);
    assert_eq!(job(&points(&own)[1]).parallelism().tensor, 16);
    assert_eq!(job(&points(&own)[1]).parallelism().pipeline, 8);
}

#[test]
fn micro_batches_scale_weakly() {
    let text = FOUNDING.replace("global_batch = 11520", "micro_batches = 32");
    let weak = scenario(&text, &[]);
    let batches: Vec<u64> = weak.points().map(|point| job(&point).global_batch()).collect();
    assert_eq!(batches, [9 * 32, 18 * 32, 9 * 32, 18 * 32]);
}

#[test]
fn a_sweep_of_one_system_leaves_the_others_alone() {
    let sweep = "sweep=[{ parameter = \"systems[0].chips\", values = [1152, 2304] }]";
    let founding = scenario(FOUNDING, &[sweep]);
    let chips: Vec<(usize, usize)> = founding.points().map(|p| (p.system_index, p.chips)).collect();
    assert_eq!(chips, [(0, 1152), (0, 2304), (1, 1152)]);
}

#[test]
fn sweeps_multiply_and_the_last_is_fastest() {
    let sweep = "sweep=[{ parameter = \"systems.chips\", values = [1152, 2304] }, \
                 { parameter = \"workload.micro_batch\", from = 1, to = 2, step = 1 }]";
    let founding = scenario(FOUNDING, &[sweep]);
    let first: Vec<(usize, u64)> =
        points(&founding)[..4].iter().map(|p| (p.chips, job(p).parallelism().micro_batch)).collect();
    assert_eq!(first, [(1152, 1), (1152, 2), (2304, 1), (2304, 2)]);
    assert_eq!(founding.point_count(), 8);
}

#[test]
fn a_collective_sweeps_its_size() {
    let collective = scenario(COLLECTIVE, &[]);
    let sizes: Vec<Bytes> = collective
        .points()
        .map(|point| match &point.workload {
            Workload::Collective(spec) if spec.operation == CollectiveKind::AllReduce => spec.size,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(sizes, [1 << 10, 1 << 15, 1 << 20].map(Bytes::new));
    assert_eq!(collective.systems[0].name, "gb200-nvl72");
    assert_eq!(points(&collective)[1].values["workload.size"].as_str(), Some("32 KiB"));
}

#[test]
fn an_inline_model_stands_in_for_a_library_name() {
    let shape = shape_of("{ layers = 16, hidden = 1024, heads = 16, ffn = 4096, vocab = 32000 }");
    assert_eq!((shape.kv_heads, shape.head_dim, shape.gated), (16, 64, false));
}

/// The shape of the founding scenario's model when it is this.
fn shape_of(model: &str) -> ModelShape {
    let model = format!("workload.model={model}");
    let founding = scenario(FOUNDING, &[&[model.as_str()], &NOT_INTERLEAVED[..]].concat());
    *job(&points(&founding)[0]).model().shape()
}

#[test]
fn an_inline_model_may_have_experts_and_latent_attention() {
    let shape = shape_of(
        "{ layers = 61, hidden = 7168, heads = 128, ffn = 18432, vocab = 129280, gated = true, attention = \"mla\", \
         query_rank = 1536, kv_rank = 512, nope_dim = 128, rope_dim = 64, value_dim = 128, experts = 256, top_k = 8, \
         expert_ffn = 2048, shared_experts = 1, dense_layers = 3, expert_groups = 8, top_groups = 4, mtp_layers = 1 }",
    );
    let mut library = *Model::library("deepseek-v3").expect("the model is in the library").shape();
    library.minor.router_biases = false;
    assert_eq!(shape, library);
}

#[test]
fn an_inline_model_may_have_windows_and_experts_everywhere() {
    let shape = shape_of(
        "{ layers = 32, hidden = 4096, heads = 32, kv_heads = 8, attention = \"gqa\", vocab = 32000, gated = true, \
         experts = 8, top_k = 2, expert_ffn = 14336, window = 4096, full_every = 2 }",
    );
    let library = *Model::library("mixtral-8x7b").expect("the model is in the library").shape();
    assert_eq!(shape, ModelShape { window: Some(Window { width: 4096, full_every: 2 }), ..library });
}

#[test]
fn a_model_may_differ_from_another_in_a_few_keys() {
    let fewer = shape_of("{ base = \"llama-3.1-405b\", layers = 16 }");
    let library = *Model::library("llama-3.1-405b").expect("the model is in the library").shape();
    assert_eq!(fewer, ModelShape { layers: 16, ..library });
    let wider = shape_of("{ base = \"gpt-1t\", hidden = 30720, heads = 192, ffn = 122880 }");
    assert_eq!((wider.kv_heads, wider.head_dim, wider.biases), (192, 160, true));
}

#[test]
fn a_model_may_be_a_config_json() {
    let shape = shape_of("\"src/file/tests/config_json/mixtral-8x7b.json\"");
    let library = Model::library("mixtral-8x7b").expect("the model is in the library");
    assert_eq!(&shape, library.shape());
}

#[test]
fn keys_that_change_nothing_at_any_point_are_noted_and_a_plan_may_be_left_out() {
    let dense = "[scenario]\nname = \"idle\"\n[[systems]]\npreset = \"gb200-nvl72\"\nchips = 8\n[workload]\n\
                 kind = \"training\"\nmodel = \"llama-3.1-8b\"\nsequence_length = 2048\nglobal_batch = 8\n";
    let notes = |text: String| check(SourceText::new("idle.toml", text), &[]).expect("it is legal").notes;
    assert_eq!(notes(dense.to_owned()), [""; 0]);
    let plan = "[workload.parallelism]\ndispatcher = \"deduplicated\"\ntensor_chunks = 4\nsequence_parallel = true\n";
    assert_eq!(
        notes(format!("{dense}{plan}")),
        [
            "idle.toml:12: `dispatcher = \"deduplicated\"` has no effect, because the model has no experts",
            "idle.toml:13: `tensor_chunks = 4` has no effect, because `tensor` is 1",
        ]
    );
    // What has an effect at some point is no mistake.
    let sweep = "[[sweep]]\nparameter = \"workload.parallelism.tensor\"\nvalues = [1, 2]\n";
    let swept = notes(format!("{dense}{plan}{sweep}"));
    assert!(swept.len() == 1 && swept[0].contains("dispatcher"), "{swept:?}");
}

//! Training steps from the command line's side: what is reported of where time goes does not depend on folding.

use copperlight::file::{SourceText, check};
use copperlight::report::PointResult;
use copperlight::run::{EngineOptions, RunOptions, run_scenario};
use copperlight_tests::cases;
use proptest::prelude::*;

/// A small model on a machine, with a chip that may be slow.
fn scenario([tensor, pipeline, data]: [u64; 3], micro_batches: u64, slow: Option<u64>) -> String {
    let chips = tensor * pipeline * data;
    let slow =
        slow.map(|chip| format!("[[systems.degrade]]\ntarget = 'chip:{}'\ncompute = 0.8\n", chip % chips));
    format!(
        "scenario.name = 'small'\n[[systems]]\nname = 'copper'\npreset = 'gb200-nvl72'\nchips = {chips}\n{}\
         [workload]\nkind = 'training'\nsequence_length = 64\nglobal_batch = {}\nmicro_batch = 1\n\
         [workload.model]\nlayers = 4\nhidden = 256\nheads = 8\nkv_heads = 8\nhead_dim = 32\nffn = 1024\n\
         gated = false\nvocab = 1024\ntied_embeddings = false\nattention = 'mha'\n\
         [workload.parallelism]\ntensor = {tensor}\npipeline = {pipeline}\ndata = 'auto'\nzero = 1\n\
         recompute = 'selective'\n",
        slow.unwrap_or_default(),
        micro_batches * data
    )
}

/// The only point, but for what links did, which is drawn over time and rounded.
fn result(text: &str, fold: bool) -> PointResult {
    let source = SourceText::read("small.toml", text.as_bytes()).expect("the test writes text");
    let scenario = check(source, &[]).unwrap_or_else(|errors| panic!("{errors}"));
    let engine = EngineOptions { fold, ..EngineOptions::default() };
    let options = RunOptions { engine, threads: Some(1) };
    let report = run_scenario(&scenario, &options, &|_| {}).unwrap_or_else(|error| panic!("{error}"));
    let point = report.results.results.into_iter().next().expect("there is one point");
    PointResult { link_utilization: None, ..point }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(24)))]

    #[test]
    fn folded_and_unfolded_results_are_the_same_bytes(
        degrees in (prop::sample::select(vec![1, 2, 4]), 1..5_u64, 1..4_u64),
        micro_batches in 1..9_u64,
        slow in prop::option::of(0..48_u64),
    ) {
        let text = scenario([degrees.0, degrees.1, degrees.2], micro_batches, slow);
        let [folded, unfolded] = [true, false].map(|fold| {
            serde_json::to_string(&result(&text, fold)).expect("results are JSON")
        });
        prop_assert_eq!(folded, unfolded);
    }
}

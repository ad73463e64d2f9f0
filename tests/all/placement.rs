//! Ranks on chips: every order of ranks runs, domains need not be a power of two, and what crosses each tier is told.

use copperlight::file::{SourceText, check};
use copperlight::report::{GroupSpread, PointResult, ScenarioReport};
use copperlight::run::{EngineOptions, RunOptions, run_scenario};
use proptest::prelude::*;

/// A small model on two domains of 72.
const SMALL: &str = r#"
[scenario]
name = "small"

[[systems]]
name = "NVL72"
preset = "gb200-nvl72"
chips = 144

[workload]
kind = "training"
sequence_length = 480
micro_batches = 2

[workload.model]
layers = 12
hidden = 1920
heads = 240
ffn = 7680
vocab = 32000
tied_embeddings = true

[workload.parallelism]
tensor = 8
pipeline = 2
sequence_parallel = true

[report]
curves = []
"#;

const ORDERS: [&str; 6] = ["tp-dp-pp", "tp-pp-dp", "dp-tp-pp", "dp-pp-tp", "pp-tp-dp", "pp-dp-tp"];

fn run_with(settings: &[&str], engine: EngineOptions) -> ScenarioReport {
    let settings: Vec<String> = settings.iter().map(|setting| (*setting).to_owned()).collect();
    let scenario = check(SourceText::new("small.toml", SMALL), &settings);
    let scenario = scenario.unwrap_or_else(|errors| panic!("{errors}"));
    let options = RunOptions { engine, ..RunOptions::default() };
    run_scenario(&scenario, &options, &|_| {}).unwrap_or_else(|error| panic!("{error}"))
}

fn run(settings: &[&str]) -> ScenarioReport {
    run_with(settings, EngineOptions::default())
}

fn in_full(settings: &[&str]) -> ScenarioReport {
    run_with(settings, EngineOptions { fold: false, ..EngineOptions::default() })
}

fn only(report: &ScenarioReport) -> &PointResult {
    let [point] = &report.results.results[..] else { panic!("the scenario has one point") };
    point
}

fn bytes(report: &ScenarioReport, tier: &str) -> u64 {
    only(report).tier_bytes.as_ref().expect("the point was simulated")[tier]
}

fn tensor(report: &ScenarioReport) -> [u64; 3] {
    let spread = only(report).placement.expect("the point was placed").tensor;
    let GroupSpread { inside_node, inside_domain, across_domains } = spread;
    [inside_node.expect("an NVL72 has trays"), inside_domain, across_domains]
}

#[test]
fn the_order_may_be_left_out_written_as_a_list_or_as_a_text() {
    let plain = run(&[]);
    for order in ["tp-cp-ep-dp-pp", "['tensor', 'data', 'pipeline']", "tensor-data-context-pipeline"] {
        let written = run(&[&format!("systems[0].rank_order={order}")]);
        assert_eq!(written.results.digest, plain.results.digest, "{order}");
    }
    assert!(
        plain
            .resolved_toml
            .contains("rank_order = [\"tensor\", \"context\", \"expert\", \"data\", \"pipeline\"]"),
        "{}",
        plain.resolved_toml
    );
    assert_ne!(run(&["systems.rank_order=pp-dp-tp"]).results.digest, plain.results.digest);
}

#[test]
fn an_order_can_be_swept() {
    let report = run(&[
        "sweep=[{parameter='systems.rank_order', values=['tp-dp-pp', ['pipeline', 'data', 'tensor']]}]",
    ]);
    let placed: Vec<_> =
        report.results.results.iter().map(|point| point.placement.expect("it was placed").pipeline).collect();
    let node =
        |inside| GroupSpread { inside_node: Some(inside), inside_domain: 0, across_domains: 72 - inside };
    assert_eq!(placed, [node(0), node(72)], "neighbouring stages share a tray where pipeline comes first");
}

#[test]
fn every_order_is_the_same_folded_and_in_full() {
    for order in ORDERS {
        let setting = format!("systems.rank_order={order}");
        let settings = [setting.as_str(), "systems.chips=96", "workload.parallelism.tensor=4"];
        let (folded, full) = (run(&settings), in_full(&settings));
        assert_eq!(folded.results.digest, full.results.digest, "{order}");
        assert_eq!(only(&folded).tier_bytes, only(&full).tier_bytes, "{order}");
        assert_eq!(only(&folded).step_time_s, only(&full).step_time_s, "{order}");
    }
}

#[test]
fn groups_of_8_fill_72_and_groups_of_16_straddle() {
    let fitting = run(&[]);
    assert_eq!(tensor(&fitting), [0, 18, 0], "9 groups in each domain");
    let straddle = |report: &ScenarioReport| report.notes.iter().any(|note| note.contains("straddle"));
    assert!(!straddle(&fitting), "{:?}", fitting.notes);

    let wide = ["workload.parallelism.tensor=16", "workload.parallelism.pipeline=1"];
    let straddling = run(&wide);
    // 9 groups of 16 on two domains of 72: the fifth has 8 ranks in each.
    assert_eq!(tensor(&straddling), [0, 8, 1]);
    let sentence = "NVL72 on 144 chips: tensor groups of 16 straddle domains of 72 chips: 1 of 9 groups crosses; use \
                    chips_per_domain = 64 or tensor = 8";
    assert!(straddling.notes.iter().any(|note| note == sentence), "{:?}", straddling.notes);

    let aligned = run(&[wide[0], wide[1], "systems.chips_per_domain=64"]);
    assert_eq!(tensor(&aligned), [0, 9, 0]);
    assert!(!straddle(&aligned), "{:?}", aligned.notes);
    assert!(only(&aligned).step_time_s < only(&straddling).step_time_s);
}

#[test]
fn the_inner_direction_keeps_its_bytes_inside() {
    let [inner, outer] = ["tp-dp-pp", "dp-pp-tp"]
        .map(|order| run(&[&format!("systems.rank_order={order}"), "workload.model.tied_embeddings=false"]));
    // Stages in different domains send activations once a micro-batch; tensor groups would, ten times a layer.
    assert!(bytes(&outer, "scale-out") > 10 * bytes(&inner, "scale-out"));
    assert!(bytes(&inner, "scale-up") > bytes(&inner, "scale-out"));
    assert!(only(&inner).step_time_s < only(&outer).step_time_s);
}

#[test]
fn a_transfer_counts_on_every_link_that_it_crosses() {
    // Stages of one chip each: 2 micro-batches x 480 tokens x 1,920 elements x 2 bytes forward and again backward, over
    // 2 links inside a domain; the tied embedding, padded to 32,000 rows, is all-reduced in FP32 between both.
    let inside = run(&["systems.chips=2", "workload.parallelism.tensor=1", "systems.transport=ideal"]);
    let (activations, embedding) = (2 * 2 * 480 * 1_920 * 2, 32_000 * 1_920 * 4);
    assert_eq!(bytes(&inside, "scale-up"), 2 * (activations + 2 * embedding));
    let tiers: Vec<&String> = only(&inside).tier_bytes.iter().flatten().map(|(tier, _)| tier).collect();
    assert_eq!(tiers, ["scale-up"], "one domain has no link outside");
    // One chip of each domain: up to its rail's leaf and the core, and down again; never over a link of its domain.
    let apart = run(&[
        "systems.chips=2",
        "workload.parallelism.tensor=1",
        "systems.transport=ideal",
        "systems.chips_per_domain=1",
    ]);
    assert_eq!(bytes(&apart, "scale-up"), 0);
    assert_eq!(bytes(&apart, "scale-out"), 2 * (activations + 2 * embedding));
}

#[test]
fn a_collective_tells_what_crosses_each_tier() {
    let ring = |chips: u64| {
        let text = format!(
            "[scenario]\nname = 'ring'\n[[systems]]\npreset = 'gb200-nvl72'\nchips = {chips}\n[workload]\n\
             kind = 'collective'\noperation = 'all-reduce'\nsize = '1 MB'\nalgorithm = 'ring'\n[report]\ncurves = []"
        );
        let scenario =
            check(SourceText::new("ring.toml", text), &[]).unwrap_or_else(|errors| panic!("{errors}"));
        let report = run_scenario(&scenario, &RunOptions::default(), &|_| {});
        let report = report.unwrap_or_else(|error| panic!("{error}"));
        (bytes(&report, "scale-up"), only(&report).clone())
    };
    // Every message crosses two links: 2 x 8 chips x 2 x 7 steps of 125,000 bytes.
    let (inside, point) = ring(8);
    assert_eq!(inside, 2 * 8 * 2 * 7 * 125_000);
    assert_eq!(point.placement, None, "a collective has one group and no directions");
    // 144 chips, 72 channels, chunks of 97 bytes: each chip sends 71 channels to its neighbour and one to the other rack.
    let (inside, point) = ring(144);
    let chunks = 144 * 2 * 143 * 97;
    assert_eq!(inside, 2 * 71 * chunks);
    let outside = |tier: &str| point.tier_bytes.as_ref().map(|bytes| bytes[tier]);
    assert_eq!(outside("scale-out"), Some(2 * chunks));
    // Rail by rail but for the last member of the last rack: 144 is no multiple of 72 twice over.
    assert_eq!(outside("scale-out-core"), Some(2 * chunks));
}

fn plans() -> impl Strategy<Value = (u64, u64, u64, usize, u64)> {
    let tensor = prop::sample::select(vec![1u64, 2, 3, 5, 6, 10, 16, 24, 80]);
    let per_domain = prop::sample::select(vec![72u64, 64, 70, 71, 7]);
    (tensor, 1..5u64, 1..6u64, 0..ORDERS.len(), per_domain)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(copperlight_tests::cases(24)))]

    #[test]
    fn every_legal_plan_runs((tensor, pipeline, data, order, per_domain) in plans()) {
        let chips = tensor * pipeline * data;
        let settings = [
            format!("systems.chips={chips}"),
            format!("systems.chips_per_domain={per_domain}"),
            format!("systems.rank_order={}", ORDERS[order]),
            format!("workload.parallelism.tensor={tensor}"),
            format!("workload.parallelism.pipeline={pipeline}"),
        ];
        let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
        let report = run(&settings);
        let point = only(&report);
        prop_assert!(point.fits && point.step_time_s.is_some());
        let placement = point.placement.expect("it was placed");
        let groups = placement.directions().map(|(_, spread)| spread.groups());
        // Groups of one chip for context and for experts.
        prop_assert_eq!(groups, [chips / tensor, chips, chips, chips / data, chips / pipeline]);
        let straddles = report.notes.iter().any(|note| note.contains("straddle"));
        prop_assert_eq!(straddles, placement.tensor.across_domains > 0, "{:?}", report.notes);
    }
}

//! Plans of every kind through the command line: experts, context, ZeRO, domains of 72 chips.

use super::{Workplace, number};
use serde_json::Value;

/// A small model with experts in all layers but the first, whose widths divide by 8, 9 and 72.
const EXPERTS: &str = r#"
[scenario]
name = "experts"

[workload]
kind = "training"
sequence_length = 288
micro_batches = 4

[workload.model]
layers = 4
hidden = 1152
heads = 72
kv_heads = 72
head_dim = 16
ffn = 4608
gated = true
vocab = 32000
experts = 72
top_k = 4
expert_ffn = 576
shared_experts = 1
dense_layers = 1

[report]
curves = []
"#;

/// The results of the model with experts on these systems, cut like this.
fn results(systems: &[(&str, u64)], parallelism: &str) -> Vec<Value> {
    let system =
        |&(preset, chips): &(&str, u64)| format!("[[systems]]\npreset = '{preset}'\nchips = {chips}\n");
    let systems: String = systems.iter().map(system).collect();
    let text =
        format!("{EXPERTS}\n{systems}\n[workload.parallelism]\nsequence_parallel = true\n{parallelism}\n");
    let document = Workplace::with("experts.toml", &text).json(&["run", "experts.toml", "--no-files"]);
    document["results"].as_array().expect("results are an array").clone()
}

/// Seconds of an entry of the breakdown; none where it is not part of the step.
fn seconds(result: &Value, entry: &str) -> f64 {
    result["breakdown_s"][entry].as_f64().unwrap_or(0.0)
}

/// Every second of the step is booked once.
fn assert_sums(result: &Value) {
    assert_eq!(result["fits"], true, "{result}");
    let breakdown = result["breakdown_s"].as_object().expect("a step has a breakdown");
    let sum: f64 = breakdown.values().filter_map(Value::as_f64).sum();
    let step = number(&result["step_time_s"]);
    assert!((sum - step).abs() <= 1e-12 * step, "{sum} is not {step}: {breakdown:?}");
}

#[test]
fn experts_with_context_zero_3_and_recomputed_modules_run_on_copper_and_on_rails() {
    let parallelism = "tensor = 2\ncontext = 2\npipeline = 2\nexpert = 4\nzero = 3\n\
                       recompute = ['core-attention', 'norms', 'experts']";
    let results = results(&[("gb200-nvl72", 16), ("hgx-h100", 16)], parallelism);
    assert_eq!(results.len(), 2);
    for result in &results {
        assert_sums(result);
        for entry in ["compute", "tensor", "context", "pipeline", "data", "expert", "optimizer"] {
            assert!(seconds(result, entry) > 0.0, "{entry} takes part: {}", result["breakdown_s"]);
        }
        assert!(number(&result["hfu"]) > number(&result["mfu"]), "recomputed work is work of the chip");
    }
    let [copper, rails] = &results[..] else { panic!("there are two systems") };
    // Two nodes of 8: groups of experts stay inside a node, the stages of a pipeline lie in one each.
    assert!(number(&rails["step_time_s"]) > number(&copper["step_time_s"]));
}

/// Every way to cut 72 chips of one domain; a group of 72, or one of 6 or 9, is as good as one of 8.
#[test]
fn domains_of_72_take_degrees_that_divide_72() {
    for parallelism in [
        "tensor = 8\ncontext = 3\ndata = 3\nexpert = 72",
        "tensor = 6\npipeline = 4\ndata = 3\nexpert = 18",
        "tensor = 9\ncontext = 2\npipeline = 2\ndata = 2\nexpert = 12\nexpert_tensor = 3",
        "tensor = 24\npipeline = 3\nexpert = 24",
        "context = 9\ndata = 8\nexpert = 36\nexpert_tensor = 2\nzero = 3",
        "tensor = 72\nexpert = 72",
        "data = 72\nexpert = 9\nzero = 2",
    ] {
        let results = results(&[("gb200-nvl72", 72)], parallelism);
        let [result] = &results[..] else { panic!("there is one point") };
        assert_sums(result);
        assert!(seconds(result, "expert") > 0.0, "{parallelism}: {}", result["breakdown_s"]);
        for direction in ["tensor", "context", "expert", "data", "pipeline"] {
            let across = &result["placement"][direction]["across_domains"];
            assert_eq!(across, 0, "{parallelism}: {direction} in {}", result["placement"]);
        }
        let tiers: Vec<&String> = result["tier_bytes"].as_object().expect("tiers are named").keys().collect();
        assert_eq!(tiers, ["scale-up"], "{parallelism}");
    }
}

#[test]
fn experts_over_two_domains_of_72_are_told_apart_from_those_inside() {
    let cut = "tensor = 8\ncontext = 3\nexpert = ";
    let run = |expert: u64| results(&[("gb200-nvl72", 144)], &format!("{cut}{expert}")).remove(0);
    let (inside, across) = (run(36), run(72));
    for result in [&inside, &across] {
        assert_sums(result);
    }
    let spread = |result: &Value| result["placement"]["expert"]["across_domains"].clone();
    assert_eq!((spread(&inside), spread(&across)), (0.into(), 0.into()), "72 experts fill a domain");
    let wide = results(&[("gb200-nvl72", 144)], "tensor = 4\nexpert = 24\nexpert_tensor = 6").remove(0);
    assert_sums(&wide);
    assert_eq!(wide["placement"]["expert"]["across_domains"], 6, "{}", wide["placement"]["expert"]);
}

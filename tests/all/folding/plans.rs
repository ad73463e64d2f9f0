//! Training plans of every kind on small machines, folded and with `--no-fold`.

use copperlight::file::{SourceText, check};
use copperlight::report::ScenarioReport;
use copperlight::run::{EngineOptions, RunOptions, run_scenario};

/// A system with so many chips, the model, and what else a scenario says of the workload.
struct Plan {
    preset: &'static str,
    chips: u64,
    model: &'static str,
    workload: &'static str,
}

const DENSE: &str = "{ layers = 8, hidden = 512, heads = 16, kv_heads = 4, ffn = 1024, vocab = 4096 }";
const EXPERTS: &str = "{ layers = 8, hidden = 512, heads = 16, ffn = 1024, vocab = 4096, experts = 16, top_k = 2, \
                       expert_ffn = 256, shared_experts = 1, dense_layers = 1 }";

const PLANS: [Plan; 8] = [
    Plan {
        preset: "gb200-nvl72",
        chips: 32,
        model: DENSE,
        workload: "micro_batches = 8\nparallelism = { tensor = 4, pipeline = 4, schedule = 'interleaved-1f1b', \
                   virtual_stages = 2, sequence_parallel = true, zero = 1 }",
    },
    Plan {
        preset: "gb200-nvl72",
        chips: 96,
        model: EXPERTS,
        workload: "micro_batches = 4\nparallelism = { tensor = 2, context = 2, pipeline = 2, expert = 8, zero = 3, \
                   sequence_parallel = true, recompute = ['norms', 'experts'] }",
    },
    Plan {
        preset: "hgx-h100",
        chips: 32,
        model: DENSE,
        workload: "micro_batches = 2\nparallelism = { zero = 3, recompute = 'full' }\nrecipe = { graphs = 'partial' }",
    },
    Plan {
        preset: "hgx-h100",
        chips: 64,
        model: EXPERTS,
        workload: "micro_batches = 8\nparallelism = { tensor = 2, pipeline = 4, expert = 8, schedule = 'dualpipe', \
                   sequence_parallel = true, zero = 1, overlap = ['gradients', 'pipeline', 'experts'], \
                   dispatcher = 'deduplicated' }",
    },
    Plan {
        preset: "cloudmatrix384",
        chips: 48,
        model: EXPERTS,
        workload: "micro_batches = 6\nparallelism = { tensor = 2, pipeline = 3, expert = 4, expert_tensor = 2, \
                   sequence_parallel = true, zero = 2 }\nrecipe = { expert_imbalance = 1.25 }",
    },
    Plan {
        preset: "cloudmatrix384",
        chips: 64,
        model: DENSE,
        workload: "micro_batches = 6\nparallelism = { tensor = 4, pipeline = 8, schedule = 'zero-bubble', zero = 0, \
                   sequence_parallel = true, tensor_chunks = 2 }\nrecipe = { interference = 0.1 }",
    },
    Plan {
        preset: "mi300x",
        chips: 32,
        model: DENSE,
        workload: "micro_batches = 3\nparallelism = { tensor = 2, context = 4, pipeline = 2, schedule = 'gpipe', \
                   context_exchange = 'all-gather', zero = 2 }",
    },
    Plan {
        preset: "mi300x",
        chips: 40,
        model: EXPERTS,
        workload: "micro_batches = 4\nparallelism = { tensor = 4, pipeline = 5, schedule = '1f1b', expert = 2, \
                   sequence_parallel = true, layers_per_chunk = [1, 2, 2, 2, 1], overlap = 'none' }",
    },
];

fn run(plan: &Plan, fold: bool) -> ScenarioReport {
    let Plan { preset, chips, model, workload } = plan;
    let text = format!(
        "scenario.name = 'plan'\nreport.curves = []\n[[systems]]\npreset = '{preset}'\nchips = {chips}\n\
         [workload]\nkind = 'training'\nsequence_length = 256\nmodel = {model}\n{workload}\n"
    );
    let scenario = check(SourceText::new("plan.toml", text), &[]).unwrap_or_else(|errors| panic!("{errors}"));
    let engine = EngineOptions { fold, ..EngineOptions::default() };
    let options = RunOptions { engine, threads: Some(1) };
    run_scenario(&scenario, &options, &|_| {}).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_kind_of_plan_is_the_same_folded_and_in_full() {
    for plan in &PLANS {
        let [folded, full] = [true, false].map(|fold| run(plan, fold).results);
        let name = format!("{} chips of {}: {}", plan.chips, plan.preset, plan.workload);
        assert_eq!(folded.digest, full.digest, "{name}");
        let [point, in_full] = [&folded, &full].map(|results| &results.results[0]);
        assert!(point.fits && point.step_time_s.is_some(), "{name}");
        assert_eq!(point.step_time_s, in_full.step_time_s, "{name}");
        assert_eq!(point.breakdown_s, in_full.breakdown_s, "{name}");
        assert_eq!(point.tier_bytes, in_full.tier_bytes, "{name}");
        assert_eq!(full.work.ranks_simulated, plan.chips, "{name}");
    }
}

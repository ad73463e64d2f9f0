//! Whole training steps, each a scenario of one system at one number of chips.

use copperlight::file::{Scenario, SourceText, check};
use copperlight::report::ScenarioReport;
use copperlight::run::{RunOptions, run_scenario};

/// A step with its name.
#[derive(Debug, Clone, Copy)]
pub struct StepCase {
    /// Model, chips, and system where it runs on several.
    pub name: &'static str,
    preset: &'static str,
    chips: u64,
    workload: &'static str,
}

/// Narayanan et al.'s trillion parameters on the plan of the founding scenario.
const GPT_1T: &str = r#"
model = "gpt-1t"
sequence_length = 2048
global_batch = 11520
precision = "bf16"

[workload.parallelism]
tensor = 8
pipeline = 16
schedule = "interleaved-1f1b"
virtual_stages = 4
sequence_parallel = true
zero = 1
recompute = "selective"
overlap = ["gradients", "parameters"]
"#;

/// GPT-3 as in submissions to MLPerf: 2,048 sequences, tensor 4, pipeline 8, two layers in a chunk.
const GPT_3: &str = r#"
model = "gpt-3-175b"
sequence_length = 2048
global_batch = 2048
precision = "fp8"

[workload.parallelism]
tensor = 4
pipeline = 8
schedule = "interleaved-1f1b"
virtual_stages = 6
sequence_parallel = true
zero = 1
recompute = "selective"
overlap = ["gradients", "parameters", "pipeline"]
"#;

/// DeepSeek-V3 as its authors trained it: pipeline 16 from both ends, 64 chips for the experts of a layer. More is computed
/// again, for nothing is moved to the host's memory.
const DEEPSEEK_V3: &str = r#"
model = "deepseek-v3"
sequence_length = 4096
global_batch = 15360
precision = "fp8"

[workload.parallelism]
pipeline = 16
schedule = "dualpipe"
expert = 64
dispatcher = "deduplicated"
overlap = ["gradients", "parameters", "pipeline", "experts"]
zero = 1
recompute = ["norms", "latent-up-projection", "experts", "shared-experts", "feed-forward"]
"#;

/// All steps.
pub const STEPS: [StepCase; 4] = [
    StepCase { name: "gpt-1t-92160/gb200-nvl72", preset: "gb200-nvl72", chips: 92_160, workload: GPT_1T },
    StepCase {
        name: "gpt-1t-92160/cloudmatrix384",
        preset: "cloudmatrix384",
        chips: 92_160,
        workload: GPT_1T,
    },
    StepCase { name: "gpt3-175b-1024", preset: "hgx-h100", chips: 1_024, workload: GPT_3 },
    StepCase { name: "deepseek-v3-2048", preset: "hgx-h800", chips: 2_048, workload: DEEPSEEK_V3 },
];

impl StepCase {
    /// The chips that it runs on.
    pub const fn chips(&self) -> u64 {
        self.chips
    }

    /// Reads its scenario.
    ///
    /// # Panics
    /// When the scenario is not sound.
    pub fn load(&self) -> Scenario {
        let text = format!(
            "[scenario]\nname = \"step\"\n[[systems]]\nname = \"system\"\npreset = \"{}\"\nchips = {}\n\
             [workload]\nkind = \"training\"\nmicro_batch = 1\n{}",
            self.preset, self.chips, self.workload
        );
        check(SourceText::new(self.name, text), &[])
            .unwrap_or_else(|errors| panic!("{}: {errors}", self.name))
    }

    /// Simulates one step on one thread; writes nothing.
    ///
    /// # Panics
    /// When it does not run to its end.
    pub fn run(&self, scenario: &Scenario) -> ScenarioReport {
        let options = RunOptions { threads: Some(1), ..RunOptions::default() };
        run_scenario(scenario, &options, &|_| {}).unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }

    /// Holds a report against what it must show.
    ///
    /// # Panics
    /// When the step does not fit, is faster than its chips, or its ledger does not add up.
    pub fn assert_answer(&self, report: &ScenarioReport) {
        let [point] = report.results.results.as_slice() else { panic!("{} has one point", self.name) };
        let (mfu, time) = (point.mfu.expect("it fits"), point.step_time_s.expect("it ran"));
        assert!(mfu > 0.05 && mfu < 0.9, "{}: mfu is {mfu}", self.name);
        let breakdown = point.breakdown_s.expect("it has a ledger");
        let sum: f64 = breakdown.terms().iter().filter_map(|(_, seconds)| *seconds).sum();
        assert!((sum / time - 1.0).abs() < 1e-9, "{}: {sum} s of {time} s are booked", self.name);
    }
}

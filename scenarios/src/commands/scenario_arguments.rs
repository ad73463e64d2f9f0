//! Which scenarios a command is about, and what it sets in them, as flags.

use super::failure::Failure;
use crate::file::{Scenario, ScenarioErrors, SourceText, check, load};
use clap::Args;
use std::io;

/// Scenarios by name, and values put into each.
#[derive(Debug, Args)]
pub(super) struct ScenarioArguments {
    /// Scenario files, names of built-in scenarios, or `-` for standard input
    #[arg(required = true, value_name = "SCENARIO")]
    pub(super) scenarios: Vec<String>,
    /// Set a value: `workload.micro_batch=2`, `systems.chips=2304`, `systems[0].chips=1152`, `sweep=[]`
    #[arg(long = "set", value_name = "PATH=VALUE")]
    settings: Vec<String>,
    /// The level of detail: flow, analytic
    #[arg(long, value_name = "FIDELITY")]
    fidelity: Option<String>,
    /// The seed of every random stream
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    seed: Option<u64>,
}

impl ScenarioArguments {
    /// Reads and checks every scenario; all that is wrong with any of them is told at once.
    pub(super) fn load(&self) -> Result<Vec<Scenario>, Failure> {
        let mut settings = self.settings.clone();
        settings.extend(self.fidelity.iter().map(|fidelity| format!("scenario.fidelity={fidelity}")));
        settings.extend(self.seed.iter().map(|seed| format!("scenario.seed={seed}")));
        if self.scenarios.iter().filter(|name| *name == "-").count() > 1 {
            return Err(Failure::Usage("`-` is given twice; standard input can be read once".to_owned()));
        }
        let (mut scenarios, mut broken) = (Vec::new(), Vec::new());
        for argument in &self.scenarios {
            match load_one(argument, &settings) {
                Ok(scenario) => scenarios.push(scenario),
                Err(errors) => broken.push(errors),
            }
        }
        if broken.is_empty() { Ok(scenarios) } else { Err(Failure::Scenario(broken)) }
    }
}

/// One scenario as a command line names it: a library name, a path, or `-` for standard input.
pub(super) fn load_one(argument: &str, settings: &[String]) -> Result<Scenario, ScenarioErrors> {
    if argument != "-" {
        return load(argument, settings);
    }
    let name = "standard input";
    let source = SourceText::read(name, io::stdin().lock());
    check(source.map_err(|error| ScenarioErrors::whole(name, error))?, settings)
}

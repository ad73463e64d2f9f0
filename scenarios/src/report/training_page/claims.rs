//! What other simulators say of themselves: figures of their own abstracts or evaluations, each with its source.

use super::super::number::percent;
use super::super::sheet::{Column, Sheet};
use super::super::validation::ValidationReport;

/// Name, source, what is claimed, and of what.
const CLAIMS: [[&str; 4]; 6] = [
    ["SimAI", "NSDI 2025", "98.1 % average alignment", "its own training runs, several scenarios"],
    [
        "vTrain",
        "MICRO 2024",
        "8.37 % mean error on one node, 14.73 % on several",
        "iterations of language models that its authors ran on A100",
    ],
    [
        "DistSim",
        "Computing Frontiers 2023, arXiv 2306.08423",
        "less than 4 % error of batch time",
        "three setups of its own",
    ],
    [
        "Proteus",
        "arXiv 2306.02267",
        "3.0 % average error of throughput",
        "models and strategies that its authors ran",
    ],
    [
        "Lumos",
        "MLSys 2025, arXiv 2504.09307",
        "3.3 % average error of replayed time",
        "GPT-3 variants on up to 512 H100, replayed from traces of these runs",
    ],
    [
        "Echo",
        "arXiv 2412.12487",
        "about 8 % error of a training step",
        "GPT-175B on 96 H800, which its authors ran",
    ],
];

/// The claims, and under them what this page says.
pub(super) fn sheet(report: &ValidationReport) -> Sheet {
    let columns = ["simulator", "source", "accuracy as claimed", "of what"].map(Column::text).to_vec();
    let mut sheet = Sheet::new("", columns);
    CLAIMS.iter().for_each(|claim| sheet.push(claim.map(str::to_owned).to_vec()));
    let mut rows = 0;
    let mut errors = Vec::new();
    for group in &report.groups {
        let is_class = group.training.as_ref().is_some_and(|more| more.by == "class");
        let Some(error) = group.all.mean_absolute_error.filter(|_| is_class) else { continue };
        let name = group.name.rsplit_once(": ").map_or(group.name.as_str(), |(_, name)| name);
        rows += group.all.compared;
        errors.push(format!("{name} {} %", percent(error)));
    }
    sheet.push(vec![
        "Copperlight".to_owned(),
        "this page".to_owned(),
        errors.join("; "),
        format!("{rows} published runs of others, none of them traced, profiled or run for it"),
    ]);
    sheet
}

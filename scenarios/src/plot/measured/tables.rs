//! Which tables are drawn together, and against what.

use super::super::canvas::Drawing;
use super::super::frame::Words;
use super::curves::{Quantity, Wanted, panel};
use super::panels::figure;
use crate::report::number::chips;
use crate::report::{ValidationReport, ValidationRow};

const SOURCE: &str = "Copperlight · copperlight validate";
const RATES: &str = "Bus bandwidth (GB/s) against size. Points: measured; lines: modelled.";

/// Tables of all four collectives on 2 to 8 chips: the name of the figure, the start of the table's, the title.
const ALL_FOUR: [(&str, &str, &str); 4] = [
    ("validation_a100", "aiconfigurator_a100", "A100 and NVLink3: NCCL 2.27.3"),
    ("validation_h100", "aiconfigurator_h100", "H100 and NVLink4: NCCL 2.29.2"),
    ("validation_b200", "aiconfigurator_b200", "B200 and NVLink5: NCCL 2.27.5"),
    ("validation_gb200", "aiconfigurator_gb200", "One tray of GB200 and NVLink5: NCCL 2.29.2"),
];

const OPERATIONS: [&str; 4] = ["all-reduce", "all-gather", "reduce-scatter", "all-to-all"];

/// Tables of all-reduce alone: the start of the table's name, the title.
const ALL_REDUCE: [(&str, &str); 6] = [
    ("azure_nd_a100", "A100 (Azure)"),
    ("azure_nd_h100", "H100 (Azure)"),
    ("hisohara_mi300x", "MI300X"),
    ("h20_", "H20; 16: set apart"),
    ("gcp_a3mega", "2 x 8 H100 over TCPXO"),
    ("coreweave", "64 H100; 72, 144 GB200"),
];

/// The figures of tables.
pub(super) fn draw_tables(report: &ValidationReport) -> Vec<(&'static str, Option<Drawing>)> {
    let mut found: Vec<_> =
        ALL_FOUR.iter().map(|(name, table, title)| (*name, all_four(report, table, title))).collect();
    found.push(("validation_all_reduce", all_reduce(report)));
    found.push(("validation_nvls", nvls(report)));
    found.push(("validation_experts", experts(report)));
    found
}

fn by_chips(row: &ValidationRow) -> Option<(u64, String)> {
    Some((row.chips?, chips(row.chips?)))
}

fn all_four(report: &ValidationReport, table: &str, title: &str) -> Option<Drawing> {
    let of_operation = |operation: &&str| {
        let is_wanted =
            |row: &&ValidationRow| row.table.starts_with(table) && row.op.as_deref() == Some(operation);
        let series = |row: &ValidationRow| Some(row).filter(is_wanted).and_then(by_chips);
        let wanted =
            Wanted { title: operation, x: Quantity::Size, y: Quantity::BusBandwidth, series: &series };
        panel(&report.rows, &wanted)
    };
    let panels = OPERATIONS.iter().filter_map(of_operation).collect();
    figure(&Words { title, subtitle: RATES, source: SOURCE }, 2, panels)
}

fn all_reduce(report: &ValidationReport) -> Option<Drawing> {
    let of_table = |(table, title): &(&str, &str)| {
        let series =
            |row: &ValidationRow| Some(row).filter(|row| row.table.starts_with(table)).and_then(by_chips);
        panel(&report.rows, &Wanted { title, x: Quantity::Size, y: Quantity::BusBandwidth, series: &series })
    };
    let words = Words { title: "All-reduce on other machines", subtitle: RATES, source: SOURCE };
    figure(&words, 3, ALL_REDUCE.iter().filter_map(of_table).collect())
}

/// All-reduce of 8 GiB with and without reduction in the switches.
fn nvls(report: &ValidationReport) -> Option<Drawing> {
    let of_system = |(preset, title): &(&str, &str)| {
        let series = |row: &ValidationRow| {
            let is_wanted = row.table.starts_with("nvls_vs_ring")
                && row.preset.as_deref() == Some(*preset)
                && (row.op.as_deref(), row.size_bytes) == (Some("all-reduce"), Some(8 << 30));
            is_wanted.then(|| row.algorithm.clone()).flatten().map(|name| (u64::from(name != "ring"), name))
        };
        panel(&report.rows, &Wanted { title, x: Quantity::Chips, y: Quantity::BusBandwidth, series: &series })
    };
    let systems = [("hgx-h200", "H200"), ("hgx-b200", "B200")];
    let words = Words {
        title: "All-reduce with and without reduction in the switches",
        subtitle: "Bus bandwidth (GB/s) against the number of GPUs, 8 GiB. Points: measured; lines: modelled.",
        source: SOURCE,
    };
    figure(&words, 2, systems.iter().filter_map(of_system).collect())
}

/// Time of dispatch and combine: against size where sizes were swept, else against the number of ranks.
fn experts(report: &ValidationReport) -> Option<Drawing> {
    let swept = |operation: &str, row: &ValidationRow| {
        let is_wanted = row.table.starts_with("ep_gb200") && row.op.as_deref() == Some(operation);
        Some(row).filter(|_| is_wanted).and_then(by_chips)
    };
    let dispatch = |row: &ValidationRow| swept("ep-dispatch", row);
    let combine = |row: &ValidationRow| swept("ep-combine", row);
    let kernels = |preset: &str, row: &ValidationRow| {
        let is_wanted = row.table.starts_with("ep_dispatch_combine") && row.preset.as_deref() == Some(preset);
        is_wanted.then(|| row.op.clone()).flatten().map(|name| (u64::from(name == "ep-combine"), name))
    };
    let h800 = |row: &ValidationRow| kernels("hgx-h800", row);
    let a3 = |row: &ValidationRow| kernels("cloudmatrix384", row);
    let sized = |title, series| Wanted { title, x: Quantity::Size, y: Quantity::Time, series };
    let ranked = |title, series| Wanted { title, x: Quantity::Chips, y: Quantity::Time, series };
    let wanted = [
        sized("Dispatch: GB200, TensorRT-LLM", &dispatch as &dyn Fn(&ValidationRow) -> _),
        sized("Combine: GB200, TensorRT-LLM", &combine),
        ranked("H800, DeepEP, against ranks", &h800),
        ranked("Ascend A3, against ranks", &a3),
    ];
    let words = Words {
        title: "Exchanges with experts",
        subtitle: "Time (µs) against a rank's bytes or against ranks. Points: measured; lines, or bars where one size \
                   was run with several types: modelled.",
        source: SOURCE,
    };
    figure(&words, 2, wanted.iter().filter_map(|wanted| panel(&report.rows, wanted)).collect())
}

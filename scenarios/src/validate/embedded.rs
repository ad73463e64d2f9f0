//! The tables that are built into the binary.

/// A table of the library by the name of its file.
macro_rules! table {
    ($name:literal) => {
        ($name, include_str!(concat!("../../library/measured/", $name)))
    };
}

/// Name and text of every built-in table of collectives, in the order of names.
pub(super) const TABLES: [(&str, &str); 15] = [
    table!("aiconfigurator_a100_sxm_nccl2.27.3.csv"),
    table!("aiconfigurator_b200_sxm_nccl2.27.5.csv"),
    table!("aiconfigurator_gb200_nccl2.29.2.csv"),
    table!("aiconfigurator_h100_sxm_nccl2.29.2.csv"),
    table!("azure_nd_a100_v4.csv"),
    table!("azure_nd_h100_v5.csv"),
    table!("coreweave_h100_gb200.csv"),
    table!("ep_dispatch_combine.csv"),
    table!("ep_gb200_nvl72_trtllm.csv"),
    table!("fragments_910b_a800_h800.csv"),
    table!("gb200_gb300_single_points.csv"),
    table!("gcp_a3mega_h100_16gpu.csv"),
    table!("h20_8_and_16gpu.csv"),
    table!("hisohara_mi300x_8gpu.csv"),
    table!("nvls_vs_ring_h200_b200.csv"),
];

/// Name and text of the built-in table of training runs.
pub(super) const TRAINING: (&str, &str) = table!("training_truth.csv");

/// How each table was taken.
pub(super) const HARNESS: &str = include_str!("../../library/measured/harness.toml");

/// Errors of training runs that were left out of the fit, as they were last written down.
pub(super) const LEFT_OUT: &str = include_str!("../../library/measured/left_out.json");

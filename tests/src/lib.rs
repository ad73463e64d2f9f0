//! Small fabrics and workloads that the integration tests in `all/` share.

pub mod fabrics;
pub mod plain_flows;
pub mod star;
pub mod transports;
pub mod workloads;

/// How many random cases a property runs: `PROPTEST_CASES`, or so many.
pub fn cases(default: u32) -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(default)
}

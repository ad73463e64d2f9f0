//! Small fabrics and workloads that the integration tests in `all/` share.

pub mod fabrics;
pub mod workloads;

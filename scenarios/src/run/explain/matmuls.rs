//! Matmuls as results give them.

use crate::report::ExplainedMatmul;
use crate::training::NamedMatmul;

/// A matmul with shares of its time.
pub(super) fn explained(matmul: &NamedMatmul) -> ExplainedMatmul {
    let time = matmul.arithmetic + matmul.waves + matmul.memory;
    ExplainedMatmul {
        name: matmul.name.to_owned(),
        shape: matmul.shape,
        time_us: time * 1e6,
        share_of_peak: matmul.share_of_peak,
        arithmetic: matmul.arithmetic / time,
        waves: matmul.waves / time,
        memory: matmul.memory / time,
    }
}

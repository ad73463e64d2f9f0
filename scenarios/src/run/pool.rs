//! The threads that parts run on.

use super::RunError;

/// Runs `work` on a pool of so many threads, or on all cores.
pub(crate) fn in_pool<R: Send>(
    threads: Option<usize>,
    work: impl FnOnce() -> R + Send,
) -> Result<R, RunError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.unwrap_or(0)).build();
    Ok(pool.map_err(|error| RunError::NoThreads { reason: error.to_string() })?.install(work))
}

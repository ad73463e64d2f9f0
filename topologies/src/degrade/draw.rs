//! Draws: which parts a seed picks.

use super::degradation::Drawn;
use super::slots::TargetError;
use copperlight_core::rng;

/// The places of the parts that are drawn among so many, in ascending order.
///
/// Each entry has a stream of its own, so that one more entry changes no other.
pub(super) fn draw(
    drawn: &Drawn,
    among: usize,
    (entry, default_seed): (usize, u64),
) -> Result<Vec<usize>, TargetError> {
    let count = drawn.amount.of(among);
    if count == 0 {
        return Err(TargetError::NoneDrawn { what: drawn.amount_and_kind(), among });
    }
    if count > among {
        return Err(TargetError::TooMany { what: drawn.to_string(), among });
    }
    let name = format!("degrade {entry} {}", drawn.kind.name());
    let mut stream = rng::stream(drawn.seed.unwrap_or(default_seed), &name);
    Ok(rng::distinct(&mut stream, count, among))
}

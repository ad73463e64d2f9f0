//! Random whole numbers, the same on every platform.

use copperlight_core::rng;
use rand::Rng;
use std::ops::RangeInclusive;

/// Draws from the stream called `name`: each call gives a number of the range that it is given.
///
/// Ranges are far shorter than 2^64, so that the remainder of a draw is as good as uniform.
pub fn draws(name: &str) -> impl FnMut(RangeInclusive<u64>) -> u64 {
    let mut stream = rng::stream(1, name);
    move |range| range.start() + stream.next_u64() % (range.end() - range.start() + 1)
}

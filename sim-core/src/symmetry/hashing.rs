//! Hashes by which classes are proposed; whether they are right is decided without them.

/// A hash of a hash and a number.
pub(super) fn mix(hash: u64, value: impl Into<u64>) -> u64 {
    scramble(hash.rotate_left(23) ^ value.into().wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
pub(super) fn scramble(mut value: u64) -> u64 {
    value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    value = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ value >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ value >> 31
}

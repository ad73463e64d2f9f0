//! A portable hash of a pair of chips, by which ECMP chooses among equal ways.

/// Mixes the bits of a number: the finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
const fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A hash of sender and receiver under a seed, the same on every machine.
pub(super) const fn pair_hash(seed: u64, from: usize, to: usize) -> u64 {
    mix(mix(mix(seed) ^ from as u64) ^ to as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mixer_is_split_mix() {
        // The first outputs of SplitMix64 from state 0 and from state 1234567, as in its reference code.
        assert_eq!(mix(0), 0xe220_a839_7b1d_cdaf);
        assert_eq!(mix(1_234_567), 6_457_827_717_110_365_317);
    }

    #[test]
    fn pairs_spread_over_ways_and_seeds_differ() {
        let mut chosen = [0_u32; 16];
        for from in 0..64 {
            for to in 0..64 {
                chosen[(pair_hash(1, from, to) % 16) as usize] += 1;
            }
        }
        // 4096 pairs over 16 ways: 256 each, with a standard deviation of 15.5.
        assert!(chosen.iter().all(|count| (190..=322).contains(count)), "{chosen:?}");
        assert_ne!(pair_hash(1, 2, 3), pair_hash(2, 2, 3));
        assert_ne!(pair_hash(1, 2, 3), pair_hash(1, 3, 2));
    }
}

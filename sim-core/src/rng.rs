//! Named random streams of a portable generator.
//!
//! Each use draws from a stream of its own, named in words, so that a new use never shifts the draws of an old one.

use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64;
use siphasher::sip128::{Hasher128, SipHasher13};
use std::collections::BTreeSet;
use std::hash::Hasher;

/// The stream called `name` under `seed`: the same draws on every platform and in every version.
pub fn stream(seed: u64, name: &str) -> Pcg64 {
    let mut hasher = SipHasher13::new_with_keys(seed, 0x636f_7070_6572_6c69);
    hasher.write(name.as_bytes());
    let hash = hasher.finish128();
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&hash.h1.to_le_bytes());
    bytes[8..16].copy_from_slice(&hash.h2.to_le_bytes());
    bytes[16..24].copy_from_slice(&seed.to_le_bytes());
    Pcg64::from_seed(bytes)
}

/// `count` different numbers below `among`, every choice as likely as any other, in ascending order.
///
/// Floyd's algorithm (Bentley and Floyd, *A Sample of Brilliance*, 1987): one draw for each number.
///
/// # Panics
/// When `count` is more than `among`.
pub fn distinct(stream: &mut impl Rng, count: usize, among: usize) -> Vec<usize> {
    assert!(count <= among, "{count} different numbers cannot be drawn among {among}");
    let mut drawn = BTreeSet::new();
    for largest in among - count..among {
        let number = below(stream, largest as u64 + 1) as usize;
        if !drawn.insert(number) {
            drawn.insert(largest);
        }
    }
    drawn.into_iter().collect()
}

/// A permutation of `0..count` in which no number is at its own place, every such one as likely as any other.
///
/// Fisher and Yates' shuffle is drawn again until nothing is at its own place: e times on average.
///
/// # Panics
/// When `count` is 1: one number has nowhere else to go.
pub fn derangement(stream: &mut impl Rng, count: usize) -> Vec<usize> {
    assert!(count != 1, "one number cannot be anywhere but at its own place");
    loop {
        let mut drawn: Vec<usize> = (0..count).collect();
        for last in (1..count).rev() {
            drawn.swap(last, below(stream, last as u64 + 1) as usize);
        }
        if drawn.iter().enumerate().all(|(place, &number)| place != number) {
            return drawn;
        }
    }
}

/// A number below `bound`, from the high bits of a product: biased by less than `bound` in 2^64.
fn below(stream: &mut impl Rng, bound: u64) -> u64 {
    ((u128::from(stream.next_u64()) * u128::from(bound)) >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinct_numbers_are_golden_and_cover_all() {
        assert_eq!(distinct(&mut stream(1, "links"), 5, 5), [0, 1, 2, 3, 4]);
        let drawn = distinct(&mut stream(1, "links"), 3, 1000);
        assert_eq!(drawn, distinct(&mut stream(1, "links"), 3, 1000));
        assert!(drawn.len() == 3 && drawn.iter().all(|&number| number < 1000), "{drawn:?}");
        let often = (0..1000).filter(|&seed| distinct(&mut stream(seed, "links"), 1, 4) == [0]).count();
        assert!((200..300).contains(&often), "one in four, not {often} in 1000");
    }

    #[test]
    fn derangements_leave_nothing_in_place_and_are_golden() {
        for count in [0, 2, 3, 5, 100] {
            let drawn = derangement(&mut stream(1, "permutation"), count);
            assert!(drawn.iter().enumerate().all(|(place, &number)| place != number), "{drawn:?}");
            let mut sorted = drawn.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..count).collect::<Vec<_>>());
        }
        assert_eq!(derangement(&mut stream(1, "permutation"), 6), [3, 5, 1, 2, 0, 4]);
        // Of the 9 derangements of 4 numbers, 3 are pairs of exchanges.
        let is_pairs = |drawn: &[usize]| (0..4).all(|place| drawn[drawn[place]] == place);
        let often = (0..900).filter(|&seed| is_pairs(&derangement(&mut stream(seed, "permutation"), 4)));
        let often = often.count();
        assert!((240..360).contains(&often), "three in nine, not {often} in 900");
    }

    #[test]
    fn first_draws_are_golden() {
        let mut jitter = stream(1, "jitter");
        let draws: Vec<u64> = (0..3).map(|_| jitter.next_u64()).collect();
        assert_eq!(
            draws,
            [4878656485921712357, 15521191961565346173, 7868382726218751023],
            "the first draws of a named stream never change"
        );
    }

    #[test]
    fn streams_differ_by_name_and_seed() {
        let first = |seed, name| stream(seed, name).next_u64();
        assert_ne!(first(1, "a"), first(1, "b"));
        assert_ne!(first(1, "a"), first(2, "a"));
    }
}

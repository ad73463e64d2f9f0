//! What weights are shares of.

/// Prime factors that the usual denominator lacks: with them 1 to 26 equal ways have whole weights.
const FURTHER_FACTORS: [u64; 4] = [17, 19, 23, 5];

/// A finer denominator is at least this: a share of one in a thousand is then kept to 1e-9.
///
/// Loads are sums of weights in 64 bits, so that millions of flows may still share one link.
const FINE: u64 = 1 << 40;

/// A multiple of a denominator that is fine enough for shares of any kind.
pub(super) fn finer(denominator: u64) -> u64 {
    let mut fine = denominator;
    for factor in FURTHER_FACTORS.into_iter().chain(std::iter::repeat(2)) {
        if fine >= FINE {
            break;
        }
        fine *= factor;
    }
    fine
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fabric::WEIGHT_DENOMINATOR;

    #[test]
    fn a_finer_denominator_keeps_every_division_and_adds_others() {
        let fine = finer(WEIGHT_DENOMINATOR);
        assert_eq!(fine, 720_720 * 17 * 19 * 23 * 5 * 64);
        assert!((1..=26).all(|ways| fine.is_multiple_of(ways)));
        assert_eq!(finer(1 << 41), 1 << 41);
    }
}

//! What flows have been served, in whole units: sums are exact, however often and in whatever steps they are taken.

use crate::units::{Bandwidth, Bytes, Time};

/// The unit of service: what 2^-`fraction` bytes per second carry in a picosecond.
#[derive(Debug, Clone, Copy)]
pub(super) struct ServiceUnit {
    fraction: i32,
    per_byte: i128,
    /// More bytes would not fit.
    most_bytes: u64,
}

/// The largest capacity serves about 2^66 units in a picosecond: a flow may last 48 days at that rate.
const CAPACITY_BITS: i32 = 66;

impl ServiceUnit {
    /// The unit for rates up to `largest_capacity`, to which it is in proportion.
    pub(super) fn for_capacities_up_to(largest_capacity: f64) -> Self {
        let fraction = (CAPACITY_BITS - largest_capacity.max(1.0).log2().ceil() as i32).max(0);
        let per_byte = 1_000_000_000_000 << fraction;
        Self { fraction, per_byte, most_bytes: u64::try_from(i128::MAX / per_byte).unwrap_or(u64::MAX) }
    }

    /// The units of so many bytes.
    pub(super) fn of_bytes(self, bytes: Bytes) -> i128 {
        i128::from(bytes.count().min(self.most_bytes)).wrapping_mul(self.per_byte)
    }

    /// What a rate serves in a picosecond, rounded down.
    pub(super) fn per_picosecond(self, rate: f64) -> i128 {
        let bits = rate.to_bits();
        let mantissa = i128::from(bits & ((1 << 52) - 1) | 1 << 52);
        let shift = (bits >> 52) as i32 - 1075 + self.fraction;
        match shift {
            0..=63 => mantissa << shift,
            -63..0 => mantissa >> -shift,
            // Infinite rates serve everything at once, and are never asked for what they served over time.
            64.. => i128::from(i64::MAX),
            _ => 0,
        }
    }

    /// What a rate serves in some time.
    pub(super) fn over(self, rate: f64, elapsed: Time) -> i128 {
        self.per_picosecond(rate).wrapping_mul(i128::from(elapsed.picoseconds()))
    }

    /// How long a rate takes for so many units, to the nearest picosecond; whole bytes take exactly as long as alone.
    pub(super) fn drain_time(self, remaining: i128, rate: f64) -> Time {
        let bytes = remaining as f64 / self.per_byte as f64;
        let nearest = (bytes + 0.5) as u64;
        let is_whole = i128::from(nearest).wrapping_mul(self.per_byte) == remaining;
        let bytes = if is_whole { nearest as f64 } else { bytes };
        Bandwidth::from_bytes_per_second(rate).drain_time_of(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up_to_the_whole() {
        let unit = ServiceUnit::for_capacities_up_to(900e9);
        let over = |picoseconds| unit.over(900e9 / 7.0, Time::from_picoseconds(picoseconds));
        assert_eq!(over(1_234_567) + over(1), over(1_234_568));
    }

    #[test]
    fn halves_are_rounded_as_for_a_flow_alone() {
        // 2.5 ps a byte at 400 GB/s.
        let unit = ServiceUnit::for_capacities_up_to(900e9);
        let bytes = Bytes::new(1_000_000_001);
        let alone = Bandwidth::from_bytes_per_second(400e9).drain_time(bytes);
        assert_eq!(unit.drain_time(unit.of_bytes(bytes), 400e9), alone);
    }

    #[test]
    fn slow_and_endless_rates_are_bounded() {
        let unit = ServiceUnit::for_capacities_up_to(1.0);
        assert_eq!(unit.per_picosecond(0.0), 0);
        assert_eq!(unit.per_picosecond(1.0), 1 << CAPACITY_BITS);
        assert_eq!(unit.drain_time(unit.of_bytes(Bytes::new(5)), f64::INFINITY), Time::ZERO);
    }
}

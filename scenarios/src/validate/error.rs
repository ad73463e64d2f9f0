//! How far a modelled value is from a measured one.

use super::row::Measured;

/// Modelled time over measured time, less one: above zero where the model is slower. A rate is inverted first.
pub fn relative_error(measured: Measured, modelled: f64) -> f64 {
    match measured {
        Measured::TimeUs(time) => modelled / time - 1.0,
        Measured::BusbwGbPerS(rate) => rate / modelled - 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slower_is_above_zero_for_times_and_rates() {
        // 12 us where 10 us were measured: 12 / 10 - 1.
        assert!((relative_error(Measured::TimeUs(10.0), 12.0) - 0.2).abs() < 1e-15);
        // Half the rate takes twice the time: 400 / 200 - 1.
        assert_eq!(relative_error(Measured::BusbwGbPerS(400.0), 200.0), 1.0);
        assert_eq!(relative_error(Measured::BusbwGbPerS(400.0), 800.0), -0.5);
    }
}

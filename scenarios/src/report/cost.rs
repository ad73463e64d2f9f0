//! The price of a token: electricity, and the share of the system's price that its time wears off.

use super::results::PointResult;
use copperlight_topologies::Interval;
use copperlight_topologies::energy::Facility;

/// US dollars a trained token, without failures and restarts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CostPerToken {
    /// Price of the energy at the meter of the building.
    pub electricity: Interval,
    /// Price of the domains x time / lifetime.
    pub hardware: Interval,
}

/// Why a point has no price of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoCost {
    /// It has no step time: it trains nothing, does not fit in memory, or failed.
    NoStep,
    /// The power of its machines is not known.
    NoEnergy,
    /// No price of its system is published.
    NoPrice,
}

impl CostPerToken {
    /// The price of a token at a point, with electricity and lifetime of this facility.
    ///
    /// # Errors
    /// [`NoCost`] says what is not known.
    pub fn of(point: &PointResult, facility: &Facility) -> Result<Self, NoCost> {
        let per_chip = point.tokens_per_second_per_chip.filter(|rate| *rate > 0.0).ok_or(NoCost::NoStep)?;
        let energy = point.energy_breakdown_j_per_token.as_ref().ok_or(NoCost::NoEnergy)?;
        let price = point.domain_price_usd.ok_or(NoCost::NoPrice)?;
        let seconds_per_token = 1.0 / (per_chip * point.chips as f64);
        Ok(Self {
            electricity: energy.total * facility.electricity_price,
            hardware: price * seconds_per_token / facility.lifetime,
        })
    }

    /// Both together.
    pub fn total(&self) -> Interval {
        self.electricity + self.hardware
    }
}

#[cfg(test)]
mod tests {
    use super::super::{EnergyPerToken, example};
    use super::*;

    #[test]
    fn a_token_wears_off_its_time_and_pays_its_energy() {
        let facility = Facility::of_catalog();
        let mut point = example::two_systems(1).results.results.remove(0);
        assert_eq!(CostPerToken::of(&point, &facility), Err(NoCost::NoEnergy));
        let total = Interval { value: 3.6, low: 1.8, high: 7.2 };
        point.energy_breakdown_j_per_token = Some(EnergyPerToken { total, ..EnergyPerToken::default() });
        assert_eq!(CostPerToken::of(&point, &facility), Err(NoCost::NoPrice));
        point.domain_price_usd = Some(Interval::exact(1e6));
        (point.chips, point.tokens_per_second_per_chip) = (10, Some(100.0));
        let cost = CostPerToken::of(&point, &facility).expect("all is known");
        // 3.6 J at 0.08 USD for 3.6 MJ; 1 ms of 1 MUSD over 5 years of 365 days.
        assert!((cost.electricity.value / 8e-8 - 1.0).abs() < 1e-9, "{cost:?}");
        assert!(
            (cost.hardware.value / (1e6 * 1e-3 / (5.0 * 365.0 * 86_400.0)) - 1.0).abs() < 1e-9,
            "{cost:?}"
        );
        // The longest lifetime makes it least.
        assert!(cost.hardware.low < cost.hardware.value && cost.hardware.value < cost.hardware.high);
        point.tokens_per_second_per_chip = None;
        assert_eq!(CostPerToken::of(&point, &facility), Err(NoCost::NoStep));
    }
}

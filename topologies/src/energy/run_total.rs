//! A whole training run: days, megawatt-hours, price.

use super::facility::Facility;
use super::step::StepEnergy;
use crate::interval::Interval;
use copperlight_core::units::Time;

const SECONDS_PER_DAY: f64 = 86_400.0;
const JOULES_PER_MEGAWATT_HOUR: f64 = 3.6e9;

/// A run of many equal steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RunSize {
    /// Tokens of the whole run.
    pub tokens: f64,
    /// Tokens of one step.
    pub tokens_per_step: f64,
    /// How long one step takes.
    pub step_time: Time,
}

/// What a run takes. Failures, checkpoints and restarts are not in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RunTotal {
    /// Days without an interruption.
    pub days: f64,
    /// Energy at the meter of the building; `None` where the power of the machines is not known.
    pub energy_mwh: Option<Interval>,
    /// Price of that energy, in US dollars.
    pub electricity_usd: Option<Interval>,
    /// The share of the system's price that the run wears off: price x time / lifetime; `None` without a price.
    pub hardware_usd: Option<Interval>,
}

impl RunTotal {
    /// Steps in a row, on a system of this price.
    pub fn new(
        run: &RunSize,
        energy: Option<&StepEnergy>,
        price: Option<Interval>,
        facility: &Facility,
    ) -> Self {
        let steps = run.tokens / run.tokens_per_step;
        let seconds = steps * run.step_time.seconds();
        let joules = energy.map(|energy| energy.total * steps);
        Self {
            days: seconds / SECONDS_PER_DAY,
            energy_mwh: joules.map(|joules| joules / JOULES_PER_MEGAWATT_HOUR),
            electricity_usd: joules.map(|joules| joules * facility.electricity_price),
            hardware_usd: price.map(|price| price * seconds / facility.lifetime),
        }
    }

    /// Electricity and hardware together; `None` unless both are known.
    pub fn price_usd(&self) -> Option<Interval> {
        self.electricity_usd.zip(self.hardware_usd).map(|(electricity, hardware)| electricity + hardware)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_run_is_its_steps_in_a_row() {
        let joules = Interval { value: 3.6e6, low: 3.6e6, high: 7.2e6 };
        let none = Interval::ZERO;
        let energy =
            StepEnergy { chips: joules, hosts: None, tiers: BTreeMap::new(), facility: none, total: joules };
        let run = RunSize { tokens: 1e12, tokens_per_step: 1e6, step_time: Time::from_seconds(0.864) };
        let facility = Facility {
            overhead: Interval::exact(1.0),
            electricity_price: Interval::exact(0.1 / 3.6e6),
            chip_idle_share: none,
            lifetime: Interval::exact(864_000.0 * 10.0),
        };
        let total = RunTotal::new(&run, Some(&energy), Some(Interval::exact(5e6)), &facility);
        // A million steps of 0.864 s are ten days, and of 1 kWh are 1,000 MWh.
        assert!((total.days - 10.0).abs() < 1e-9);
        let mwh = total.energy_mwh.expect("the energy of a step is known");
        assert!((mwh.value - 1000.0).abs() < 1e-9 && (mwh.high - 2000.0).abs() < 1e-9);
        // 1,000 MWh at 0.1 USD/kWh, and a tenth of the lifetime of 5 million USD.
        let usd = |interval: Option<Interval>| interval.expect("all prices are known").value.round();
        assert_eq!((usd(total.electricity_usd), usd(total.hardware_usd)), (100_000.0, 500_000.0));
        assert_eq!(usd(total.price_usd()), 600_000.0);
        assert_eq!(RunTotal::new(&run, None, None, &facility).price_usd(), None);
    }
}

//! What surrounds a system, from the catalog: cooling, electricity, depreciation.

use crate::catalog::{self, Entry, Section, dimension_of};
use crate::interval::Interval;

/// The values of `catalog/facility.toml`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Facility {
    /// Power of the building over power of the machines: power usage effectiveness.
    pub overhead: Interval,
    /// US dollars a joule.
    pub electricity_price: Interval,
    /// What a chip draws when it waits, over its limit.
    pub chip_idle_share: Interval,
    /// How long hardware is used, in seconds.
    pub lifetime: Interval,
}

impl Facility {
    /// The one data centre of the catalog.
    pub fn of_catalog() -> Self {
        let entry = catalog::facilities().first().expect("the catalog has a facility");
        let value = |key| of_entry(entry, key);
        Self {
            overhead: value("overhead"),
            electricity_price: value("electricity_price"),
            chip_idle_share: value("chip_idle_share"),
            lifetime: value("lifetime"),
        }
    }
}

fn of_entry(entry: &Entry, key: &str) -> Interval {
    let dimension = dimension_of(Section::Facilities, key).expect("every value of an entry is a field");
    let value = entry.value(key).and_then(|sourced| Interval::of(sourced, dimension));
    value.unwrap_or_else(|| panic!("the catalog gives a facility its {key}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_facility_is_in_base_units() {
        let facility = Facility::of_catalog();
        // 0.08 USD/kWh over 3.6 MJ/kWh; 5 years of 365 days.
        assert!((facility.electricity_price.value - 0.08 / 3.6e6).abs() < 1e-18);
        assert_eq!(facility.lifetime.value, 5.0 * 365.0 * 86_400.0);
        assert_eq!(facility.overhead, Interval { value: 1.2, low: 1.09, high: 1.56 });
    }
}

//! A medium of the catalog in checked units: how far it reaches, how long it takes, what its modules draw.

use super::length::Length;
use crate::catalog::{self, CatalogError, Entry, Section, Sourced, dimension_of};
use crate::interval::Interval;
use copperlight_core::units::Bandwidth;

/// The lane rates that have a reach of their own: key, nominal rate in Gb/s.
const LANE_CLASSES: [(&str, f64); 4] =
    [("reach_25g", 25.0), ("reach_50g", 50.0), ("reach_100g", 100.0), ("reach_200g", 200.0)];

/// How much faster than its nominal rate a lane may run: coding adds up to an eighth.
const LINE_OVER_NOMINAL: f64 = 1.125;

/// What is at the ends of a cable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediumKind {
    /// Copper without a powered part.
    Passive,
    /// Copper with retimers in its plugs.
    Active,
    /// Optics: a module at each end.
    Optics,
}

/// What links are made of.
#[derive(Debug, Clone, Copy)]
pub struct Medium {
    entry: &'static Entry,
}

impl PartialEq for Medium {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Medium {
    /// The medium of this name, such as `copper` or `lpo`.
    ///
    /// # Errors
    /// [`CatalogError`] suggests a name.
    pub fn find(name: &str) -> Result<Self, CatalogError> {
        catalog::find(Section::Media, name).map(|entry| Self { entry })
    }

    /// Every medium, by name.
    pub fn all() -> impl Iterator<Item = Self> {
        catalog::media().iter().map(|entry| Self { entry })
    }

    /// The name, such as `lpo`.
    pub fn name(&self) -> &'static str {
        self.entry.name()
    }

    /// What is at the ends of its cables.
    pub fn kind(&self) -> MediumKind {
        match self.entry.text("kind") {
            Some("passive") => MediumKind::Passive,
            Some("active") => MediumKind::Active,
            _ => MediumKind::Optics,
        }
    }

    /// How far it reaches at a lane rate: the figure of that rate's class, else the one that holds at every rate.
    ///
    /// A lane belongs to the class whose nominal rate it exceeds by an eighth at most, above the fastest class to
    /// that. Without a lane rate the general figure counts.
    pub fn reach(&self, lane_rate: Option<Bandwidth>) -> Option<Length> {
        let class = lane_rate.map(|rate| LANE_CLASSES[class_of(rate)].0);
        let metres = class.and_then(|key| self.entry.base_value(key));
        metres.or_else(|| self.entry.base_value("reach")).map(Length::from_metres)
    }

    /// What one module carries in each direction, where it has modules.
    pub fn module_rate(&self) -> Option<Bandwidth> {
        self.entry.base_value("module_rate").map(Bandwidth::from_bytes_per_second)
    }

    /// What one module draws, in watts, whether bytes move or not.
    pub fn module_watts(&self) -> Option<Interval> {
        self.estimate("module_power")
    }

    /// How often modules fail: failures in 1e9 hours of one.
    pub fn module_failure_rate(&self) -> Option<Interval> {
        self.estimate("module_failure_rate")
    }

    /// What one module costs, in US dollars.
    pub fn module_dollars(&self) -> Option<Interval> {
        self.estimate("module_price")
    }

    /// The power of a module over its rate, in joules per bit at one end of a link.
    pub fn joules_per_bit(&self) -> Option<Interval> {
        self.estimate("energy_per_bit")
    }

    /// Every value with its source.
    pub fn values(&self) -> impl Iterator<Item = (&'static str, &'static Sourced)> + use<> {
        self.entry.values()
    }

    /// What a cable of this medium takes longer than one of `other`, in seconds: two ends, error correction, metres.
    ///
    /// Ends and error correction without a figure count nothing. Metres count where both media have a figure: no
    /// source was found for copper, whose speed is near to that in fibre.
    pub(crate) fn seconds_beyond(&self, other: &Self, length: Length) -> f64 {
        let value = |medium: &Self, key| medium.entry.base_value(key);
        let ends = |medium: &Self| {
            2.0 * value(medium, "latency_per_end").unwrap_or(0.0)
                + value(medium, "fec_latency").unwrap_or(0.0)
        };
        let per_metre = |medium: &Self| value(medium, "latency_per_metre");
        let metres = match (per_metre(self), per_metre(other)) {
            (Some(own), Some(others)) => (own - others) * length.metres(),
            _ => 0.0,
        };
        ends(self) - ends(other) + metres
    }

    fn estimate(&self, key: &str) -> Option<Interval> {
        Interval::of(self.entry.value(key)?, dimension_of(Section::Media, key)?)
    }
}

/// The nominal rate of a lane's class: 100 Gb/s for a lane that runs at 112.
pub(super) fn nominal_rate(lane_rate: Bandwidth) -> Bandwidth {
    Bandwidth::from_bytes_per_second(LANE_CLASSES[class_of(lane_rate)].1 * 1e9 / 8.0)
}

/// How many lanes carry a link.
pub(super) fn lanes(link: Bandwidth, lane_rate: Bandwidth) -> usize {
    let lanes = link.bytes_per_second() / (lane_rate.bytes_per_second() * LINE_OVER_NOMINAL);
    (lanes.ceil() as usize).max(1)
}

fn class_of(lane_rate: Bandwidth) -> usize {
    let gigabits = lane_rate.bytes_per_second() * 8.0 / 1e9;
    let class = LANE_CLASSES.iter().position(|(_, nominal)| gigabits <= nominal * LINE_OVER_NOMINAL);
    class.unwrap_or(LANE_CLASSES.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn medium(name: &str) -> Medium {
        Medium::find(name).expect("the medium is in the catalog")
    }

    fn gigabits(rate: f64) -> Bandwidth {
        Bandwidth::from_bytes_per_second(rate * 1e9 / 8.0)
    }

    #[test]
    fn copper_reaches_less_far_the_faster_its_lanes() {
        let reach = |rate| medium("copper").reach(Some(gigabits(rate))).map(Length::metres);
        let cases = [(10.0, 5.0), (25.8, 5.0), (53.1, 3.0), (100.0, 2.0), (112.0, 2.0), (112.5, 2.0)];
        let fast = [(113.0, 1.0), (200.0, 1.0), (212.5, 1.0), (225.0, 1.0), (400.0, 1.0)];
        for (rate, metres) in cases.into_iter().chain(fast) {
            assert_eq!(reach(rate), Some(metres), "{rate} Gb/s");
        }
        assert_eq!(medium("copper").reach(None), Some(Length::from_metres(5.0)));
        assert_eq!(medium("dsp").reach(Some(gigabits(200.0))), Some(Length::from_metres(500.0)));
    }

    #[test]
    fn every_medium_reaches_somewhere_and_optics_have_modules() {
        for medium in Medium::all() {
            assert!(medium.reach(None).is_some(), "{}", medium.name());
            let has_modules = medium.module_rate().is_some() && medium.module_watts().is_some();
            assert_eq!(has_modules, medium.kind() == MediumKind::Optics, "{}", medium.name());
            if let (Some(watts), Some(rate), Some(energy)) =
                (medium.module_watts(), medium.module_rate(), medium.joules_per_bit())
            {
                let per_bit = watts.value / (rate.bytes_per_second() * 8.0);
                assert!((per_bit / energy.value - 1.0).abs() < 0.01, "{}: {per_bit}", medium.name());
            }
        }
    }

    #[test]
    fn links_have_whole_lanes() {
        let lanes_of = |link, lane| lanes(gigabits(link), gigabits(lane));
        assert_eq!([lanes_of(400.0, 200.0), lanes_of(224.0, 112.0), lanes_of(200.0, 112.0)], [2, 2, 2]);
        assert_eq!([lanes_of(360.0, 200.0), lanes_of(800.0, 200.0), lanes_of(1.0, 200.0)], [2, 4, 1]);
        assert_eq!(nominal_rate(gigabits(112.0)), gigabits(100.0));
    }

    #[test]
    fn optics_take_longer_than_copper_by_ends_and_error_correction() {
        // 2 x 10 ns + 110 ns.
        let extra = medium("dsp").seconds_beyond(&medium("copper"), Length::from_metres(1.0));
        assert!((extra - 130e-9).abs() < 1e-15, "{extra}");
        assert_eq!(medium("dsp").seconds_beyond(&medium("lpo"), Length::from_metres(9.0)), 0.0);
    }
}

//! Figures that nothing simulates: values of systems as they are set, and of the catalog as it stands.

use crate::file::CatalogKey;
use copperlight_topologies::catalog::{self, Entry, Section, Sourced, derived};
use copperlight_topologies::{Interval, System};

/// The parts of the catalog that claims look at.
const PARTS: [(&str, Section); 7] = [
    ("chips", Section::Chips),
    ("systems", Section::Systems),
    ("media", Section::Media),
    ("switches", Section::Switches),
    ("layouts", Section::Layouts),
    ("facilities", Section::Facilities),
    ("software", Section::Software),
];

/// The names of the parts of the catalog.
pub(crate) fn parts() -> Vec<&'static str> {
    PARTS.iter().map(|(name, _)| *name).collect()
}

/// The entries of a part of the catalog.
pub(crate) fn entries_of(part: &str) -> Option<&'static [Entry]> {
    PARTS.iter().find(|(name, _)| *name == part).map(|(_, section)| catalog::entries(*section))
}

/// A figure with its unit, and who says so.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fact {
    pub(super) figure: Interval,
    pub(super) unit: String,
    pub(super) source: String,
}

impl Fact {
    fn of(sourced: &Sourced) -> Self {
        let [low, high] = sourced.range.unwrap_or([sourced.value; 2]);
        let unit = match sourced.unit.as_str() {
            "count" | "share" | "ratio" => "1".to_owned(),
            unit => unit.to_owned(),
        };
        Self { figure: Interval { value: sourced.value, low, high }, unit, source: sourced.source.clone() }
    }

    /// This over another of the same unit; where the ends of both are `paired`, least goes with least.
    pub(super) fn over(self, other: &Self, paired: bool) -> Option<Self> {
        if self.unit != other.unit || other.figure.low <= 0.0 {
            return None;
        }
        let figure = match paired {
            true => paired_ratio(self.figure, other.figure),
            false => self.figure / other.figure,
        };
        let source = format!("{}; {}", self.source, other.source);
        Some(Self { figure, unit: "1".to_owned(), source })
    }
}

/// The ratio of two figures whose ends the same sources decide.
fn paired_ratio(first: Interval, second: Interval) -> Interval {
    let value = first.value / second.value;
    let (least, most) = (first.low / second.low, first.high / second.high);
    Interval { value, low: value.min(least).min(most), high: value.max(least).max(most) }
}

/// A value of a system as it is set, or a figure that follows from such values.
pub(super) fn of_system(system: &System, key: &str) -> Option<Fact> {
    if let Some(name) = key.strip_prefix("derived.") {
        let found = derived(system).into_iter().find(|figure| figure.key == name)?;
        let unit = if found.unit == "count" { "1" } else { found.unit };
        let (figure, source) = (Interval::exact(found.value), found.formula);
        return Some(Fact { figure, unit: unit.to_owned(), source });
    }
    let (_, sourced) = system.facts().find(|(known, _)| *known == key)?;
    Some(Fact::of(sourced))
}

/// A value of the catalog.
pub(super) fn of_catalog(path: &CatalogKey) -> Option<Fact> {
    let entry = entries_of(&path.part)?.iter().find(|entry| entry.name() == path.entry)?;
    entry.value(&path.key).map(Fact::of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_systems_follow_what_is_set() {
        let mut system = System::preset("gb200-nvl72").expect("the preset is in the catalog");
        let links = |system: &System| of_system(system, "derived.bandwidth_per_chip");
        // 18 links of 50 GB/s.
        assert_eq!(
            links(&system).map(|fact| (fact.figure.value, fact.unit)),
            Some((900.0, "GB/s".to_owned()))
        );
        system.set("scale_up.link_bandwidth", &"25 GB/s".into()).expect("the key may be set");
        assert_eq!(links(&system).map(|fact| fact.figure.value), Some(450.0));
        assert_eq!(of_system(&system, "derived.beauty"), None);
    }

    #[test]
    fn ratios_of_facts_keep_their_ranges_and_their_units_apart() {
        let fact = |low, high, unit: &str| Fact {
            figure: Interval { value: low, low, high },
            unit: unit.to_owned(),
            source: String::new(),
        };
        let ratio = |paired| fact(6.0, 8.0, "kW").over(&fact(2.0, 4.0, "kW"), paired).map(|fact| fact.figure);
        assert_eq!(ratio(false), Some(Interval { value: 3.0, low: 1.5, high: 4.0 }));
        // 6 over 2 and 8 over 4.
        assert_eq!(ratio(true), Some(Interval { value: 3.0, low: 2.0, high: 3.0 }));
        assert_eq!(fact(6.0, 8.0, "kW").over(&fact(2.0, 4.0, "m"), false), None);
    }

    #[test]
    fn the_catalog_is_read_by_path() {
        let path = |entry: &str| CatalogKey {
            part: "systems".to_owned(),
            entry: entry.to_owned(),
            key: "facts.power".to_owned(),
        };
        let power = of_catalog(&path("gb200-nvl72")).expect("it is in the catalog");
        assert_eq!((power.figure.value, power.figure.high, power.unit.as_str()), (120.0, 145.0, "kW"));
        assert_eq!(of_catalog(&path("no-such-system")), None);
    }
}
